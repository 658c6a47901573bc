/* wire.c - the socket of one transfer, and who may talk on it.
 * See also: tools/tftp/wire.h, tests/check_tftp_wire.c */
#include "config.h"

#if HAVE_DECL_SO_RCVBUFFORCE || HAVE_DECL_IP_RECVERR
#define _GNU_SOURCE
#endif
#include "tools/tftp/wire.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "proto/tftp_packet.h"

#define LEAST_PATIENCE_US	1000

static void hear_refusals(struct wire *, int);
static int is_peer(struct wire *, const struct address *);
static ssize_t recv_some(struct wire *, struct burst *, struct address *,
    int64_t);
static int set_patience(struct wire *, int64_t);
static void tell_stranger(struct wire *, const struct burst *,
    const struct address *);
static void wait_until(struct wire *, int64_t);
static void wire_trace(struct wire *, int, const struct burst *);

void
wire_init(struct wire *wire, int fd, const struct address *peer, int any_port)
{
	*wire = (struct wire){ .fd = fd, .peer = *peer, .any_port = any_port,
	    .now_us = clock_now_us() };
	if (any_port)
		hear_refusals(wire, 1);
}

/* Root may have more than net.core.rmem_max. */
size_t
wire_hold(struct wire *wire, size_t bytes)
{
	int size = bytes < INT_MAX / 2 ? (int)bytes : INT_MAX / 2;
	int held = 0;
	socklen_t len = sizeof(held);

	if (getsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &held, &len) == 0 &&
	    held >= size)
		return ((size_t)held);
#if HAVE_DECL_SO_RCVBUFFORCE
	if (setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
	    sizeof(size)) == -1)
#endif
		setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &size,
		    sizeof(size));
	getsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &held, &len);
	return ((size_t)held);
}

/* Buffers come in powers of two, and each has a head. */
size_t
wire_cost(size_t blksize)
{
	return (2 * blksize + 1024);
}

int
wire_send(struct wire *wire, const struct burst *burst)
{
	if (wire->hooks.trace != NULL)
		wire_trace(wire, 1, burst);
	if (wire->hooks.count != NULL)
		wire->hooks.count(wire->hooks.context, 0, burst->len);
	wire->has_sent = 1;
	if (burst_send(wire->fd, &wire->peer, burst, &wire->singly) == 0)
		return (0);
	return (errno == ENOBUFS || errno == EAGAIN || errno == ENOMEM ||
	    errno == EINTR || errno == EPERM || errno == ECONNREFUSED ?
	    0 : -1);
}

int
wire_send_one(struct wire *wire, const void *packet, size_t len)
{
	return (wire_send(wire,
	    &(struct burst){ .packets = packet, .len = len, .size = len }));
}

ssize_t
wire_recv(struct wire *wire, void *buf, size_t size, int64_t until_us)
{
	for (;;) {
		struct address from = { .len = sizeof(from.storage) };
		struct burst came = { .packets = buf, .size = size };
		ssize_t n = recv_some(wire, &came, &from, until_us);

		wire->now_us = clock_now_us();
		if (wire->hooks.stopped != NULL &&
		    wire->hooks.stopped(wire->hooks.context)) {
			errno = ECANCELED;
			return (-1);
		}
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK) &&
		    wire->now_us >= until_us)
			errno = ETIMEDOUT;
		if (n == -1 && errno != EAGAIN && errno != EWOULDBLOCK &&
		    errno != EINTR && (wire->any_port ||
		    errno != ECONNREFUSED))
			return (-1);
		/* A socket that was shut down gives 0 bytes of nobody. */
		if (n == -1 || from.len == 0)
			continue;
		came.len = came.size = (size_t)n;
		if (is_peer(wire, &from)) {
			if (wire->hooks.trace != NULL)
				wire_trace(wire, 0, &came);
			if (wire->hooks.count != NULL)
				wire->hooks.count(wire->hooks.context,
				    came.len, 0);
			return (n);
		}
		tell_stranger(wire, &came, &from);
		if (wire->now_us >= until_us) {
			errno = ETIMEDOUT;
			return (-1);
		}
	}
}

/* One packet, if one comes in time.  A blocking recvfrom ends by the socket's
 * time-out, which is set only when the wait has changed by much.  Whoever has
 * just sent something gives the other transfers their turn first: with many of
 * them the answer is there by then, and nobody goes to sleep to be woken at
 * once. */
