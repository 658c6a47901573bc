/* words.h - text put together in a buffer of the caller's.
 * What the library says may be said in a signal handler, and in a program that
 * is short of memory: so no stdio, no heap, no lock.  Text that does not fit is
 * left out.  See also: explain/words.c */
#ifndef EXPLAIN_WORDS_H
#define EXPLAIN_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct words {
	char	*text;			/* ends with NUL */
	size_t	 size, len;
};

/*
 * words_init - begin an empty text
 *   buf, size   where it will stand; size >= 1
 * Blocks: no.   Threads: safe.   Signal handlers: safe, as all below.
 */
void	words_init(struct words *words, char *buf, size_t size);

/*
 * words_add - add to it as printf would
 *   format   %s %d %u %zu %lld %llu %% %c; %0Nd and %0Nlld fill with zeros
 */
void	words_add(struct words *words, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* words_bytes - add bytes as they are */
void	words_bytes(struct words *words, const char *bytes, size_t len);

/*
 * words_safe - add a peer's bytes so that they can only be read: quotes,
 * backslashes, and what is not printable ASCII or whole UTF-8 become escapes
 * that C and JSON have in common (\n, \", \u001b)
 */
void	words_safe(struct words *words, const char *bytes, size_t len);

/* words_seconds - add a time as "1.204 s" */
void	words_seconds(struct words *words, int64_t ns);

#endif
