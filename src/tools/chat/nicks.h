/* nicks.h - who is here, in any room, by nick.
 * Nobody else has one's nick, whatever its case; who looks somebody up does so
 * under the lock, for he may leave at any moment.
 * See also: tools/chat/session.h, tools/chat/names.h */
#ifndef CHAT_NICKS_H
#define CHAT_NICKS_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "base/cause.h"
#include "tools/chat/names.h"

struct session;

/* A part of its session, whose thread alone changes it, under nicks.lock: that
 * thread reads it without. */
struct nick {
	struct named	 named;
	char		 room[NAME_SIZE];
	time_t		 since;
	struct session	*session;
};

struct nicks {
	pthread_mutex_t	 lock;		/* level 2, never with a room's */
	/* guarded by lock: */
	struct names	 names;
	int		 ready;		/* nicks_init did well */
};

/*
 * nicks_init, nicks_fini - nobody is here
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: main's only.
 */
int	nicks_init(struct nicks *nicks, struct cause *cause);
void	nicks_fini(struct nicks *nicks);

/*
 * nicks_enter - let a session be found by its nick, which nobody has
 * Blocks: for the lock only.   Threads: the session's, here and below.
 */
void	nicks_enter(struct nicks *nicks, struct nick *nick);

/* nicks_leave - nobody finds it any more. */
void	nicks_leave(struct nicks *nicks, struct nick *nick);

/* nicks_rename - take another nick.  Returns 0, or -1 if somebody else has
 * it, or it is reserved. */
int	nicks_rename(struct nicks *nicks, struct nick *nick,
	    const char *name, const char *folded);

/* nicks_move - note in which room it is now. */
void	nicks_move(struct nicks *nicks, struct nick *nick, const char *room);

/*
 * nicks_with - call a function for who has a nick, the lock held
 *   visit   must not wait, nor call nicks
 * Returns 0, or -1 if nobody has it.
 */
int	nicks_with(struct nicks *nicks, const char *folded,
	    void (*visit)(struct nick *nick, void *context), void *context);

/*
 * nicks_page - call a function for each that came after a place, in order of
 * coming and the lock held, until it returns 0
 *   place   of the last one before; becomes that of the last one visited
 * Returns 1 if there are more.
 */
int	nicks_page(struct nicks *nicks, uint64_t *place,
	    int (*visit)(const struct nick *nick, void *context),
	    void *context);

/*
 * nicks_is_reserved - is it a guest's nick, or the server's own?
 * Blocks: no.   Threads: safe.
 */
int	nicks_is_reserved(const char *folded);

#endif
