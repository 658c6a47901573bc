/* sweep.h - the names of uploads under way, and what a killed server left.
 * An upload is written under a reserved name beside its own, and renamed when
 * it is whole.  Who writes it holds a lock on it, which ends with the process:
 * such a file without a lock is nobody's any more, and is removed when a server
 * starts.
 * Ref: flock(2).   See also: tools/ftpd/upload.h */
#ifndef FTPD_SWEEP_H
#define FTPD_SWEEP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include "base/cause.h"

#define RESERVED_PREFIX		".fil-ftpd-"
#define RESERVED_NAME_SIZE	32

/* The one thread that looks for them. */
struct sweep {
	pthread_t	 thread;
	int		 root_fd;
	struct timespec	 before;	/* what is younger is somebody's */
	int		 started;
	atomic_int	 stopping;
};

/* reserved_name - a name that nobody else has; 0, or -1 with errno. */
int	reserved_name(char name[RESERVED_NAME_SIZE]);

/* reserved_is - is this the name of such a file? */
int	reserved_is(const char *name);

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
