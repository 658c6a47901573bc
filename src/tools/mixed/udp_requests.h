/* udp_requests.h - the fil protocol in datagrams: MESSAGE and PING, with the
 * token of a session.
 * What a datagram says is said to everybody by a thread of its own: the main
 * thread, which has received it, never does a client's work.
 * See also: fil-protocol(7), tools/mixed/session.h */
#ifndef MIXED_UDP_REQUESTS_H
#define MIXED_UDP_REQUESTS_H

#include <pthread.h>

#include "proto/message.h"
#include "serve/server.h"
#include "tools/mixed/directory.h"

#define UDP_REQUESTS_MAX	64	/* that wait; more are refused */

struct mixed;

/* A request on its way to its reply. */
struct udp_request {
	struct datagram	 datagram;	/* its length, not its data */
	struct message	 message;
	struct message_id id;
	struct entry	 speaker;
	int		 is_known;	/* its token is a session's: speaker */
};

struct udp_requests {
	struct mixed	*mixed;

	pthread_mutex_t	 lock;		/* level 2, never with another */
	pthread_cond_t	 posted;
	/* guarded by lock: */
	struct udp_request waiting[UDP_REQUESTS_MAX];
	size_t		 first, len;
	pthread_t	 thread;
	int		 started, stopping;
};

/*
 * udp_requests_init - nothing waits; the thread is started when it is needed
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	udp_requests_init(struct udp_requests *requests, struct mixed *mixed,
	    struct cause *cause);

/* udp_requests_fini - end the thread.  Takes a zeroed one. */
void	udp_requests_fini(struct udp_requests *requests);

/*
 * udp_requests_answer - do what a datagram asks for, and reply
 * Without a valid token the reply is shorter than the request: the source
 * address may be forged, and nobody shall get more than was sent in his name,
 * nor two servers answer each other for ever.  What is itself a reply or an
 * event is not answered at all.
 * Returns 1 if there is a reply, or will be, else 0.
 * Blocks: no.   Threads: main's only.
 */
int	udp_requests_answer(struct udp_requests *requests,
	    const struct datagram *datagram);

#endif