static ssize_t
recv_some(struct wire *wire, struct burst *room, struct address *from,
    int64_t until_us)
{
	void *buf = (void *)room->packets;
	const struct wire_hooks *hooks = &wire->hooks;
	ssize_t n;

	if (hooks->wait == NULL) {
		if (wire->has_sent)
			sched_yield();
		wire->has_sent = 0;
		if (set_patience(wire, until_us - wire->now_us) == -1)
			wait_until(wire, until_us);
		return (recvfrom(wire->fd, buf, room->size,
		    wire->patience_us > 0 ? 0 : MSG_DONTWAIT, &from->sa,
		    &from->len));
	}
	n = recvfrom(wire->fd, buf, room->size, MSG_DONTWAIT, &from->sa,
	    &from->len);
	if (n != -1 || (errno != EAGAIN && errno != EWOULDBLOCK))
		return (n);
	if (hooks->wait(hooks->context, wire->fd,
	    (until_us + 999) / 1000) == -1) {
		if (errno == EINTR)
			errno = ECANCELED;
		return (-1);
	}
	from->len = sizeof(from->storage);
	return (recvfrom(wire->fd, buf, room->size, MSG_DONTWAIT, &from->sa,
	    &from->len));
}

/* Returns -1 if the socket takes no time-out: it might wait for ever. */
static int
set_patience(struct wire *wire, int64_t wait_us)
{
	struct timeval wait;

	if (wait_us < LEAST_PATIENCE_US)
		wait_us = LEAST_PATIENCE_US;
	if (wire->patience_us - wire->patience_us / 8 <= wait_us &&
	    wait_us <= wire->patience_us + wire->patience_us / 8)
		return (0);
	wait = (struct timeval){ .tv_sec = (time_t)(wait_us / 1000000),
	    .tv_usec = (suseconds_t)(wait_us % 1000000) };
	wire->patience_us = 0;
	if (setsockopt(wire->fd, SOL_SOCKET, SO_RCVTIMEO, &wait,
	    sizeof(wait)) == -1)
		return (-1);
	wire->patience_us = wait_us;
	return (0);
}

static void
wait_until(struct wire *wire, int64_t until_us)
{
	struct pollfd pfd = { .fd = wire->fd, .events = POLLIN };

	poll(&pfd, 1, clock_poll_ms((until_us + 999) / 1000));
}

/* RFC 1350 4: the source port of the first answer is the server's transfer
 * identifier.  The address must be the one that was asked. */
static int
is_peer(struct wire *wire, const struct address *from)
{
	struct address asked = *from;

	if (!wire->any_port)
		return (address_equal(from, &wire->peer));
	address_set_port(&asked, address_port(&wire->peer));
	if (!address_equal(&asked, &wire->peer))
		return (0);
	wire->peer = *from;
	wire->any_port = 0;
	hear_refusals(wire, 0);
	return (1);
}

/* Only a connected socket is told that nobody listens there, unless Linux is
 * asked.  Once somebody has answered, the timer is the better judge. */
static void
hear_refusals(struct wire *wire, int on)
{
#if HAVE_DECL_IP_RECVERR
	if (wire->peer.sa.sa_family == AF_INET6)
		setsockopt(wire->fd, IPPROTO_IPV6, IPV6_RECVERR, &on,
		    sizeof(on));
	else
		setsockopt(wire->fd, IPPROTO_IP, IP_RECVERR, &on,
		    sizeof(on));
#else
	(void)wire, (void)on;
#endif
}

/* Not a stranger's ERROR: two could tell each other for ever.  And not for
 * ever: the stranger's address may be forged. */
static void
tell_stranger(struct wire *wire, const struct burst *came,
    const struct address *from)
{
	struct tftp_packet packet;
	uint8_t error[64];
	size_t len;

	if (tftp_packet_parse(came->packets, came->len, &packet) ==
	    TFTP_SHORT || packet.opcode == TFTP_ERROR ||
	    wire->strangers == WIRE_STRANGERS ||
	    !address_is_unicast(from))
		return;
	wire->strangers++;
	len = tftp_build_error(error, sizeof(error), TFTP_UNKNOWN_TRANSFER,
	    NULL);
	sendto(wire->fd, error, len, MSG_NOSIGNAL, &from->sa, from->len);
}

static void
wire_trace(struct wire *wire, int sent, const struct burst *burst)
{
	size_t at = 0;

	do {
		size_t left = burst->len - at;

		wire->hooks.trace(wire->hooks.context, sent,
		    burst->packets + at,
		    left < burst->size ? left : burst->size);
		at += burst->size;
	} while (at < burst->len);
}
