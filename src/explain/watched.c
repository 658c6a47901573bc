/* watched.c - lists of descriptors, as a reader wants them.
 * See also: explain/watched.h */
#include "explain/watched.h"

#include <stdatomic.h>
#include <string.h>

#include "explain/catalogue.h"
#include "explain/own.h"

#define SHOWN_MAX	4		/* of a list; the others are counted */
#define MARKS		4096		/* descriptors whose mark is kept */

static void add_news(struct call *, int, int, int *);
static void add_watched(struct call *, int, int, int *);
static size_t bytes_of(const struct watched_sets *);
static void describe(struct call *);
static void epoll_over(struct call *, const struct epoll_event *);
static int fd_of_mark(uint64_t);
static const char *news(int, int);
static void poll_begins(struct call *, const struct watched *);
static void poll_over(struct call *, const struct watched *);
static void select_begins(struct call *, const struct watched *);
static void select_over(struct call *, const struct watched_sets *);

/* By descriptor: the mark that epoll_ctl was given, and 1. */
static atomic_ullong marks[MARKS];
static atomic_uchar is_marked[MARKS];

/* shown: how many stand there already */
static void
add_watched(struct call *call, int fd, int events, int *shown)
{
	struct sock sock;

	if ((*shown)++ >= SHOWN_MAX)
		return;
	words_add(&call->args, *shown > 1 ? ", " : "[");
	sock_get(fd, &sock);
	sock_add(&call->args, fd, &sock, 0, NULL);
	words_add(&call->args, "%s%s", events & POLLIN ? " in" : "",
	    events & POLLOUT ? " out" : "");
}

static void
end_list(struct call *call, int shown)
{
	if (shown == 0)
		words_add(&call->args, "[");
	if (shown > SHOWN_MAX)
		words_add(&call->args, ", ... %d", shown);
	words_add(&call->args, "]");
	call->asked = (size_t)shown;
}

/* What the news of a descriptor is, in words. */
static const char *
news(int fd, int events)
{
	struct sock sock;

	sock_get(fd, &sock);
	if (events & POLLERR)
		return (_(N_("an error")));
	if (events & POLLOUT)
		return (sock.traits & SOCK_CONNECTING ?
		    _(N_("the answer to connect")) :
		    _(N_("room to send")));
	if (!(sock.traits & SOCK_KNOWN))
		return (_(N_("bytes")));
	if (sock.traits & SOCK_LISTENS)
		return (_(N_("a client to accept")));
	return (sock.type == SOCK_DGRAM ? _(N_("a datagram")) :
	    _(N_("bytes, or the end")));
}

static void
add_news(struct call *call, int fd, int events, int *shown)
{
	if ((*shown)++ >= SHOWN_MAX)
		return;
	words_add(&call->note, "%s%d (%s)", *shown > 1 ? ", " : "", fd,
	    news(fd, events));
	if (*shown == SHOWN_MAX && call->result > SHOWN_MAX)
		words_add(&call->note, ", ...");
}

void
watched_begin(struct call *call, const struct watched *watched)
{
	call->what = watched;
	call->describe = describe;
	if (watched->ns == 0)
		call->traits |= NO_WAIT;
}

void
watched_over(struct call *call)
{
	if (call->error == 0 && call->result == 0)
		call->traits |= IS_ZERO;
}

/* What it waits for, and when it is over, what has news. */
static void
describe(struct call *call)
{
	const struct watched *watched = call->what;

	if (call->args.len == 0) {
		if (watched->fds != NULL)
			poll_begins(call, watched);
		else if (watched->events == NULL)
			select_begins(call, watched);
		words_add(&call->args, ", ");
		if (watched->ns < 0)
			words_add(&call->args, "%s", _(N_("for ever")));
		else
			words_seconds(&call->args, watched->ns);
	}
	if (call->traits & BEGINS || call->result <= 0 || call->note.len > 0)
		return;
	if (watched->fds != NULL)
		poll_over(call, watched);
	else if (watched->events == NULL)
		select_over(call, &watched->sets);
	else
		epoll_over(call, watched->events);
}

static void
poll_begins(struct call *call, const struct watched *watched)
{
	const struct pollfd *fds = watched->fds;
	int shown = 0;

	for (nfds_t i = 0; i < watched->fds_count; i++)
		if (fds[i].fd >= 0 && fds[i].events != 0)
			add_watched(call, fds[i].fd, fds[i].events, &shown);
	end_list(call, shown);
}

static void
poll_over(struct call *call, const struct watched *watched)
{
	const struct pollfd *fds = watched->fds;
	int shown = 0;

	for (nfds_t i = 0; i < watched->fds_count; i++)
		if (fds[i].revents != 0)
			add_news(call, fds[i].fd, fds[i].revents, &shown);
}

