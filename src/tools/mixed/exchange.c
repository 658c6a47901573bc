/* exchange.c - one message to a server, and its reply.
 * See also: tools/mixed/exchange.h, tests/system/mixed.py */
#include "tools/mixed/exchange.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/dial.h"

#define QUIET_MS	500		/* silence that ends a reply */
#define UDP_TRIES	3
#define UDP_FIRST_MS	1000		/* doubles with each try */

/* One message on its way to one address. */
struct attempt {
	const struct exchange_request *request;
	struct stream	 stream;	/* over UDP: of datagrams */
	struct address	 peer;
	int64_t		 deadline;
	struct cause	*cause;
};

static ssize_t attempt_fail(const struct attempt *, const char *, int);
static ssize_t attempt_said(const struct attempt *, const char *);
static int attempt_send(struct attempt *);
static int is_reset(const struct stream *, int);
static int64_t sooner(int64_t, int64_t);
static ssize_t stream_ask(struct attempt *, char *, size_t);
static ssize_t stream_receive(struct attempt *, char *, size_t);
static ssize_t udp_ask(struct attempt *, char *, size_t);

ssize_t
exchange_stream(const struct exchange_request *request, char *reply,
    size_t size, struct cause *cause)
{
	struct attempt attempt = { .request = request, .cause = cause };
	ssize_t len;

	if (connection_open(&request->to, &attempt.stream, &attempt.peer,
	    cause) == -1)
		return (-1);
	attempt.deadline = clock_deadline(request->to.timeout_ms);
	len = stream_ask(&attempt, reply, size);
	connection_close(&attempt.stream);
	return (len);
}

ssize_t
exchange_udp(const struct exchange_request *request, char *reply, size_t size,
    struct cause *cause)
{
	struct cause each;
	struct attempt attempt = { .request = request, .cause = &each,
	    .deadline = clock_deadline(request->to.timeout_ms) };
	struct address_list addrs;
	ssize_t len = -1;

	if (connection_lookup(&request->to, SOCK_DGRAM, &addrs, cause) == -1)
		return (-1);
	cause->kind = CAUSE_NONE;
	for (size_t i = 0; i < addrs.len && len == -1; i++) {
		attempt.peer = addrs.items[i];
		stream_init(&attempt.stream, udp_dial(&attempt.peer, &each));
		if (attempt.stream.fd != -1) {
			len = udp_ask(&attempt, reply, size);
			close(attempt.stream.fd);
		}
		/* The first cause is the one that is told: net/dial.h. */
		if (cause->kind == CAUSE_NONE || cause->error == ENETUNREACH)
			*cause = each;
	}
	return (len);
}

/* Our own end of the stream tells the server that no more will come. */
static ssize_t
stream_ask(struct attempt *attempt, char *reply, size_t size)
{
	struct stream *stream = &attempt->stream;
	ssize_t len;

	/* A server that turns us away has said why before it closed. */
	if (attempt_send(attempt) == -1 && errno != EPIPE &&
	    errno != ECONNRESET)
		return (attempt_fail(attempt, "send", errno));
	if (stream_half_closes(stream)) {
		stream_end(stream);
		return (stream_receive(attempt, reply, size));
	}
	len = stream_receive(attempt, reply, size);
	stream_end(stream);
	return (len);
}

/* Until the server ends the stream, or says no more, or resets what it has
 * said all of. */
static ssize_t
stream_receive(struct attempt *attempt, char *reply, size_t size)
{
	int64_t deadline = attempt->deadline;
	size_t len = 0;
	ssize_t n;

	while ((n = stream_recv_within(&attempt->stream, reply + len,
	    size - len, deadline)) > 0) {
		len += (size_t)n;
		if (len == size)
			return (attempt_said(attempt, N_("too long a reply")));
		deadline = sooner(attempt->deadline,
		    clock_deadline(QUIET_MS));
	}
	if (attempt->stream.tls == NULL && len > 1 && reply[0] == 0x15 &&
	    reply[1] == 0x03)	/* a TLS alert: RFC 8446 5.1 */
		return (attempt_said(attempt,
		    N_("the server speaks TLS here: try --tls")));
	if (n == 0 && len == 0)
		return (attempt_said(attempt,
		    N_("the server closed without a reply")));
	if (n == -1 && (len == 0 || clock_poll_ms(attempt->deadline) == 0 ||
	    (errno != ETIMEDOUT && !is_reset(&attempt->stream, errno))))
		return (attempt_fail(attempt, "recv", errno));
	return ((ssize_t)len);
}

/* Does this end a reply, as it may in the clear?  Under TLS an end is told. */
static int
is_reset(const struct stream *stream, int error)
{
	return (error == ECONNRESET && stream->tls == NULL);
}

/* Ask one address.  A connected socket: only its answers arrive, and a port
 * on which nobody listens is an error at once, not a time-out. */
static ssize_t
udp_ask(struct attempt *attempt, char *reply, size_t size)
{
	int64_t wait_ms = UDP_FIRST_MS;

	for (int try = 1; try <= UDP_TRIES; try++, wait_ms *= 2) {
		ssize_t n;

		log_line(LOG_LEVEL_DETAIL, _("try %d of %d"), try, UDP_TRIES);
		if (attempt_send(attempt) == -1)
			return (attempt_fail(attempt, "send", errno));
		n = stream_recv_within(&attempt->stream, reply, size,
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
attempt_send(struct attempt *attempt)
{
	return (stream_send_all(&attempt->stream, attempt->request->message,
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

	stream_cause(&attempt->stream, primitive, error,
	    address_format(&attempt->peer, text, sizeof(text)),
	    attempt->cause);
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
