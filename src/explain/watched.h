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

/* What a call waits for: fds, or sets, or what an epoll has seen. */
struct watched {
	int64_t		 ns;		/* how long; -1: for ever */
	const struct pollfd *fds;
	nfds_t		 fds_count;
	struct watched_sets sets;
	struct watched_copy asked;	/* of sets */
	const struct epoll_event *events;
};

/*
 * watched_begin - before the call: what it waits for
 *   watched   stays, with all that it points to, until the call is told
 * watched_over - after call_result: has it found nothing?
 */
void	watched_begin(struct call *call, const struct watched *watched);
void	watched_over(struct call *call);

/* watched_ns - how long; NULL: for ever */
int64_t	watched_ns(const struct timespec *time);

/* watched_select_now - how many have news now; the sets stay as they are.
 * A program may have made sets of more than FD_SETSIZE: 0, it is not looked. */
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
