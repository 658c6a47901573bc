/* wrap_poll.c - poll, select and epoll: one wait for many descriptors.
 * The kernel never starts these again after a signal; if that was only the one
 * that asks for our table, we do.  See also: explain/wrap.h */
#include "explain/wrap.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "explain/output.h"
#include "explain/own.h"
#include "explain/real.h"
#include "explain/watched.h"

#define SECOND_NS	1000000000LL
#define TIME_MAX_S	INT32_MAX	/* 68 years: for ever */

static int ms_left(const struct call *, int);
static void sets_begin(struct call *, struct watched *, struct watched_sets,
    int64_t);
static const struct timespec *time_left(const struct call *,
    const struct timespec *, struct timespec *);

/* A time to wait, less what has passed; negative is for ever. */
static int
ms_left(const struct call *call, int ms)
{
	int64_t passed = output_now(CLOCK_MONOTONIC) - call->begin_ns;

	if (ms <= 0)
		return (ms);
	passed /= 1000000;
	return (passed < ms ? (int)(ms - passed) : 0);
}

/* The same of a timespec, put into *left; NULL, and what adds up to more than
 * anybody waits, stay what they are. */
static const struct timespec *
time_left(const struct call *call, const struct timespec *time,
    struct timespec *left)
{
	int64_t ns;

	if (time == NULL || time->tv_sec > TIME_MAX_S)
		return (time);
	ns = time->tv_sec * SECOND_NS + time->tv_nsec -
	    (output_now(CLOCK_MONOTONIC) - call->begin_ns);
	left->tv_sec = ns > 0 ? ns / SECOND_NS : 0;
	left->tv_nsec = ns > 0 ? ns % SECOND_NS : 0;
	return (left);
}

WRAPPER int
poll(struct pollfd *fds, nfds_t count, int ms)
{
	struct watched watched = { .ns = ms < 0 ? -1 : ms * 1000000LL,
	    .fds = fds, .fds_count = count };
	unsigned signals = wrap_table_signals();
	struct call call;
	int result, left = ms;

	call_begin(&call, CALL_POLL, -1);
	watched_begin(&call, &watched);
	if (ms != 0 && (call_is_worn(&call) || own_poll(fds, count, 0) == 0))
		call_waits(&call, 0);
	do {
		result = real()->poll(fds, count, left);
		left = ms_left(&call, ms);
	} while (wrap_again(result, &signals));
	call_result(&call, result);
	watched_over(&call);
	return ((int)call_end(&call, result));
}

WRAPPER int
__poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t size)
{
	if (count > size / sizeof(*fds))
		return (real()->__poll_chk(fds, count, ms, size));
	return (poll(fds, count, ms));
}

WRAPPER int
ppoll(struct pollfd *fds, nfds_t count, const struct timespec *time,
    const sigset_t *mask)
{
	struct watched watched = { .ns = watched_ns(time), .fds = fds,
	    .fds_count = count };
	unsigned signals = wrap_table_signals();
	const struct timespec *wait = time;
	struct timespec left;
	struct call call;
	int result;

	call_begin(&call, CALL_PPOLL, -1);
	watched_begin(&call, &watched);
	if (watched.ns != 0 && (call_is_worn(&call) ||
	    own_poll(fds, count, 0) == 0))
		call_waits(&call, 0);
	do {
		result = real()->ppoll(fds, count, wait, mask);
		wait = time_left(&call, time, &left);
	} while (wrap_again(result, &signals));
	call_result(&call, result);
	watched_over(&call);
	return ((int)call_end(&call, result));
}

WRAPPER int
__ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *time,
    const sigset_t *mask, size_t size)
{
	if (count > size / sizeof(*fds))
		return (real()->__ppoll_chk(fds, count, time, mask, size));
	return (ppoll(fds, count, time, mask));
}

/* What select and pselect have in common before they wait. */
static void
sets_begin(struct call *call, struct watched *watched,
    struct watched_sets sets, int64_t ns)
{
	watched->ns = ns;
	watched->fds = NULL;
	watched->events = NULL;
	watched->sets = sets;
	watched_save(&watched->asked, &sets);
	watched_begin(call, watched);
	if (ns != 0 && (call_is_worn(call) || watched_select_now(&sets) == 0))
		call_waits(call, 0);
}

