/* chat_room.h - one room: what is said in it, by whom, and its last lines.
 * The order of lines and their delivery are serve/room.c's; here is what a
 * chat adds while a line gets its place: the history, the log, and that
 * some members want the time before a line, or not to hear somebody.
 * See also: tools/chat/rooms.h, tools/chat/session.h */
#ifndef CHAT_CHAT_ROOM_H
#define CHAT_CHAT_ROOM_H

#include <stdatomic.h>
#include <stddef.h>

#include "serve/room.h"
#include "tools/chat/chat_log.h"
#include "tools/chat/history.h"
#include "tools/chat/names.h"
#include "tools/chat/notices.h"

struct session;

/* The same for all rooms. */
struct chat_room_options {
	struct late	*late;
	struct chat_log	*log;
	size_t		 history;	/* lines that are kept */
	size_t		 greeting;	/* bytes of them for who joins */
};

struct chat_room {
	struct named	 named;
	struct room	 room;
	const struct chat_room_options *options;
	atomic_int	 present;	/* members */
	atomic_int	 special;	/* of them, for whom a line is not as
					 * for all */
	struct notices	 notices;
	/* guarded by room.lock: */
	struct history	 history;
	/* guarded by rooms.lock: */
	size_t		 guests;	/* sessions that are in it, or will */
};

/*
 * chat_room_new - an empty room without a name
 *   options   kept, not copied
 * Returns NULL with errno if there is no memory.
 * Blocks: no.   Threads: safe.
 */
struct chat_room *chat_room_new(const struct chat_room_options *options);

/* chat_room_free - nobody is in it.  Takes NULL. */
void	chat_room_free(struct chat_room *room);

/*
 * chat_room_join - let a session in: it gets the last lines and the names of
 * those who are here, and then all are told that it has joined
 *   session   its room is set
 * Blocks: as room_say (serve/room.h).   Threads: the session's.
 */
void	chat_room_join(struct chat_room *room, struct session *session);

/*
 * chat_room_leave - take a session out, which hears nothing more; nobody is
 * told yet
 * Blocks: for the lock only.   Threads: the session's.
 */
void	chat_room_leave(struct chat_room *room, struct session *session);

/*
 * chat_room_say - give lines their place, in the room and in its history
 *   from         the speaker, who hears it too
 *   lines, len   one line or several, each with its CRLF
 * Returns 0, or -1 without memory: then nobody hears it.
 * Blocks: as room_say.   Threads: the speaker's.
 */
int	chat_room_say(struct chat_room *room, struct session *from,
	    const char *lines, size_t len);

/*
 * chat_room_notice - tell all who are in it, "*** ..."
 *   format   as printf, without the stars and the line end; English: it is
 *            for the wire
 * Without memory nobody is told.
 * Blocks: as room_say, and while other notices are told (notices.h).
 * Threads: who holds no lock.
 */
void	chat_room_notice(struct chat_room *room, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/*
 * chat_room_history - its last lines, each with its time
 * Returns and takes what history_text does (history.h).
 * Blocks: for the lock only.   Threads: safe.
 */
struct shared_line *chat_room_history(struct chat_room *room, size_t wanted,
	    size_t size, struct ignores *reader);

/*
 * chat_room_timed - a copy of lines with the time before each
 * Returns NULL if there is no memory.
 * Blocks: no.   Threads: safe.
 */
struct shared_line *chat_room_timed(const struct shared_line *lines,
	    time_t said);

#endif
