/* mux.h - one select() over listeners, UDP sockets and the wake pipe.
 * select can watch descriptors below FD_SETSIZE only, and a bit set beyond it
 * writes into other memory.  So it watches the few descriptors that are
 * opened at the start; clients have threads and are never watched here.
 * Ref: POSIX select.   See also: tests/check_mux.c */
#ifndef NET_MUX_H
#define NET_MUX_H

#include <stdint.h>
#include <sys/select.h>

#include "base/cause.h"

/* Whoever owns it does all three; it has no lock. */
struct mux {
	fd_set		 watched;
	int		 max_fd;
};

/* mux_init - watch nothing yet. */
void	mux_init(struct mux *mux);

/*
 * mux_watch - watch a descriptor for reading
 * Returns 0, or -1 with cause (EMFILE: it is not below FD_SETSIZE).
 * Blocks: no.   Threads: the owner's only.
 */
int	mux_watch(struct mux *mux, int fd, struct cause *cause);

/* mux_ignore - watch it no more (for a while, or for good). */
void	mux_ignore(struct mux *mux, int fd);

/*
 * mux_wait - wait until one can be read, or a moment comes
 *   ready      receives those that can be read (FD_ISSET)
 *   deadline   of base/clock.h
 * Returns how many are ready, 0 at the deadline or after a signal, or -1 with
 * errno.
 * Blocks: until then.   Threads: the owner's only.
 */
int	mux_wait(const struct mux *mux, fd_set *ready, int64_t deadline);

#endif
