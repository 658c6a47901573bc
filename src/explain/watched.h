/* watched.h - the descriptors that one call waits for, and which have news.
 * See also: explain/wrap_poll.c */
#ifndef EXPLAIN_WATCHED_H
#define EXPLAIN_WATCHED_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "explain/call.h"

/* The arguments of select. */
struct watched_sets {
	int		 count;
	fd_set		*in, *out, *other;	/* may be NULL */
};

/* What they held: select writes its answer over the question. */
struct watched_copy {
	fd_set		 in, out, other;
};

/* Before the call: write what it waits for into its args, and for how long
 * (-1: for ever). */
void	watched_poll(struct call *call, const struct pollfd *fds,
	    nfds_t count);
void	watched_select(struct call *call, const struct watched_sets *sets);
void	watched_timeout(struct call *call, int64_t ns);
void	watched_timespec(struct call *call, const struct timespec *time);

/* After it: note which have news. */
void	watched_poll_over(struct call *call, const struct pollfd *fds,
	    nfds_t count);
void	watched_select_over(struct call *call,
	    const struct watched_sets *sets);
void	watched_epoll_over(struct call *call,
	    const struct epoll_event *events);

/* watched_select_now - how many have news now; the sets stay as they are */
int	watched_select_now(const struct watched_sets *sets);

/* watched_save, watched_restore - copy the sets, and back.  A program may have
 * allocated less than an fd_set: no more than count needs is touched. */
void	watched_save(struct watched_copy *copy,
	    const struct watched_sets *sets);
void	watched_restore(const struct watched_copy *copy,
	    const struct watched_sets *sets);

/* epoll_ctl: the descriptor, what for, and the mark by which epoll_wait will
 * name it */
void	watched_epoll_ctl(struct call *call, int epoll, int what, int fd);
void	watched_epoll_kind(struct call *call, uint32_t events);
void	watched_epoll_note(int what, int fd, const struct epoll_event *event);

#endif