static int
is_in(int fd, const fd_set *set)
{
	return (set != NULL && FD_ISSET(fd, set));
}

static void
select_begins(struct call *call, const struct watched *watched)
{
	const struct watched_sets *sets = &watched->sets;
	const struct watched_copy *asked = &watched->asked;
	int shown = 0;

	for (int fd = 0; fd < sets->count && fd < FD_SETSIZE; fd++) {
		int events = 0, is_other = sets->other != NULL &&
		    is_in(fd, &asked->other);

		if (sets->in != NULL && is_in(fd, &asked->in))
			events |= POLLIN;
		if (sets->out != NULL && is_in(fd, &asked->out))
			events |= POLLOUT;
		if (events != 0 || is_other)
			add_watched(call, fd, events, &shown);
	}
	end_list(call, shown);
}

static void
select_over(struct call *call, const struct watched_sets *sets)
{
	int shown = 0;

	for (int fd = 0; fd < sets->count && fd < FD_SETSIZE; fd++)
		if (is_in(fd, sets->in) || is_in(fd, sets->out))
			add_news(call, fd, is_in(fd, sets->in) ? POLLIN :
			    POLLOUT, &shown);
}

int
watched_select_now(const struct watched_sets *sets)
{
	struct watched_copy copy;

	/* The kernel would write beyond the copy. */
	if (sets->count > FD_SETSIZE)
		return (0);
	watched_save(&copy, sets);
	return (own_select(sets->count, sets->in == NULL ? NULL : &copy.in,
	    sets->out == NULL ? NULL : &copy.out, sets->other == NULL ? NULL :
	    &copy.other));
}

/* The kernel's unit is a long. */
static size_t
bytes_of(const struct watched_sets *sets)
{
	size_t bits = 8 * sizeof(long);
	size_t count = sets->count < 0 ? 0 : sets->count > FD_SETSIZE ?
	    FD_SETSIZE : (size_t)sets->count;

	return ((count + bits - 1) / bits * sizeof(long));
}

void
watched_save(struct watched_copy *copy, const struct watched_sets *sets)
{
	size_t len = bytes_of(sets);

	if (sets->in != NULL)
		memcpy(&copy->in, sets->in, len);
	if (sets->out != NULL)
		memcpy(&copy->out, sets->out, len);
	if (sets->other != NULL)
		memcpy(&copy->other, sets->other, len);
}

void
watched_restore(const struct watched_copy *copy,
    const struct watched_sets *sets)
{
	size_t len = bytes_of(sets);

	if (sets->in != NULL)
		memcpy(sets->in, &copy->in, len);
	if (sets->out != NULL)
		memcpy(sets->out, &copy->out, len);
	if (sets->other != NULL)
		memcpy(sets->other, &copy->other, len);
}

int64_t
watched_ns(const struct timespec *time)
{
	/* So many seconds are for ever, too: as nanoseconds they overflow. */
	return (time == NULL || time->tv_sec > INT32_MAX ? -1 :
	    time->tv_sec * 1000000000LL + time->tv_nsec);
}

void
watched_epoll_ctl(struct call *call, int epoll, int what, int fd)
{
	struct sock sock;

	sock_get(fd, &sock);
	words_add(&call->args, "%d, %s, ", epoll, what == EPOLL_CTL_ADD ?
	    "EPOLL_CTL_ADD" : what == EPOLL_CTL_MOD ? "EPOLL_CTL_MOD" :
	    "EPOLL_CTL_DEL");
	sock_add(&call->args, fd, &sock, 0, NULL);
}

void
watched_epoll_kind(struct call *call, uint32_t events)
{
	words_add(&call->args, "%s%s", events & EPOLLIN ? " in" : "",
	    events & EPOLLOUT ? " out" : "");
}

void
watched_epoll_note(int what, int fd, const struct epoll_event *event)
{
	if (fd < 0 || fd >= MARKS || what == EPOLL_CTL_DEL)
		return;
	marks[fd] = event->data.u64;
	is_marked[fd] = 1;
}

/* Which descriptor has that mark?  Most programs mark each with its number. */
static int
fd_of_mark(uint64_t mark)
{
	uint64_t number = mark & 0xffffffff;

	if (number < MARKS && is_marked[number] && marks[number] == mark)
		return ((int)number);
	for (int fd = 0; fd < MARKS; fd++)
		if (is_marked[fd] && marks[fd] == mark)
			return (fd);
	return (-1);
}

static void
epoll_over(struct call *call, const struct epoll_event *events)
{
	int shown = 0;

	for (long long i = 0; i < call->result && i < SHOWN_MAX; i++)
		add_news(call, fd_of_mark(events[i].data.u64),
		    (int)events[i].events, &shown);
}
