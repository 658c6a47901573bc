/* server.h - the shape of every server: one select, one thread a client.
 * The main thread watches all listeners, all UDP sockets and the signal pipe
 * by one select; it accepts, and starts a thread for each client, which then
 * uses plain blocking calls on its own socket.  The main thread itself never
 * waits for a client.
 *
 *	server_init(&server, &options, &service, &cause)
 *	server_listen(&server, ENDPOINT_TCP, tcp_listen, 12345, &cause)
 *	server_announce(&server)	"listening on ..."
 *	server_run(&server)		until SIGTERM
 *	server_drain(&server)		let the clients end
 *	server_fini(&server)
 *
 * See also: serve/registry.h, serve/lifecycle.h, tests/check_server.c */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <pthread.h>
#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"
#include "net/listen.h"
#include "net/mux.h"
#include "serve/registry.h"
#include "serve/server_options.h"
#include "serve/udp_guard.h"
#include "serve/workers.h"

#define ENDPOINTS_MAX	(4 * ADDRESSES_MAX)
#define DATAGRAM_SIZE	65536		/* more than any datagram holds */

enum endpoint_kind {
	ENDPOINT_TCP,
	ENDPOINT_TLS,			/* over TCP */
	ENDPOINT_UDP
};

/* One socket that the main thread watches; owned by the server. */
struct endpoint {
	enum endpoint_kind kind;
	int		 fd;
	struct address	 addr;
	int		 batch;		/* datagrams to take in one go */
	int64_t		 resume;	/* deadline; 0: it is watched */
};

/* One datagram, while serve_datagram looks at it. */
struct datagram {
	struct server	*server;
	const struct endpoint *endpoint;
	struct address	 from;
	struct address	 to;		/* len 0: the endpoint's address */
	const char	*data;		/* not NUL-terminated */
	size_t		 len;
};

/* What a tool does with the clients: its part of the server. */
struct service {
	/*
	 * In the client's own thread: talk on client->stream with blocking
	 * calls until it ends.  stream_recv and stream_send_all fail with
	 * EAGAIN when the client was idle, or did not read, for too long;
	 * when the server stops, stream_recv returns 0 (under TLS it may also
	 * say that the stream was cut: ask client_is_dismissed first).  Must
	 * not close the descriptor.  NULL: no TCP.
	 */
	void	(*serve_client)(struct client *client, void *context);
	/*
	 * In the main thread: answer by server_reply, or not at all.  Must not
	 * block.  Returns 1 if there is an answer, or will be, else 0.  NULL
	 * if the tool has no UDP.
	 */
	int	(*serve_datagram)(const struct datagram *datagram,
		    void *context);
	/*
	 * In a thread of its own, which server_begin has started for
	 * client->job: talk by recvfrom and sendto on client->stream.fd, and
	 * end soon once client_is_dismissed.  Must not close the descriptor.
	 * NULL: nobody calls server_begin.
	 */
	void	(*serve_job)(struct client *client, void *context);
	/* In the main thread, on SIGHUP: read again what was read from files.
	 * NULL: there is nothing.  Certificates are the server's own affair. */
	void	(*reload)(void *context);
	const char	*busy;		/* sent to a client beyond the limits */
	const char	*alpn;		/* of the protocol under TLS; or NULL */
	int		 reuses_threads; /* a client's thread serves others
					 * later: not where it changes itself
					 * for good, and each time in another
					 * way (serve/workers.h) */
	int		 own_tls;	/* serve_client shakes hands itself,
					 * also of those on a TLS listener */
	void		*context;
};

/* Answers may come from other threads. */
struct udp_counters {
	uint64_t	 received, bad_source, too_fast;
	uint64_t	 ignored;	/* the service gives no answer */
	uint64_t	 bytes_in;
	_Atomic uint64_t answered, unsent, bytes_out;
};

/* The main thread owns all of it but the registry, which has a lock, and
 * draining.  Others may read what stands fast once server_run begins: options,
 * service, tls, and kind, fd and addr of the UDP endpoints, which stay open
 * until server_fini. */
struct server {
	const struct server_options *options;
	const struct service *service;
	struct tls_server *tls;		/* NULL: no TLS */
	struct endpoint	 endpoints[ENDPOINTS_MAX];
	size_t		 endpoints_len;
	struct mux	 mux;
	int		 adopted;	/* the sockets were handed down */
	struct address	 inetd_client;	/* of fd 0; len 0: none */
	int64_t		 heard_ms;	/* last datagram, for inetd */
	int		 wake_fd;
	int		 stopping;
	atomic_int	 draining;	/* the clients' threads read it */
	pthread_attr_t	 thread_attr;
	struct workers	 workers;	/* if the service reuses threads; it may
					 * run works of its own there */
	pthread_mutex_t	 stop_lock;	/* level 1, never with the registry's */
	pthread_cond_t	 stopped;	/* draining was set; monotonic clock */
	struct registry	 registry;
	struct udp_guard udp_guard;
	struct udp_counters udp;
	uint64_t	 turned_away;	/* clients beyond the limits */
	int64_t		 said_accept_ms, said_busy_ms;	/* last complaint */
	char		 data[DATAGRAM_SIZE];
};

