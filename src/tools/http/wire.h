/* wire.h - the connection to an HTTP server, and what came over it.
 * See also: net/dial.h, net/stream.h, src/lessons/http_get.c */
#ifndef HTTP_WIRE_H
#define HTTP_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "client/interrupt.h"
#include "net/address.h"
#include "net/stream.h"
#include "net/tls.h"
#include "proto/http_url.h"
#include "tools/http/timing.h"

/* More than a socket holds at once on most systems: few calls a byte. */
#define WIRE_SIZE	(256 * 1024)

struct wire_options {
	int		 family;
	int64_t		 timeout_ms;	/* for each address, for the handshake,
					 * for a silence; 0: none */
	struct tls_client *tls;		/* for https */
};

/* What came and was not yet taken is buf[begin] to buf[end]. */
struct wire {
	struct stream	 stream;
	struct interrupt *interrupt;	/* ends a wait while it is held */
	int64_t		 timeout_ms;
	char		 peer[ADDRESS_TEXT_SIZE];
	struct timing	 timing;
	char		*buf;		/* of WIRE_SIZE bytes */
	size_t		 begin, end;
};

/*
 * wire_open - connect to a URL's host, and shake hands for https
 *   interrupt   kept
 * Returns 0, or -1 with cause and nothing open.
 * Blocks: until the deadlines at most, and for the resolver.
 */
int	wire_open(struct wire *wire, const struct http_url *url,
	    const struct wire_options *options, struct interrupt *interrupt,
	    struct cause *cause);

/* wire_close - close it.  Takes one that is not open, with fd -1. */
void	wire_close(struct wire *wire);

/*
 * wire_more - receive more, behind what is there
 *   deadline   of base/clock.h
 * There must be room: what is taken leaves it (begin == end: all of it).
 * Returns 1, 0 at the end of the stream, or -1 with cause (EINTR: interrupted).
 * Blocks: until the deadline at most.
 */
int	wire_more(struct wire *wire, int64_t deadline, struct cause *cause);

#endif
