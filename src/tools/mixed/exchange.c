/* exchange.c - one message to a server, and its reply.
 * See also: tools/mixed/exchange.h, tests/system/mixed.py */
#include "tools/mixed/exchange.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/address.h"
#include "net/dial.h"
#include "net/io.h"

#define QUIET_MS	500		/* silence that ends a TCP reply */
#define UDP_TRIES	3
#define UDP_FIRST_MS	1000		/* doubles with each try */

/* One message on its way to one address. */
struct attempt {
	const struct exchange_request *request;
	int		 fd;
	struct address	 peer;
	int64_t		 deadline;
	struct cause	*cause;
};

static ssize_t attempt_fail(const struct attempt *, const char *, int);
static int attempt_send(const struct attempt *);
static ssize_t attempt_said(const struct attempt *, const char *);
static int exchange_lookup(const struct exchange_request *, int,
    struct address_list *, struct cause *);
static int64_t sooner(int64_t, int64_t);
static ssize_t tcp_ask(struct attempt *, char *, size_t);
static ssize_t tcp_receive(const struct attempt *, char *, size_t);
static ssize_t udp_ask(const struct attempt *, char *, size_t);

ssize_t
exchange_tcp(const struct exchange_request *request, char *reply, size_t size,
    struct cause *cause)
{
	struct attempt attempt = { .request = request, .cause = cause };
	struct address_list addrs;
	ssize_t len;

	if (exchange_lookup(request, SOCK_STREAM, &addrs, cause) == -1)
		return (-1);
	attempt.fd = tcp_dial(&addrs, request->timeout_ms, cause);
	if (attempt.fd == -1)
		return (-1);
	attempt.deadline = clock_deadline(request->timeout_ms);
	len = tcp_ask(&attempt, reply, size);
	close(attempt.fd);
	return (len);
}

ssize_t
exchange_udp(const struct exchange_request *request, char *reply, size_t size,
    struct cause *cause)
{
	struct cause each;
	struct attempt attempt = { .request = request, .cause = &each,
	    .deadline = clock_deadline(request->timeout_ms) };
	struct address_list addrs;
	ssize_t len = -1;

	if (exchange_lookup(request, SOCK_DGRAM, &addrs, cause) == -1)
		return (-1);
	cause->kind = CAUSE_NONE;
	for (size_t i = 0; i < addrs.len && len == -1; i++) {
		attempt.peer = addrs.items[i];
		attempt.fd = udp_dial(&attempt.peer, &each);
		if (attempt.fd != -1) {
			len = udp_ask(&attempt, reply, size);
			close(attempt.fd);
		}
		/* The first cause is the one that is told: net/dial.h. */
		if (cause->kind == CAUSE_NONE || cause->error == ENETUNREACH)
			*cause = each;
	}
	return (len);
}

/* Our own end of the stream tells the server that no more will come. */
static ssize_t
tcp_ask(struct attempt *attempt, char *reply, size_t size)
{
	int64_t timeout_ms = attempt->request->timeout_ms;
	struct timeval limit = { .tv_sec = timeout_ms / 1000,
	    .tv_usec = timeout_ms % 1000 * 1000 };
	char text[ADDRESS_TEXT_SIZE];

	setsockopt(attempt->fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
	    sizeof(limit));
	attempt->peer.len = sizeof(attempt->peer.storage);
	if (getpeername(attempt->fd, &attempt->peer.sa,
	    &attempt->peer.len) == -1)
		return (attempt_fail(attempt, "getpeername", errno));
	log_line(LOG_LEVEL_DETAIL, _("connected to %s"),
	    address_format(&attempt->peer, text, sizeof(text)));
	/* A server that turns us away has said why before it closed. */
	if (attempt_send(attempt) == -1 && errno != EPIPE &&
	    errno != ECONNRESET)
		return (attempt_fail(attempt, "send", errno));
	shutdown(attempt->fd, SHUT_WR);
	return (tcp_receive(attempt, reply, size));
}

/* Until the server ends the stream, or says no more, or resets what it has
 * said all of. */
static ssize_t
tcp_receive(const struct attempt *attempt, char *reply, size_t size)
{
	int64_t deadline = attempt->deadline;
	size_t len = 0;
	ssize_t n;

	while ((n = recv_within(attempt->fd, reply + len, size - len,
	    deadline)) > 0) {
		len += (size_t)n;
		if (len == size)
			return (attempt_said(attempt, N_("too long a reply")));
		deadline = sooner(attempt->deadline,
		    clock_deadline(QUIET_MS));
	}
	if (n == 0 && len == 0)
		return (attempt_said(attempt,
		    N_("the server closed without a reply")));
	if (n == -1 && (len == 0 || clock_poll_ms(attempt->deadline) == 0 ||
	    (errno != ETIMEDOUT && errno != ECONNRESET)))
		return (attempt_fail(attempt, "recv", errno));
	return ((ssize_t)len);
}

/* Ask one address.  A connected socket: only its answers arrive, and a port
 * on which nobody listens is an error at once, not a time-out. */
static ssize_t
udp_ask(const struct attempt *attempt, char *reply, size_t size)
{
	int64_t wait_ms = UDP_FIRST_MS;

	for (int try = 1; try <= UDP_TRIES; try++, wait_ms *= 2) {
		ssize_t n;

		log_line(LOG_LEVEL_DETAIL, _("try %d of %d"), try, UDP_TRIES);
		if (attempt_send(attempt) == -1)
			return (attempt_fail(attempt, "send", errno));
		n = recv_within(attempt->fd, reply, size,
		    sooner(attempt->deadline, clock_deadline(wait_ms)));
		if (n >= 0)
			return (n);
		if (errno != ETIMEDOUT || clock_poll_ms(attempt->deadline) == 0)
			return (attempt_fail(attempt, "recv", errno));
	}
	return (attempt_fail(attempt, "recv", ETIMEDOUT));
}

/* On UDP one send is one datagram: it goes whole or not at all. */
static int
attempt_send(const struct attempt *attempt)
{
	return (send_all(attempt->fd, attempt->request->message,
	    strlen(attempt->request->message)));
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return (a < b ? a : b);
}

static ssize_t
attempt_fail(const struct attempt *attempt, const char *primitive, int error)
{
	char text[ADDRESS_TEXT_SIZE];

	/* The socket's own time-outs. */
	if (error == EAGAIN || error == EWOULDBLOCK)
		error = ETIMEDOUT;
	cause_errno(attempt->cause, primitive, error,
	    address_format(&attempt->peer, text, sizeof(text)));
	return (-1);
}

static ssize_t
attempt_said(const struct attempt *attempt, const char *said)
{
	char text[ADDRESS_TEXT_SIZE];

	cause_said(attempt->cause, "recv", said,
	    address_format(&attempt->peer, text, sizeof(text)));
	return (-1);
}

static int
exchange_lookup(const struct exchange_request *request, int socktype,
    struct address_list *addrs, struct cause *cause)
{
	struct address_query query = { .port = request->port,
	    .family = request->family, .socktype = socktype };

	return (address_lookup(request->host, &query, addrs, cause));
}
