/* sweep.h - remove what uploads left that never ended.
 * Ref: flock(2).   See also: serve/upload.h, tests/check_sweep.c */
#ifndef SERVE_SWEEP_H
#define SERVE_SWEEP_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/cause.h"

/* The one thread that looks for them. */
struct sweep {
	pthread_t	 thread;
	int		 root_fd;
	struct timespec	 before;	/* what is younger is somebody's */
	int		 started;
	atomic_int	 stopping;
};

/*
 * sweep_start - begin to remove what a killed server left below root_fd
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any client's.
 */
int	sweep_start(struct sweep *sweep, int root_fd, struct cause *cause);

/* sweep_end - wait for the thread, which stops where it is.  Takes a zeroed
 * one. */
void	sweep_end(struct sweep *sweep);

#endif
