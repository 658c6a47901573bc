/* rooms.h - the rooms that there are: made by who joins first, gone with who
 * leaves last.  The lobby, where everybody begins, always is.
 * See also: tools/chat/chat_room.h, tools/chat/names.h */
#ifndef CHAT_ROOMS_H
#define CHAT_ROOMS_H

#include <pthread.h>
#include <stdint.h>

#include "base/cause.h"
#include "tools/chat/chat_room.h"
#include "tools/chat/names.h"

#define ROOMS_LOBBY	"lobby"

struct rooms {
	struct chat_room_options options;

	pthread_mutex_t	 lock;		/* level 1, never with another's */
	/* guarded by lock: */
	struct names	 names;
	struct chat_room *lobby;	/* NULL: rooms_init did not do well */
};

/*
 * rooms_init - nothing but the lobby
 *   options   copied
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	rooms_init(struct rooms *rooms, const struct chat_room_options *options,
	    struct cause *cause);

/* rooms_fini - nobody may be in any.  Takes a zeroed one. */
void	rooms_fini(struct rooms *rooms);

/*
 * rooms_enter - the room of that name, made if there is none
 *   name, folded   of base/name.h
 * Returns it, to be given back by rooms_leave; NULL with errno: no memory.
 * Blocks: for the lock only.   Threads: safe.
 */
struct chat_room *rooms_enter(struct rooms *rooms, const char *name,
	    const char *folded);

/*
 * rooms_leave - give a room back; the last one to do so ends it
 * Blocks: for the lock only.   Threads: safe.
 */
void	rooms_leave(struct rooms *rooms, struct chat_room *room);

/*
 * rooms_page - call a function for each room, as nicks_page (nicks.h) does
 * Blocks: for the lock only.   Threads: safe.
 */
int	rooms_page(struct rooms *rooms, uint64_t *place,
	    int (*visit)(const struct chat_room *room, void *context),
	    void *context);

#endif
