/* verbs.h - what can be typed in a session: a table.
 * See also: tools/mixed/talk.h, fil-mixed(1) */
#ifndef MIXED_VERBS_H
#define MIXED_VERBS_H

#include "tools/mixed/talk.h"

enum verb_flag {
	VERB_SECRET = 1,		/* a password, a token: not logged */
	VERB_BY_UDP = 2,
	VERB_ANY_ID = 4			/* the line was not written by us */
};

struct verb {
	const char	*name;		/* "/msg" */
	const char	*operands;	/* "USER TEXT", "" */
	const char	*help;		/* marked with N_() */
	const char	*command;	/* on the wire; NULL: none of its own */
	unsigned	 flags;		/* enum verb_flag */
	/* Do it, with what follows the name. */
	void		(*run)(struct talk *, const struct verb *, char *);
	/* It was done, says this reply. */
	void		(*answered)(struct talk *, const struct message *);
};

/*
 * verbs_obey - do what a line says: a verb, or a text for everybody
 *   line, len   of prompt_read
 * Blocks: as request_send; for a password.   Threads: the session's.
 */
void	verbs_obey(struct talk *talk, const char *line, size_t len);

/*
 * verbs_greet, verbs_login - the first requests of a session
 * verbs_greet makes sure that the server speaks the protocol, before it is
 * given a password.
 * Blocks: as verbs_obey.   Threads: the session's.
 */
void	verbs_greet(struct talk *talk);
void	verbs_login(struct talk *talk, const char *user);

/* verbs_word - for the Tab key: see client/prompt.h; context is the talk. */
const char *verbs_word(void *context, const char *before, size_t i);

#endif
