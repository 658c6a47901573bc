/* sock.h - what is known of each socket descriptor of the process.
 * The calls themselves tell: bind, listen, accept, connect and close keep a row
 * a descriptor up to date; one that came by another way (inherited, received)
 * is asked for once.  No lock: a signal handler may be in the middle of it, so
 * every word of a row is atomic.  A program in which two threads race for one
 * descriptor may see a mixed row, never more than a wrong text.
 * See also: explain/place.h */
#ifndef EXPLAIN_SOCK_H
#define EXPLAIN_SOCK_H

#include <stdint.h>

#include "explain/place.h"

#define SOCK_MAX	65536		/* those above have no row */

/* What has happened to it, as bits. */
enum sock_trait {
	SOCK_KNOWN	= 1 << 0,	/* it is a socket, and open */
	SOCK_CLOSED	= 1 << 1,	/* it was one */
	SOCK_LISTENS	= 1 << 2,
	SOCK_HAS_PEER	= 1 << 3,	/* connected */
	SOCK_ACCEPTED	= 1 << 4,	/* by accept: the peer is a client */
	SOCK_PEER_ENDED	= 1 << 5,	/* a read gave 0 */
	SOCK_WE_ENDED	= 1 << 6,	/* shutdown for writing */
	SOCK_WAS_FULL	= 1 << 7,	/* the last read filled its buffer */
	SOCK_CONNECTING	= 1 << 8,	/* EINPROGRESS */
	SOCK_HAS_THREAD	= 1 << 9,	/* a thread was made for it */
	SOCK_IS_TIMED	= 1 << 10,	/* SO_RCVTIMEO */
	SOCK_IS_EPOLL	= 1 << 11	/* no socket, but told of */
};

/* A row as it was at one moment. */
struct sock {
	unsigned	 traits;
	int		 domain, type;	/* AF_INET, SOCK_STREAM */
	uint64_t	 serial;	/* of no other socket here */
	uint64_t	 in, out;	/* bytes so far, or datagrams */
	int64_t		 closed_ns;	/* and by which thread */
	int		 closed_by;
	struct place	 local, peer;
};

/*
 * sock_get - what is known of a descriptor
 * Asks the kernel for one that is not known yet.
 * Returns 1 if it is a socket and open; else 0: of one that is closed sock
 * tells when and by whom (SOCK_CLOSED), of others nothing.
 * errno is lost.   Blocks: no.   Threads: safe.   Signal handlers: safe.
 */
int	sock_get(int fd, struct sock *sock);

/* sock_is - is it a socket, whatever the row says?  Asks the kernel.  A row
 * that another file of the same number has left is forgotten.
 * Returns 1, 0, or -1 if no such descriptor is open. */
int	sock_is(int fd);

/* sock_forget - the number means something else now */
void	sock_forget(int fd);

/* sock_new - a call has made this descriptor: forget what the row says, and
 * begin it with these traits */
void	sock_new(int fd, unsigned traits);

/* sock_new_epoll - the same of an epoll
 * sock_is_epoll - is it one?  Does not ask the kernel. */
void	sock_new_epoll(int fd);
int	sock_is_epoll(int fd);

/* sock_copy - dup: the same socket under another number, too */
void	sock_copy(int from, int to);

/* sock_mark, sock_unmark - something has happened to it */
void	sock_mark(int fd, unsigned traits);
void	sock_unmark(int fd, unsigned traits);

/* sock_set_local, sock_set_peer - ask the kernel for an end's address; an
 * address that is given goes first */
void	sock_set_local(int fd);
void	sock_set_peer(int fd, const struct place *given);

/* sock_moved - bytes went in or out; returns how many had before */
uint64_t sock_moved(int fd, int is_out, uint64_t bytes);

/* sock_close - its number is given back: call it before the close itself,
 * after which another thread may have the number again */
void	sock_close(int fd, int64_t now_ns, int thread);

/* sock_state - a word of the caller's own about one direction, 0 at first */
uint32_t sock_state(int fd, int is_out);
void	sock_set_state(int fd, int is_out, uint32_t state);

/*
 * sock_open_ones - the sockets that were never closed
 *   fds, max   receives the first of them
 * Returns how many there are.
 */
int	sock_open_ones(int *fds, int max);

/* sock_add - write it: "5<tcp 10.0.0.10:5555 <- 10.0.0.1:41844>"
 *   towards   +1: ->, -1: <-, 0: <->
 *   other     of a datagram, if the socket has no peer; NULL: none */
void	sock_add(struct words *words, int fd, const struct sock *sock,
	    int towards, const struct place *other);

/* sock_protocol - "tcp", "udp", "unix"... */
const char *sock_protocol(const struct sock *sock);

#endif
