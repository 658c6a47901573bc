/* sentence.h - which sentence tells this case.
 * A table has a row a case: the family of the call, the errno, what must hold.
 * The first row that fits is the one.   See also: explain/call.h */
#ifndef EXPLAIN_SENTENCE_H
#define EXPLAIN_SENTENCE_H

#include "explain/call.h"

#define ANY_ERROR	(-1)

/* A row of the tables.  {bytes}, {peer} and so on stand for what the call has:
 * see sentence.c. */
struct sentence {
	int		 error;		/* 0: it went well; or ANY_ERROR */
	int		 traits;	/* all of them */
	const char	*text;		/* marked with N_() */
};

/* The tables, by enum call_family; a row without text ends each. */
extern const struct sentence *const sentence_tables[FAMILY_COUNT];
extern const struct sentence sentence_failures[];	/* of any family */

/*
 * sentence_choose - the sentence of a call
 *   count   how often it has been the one, this time included
 * Returns NULL if there is nothing to say.
 * Blocks: no.   Threads: safe.   Signal handlers: safe.
 */
const struct sentence *sentence_choose(const struct call *call,
	    unsigned *count);

/* sentence_begun - how often the sentence of a call that begins to wait, as
 * this one would, has been the one */
unsigned sentence_begun(const struct call *call);

/*
 * sentence_add - write it, its lines indented and at most 80 columns wide, each
 * ended
 * Blocks: no.   Threads: safe.   Signal handlers: safe.
 */
void	sentence_add(struct words *words, const struct call *call,
	    const struct sentence *sentence);

/* sentence_error - the name of a call's error; getaddrinfo has its own */
void	sentence_error(struct words *words, const struct call *call);

/* sentence_error_name - "ECONNREFUSED"; "errno 123" for those we do not know */
void	sentence_error_name(struct words *words, int error);

#endif
