/* connection.h - a connection to a server, in the clear or under TLS.
 * See also: net/dial.h, net/tls.h */
#ifndef CLIENT_CONNECTION_H
#define CLIENT_CONNECTION_H

#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"
#include "net/stream.h"
#include "net/tls.h"

struct destination {
	const char	*host;
	int		 port;
	int		 family;
	int64_t		 timeout_ms;	/* to connect to each address, for the
					 * handshake, and to send; 0: none */
	struct tls_client *tls;		/* NULL: in the clear */
};

/*
 * connection_open - connect, and shake hands if TLS is wanted
 *   stream, peer   receive the connection, and whom it leads to
 * Returns 0, or -1 with cause: CAUSE_CERTIFICATE if the server's certificate
 * is what was refused, and EMFILE of select if it is beyond what an fd_set
 * holds: clients that converse wait by select.
 * Blocks: until the deadlines at most, and for the resolver.  Threads: safe.
 */
int	connection_open(const struct destination *to, struct stream *stream,
	    struct address *peer, struct cause *cause);

/*
 * connection_lookup - the addresses of the destination
 *   socktype   SOCK_STREAM or SOCK_DGRAM
 * Returns 0, or -1 with cause.
 * Blocks: for the resolver.   Threads: safe.
 */
int	connection_lookup(const struct destination *to, int socktype,
	    struct address_list *addrs, struct cause *cause);

/*
 * connection_encrypt - shake hands over a connection that is there already
 *   to     whom the server must prove to be, by which TLS, in what time
 *   peer   its address as text, for cause
 * Returns 0, or -1 with cause as connection_open does; the stream is then of
 * no more use.
 * Blocks: until the deadline at most.   Threads: the stream's.
 */
int	connection_encrypt(const struct destination *to, struct stream *stream,
	    const char *peer, struct cause *cause);

/* connection_close - close it; what is left to be told, stream_end has told.
 * Takes a zeroed one, with fd -1. */
void	connection_close(struct stream *stream);

#endif
