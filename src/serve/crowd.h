/* crowd.h - speakers wait while lines are sent more slowly than placed.
 * To place a line costs far less than to send it: a few speakers could fill the
 * queue of a client that reads as fast as it is sent to, and have it dropped
 * as too slow.  An outbox that fills although its socket takes is crowded, and
 * while any is, nobody says more.  Whoever flushes it waits for nothing, so it
 * eases soon; one whose socket is full is not counted, so that no client makes
 * a speaker wait.
 * See also: serve/outbox.h, serve/room.c, tests/check_outbox.c */
#ifndef SERVE_CROWD_H
#define SERVE_CROWD_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/cause.h"

struct crowd {
	pthread_mutex_t	 lock;		/* level 5 */
	pthread_cond_t	 eased;
	atomic_int	 len;		/* crowded outboxes; changed under
					 * lock */
};

/*
 * crowd_init - nothing is crowded
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	crowd_init(struct crowd *crowd, struct cause *cause);

/* crowd_fini - nobody waits any more. */
void	crowd_fini(struct crowd *crowd);

/*
 * crowd_change - one crowded outbox more (1), or one less (-1)
 * Blocks: no.   Threads: safe; who holds an outbox's lock.
 */
void	crowd_change(struct crowd *crowd, int change);

/*
 * crowd_wait - wait until nothing is crowded
 * Another speaker may be quicker: look again by crowd_is_empty, under the lock
 * that speakers share.
 * Blocks: for other threads' sends, never for a client.
 * Threads: who holds no lock and has promised no outbox.
 */
void	crowd_wait(struct crowd *crowd);

/*
 * crowd_is_empty - may a speaker go on?
 * Blocks: no.   Threads: safe.
 */
int	crowd_is_empty(struct crowd *crowd);

/*
 * crowd_pass_on - after crowd_wait: one waits no more, the next may try
 * One by one, or a thousand would wake to find the room taken.
 * Blocks: no.   Threads: safe.
 */
void	crowd_pass_on(struct crowd *crowd);

#endif