WRAPPER int
select(int count, fd_set *in, fd_set *out, fd_set *other,
    struct timeval *time)
{
	struct watched watched;
	unsigned signals = wrap_table_signals();
	struct call call;
	int result;

	call_begin(&call, CALL_SELECT, -1);
	sets_begin(&call, &watched, (struct watched_sets){ count, in, out,
	    other }, time == NULL || time->tv_sec > TIME_MAX_S ? -1 :
	    time->tv_sec * SECOND_NS + time->tv_usec * 1000LL);
	/* Linux leaves in *time what is left of it. */
	do {
		watched_restore(&watched.asked, &watched.sets);
		result = real()->select(count, in, out, other, time);
	} while (wrap_again(result, &signals));
	call_result(&call, result);
	watched_over(&call);
	return ((int)call_end(&call, result));
}

WRAPPER int
pselect(int count, fd_set *in, fd_set *out, fd_set *other,
    const struct timespec *time, const sigset_t *mask)
{
	struct watched watched;
	const struct timespec *wait = time;
	struct timespec left;
	unsigned signals = wrap_table_signals();
	struct call call;
	int result;

	call_begin(&call, CALL_PSELECT, -1);
	sets_begin(&call, &watched, (struct watched_sets){ count, in, out,
	    other }, watched_ns(time));
	do {
		watched_restore(&watched.asked, &watched.sets);
		result = real()->pselect(count, in, out, other, wait, mask);
		wait = time_left(&call, time, &left);
	} while (wrap_again(result, &signals));
	call_result(&call, result);
	watched_over(&call);
	return ((int)call_end(&call, result));
}

WRAPPER int
epoll_wait(int fd, struct epoll_event *events, int max, int ms)
{
	return (epoll_pwait(fd, events, max, ms, NULL));
}

/* Whether news is there is asked of the epoll itself: that takes none away. */
WRAPPER int
epoll_pwait(int fd, struct epoll_event *events, int max, int ms,
    const sigset_t *mask)
{
	struct watched watched = { .ns = ms < 0 ? -1 : ms * 1000000LL,
	    .events = events };
	unsigned signals = wrap_table_signals();
	struct pollfd one = { .fd = fd, .events = POLLIN };
	struct call call;
	int result, left = ms;

	call_begin(&call, mask == NULL ? CALL_EPOLL_WAIT : CALL_EPOLL_PWAIT,
	    -1);
	call.fd = fd;
	watched_begin(&call, &watched);
	if (ms != 0 && (call_is_worn(&call) || own_poll(&one, 1, 0) == 0))
		call_waits(&call, 0);
	do {
		result = real()->epoll_pwait(fd, events, max, left, mask);
		left = ms_left(&call, ms);
	} while (wrap_again(result, &signals));
	call_result(&call, result);
	watched_over(&call);
	return ((int)call_end(&call, result));
}

WRAPPER int
epoll_create(int size)
{
	struct call call;
	int fd;

	call_begin(&call, CALL_EPOLL_CREATE, -1);
	call.traits |= HAS_NOTE;
	fd = real()->epoll_create(size);
	call_result(&call, fd);
	call.new_fd = fd;
	sock_new_epoll(fd);
	return ((int)call_end(&call, fd));
}

WRAPPER int
epoll_create1(int flags)
{
	struct call call;
	int fd;

	call_begin(&call, CALL_EPOLL_CREATE, -1);
	call.traits |= HAS_NOTE;
	fd = real()->epoll_create1(flags);
	call_result(&call, fd);
	call.new_fd = fd;
	sock_new_epoll(fd);
	return ((int)call_end(&call, fd));
}

WRAPPER int
epoll_ctl(int epoll, int what, int fd, struct epoll_event *event)
{
	struct call call;
	int result;

	call_begin(&call, CALL_EPOLL_CTL, -1);
	watched_epoll_ctl(&call, epoll, what, fd);
	if (what != EPOLL_CTL_DEL && event != NULL)
		watched_epoll_kind(&call, event->events);
	result = real()->epoll_ctl(epoll, what, fd, event);
	if (what == EPOLL_CTL_ADD)
		call.traits |= IS_ADDED;
	call_result(&call, result);
	if (result == 0 && event != NULL)
		watched_epoll_note(what, fd, event);
	return ((int)call_end(&call, result));
}
