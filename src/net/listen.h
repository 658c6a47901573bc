/* listen.h - passive sockets: TCP listeners and bound UDP sockets.
 * Ref: POSIX socket, bind, listen.   See also: tests/check_listen.c */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "base/cause.h"
#include "net/address.h"

/*
 * tcp_listen - open a passive TCP socket on one address
 *   addr    where; port 0: the kernel chooses.  Then holds the real port.
 *   cause   on failure: which primitive failed, on what, and its errno
 * Returns a non-blocking listening fd that the caller closes, or -1.
 * Non-blocking, because a client may vanish between select and accept.
 * Blocks: no.   Threads: safe.   Ref: POSIX socket, bind, listen.
 */
int	tcp_listen(struct address *addr, struct cause *cause);

/*
 * udp_bind - open a UDP socket on one address
 * As tcp_listen, but without SO_REUSEADDR: on UDP that would let a second
 * server steal the port.  Non-blocking, because a datagram with a wrong
 * checksum wakes select and is then thrown away.
 * On a wildcard address the kernel is asked to tell which address each
 * datagram was sent to (net/datagram.h).
 */
int	udp_bind(struct address *addr, struct cause *cause);

/* A function that opens one: tcp_listen or udp_bind. */
typedef int listen_open(struct address *, struct cause *);

/*
 * listen_everywhere - open one socket on each address of a list
 *   open     tcp_listen or udp_bind
 *   addrs    where; an address that stands there twice, or that a wildcard
 *            covers, is opened once.
 *            With port 0 all get the same number, free on each.
 *            Then holds the addresses opened, with their ports.
 *   fds      receives addrs->len descriptors
 *   cause    on failure
 * An address that this machine lacks (EADDRNOTAVAIL, EAFNOSUPPORT) is left
 * out, unless that leaves none.
 * Returns 0, or -1 with nothing open.
 * Blocks: no.   Threads: safe.
 */
int	listen_everywhere(listen_open *open, struct address_list *addrs,
	    int fds[ADDRESSES_MAX], struct cause *cause);

#endif
