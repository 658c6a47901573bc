/* relay_state.c - what the two threads of a relay share: its fate, its waits.
 * See also: net/relay_state.h, tests/check_relay.c */
#include "net/relay_state.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "net/io.h"

#define LOOK_MS		100		/* is it broken meanwhile? */

int
relay_init(struct relay *relay, struct stream *client,
    struct stream *upstream, struct cause *cause)
{
	int error;

	*relay = (struct relay){ .moved_ms = clock_now_ms(),
	    .up = { .relay = relay, .from = client, .to = upstream,
	    .link = &relay_plain, .bytes = &relay->up_bytes },
	    .down = { .relay = relay, .from = upstream, .to = client,
	    .link = &relay_plain, .bytes = &relay->down_bytes } };
	relay->active_ms = &relay->moved_ms;
	error = clock_cond_init(&relay->changed);
	if (error != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		return (-1);
	}
	if ((error = pthread_mutex_init(&relay->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		pthread_cond_destroy(&relay->changed);
		return (-1);
	}
	return (0);
}

void
relay_fini(struct relay *relay)
{
	pthread_mutex_lock(&relay->lock);
	while (relay->out < relay->left)
		pthread_cond_wait(&relay->changed, &relay->lock);
	pthread_mutex_unlock(&relay->lock);
	pthread_mutex_destroy(&relay->lock);
	pthread_cond_destroy(&relay->changed);
}

/* Silence in this direction is no idleness while the other one is busy. */
ssize_t
relay_recv_within(struct relay_direction *way, void *buf, size_t size,
    int64_t deadline)
{
	struct relay *relay = way->relay;
	ssize_t n = -1;

	while (n == -1) {
		int64_t idle = relay_deadline(relay, relay->idle_ms);
		int late;

		if (atomic_load(&relay->broken))
			return (-1);
		n = stream_recv_within(way->from, buf, size,
		    idle < deadline ? idle : deadline);
		late = n == -1 && errno == ETIMEDOUT;
		if (late && clock_poll_ms(deadline) == 0)
			return (-1);
		if (n == -1 && (!late ||
		    relay_deadline(relay, relay->idle_ms) <= idle))
			relay_fail(relay, way->from, "recv");
	}
	return (n == 0 && relay_was_reset(way) ? -1 : n);
}

int
relay_await_room(struct relay_direction *way)
{
	struct relay *relay = way->relay;

	while (!atomic_load(&relay->broken)) {
		if (wait_for(way->to->fd, POLLOUT,
		    clock_deadline(LOOK_MS)) == 0)
			return (0);
		if (errno != ETIMEDOUT || clock_poll_ms(
		    relay_deadline(relay, relay->idle_ms)) == 0)
			relay_fail(relay, way->to, "send");
	}
	return (-1);
}

/* One thread writes it: load and store cost less than an addition. */
void
relay_moved(struct relay_direction *way, size_t len)
{
	uint64_t bytes = atomic_load_explicit(way->bytes,
	    memory_order_relaxed);

	atomic_store_explicit(way->bytes, bytes + len, memory_order_relaxed);
	atomic_store_explicit(way->relay->active_ms, clock_now_ms(),
	    memory_order_relaxed);
}

void
relay_fail(struct relay *relay, const struct stream *side,
    const char *primitive)
{
	struct relay_fate fate = { RELAY_RESET, side, primitive, errno };

	/* The time-outs of sockets (EAGAIN) and our own. */
	if (errno == EAGAIN || errno == EWOULDBLOCK ||
	    (errno == ETIMEDOUT && relay->idle_ms != 0))
		fate.end = RELAY_IDLE;
	pthread_mutex_lock(&relay->lock);
	relay_break_locked(relay, fate);
	pthread_mutex_unlock(&relay->lock);
}

void
relay_break(struct relay *relay, enum relay_end end)
{
	pthread_mutex_lock(&relay->lock);
	relay_break_locked(relay, (struct relay_fate){ .end = end });
	pthread_mutex_unlock(&relay->lock);
}

int
relay_wait(struct relay *relay, int64_t deadline)
{
	int broken;

	pthread_mutex_lock(&relay->lock);
	while (!(broken = atomic_load(&relay->broken)) &&
	    relay_await_locked(relay, deadline) == 0)
		;
	pthread_mutex_unlock(&relay->lock);
	return (broken ? -1 : 0);
}

/* POLLHUP is no reset: it also tells that both halves were closed, in peace. */
void
relay_hold(struct relay_direction *way)
{
	struct relay *relay = way->relay;
	struct pollfd pfd = { .fd = way->from->fd };

	do {
		int64_t idle = relay_deadline(relay, relay->idle_ms);
		int reset = poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLERR);

		errno = reset ? ECONNRESET : ETIMEDOUT;
		if (reset || clock_poll_ms(idle) == 0)
			relay_fail(relay, way->from, "poll");
	} while (relay_wait(relay, clock_deadline(LOOK_MS)) == 0);
}

int
relay_await_locked(struct relay *relay, int64_t deadline)
{
	struct timespec until = clock_timespec(deadline);

	if (deadline == CLOCK_NEVER)
		return (pthread_cond_wait(&relay->changed, &relay->lock) == 0 ?
		    0 : -1);
	return (pthread_cond_timedwait(&relay->changed, &relay->lock,
	    &until) == 0 ? 0 : -1);
}

int64_t
relay_deadline(const struct relay *relay, int64_t limit_ms)
{
	return (limit_ms == 0 ? CLOCK_NEVER :
	    atomic_load(relay->active_ms) + limit_ms);
}

void
relay_reset_at_close(const struct relay *relay)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(relay->up.from->fd, SOL_SOCKET, SO_LINGER, &reset,
	    sizeof(reset));
	setsockopt(relay->up.to->fd, SOL_SOCKET, SO_LINGER, &reset,
	    sizeof(reset));
}

void
relay_shutdown(const struct relay *relay, int how)
{
	shutdown(relay->up.from->fd, how);
	shutdown(relay->up.to->fd, how);
}

void
relay_unstick(const struct relay *relay)
{
	if (atomic_load(&relay->up.sending))
		shutdown(relay->up.to->fd, SHUT_RDWR);
	if (atomic_load(&relay->down.sending))
		shutdown(relay->down.to->fd, SHUT_RDWR);
}
