/* room.h - who hears whom: members, and one order of lines for all of them.
 * The speaker holds the room's lock only while it gives the line its place in
 * each member's outbox: so every member has the same lines in the same order.
 * The sending comes after, outside the lock, and waits for nobody, so a member
 * that does not read delays no other (serve/outbox.h).
 *
 *	room_init(&room, &late, &cause)
 *	room_join(&room, &member, "pc3", NULL)
 *	room_say(&room, &(struct room_post){ .line = line, .from = &member })
 *	room_leave(&room, &member)
 *
 * See also: serve/outbox.h, tests/check_room.c */
#ifndef SERVE_ROOM_H
#define SERVE_ROOM_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "serve/outbox.h"

#define ROOM_NAME_SIZE	100		/* 24 characters of UTF-8, and more */

struct late;

/* One who hears; part of what its thread has for the client. */
struct member {
	struct outbox	*outbox;
	void		*session;	/* its owner's, for the callbacks */
	struct room	*room;		/* its owner's: where it is, or NULL */

	/* guarded by room.lock: */
	char		 name[ROOM_NAME_SIZE];
	struct member	*previous, *next;
};

struct room {
	struct late	*late;

	pthread_mutex_t	 lock;		/* level 2 */
	/* guarded by lock: */
	struct member	*first, *last;	/* in the order in which they came */
	size_t		 len;
	uint64_t	 seq;		/* of the last line */
};

/* What the room says to a new member, alone. */
typedef void room_greet(struct room *room, struct member *member,
	    struct outbox_list *list);

/* A line on its way into the room, and who shall have it. */
struct room_post {
	struct shared_line *line;	/* a reference, which is taken over;
					 * NULL: see line_for */
	const struct member *from;	/* it gets none; NULL: all get it */
	const char	*to;		/* only who is named so; NULL: all */
	int		 more;		/* others follow at once, or room_flush:
					 * send nothing yet */

	/*
	 * Called once the line has its number, before anybody has the line:
	 * may write on it, or keep it.  NULL: none.
	 */
	void		(*numbered)(struct room_post *post);
	/*
	 * Called for each member that shall have it: returns the line for
	 * this one, whose reference stays the callee's, or NULL: none.  NULL:
	 * post->line for all.
	 */
	struct shared_line *(*line_for)(struct room_post *post,
		    const struct member *member);
	void		*context;	/* for the callbacks */

	uint64_t	 seq;		/* receives its number, from 1 */
};

/* Callbacks are called with the room's lock held: they may walk its members,
 * and must neither wait nor call the room. */

/*
 * room_init - an empty room
 *   late   that of its members' outboxes
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: safe.
 */
int	room_init(struct room *room, struct late *late, struct cause *cause);

/* room_fini - nobody may be in it.  Takes a zeroed one. */
void	room_fini(struct room *room);

/*
 * room_join - let a member in, whose outbox and session are set
 *   name    copied, cut to fit; several may have the same
 *   greet   called just before it is in: what it puts in the member's outbox,
 *           by outbox_place and the list, comes before all that is said from
 *           then on; NULL: none
 * Blocks: for the lock only.   Threads: the member's.
 */
void	room_join(struct room *room, struct member *member, const char *name,
	    room_greet *greet);

/*
 * room_leave - take a member out; nobody puts lines in its outbox after
 * Takes one who is not in the room (and was zeroed at first).
 * Blocks: for the lock only.   Threads: the member's.
 */
void	room_leave(struct room *room, struct member *member);

/*
 * room_rename - give a member another name
 * Blocks: for the lock only.   Threads: the member's.
 */
void	room_rename(struct room *room, struct member *member,
	    const char *name);

/*
 * room_say - give a line its place in the members' outboxes, then flush them
 *   post   its line is taken over; seq is set, if there is such a member
 * Returns how many members there are, or are named so, the speaker among them:
 * 0 if none, and then nothing was said.
 * Blocks: while an outbox is crowded (serve/crowd.h); for no client.
 * Threads: who holds no lock.
 */
size_t	room_say(struct room *room, struct room_post *post);

/*
 * room_flush - send what was said with more to follow
 * To be called before who said it waits for anything.
 * Blocks: for the lock only.   Threads: who holds no lock.
 */
void	room_flush(struct room *room);

/*
 * room_each - call a function for every member, in the order of their coming
 * Blocks: for the lock only.   Threads: safe.
 */
void	room_each(struct room *room,
	    void (*visit)(const struct member *member, void *context),
	    void *context);

#endif
