/* directory.h - who is logged in: found by token, listed for WHO, and told of
 * events by UDP who has asked for it.
 * An entry is part of its session and is in the directory between LOGIN and
 * LOGOUT.  Whoever looks something up gets copies: the session may end at any
 * moment.
 * See also: tools/mixed/session.h, fil-protocol(7) */
#ifndef MIXED_DIRECTORY_H
#define MIXED_DIRECTORY_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "base/name.h"
#include "net/address.h"

#define DIRECTORY_BUCKETS	256
#define TOKEN_BYTES		16
#define TOKEN_SIZE		(2 * TOKEN_BYTES + 1)
#define TIME_SIZE		32	/* of clock_utc */

/* Where a session's events also go. */
struct subscription {
	int		 fd;		/* the server's UDP socket; -1: none */
	struct address	 peer;
	struct address	 source;	/* len 0: the socket's own */
};

/* One logged-in session. */
struct entry {
	unsigned long	 session;	/* its number, never used again */
	char		 user[NAME_SIZE];	/* as the users file has it */
	char		 folded[NAME_SIZE];	/* as names are compared */
	char		 token[TOKEN_SIZE];
	char		 since[TIME_SIZE];
	const char	*via;		/* "tcp", "tls" */

	/* guarded by directory.lock: */
	struct subscription subscription;
	unsigned long	 login;		/* grows along the list */
	struct entry	*previous, *next;	/* in order of login */
	struct entry	*same_bucket;	/* of its token */
};

struct directory {
	pthread_mutex_t	 lock;		/* level 2, never with the room's */
	/* guarded by lock: */
	struct entry	*first, *last;
	struct entry	*buckets[DIRECTORY_BUCKETS];	/* by token */
	unsigned long	 logins;	/* since the start */
	size_t		 subscribed;	/* entries with a subscription */
};

/* To whom an event goes. */
struct audience {
	const char	*to;		/* folded name; NULL: everybody */
	unsigned long	 except;	/* the speaker's session */
};

/* directory_init, _fini - nobody is logged in; -1 with cause. */
int	directory_init(struct directory *directory, struct cause *cause);
void	directory_fini(struct directory *directory);

/*
 * directory_enter - let a session be found; makes its token
 *   entry   session, user, folded and via are set; until directory_leave
 *           nobody else may change it
 * Returns 0, or -1 with errno when there is no randomness.
 * Blocks: for the lock only.   Threads: safe.
 */
int	directory_enter(struct directory *directory, struct entry *entry);

/* directory_leave - nobody finds it any more. */
void	directory_leave(struct directory *directory, struct entry *entry);

/*
 * directory_find - whose token is this?
 *   found   receives a copy
 * Returns 0, or -1 if it is nobody's.
 * Blocks: for the lock only.   Threads: safe.
 */
int	directory_find(struct directory *directory, const char *token,
	    struct entry *found);

/*
 * directory_each - call visit for each entry in order of login, the lock held
 * visit must not block.
 */
void	directory_each(struct directory *directory,
	    void (*visit)(const struct entry *, void *), void *context);

/*
 * directory_subscribe - also send the entry's events there; replaces the
 * former place.  NULL: nowhere.
 * Blocks: for the lock only.   Threads: safe.
 */
void	directory_subscribe(struct directory *directory, struct entry *entry,
	    const struct subscription *subscription);

/*
 * directory_notify - send an event to the audience's subscribers, a datagram
 * each; one that does not fit its socket is lost, as UDP may
 * Blocks: no.   Threads: safe.
 */
void	directory_notify(struct directory *directory,
	    const struct audience *audience, const char *event, size_t len);

#endif
