/* relay.c - a conversation between two streams, one thread a direction.
 * See also: net/relay.h, net/relay_state.h, tests/check_relay.c */
#include "net/relay.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "net/relay_state.h"

#define STUCK_MS	100		/* in a send, when all is over */

static void relay_end(struct relay_direction *);
static void relay_leave(struct relay *);

const struct relay_link relay_plain = { relay_recv, relay_send };

void
relay_carry(struct relay_direction *way)
{
	char block[RELAY_SIZE];
	ssize_t n;

	do
		n = way->link->recv(way, block, sizeof(block));
	while (n > 0 && way->link->send(way, block, (size_t)n) == 0);
	if (n == 0)
		relay_end(way);
	relay_leave(way->relay);
}

ssize_t
relay_recv(struct relay_direction *way, void *buf, size_t size)
{
	struct relay *relay = way->relay;
	ssize_t n;

	if (relay->idle_ms != 0)
		return (relay_recv_within(way, buf, size, CLOCK_NEVER));
	if (atomic_load(&relay->broken))
		return (-1);
	if ((n = stream_recv(way->from, buf, size)) == -1)
		relay_fail(relay, way->from, "recv");
	return (n == 0 && relay_was_reset(way) ? -1 : n);
}

int
relay_send(struct relay_direction *way, const void *buf, size_t len)
{
	int result;

	atomic_store(&way->sending, 1);
	result = stream_send_all(way->to, buf, len);
	atomic_store(&way->sending, 0);
	if (result == -1)
		relay_fail(way->relay, way->to, "send");
	else
		relay_moved(way, len);
	return (result);
}

/* One side has said all: pass on just that.  Its socket stays open, for what
 * the other side still says goes there. */
static void
relay_end(struct relay_direction *way)
{
	struct relay *relay = way->relay;

	pthread_mutex_lock(&relay->lock);
	way->ended = 1;
	if (relay->fate.end == RELAY_OPEN)
		relay->fate = (struct relay_fate){ .end = RELAY_CLOSED,
		    .side = way->from };
	pthread_mutex_unlock(&relay->lock);
	relay_moved(way, 0);
	/* A goodbye of TLS is bytes, and waits for its reader as they do. */
	if (way->to->tls == NULL || relay_await_room(way) == 0)
		stream_end(way->to);
}

/* The kernel tells a reset once, to the thread that asks first; to the other
 * one it looks like an end.  But a socket of which we have not shut our half,
 * and which is shut both ways, was reset. */
int
relay_was_reset(struct relay_direction *way)
{
	struct relay *relay = way->relay;
	struct relay_direction *back = way == &relay->up ? &relay->down :
	    &relay->up;
	struct pollfd pfd = { .fd = way->from->fd };

	pthread_mutex_lock(&relay->lock);
	if (!back->ended && way->from->tls == NULL &&
	    poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLHUP))
		relay_break_locked(relay, (struct relay_fate){ RELAY_RESET,
		    way->from, "recv", ECONNRESET });
	pthread_mutex_unlock(&relay->lock);
	return (atomic_load(&relay->broken));
}

/* Both peers shall see a reset, and no ordinary end before it: SO_LINGER 0
 * makes of close a reset, and SHUT_RD, which wakes a recv, is not told to
 * peers. */
void
relay_break_locked(struct relay *relay, struct relay_fate fate)
{
	if (relay->left == 2 || atomic_exchange(&relay->broken, 1))
		return;
	relay->fate = fate;
	if (fate.end != RELAY_DROPPED)
		relay_reset_at_close(relay);
	relay_shutdown(relay, fate.end == RELAY_DROPPED ? SHUT_RDWR : SHUT_RD);
	pthread_cond_broadcast(&relay->changed);
}

/* Who closes?  The last one out: the first one waits, and sees to it that the
 * other comes.  Out of a send that nobody reads it comes by a shutdown, of
 * which that reader hears only if it reads again. */
static void
relay_leave(struct relay *relay)
{
	int64_t deadline, half_close_ms = relay->half_close_ms;

	pthread_mutex_lock(&relay->lock);
	relay->left++;
	while (relay->left == 1 && !relay->broken) {
		deadline = relay_deadline(relay, half_close_ms);
		if (relay_await_locked(relay, deadline) == -1 &&
		    relay_deadline(relay, half_close_ms) <= deadline)
			relay_break_locked(relay,
			    (struct relay_fate){ .end = RELAY_HALF_CLOSED });
	}
	while (relay->left == 1)
		if (relay_await_locked(relay, clock_deadline(STUCK_MS)) == -1)
			relay_unstick(relay);
	relay->out++;
	pthread_cond_broadcast(&relay->changed);
	pthread_mutex_unlock(&relay->lock);
}
