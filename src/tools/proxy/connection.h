/* connection.h - one client, its upstream connection, and what they say.
 * The client's thread connects to the server, starts a second thread, and each
 * carries one direction.
 * See also: net/relay.h, serve/server.h, tests/system/proxy.py */
#ifndef PROXY_CONNECTION_H
#define PROXY_CONNECTION_H

#include <time.h>

#include "net/relay.h"
#include "serve/server.h"
#include "tools/proxy/capture.h"
#include "tools/proxy/passage.h"
#include "tools/proxy/proxy.h"

/* On the stack of the client's thread. */
struct connection {
	struct proxy	*proxy;
	struct client	*client;
	struct stream	 upstream;
	struct address	 ends[2];	/* client, server */
	char		 client_text[ADDRESS_TEXT_SIZE];
	char		 upstream_text[ADDRESS_TEXT_SIZE];
	struct relay	 relay;
	struct passage	 passages[2];	/* up, down */
	struct capture_flow capture;
	int64_t		 begin_ms;

	/* guarded by proxy->lock: */
	struct connection *previous, *next;
};

/* Its context is a struct proxy. */
extern const struct service connection_service;

#endif
