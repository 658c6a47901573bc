/* proxy.h - what all conversations of fil-proxy share.
 * See also: tools/proxy/connection.h, fil-proxy(8) */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include <pthread.h>
#include <stdint.h>

#include "base/cause.h"
#include "net/tls.h"
#include "tools/proxy/capture.h"
#include "tools/proxy/display.h"
#include "tools/proxy/proxy_options.h"

struct connection;

struct proxy {
	const struct proxy_options *options;
	struct tls_client *tls;		/* NULL: the upstream in the clear */
	struct capture	*capture;	/* NULL: none */
	struct display	 display;
	uint64_t	 seed;		/* of --jitter; by chance, short: it
					 * is read and typed */
	int64_t		 end;		/* deadline, since proxy_stop */

	pthread_mutex_t	 lock;		/* level 4; then a relay's */
	/* guarded by lock: */
	struct connection *connections;
	int		 stopping;
};

/*
 * proxy_init - what the options ask for: display, capture, TLS
 *   options   kept, not copied
 * Returns 0, or -1 with cause; the process then ends.
 * Blocks: for the disk.   Threads: before any starts.
 */
int	proxy_init(struct proxy *proxy, const struct proxy_options *options,
	    struct cause *cause);

/*
 * proxy_join - count a conversation among those that proxy_stop ends
 * Returns 0, or -1: the proxy stops already.
 * Blocks: for the lock only.   Threads: safe.
 */
int	proxy_join(struct proxy *proxy, struct connection *connection);

/* proxy_leave - it is over; must come before its descriptors are closed. */
void	proxy_leave(struct proxy *proxy, struct connection *connection);

/*
 * proxy_stop - reset all conversations, and let no new one begin
 * Blocks: for the lock only.   Threads: main's only.
 */
void	proxy_stop(struct proxy *proxy);

/*
 * proxy_abandon - show what is left to show, and free nothing: there are
 * threads that still use it, and _exit is next
 * Blocks: until a second after proxy_stop at most.   Threads: main's only.
 */
void	proxy_abandon(struct proxy *proxy);

/*
 * proxy_fini - show what is left to show, and free all
 * Returns 0, or -1 if standard output is stuck: then only _exit is safe.
 * Blocks: until a second after proxy_stop at most.
 * Threads: main's only, when no other is left.
 */
int	proxy_fini(struct proxy *proxy);

#endif
