/* interrupt.h - Ctrl-C stops a transfer, and twice the program.
 * A signal that ends the process leaves what is half done: a temporary file, a
 * server in the middle of a sentence.  Held, SIGINT, SIGTERM and SIGHUP only
 * end a wait; the program tidies up, and then lets go of them.
 *
 *	interrupt_hold(&interrupt);
 *	while (interrupt_wait(&interrupt, fd, deadline) == 0)
 *		...			recv what is there, without waiting
 *	interrupt_release(&interrupt);
 *	...				tidy up; another one ends the process
 *	interrupt_obey(&interrupt);
 *
 * Ref: POSIX pselect, pthread_sigmask.   See also: tests/check_interrupt.c */
#ifndef CLIENT_INTERRUPT_H
#define CLIENT_INTERRUPT_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/stream.h"

#define INTERRUPT_SIGNALS	3

struct interrupt {
	int		 held;
	int		 stop_fd;	/* not held, of a thread: once it can be
					 * read, the thread has to end; 0: none
					 */
	sigset_t	 before;	/* the mask */
	struct sigaction actions[INTERRUPT_SIGNALS];
	int		 number;	/* the signal that came; 0: none */
	int		 first;		/* of two, see interrupt_rearm */
};

/*
 * interrupt_hold - from now on those signals only end interrupt_wait
 * One that is ignored (nohup) stays so.
 * Blocks: no.   Threads: the main one, before others start.
 */
void	interrupt_hold(struct interrupt *interrupt);

/*
 * interrupt_wait - wait until a descriptor can be read
 *   deadline   of base/clock.h
 * Returns 0, or -1 with errno: EINTR when one of the signals came, once and
 * again; ETIMEDOUT at the deadline.
 * Blocks: until then.   Threads: that of interrupt_hold.
 */
int	interrupt_wait(struct interrupt *interrupt, int fd, int64_t deadline);

/*
 * interrupt_wait_for - wait until a descriptor is ready, held or not
 *   fd       -1: none, only the deadline ends it
 *   events   POLLIN or POLLOUT of poll(2)
 * Returns as interrupt_wait; not held, the signals act as before, and EINTR is
 * for stop_fd.
 * Blocks: until then.   Threads: that of interrupt_hold; not held, any.
 */
int	interrupt_wait_for(struct interrupt *interrupt, int fd, short events,
	    int64_t deadline);

/*
 * interrupt_recv - stream_recv_within, that the signals end, too
 * Returns as stream_recv_within, or -1 with EINTR.
 * Blocks: until the deadline at most.   Threads: as interrupt_wait_for.
 */
ssize_t	interrupt_recv(struct interrupt *interrupt, struct stream *stream,
	    void *buf, size_t size, int64_t deadline);

/*
 * interrupt_rearm - the signal that came is being dealt with, which may take a
 * while: wait again, until another one comes
 * Blocks: no.   Threads: that of interrupt_hold.
 */
void	interrupt_rearm(struct interrupt *interrupt);

/* interrupt_came_twice - and did another one come? */
int	interrupt_came_twice(const struct interrupt *interrupt);

/* interrupt_release - the signals act as before.  Takes one that holds
 * nothing. */
void	interrupt_release(struct interrupt *interrupt);

/*
 * interrupt_obey - end the process by the signal that came last, if one did
 * So whoever has started it sees what has ended it: a shell ends its loop.
 */
void	interrupt_obey(const struct interrupt *interrupt);

#endif
