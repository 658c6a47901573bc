/* names.h - who was seen in a conversation, for the Tab key.
 * See also: client/prompt.h */
#ifndef MIXED_NAMES_H
#define MIXED_NAMES_H

#include <stddef.h>

#define NAMES_MAX	64
#define NAMES_SIZE	100		/* of one, in bytes, with NUL */

struct names {
	char		 items[NAMES_MAX][NAMES_SIZE];
	size_t		 len, next;	/* next: whom a new one replaces */
};

/*
 * names_add - one more, if it is new
 *   name   what the server sent: with a blank, control characters, or too
 *          long it is left out
 * Blocks: no.   Threads: the conversation's.
 */
void	names_add(struct names *names, const char *name);

/* names_at - the i-th, from 0, or NULL. */
const char *names_at(const struct names *names, size_t i);

#endif
