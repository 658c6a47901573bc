/* registry.h - who is connected: the clients of a server, counted and limited.
 * The main thread lets a client in before it starts the client's thread; that
 * thread takes it out before it closes the descriptor, so a descriptor found
 * here is always the client's own and never one that was used again.
 * See also: serve/server.h, tests/check_registry.c */
#ifndef SERVE_REGISTRY_H
#define SERVE_REGISTRY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"
#include "net/stream.h"

#define REGISTRY_BUCKETS	256
#define REGISTRY_LINGERERS	1000

struct server;

/* What a client's thread is doing, for the SIGUSR1 table. */
enum client_state {
	CLIENT_STARTING,
	CLIENT_HANDSHAKE,		/* TLS begins */
	CLIENT_RECEIVING,		/* in recv: waiting for the client */
	CLIENT_WORKING,			/* for the client: a password's hash */
	CLIENT_SENDING			/* in send: the client may be slow */
};

/* One connected client; its thread owns it until registry_leave.  What each
 * message touches comes first: with thousands of clients every cache line more
 * is fetched from memory. */
struct client {
	struct stream	 stream;

	/* Its thread writes these (or its outbox bytes_out), the table reads
	 * them. */
	atomic_int	 state;
	_Atomic int64_t	 active_ms;	/* monotonic: its last byte came */
	_Atomic uint64_t bytes_in, bytes_out;

	struct server	*server;
	int		 encrypted;	/* it came to a TLS listener */
	void		*job;		/* of server_begin; NULL: it connected.
					 * free() takes it, once the client has
					 * left */
	unsigned long	 number;	/* from 1; its thread is client-N */
	struct address	 peer;

	/* guarded by registry.lock: */
	struct client	*previous, *next;	/* in its bucket */
	int		 lingers;	/* its place is another's */
};

struct registry {
	int64_t		 max_clients;	/* 0: no limit */
	int64_t		 max_per_host;	/* 0: no limit */
	int		 loopback_exempt; /* from max_per_host */
	uint64_t	 hash_key;	/* random: nobody can fill a bucket */

	pthread_mutex_t	 lock;		/* level 1 */
	pthread_cond_t	 left;		/* somebody left; monotonic clock */
	/* guarded by lock: */
	struct client	*buckets[REGISTRY_BUCKETS];	/* by host */
	struct client	*unused;	/* freed clients, to be used again */
	int64_t		 len;		/* without those who linger */
	int64_t		 lingerers;
	unsigned long	 joined;	/* since the start */
	int		 ready;		/* registry_init did well */
};

enum registry_answer {
	REGISTRY_JOINED,
	REGISTRY_FULL,			/* max_clients */
	REGISTRY_HOST_FULL,		/* max_per_host */
	REGISTRY_NO_MEMORY
};

/*
 * registry_init - an empty registry; set the limits afterwards
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	registry_init(struct registry *registry, struct cause *cause);

/* registry_fini - free it; nobody may be in it.  Takes a zeroed one. */
void	registry_fini(struct registry *registry);

/*
 * registry_join - let a client in, if the limits allow
 *   client   receives the client; its fd stays the caller's if not JOINED
 * Blocks: for the lock only.   Threads: safe.
 */
enum registry_answer registry_join(struct registry *registry, int fd,
	    const struct address *peer, struct client **client);

/*
 * registry_leave - take a client out; it must not be used after
 * Does not close its descriptor: close it next.
 * Blocks: for the lock only.   Threads: safe.
 */
void	registry_leave(struct registry *registry, struct client *client);

/*
 * registry_linger - a client is served, and will stay for a moment: it no
 * longer counts for the limits
 * Returns 0, or -1 if REGISTRY_LINGERERS do so already: then it should leave.
 * Blocks: for the lock only.   Threads: the client's own.
 */
int	registry_linger(struct registry *registry, struct client *client);

/*
 * registry_shutdown - call shutdown(2) on every client's descriptor
 *   how   SHUT_RD: its recv returns 0 and its thread ends in its own words;
 *         SHUT_RDWR: also a send that is stuck ends
 * Blocks: for the lock only.   Threads: safe.
 */
void	registry_shutdown(struct registry *registry, int how);

/*
 * registry_wait_empty - wait until all have left
 *   deadline   of base/clock.h
 * Returns 0, or -1 when the deadline came first.
 * Blocks: until then.   Threads: safe.
 */
int	registry_wait_empty(struct registry *registry, int64_t deadline);

/*
 * registry_each - call a function for every client, the lock held
 * The function must not block, nor call the registry.
 * Blocks: for the lock only.   Threads: safe.
 */
void	registry_each(struct registry *registry,
	    void (*visit)(const struct client *, void *), void *context);

/*
 * registry_find - a client of one host whom a function knows, the lock held
 * The function must not block, nor call the registry; it sees those that come
 * from peer's host, until it returns other than 0.
 * Returns what it returned last, 0 if it saw nobody.
 * Blocks: for the lock only.   Threads: safe.
 */
int	registry_find(struct registry *registry, const struct address *peer,
	    int (*visit)(const struct client *, void *), void *context);

#endif
