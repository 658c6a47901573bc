/* connection.c - a connection to a server, in the clear or under TLS.
 * See also: client/connection.h */
#include "client/connection.h"

#include <errno.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/dial.h"

static int give_up(struct stream *);

int
connection_open(const struct destination *to, struct stream *stream,
    struct address *peer, struct cause *cause)
{
	struct address_list addrs;
	char text[ADDRESS_TEXT_SIZE];
	int fd;

	*stream = (struct stream){ .fd = -1 };
	if (connection_lookup(to, SOCK_STREAM, &addrs, cause) == -1 ||
	    (fd = tcp_dial(&addrs, to->timeout_ms, cause)) == -1)
		return (-1);
	stream_init(stream, fd);
	stream_set_patience(stream, to->timeout_ms);
	if (fd >= FD_SETSIZE) {
		cause_errno(cause, "select", EMFILE, to->host);
		return (give_up(stream));
	}
	peer->len = sizeof(peer->storage);
	if (getpeername(fd, &peer->sa, &peer->len) == -1) {
		cause_errno(cause, "getpeername", errno, to->host);
		return (give_up(stream));
	}
	address_format(peer, text, sizeof(text));
	log_line(LOG_LEVEL_DETAIL, _("connected to %s"), text);
	if (to->tls != NULL && connection_encrypt(to, stream, text,
	    cause) == -1)
		return (give_up(stream));
	return (0);
}

static int
give_up(struct stream *stream)
{
	connection_close(stream);
	return (-1);
}

int
connection_lookup(const struct destination *to, int socktype,
    struct address_list *addrs, struct cause *cause)
{
	struct address_query query = { .port = to->port,
	    .family = to->family, .socktype = socktype };

	return (address_lookup(to->host, &query, addrs, cause));
}

/* The server is verified under the name that was asked for, never under the
 * address that the name was looked up to. */
int
connection_encrypt(const struct destination *to, struct stream *stream,
    const char *peer, struct cause *cause)
{
	char text[256];

	if (tls_connect(to->tls, stream, to->host,
	    clock_deadline(to->timeout_ms), cause) == -1) {
		snprintf(cause->object, sizeof(cause->object), "%s", peer);
		return (-1);
	}
	log_line(LOG_LEVEL_DETAIL, "TLS: %s",
	    tls_describe(stream, text, sizeof(text)));
	return (0);
}

void
connection_close(struct stream *stream)
{
	stream_fini(stream);
	if (stream->fd != -1)
		close(stream->fd);
	stream->fd = -1;
}
