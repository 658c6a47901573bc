/* exchange.h - one message to a server, and its reply.
 * See also: src/lessons/tcp_client.c, src/lessons/udp_client.c */
#ifndef MIXED_EXCHANGE_H
#define MIXED_EXCHANGE_H

#include <sys/types.h>

#include "base/cause.h"
#include "client/connection.h"

#define EXCHANGE_REPLY_SIZE	65537	/* more than any datagram holds */

struct exchange_request {
	struct destination to;		/* timeout_ms: for the exchange, too */
	const char	*message;
};

/*
 * exchange_stream - connect, send, receive, over TCP or under TLS
 * The reply ends where the server ends the stream; a server that leaves it
 * open (TCP keeps no message boundaries) has ended its reply when it has been
 * silent for a moment.
 *   reply, size   receives it; size bytes or more are an error
 * Returns the reply's length, or -1 with cause: also if the stream was cut off
 * under TLS, where an end is told (close_notify).
 * Blocks: until the deadline at most, and for the resolver.  Threads: safe.
 */
ssize_t	exchange_stream(const struct exchange_request *request, char *reply,
	    size_t size, struct cause *cause);

/*
 * exchange_udp - send a datagram, receive one; three tries; never under TLS
 * Nothing tells a lost datagram from a slow server: after 1 s, and again after
 * 2 s, the message is sent once more.
 */
ssize_t	exchange_udp(const struct exchange_request *request, char *reply,
	    size_t size, struct cause *cause);

#endif
