/* people.h - who is in the room, for the Tab key.
 * Bounded: a server may name as many as it likes; the oldest is forgotten.
 * See also: proto/chat_heard.h, tests/check_people.c */
#ifndef CHAT_PEOPLE_H
#define CHAT_PEOPLE_H

#include <stddef.h>

#include "base/name.h"

#define PEOPLE_MAX	256

/* Zeroed: nobody. */
struct people {
	char		 names[PEOPLE_MAX][NAME_SIZE];
	size_t		 len;
};

/*
 * people_add - one more, before the others
 *   name, len   shorter than NAME_SIZE
 * Blocks: no.   Threads: one; so for all below.
 */
void	people_add(struct people *people, const char *name, size_t len);

/* people_remove - who is not there need not be. */
void	people_remove(struct people *people, const char *name, size_t len);

/* people_at - the i-th, from 0, or NULL. */
const char *people_at(const struct people *people, size_t i);

#endif
