/* cause.h - which primitive failed, on what, and why.
 * A function that can fail in several calls fills a struct cause, so that the
 * program can say "bind: [::1]:21: Permission denied" and not "error".
 * See also: base/log.h, tests/check_cause.c */
#ifndef BASE_CAUSE_H
#define BASE_CAUSE_H

#include <stddef.h>

#define CAUSE_OBJECT_SIZE	160
#define CAUSE_TEXT_SIZE		512

enum cause_kind {
	CAUSE_NONE,			/* nothing failed */
	CAUSE_ERRNO,			/* error is an errno value */
	CAUSE_LOOKUP,			/* error is EAI_..., of getaddrinfo */
	CAUSE_SAID,			/* the call did well, its result not */
	CAUSE_CERTIFICATE		/* said: why the peer's was refused */
};

struct cause {
	enum cause_kind	 kind;
	const char	*primitive;	/* "bind", a string constant */
	int		 error;
	const char	*said;		/* of SAID, CERTIFICATE; a constant */
	char		 object[CAUSE_OBJECT_SIZE]; /* "[::1]:21"; may be "" */
};

/*
 * cause_errno - note that a primitive failed
 *   primitive   its name, a string constant (kept, not copied)
 *   error       errno as it left it (pthread_* functions: what they returned)
 *   object      what it was done to, copied and cut to fit; NULL: nothing
 * Blocks: no.   Threads: safe.
 */
void	cause_errno(struct cause *cause, const char *primitive, int error,
	    const char *object);

/*
 * cause_lookup - note that getaddrinfo failed
 *   error        what it returned (EAI_SYSTEM: system_error is its errno)
 *   object       the name looked up
 * Blocks: no.   Threads: safe.
 */
void	cause_lookup(struct cause *cause, int error, int system_error,
	    const char *object);

/*
 * cause_said - note that a primitive gave what it should not
 *   said   what is wrong with it: a string constant marked with N_()
 * Blocks: no.   Threads: safe.
 */
void	cause_said(struct cause *cause, const char *primitive,
	    const char *said, const char *object);

/*
 * cause_certificate - note that the peer's certificate was refused
 *   said   why: a string constant marked with N_()
 * Blocks: no.   Threads: safe.
 */
void	cause_certificate(struct cause *cause, const char *said,
	    const char *object);

/*
 * cause_exit_status - how a client ends that failed for this cause
 * Returns 3 if the peer's certificate was refused, else 1.
 * Blocks: no.   Threads: safe.
 */
int	cause_exit_status(const struct cause *cause);

/*
 * cause_text - the cause as a person reads it, in the user's language:
 *	"[::]:21: bind: Permission denied (ports below 1024 need root; ...)"
 * with, in brackets, what to do about it where we know.
 *   text, size   where to write; CAUSE_TEXT_SIZE is always enough
 * Returns text.
 * Blocks: no.   Threads: safe.
 */
const char *cause_text(const struct cause *cause, char *text, size_t size);

#endif
