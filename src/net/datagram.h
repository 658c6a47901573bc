/* datagram.h - datagrams on a wildcard socket, answered from the right address.
 * A server bound to 0.0.0.0 or :: that answers by sendto lets the kernel pick
 * the source address; on a machine with two addresses it may pick the other
 * one, and the client, who asked A, throws away an answer from B.  So the
 * kernel is asked which address each datagram was sent to, and the answer
 * leaves from there.  A socket bound to one address has no such trouble:
 * recvfrom and sendto do.
 * Ref: RFC 3542 6 (IPV6_PKTINFO), ip(7) (IP_PKTINFO).
 * See also: tests/check_datagram.c */
#ifndef NET_DATAGRAM_H
#define NET_DATAGRAM_H

#include <sys/types.h>

#include "net/address.h"

/*
 * datagram_ask_destination - have the kernel tell each datagram's destination
 *   family   AF_INET or AF_INET6, the socket's
 * Where the system lacks the option it does nothing.
 * Returns 0, or -1 with errno.
 * Blocks: no.   Threads: safe.
 */
int	datagram_ask_destination(int fd, int family);

/*
 * datagram_recv - recvfrom, with the address that was asked
 *   from    receives the sender
 *   to      receives the destination (to->len 0: not known)
 * Returns the length as recvfrom does (what did not fit is cut), or -1 with
 * errno.
 * Blocks: as the socket does.   Threads: safe.
 */
ssize_t	datagram_recv(int fd, void *buf, size_t size, struct address *from,
	    struct address *to);

/*
 * datagram_send - sendto, from the address that was asked
 *   peer    whom to answer
 *   source  the `to' of datagram_recv; len 0: the kernel picks
 * Returns the length as sendto does, or -1 with errno.
 * Blocks: as the socket does.   Threads: safe.
 */
ssize_t	datagram_send(int fd, const void *buf, size_t len,
	    const struct address *peer, const struct address *source);

#endif