/*
 * server_init - a server that listens nowhere yet
 *   options, service   kept, not copied
 * Takes over the process's signals (serve/lifecycle.h), and reads the
 * certificate if the options name one.
 * Returns 0, or -1 with cause and nothing open but what was handed down.
 * Blocks: no.   Threads: before any starts.
 */
int	server_init(struct server *server, const struct server_options *options,
	    const struct service *service, struct cause *cause);

/*
 * server_listen - listen on every address of the --bind options
 * Does nothing if a supervisor handed the sockets down (serve/inherit.h).
 *   open   tcp_listen or udp_bind (net/listen.h)
 *   port   0: the kernel chooses, the same for each address
 * Returns 0, or -1 with cause.
 * Blocks: for the resolver, if --bind names a host.   Threads: main's only.
 */
int	server_listen(struct server *server, enum endpoint_kind kind,
	    listen_open *open, int port, struct cause *cause);

/*
 * server_has_tls - was a certificate given, so that ENDPOINT_TLS can be served?
 * Blocks: no.   Threads: safe.
 */
int	server_has_tls(const struct server *server);

/*
 * server_announce - say on standard output where clients can come:
 *	"fil-mixedd: listening on tcp 127.0.0.1:12345"
 * one line a socket, never translated; tests and scripts wait for it.
 * Not under --inetd.  Warns if the certificate could not be read again (the
 * process has become another user since).
 * Blocks: as long as standard output does.   Threads: main's only.
 */
void	server_announce(const struct server *server, const char *program);

/*
 * server_run - serve until SIGINT or SIGTERM
 * Returns 0, or -1 with cause when select itself fails.
 * Blocks: until then.   Threads: main's only.
 */
int	server_run(struct server *server, struct cause *cause);

/*
 * server_drain - accept no more, and let every client end
 * Each client's recv returns 0; those that are stuck are cut off after
 * 700 ms.
 * Returns 0, or -1 if a thread still runs after 1 s: then only _exit is safe.
 * Blocks: 1 s at most.   Threads: main's only.
 */
int	server_drain(struct server *server);

/* server_fini - close what is open; nobody may be served any more. */
void	server_fini(struct server *server);

/*
 * server_reply - answer a datagram, from the address that it was sent to
 * A reply that cannot be sent is counted and forgotten, as UDP does.
 *   datagram   its data is not looked at
 * Blocks: no.   Threads: safe, until server_fini.
 */
void	server_reply(const struct datagram *datagram, const void *buf,
	    size_t len);

/*
 * server_begin - serve whoever sent a datagram in a thread of its own
 *   fd    a blocking socket for it, bound
 *   job   what serve_job finds in client->job; allocated by malloc, not NULL
 * Both are then the client's: it counts for the limits, and stands in the table
 * of SIGUSR1.
 * Returns 0, or -1: a limit is reached, and the log has been told; fd and job
 * are still the caller's, and the answer too.
 * Blocks: no.   Threads: main's only.
 */
int	server_begin(const struct datagram *datagram, int fd, void *job);

/*
 * server_note_busy - a client was turned away: count it, and tell the log, at
 * most once a minute
 *   why   translated
 * Blocks: as log_line.   Threads: main's only.
 */
void	server_note_busy(struct server *server, const char *why);

/*
 * client_is_dismissed - did its stream end because the server stops?
 * Blocks: no.   Threads: the client's own.
 */
int	client_is_dismissed(const struct client *client);

/*
 * client_wait - let time pass, but not beyond the server's stop
 * Returns 1 if the server stops, else 0.
 * Blocks: for wait_ms at most.   Threads: the client's own.
 */
int	client_wait(struct client *client, int64_t wait_ms);

/*
 * client_hang_up - end our side, and let the client have our last words
 * What it still sends is read and forgotten for a moment: closing a socket
 * with unread bytes in it is a reset, which can overtake what was sent.
 * Blocks: until the client ends its side, 1 s at most.
 * Threads: the client's own.
 */
void	client_hang_up(struct client *client);

/*
 * client_set_state - note what a client's thread does next (SIGUSR1's table)
 * Blocks: no.   Threads: the client's own.
 */
void	client_set_state(struct client *client, enum client_state state);

/*
 * client_count - note bytes that came or went; what comes ends its idleness
 * Blocks: no.   Threads: the client's own.
 */
void	client_count(struct client *client, size_t in, size_t out);

#endif
