/* wire.c - the connection to an HTTP server, and what came over it.
 * See also: tools/http/wire.h */
#include "tools/http/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "client/connection.h"
#include "net/dial.h"

static int wire_connect(struct wire *, const struct destination *,
    struct cause *);
static int wire_encrypt(struct wire *, const struct destination *,
    struct cause *);
static void wire_name_peer(struct wire *, const char *);

int
wire_open(struct wire *wire, const struct http_url *url,
    const struct wire_options *options, struct interrupt *interrupt,
    struct cause *cause)
{
	const struct destination to = { .host = url->host, .port = url->port,
	    .family = options->family, .timeout_ms = options->timeout_ms,
	    .tls = url->secure ? options->tls : NULL };

	*wire = (struct wire){ .stream = { .fd = -1 },
	    .interrupt = interrupt, .timeout_ms = options->timeout_ms };
	timing_begin(&wire->timing);
	if ((wire->buf = malloc(WIRE_SIZE)) == NULL) {
		cause_errno(cause, "malloc", errno, NULL);
		return (-1);
	}
	if (wire_connect(wire, &to, cause) == -1 ||
	    (to.tls != NULL && wire_encrypt(wire, &to, cause) == -1)) {
		wire_close(wire);
		return (-1);
	}
	return (0);
}

void
wire_close(struct wire *wire)
{
	connection_close(&wire->stream);
	free(wire->buf);
	wire->buf = NULL;
}

int
wire_more(struct wire *wire, int64_t deadline, struct cause *cause)
{
	ssize_t n;

	if (wire->begin == wire->end)
		wire->begin = wire->end = 0;
	n = interrupt_recv(wire->interrupt, &wire->stream,
	    wire->buf + wire->end, WIRE_SIZE - wire->end, deadline);
	if (n == -1) {
		stream_cause(&wire->stream, "recv", errno, wire->peer, cause);
		return (-1);
	}
	wire->end += (size_t)n;
	return (n > 0);
}

/* What connection_open does, and each step's time. */
static int
wire_connect(struct wire *wire, const struct destination *to,
    struct cause *cause)
{
	struct address_list addrs;
	int fd;

	if (connection_lookup(to, SOCK_STREAM, &addrs, cause) == -1)
		return (-1);
	timing_mark(&wire->timing, TIMING_LOOKUP);
	if ((fd = tcp_dial(&addrs, to->timeout_ms, cause)) == -1)
		return (-1);
	timing_mark(&wire->timing, TIMING_CONNECT);
	stream_init(&wire->stream, fd);
	stream_set_patience(&wire->stream, to->timeout_ms);
	wire_name_peer(wire, to->host);
	log_line(LOG_LEVEL_DETAIL, _("connected to %s"), wire->peer);
	return (0);
}

static void
wire_name_peer(struct wire *wire, const char *host)
{
	struct address peer = { .len = sizeof(peer.storage) };

	if (getpeername(wire->stream.fd, &peer.sa, &peer.len) == 0)
		address_format(&peer, wire->peer, sizeof(wire->peer));
	else
		snprintf(wire->peer, sizeof(wire->peer), "%.*s",
		    (int)sizeof(wire->peer) - 1, host);
}

static int
wire_encrypt(struct wire *wire, const struct destination *to,
    struct cause *cause)
{
	if (connection_encrypt(to, &wire->stream, wire->peer, cause) == -1)
		return (-1);
	timing_mark(&wire->timing, TIMING_TLS);
	return (0);
}
