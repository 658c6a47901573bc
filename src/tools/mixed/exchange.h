/* exchange.h - one message to a server, and its reply.
 * See also: src/lessons/tcp_client.c, src/lessons/udp_client.c */
#ifndef MIXED_EXCHANGE_H
#define MIXED_EXCHANGE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/cause.h"

#define EXCHANGE_REPLY_SIZE	65537	/* more than any datagram holds */

struct exchange_request {
	const char	*host;
	int		 port;
	int		 family;
	int64_t		 timeout_ms;	/* to connect to each address, and then
					 * for the exchange; 0: no limit */
	const char	*message;
};

/*
 * exchange_tcp - connect, send, receive
 * The reply ends where the server ends the stream; a server that leaves it
 * open (TCP keeps no message boundaries) has ended its reply when it has been
 * silent for a moment.
 *   reply, size   receives it; size bytes or more are an error
 * Returns the reply's length, or -1 with cause.
 * Blocks: until the deadline at most, and for the resolver.  Threads: safe.
 */
ssize_t	exchange_tcp(const struct exchange_request *request, char *reply,
	    size_t size, struct cause *cause);

/*
 * exchange_udp - send a datagram, receive one; three tries
 * Nothing tells a lost datagram from a slow server: after 1 s, and again after
 * 2 s, the message is sent once more.
 */
ssize_t	exchange_udp(const struct exchange_request *request, char *reply,
	    size_t size, struct cause *cause);

#endif
