/* lifecycle.h - signals, and the limits of the process.
 * A signal handler may do almost nothing; these write one byte into a pipe
 * (the self-pipe of select servers), and the main thread does the work when
 * select wakes it.  The pipe is one of the three things that are truly a
 * process's own.
 * Ref: POSIX sigaction, XSH 2.4.3 (what a handler may call).
 * See also: tests/check_lifecycle.c */
#ifndef SERVE_LIFECYCLE_H
#define SERVE_LIFECYCLE_H

#include "base/cause.h"

enum lifecycle_event {
	LIFECYCLE_STOP = 1,		/* SIGINT, SIGTERM */
	LIFECYCLE_RELOAD = 2,		/* SIGHUP */
	LIFECYCLE_REPORT = 4		/* SIGUSR1 */
};

/*
 * lifecycle_start - take over the signals of a server
 * SIGPIPE is ignored: a send to a client that left is an error, not an end.
 * The soft limit of descriptors is raised to the hard one.
 * Returns the end of the pipe to watch (owned by the process), or -1.
 * Blocks: no.   Threads: call before any starts.
 */
int	lifecycle_start(struct cause *cause);

/*
 * lifecycle_end - close the pipe
 * The signals stay taken: a second SIGTERM, as the process ends, must not
 * spoil its exit status.
 * Blocks: no.   Threads: when no other is left.
 */
void	lifecycle_end(void);

/*
 * lifecycle_events - what has come since the last call
 * Returns lifecycle_event bits, 0 for none.
 * Blocks: no.   Threads: the main thread's only.
 */
unsigned lifecycle_events(void);

/*
 * lifecycle_leave_signals - let this thread take no signals
 * Every client's thread calls it first: signals are the main thread's.
 * Blocks: no.   Threads: each for itself.
 */
void	lifecycle_leave_signals(void);

#endif
