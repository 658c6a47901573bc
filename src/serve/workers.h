/* workers.h - threads that are used again.
 * To start a thread and to end it costs more than a short conversation does; so
 * one that has done its work waits for more, for a while.
 * Whatever a work changes of its thread for good (Landlock, an identity) it
 * leaves to the next: unless that changes the same, such works need threads of
 * their own.
 * See also: serve/client_thread.h, tests/check_workers.c */
#ifndef SERVE_WORKERS_H
#define SERVE_WORKERS_H

#include <pthread.h>

#include "base/cause.h"

#define WORKERS_IDLE_MAX	128		/* that wait; more end */

/* One thread. */
struct worker;

struct workers {
	pthread_attr_t	 attr;
	pthread_mutex_t	 lock;		/* level 6 */
	pthread_cond_t	 ended;		/* one of them has */
	/* guarded by lock: */
	struct worker	*idle;		/* the last one first: it is warm */
	int		 idle_len;
	int		 len;		/* of all */
	int		 ending;	/* nobody waits any more */
	int		 ready;		/* workers_init did well */
};

/*
 * workers_init - none yet
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	workers_init(struct workers *workers, struct cause *cause);

/*
 * workers_fini - end those that wait.  Takes a zeroed one.
 * Blocks: until all have ended: none may be at work for long.
 * Threads: main's only.
 */
void	workers_fini(struct workers *workers);

/*
 * workers_run - have a function called by a thread that has nothing to do, or
 * by a new one
 * Returns 0, or an errno value as pthread_create.
 * Blocks: no.   Threads: safe.
 */
int	workers_run(struct workers *workers, void (*run)(void *), void *arg);

/*
 * workers_name - name the calling thread, for ps -L, top -H and gdb
 *   kind, number   "client", 3: "client-3"; "idle", 0: "idle"
 * Blocks: no.   Threads: each for itself.
 */
void	workers_name(const char *kind, unsigned long number);

#endif
