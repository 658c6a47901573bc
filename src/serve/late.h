/* late.h - the one thread that waits for clients whose socket is full.
 * Every other thread flushes without waiting and goes on.  What a socket did
 * not take is left to this thread: it polls all such sockets, sends on when
 * there is room, and drops a client that takes nothing for too long.  It is
 * started when it is first needed.
 *
 *	late_init(&late, &cause)
 *	...				server_run, server_drain
 *	late_fini(&late)
 *
 * See also: serve/outbox.h, tests/check_outbox.c */
#ifndef SERVE_LATE_H
#define SERVE_LATE_H

#include <poll.h>
#include <pthread.h>
#include <stddef.h>

#include "base/cause.h"
#include "serve/crowd.h"

struct outbox;

struct late {
	struct crowd	 crowd;
	int		 wake_pipe[2];

	pthread_mutex_t	 lock;		/* level 3 */
	/* guarded by lock: */
	struct outbox	*first;		/* all in state OUTBOX_LATE */
	pthread_t	 thread;
	int		 started, stopping;
	int		 polling;	/* the thread waits */
	int		 woken;		/* and has a byte in the pipe */

	/* the thread's own: */
	struct pollfd	*polled;	/* the pipe, then the outboxes */
	size_t		 polled_size;

	int		 ready;		/* late_init did well */
};

/*
 * late_init - nobody is late yet, and no thread is started
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	late_init(struct late *late, struct cause *cause);

/*
 * late_fini - end the thread; all outboxes must have gone
 * Takes a zeroed one.
 * Blocks: for a moment.   Threads: main's, when the clients' have ended.
 */
void	late_fini(struct late *late);

/*
 * late_watch_locked - take over an outbox in which lines wait
 * The caller holds late.lock, then the outbox's, and had promised it.
 * Returns 0, or -1 if the thread cannot be started.
 * Blocks: no.
 */
int	late_watch_locked(struct late *late, struct outbox *outbox);

/*
 * late_forget_locked - give a watched outbox back; both locks are held
 * Blocks: no.
 */
void	late_forget_locked(struct late *late, struct outbox *outbox);

#endif
