/* chat_log.h - what was said in the rooms, on a file: --log.
 * A room notes each line while it gives it its place, so the file has the
 * room's order.  A thread of its own writes: a disk that is slow, or a pipe
 * that nobody reads, makes no member wait.  What does not fit the queue
 * meanwhile is lost: the file says how much where it would stand, and the log
 * of the server says so too.
 *
 *	2026-11-21T18:00:00.123Z lobby <pc3> salut
 *
 * Ref: RFC 3339.   See also: tools/chat/chat_room.h, fil-chatd(8) */
#ifndef CHAT_CHAT_LOG_H
#define CHAT_CHAT_LOG_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "base/clock.h"
#include "base/name.h"
#include "serve/shared_line.h"

#define CHAT_LOG_QUEUE	1024		/* runs of lines that wait */

struct chat_log_entry {
	struct shared_line *run;	/* a reference */
	char		 time[CLOCK_UTC_SIZE];
	char		 room[NAME_SIZE];
	unsigned long	 lost;		/* lines after it that did not fit */
};

struct chat_log {
	const char	*path;		/* NULL: no log is kept */

	pthread_mutex_t	 lock;		/* level 3, never with late's */
	pthread_cond_t	 wanted;	/* the thread has something to do */
	pthread_cond_t	 ended;		/* it has not any more; monotonic */
	/* guarded by lock: */
	struct chat_log_entry *queue;	/* of CHAT_LOG_QUEUE, a ring */
	size_t		 first, len;
	int		 reopen, stopping, has_ended;

	/* the thread's own: */
	pthread_t	 thread;
	int		 fd;
	char		*text;		/* what is written next */
	size_t		 text_len;
	int		 failing;	/* the last write failed: said once */
	int		 cut;		/* and left half a line */
};

/*
 * chat_log_open - open the file, to write at its end, and start the thread
 *   path   kept, not copied; NULL: all that follows does nothing
 * Returns 0, or -1 with cause.
 * Blocks: for the disk.   Threads: main's, before it becomes another user.
 */
int	chat_log_open(struct chat_log *log, const char *path,
	    struct cause *cause);

/*
 * chat_log_close - write what waits, and end the thread
 *   deadline   of base/clock.h
 * Returns 0, or -1 if the file takes nothing until then: the thread lives on.
 * Blocks: until then.   Threads: main's, when the clients' have ended.
 */
int	chat_log_close(struct chat_log *log, int64_t deadline);

/*
 * chat_log_reopen - open the file of that name anew, soon: it was moved away
 * What goes wrong is logged, and the old file stays in use.
 * Blocks: no.   Threads: safe.
 */
void	chat_log_reopen(struct chat_log *log);

/*
 * chat_log_put - note lines
 *   run   one line or several, each with its CRLF; the log takes a reference
 * Blocks: no.   Threads: safe; a room's lock may be held.
 */
void	chat_log_put(struct chat_log *log, const char *room,
	    struct shared_line *run);

#endif
