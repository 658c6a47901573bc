/* dial.h - active sockets: a TCP connection, a connected UDP socket.
 * A name may have several addresses (localhost: ::1 and 127.0.0.1), and the
 * server may listen on one of them only: each is tried in turn.
 * Ref: POSIX connect; RFC 1123 2.3.   See also: tests/check_dial.c */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"

/*
 * tcp_dial - connect to the first address that answers
 *   addrs        of address_lookup, tried in turn
 *   timeout_ms   for each address; 0: as long as the kernel tries
 *   cause        on failure: of the first address that could be reached at
 *                all from here, or of the first
 * Returns a blocking connected fd that the caller closes, or -1.
 * Blocks: for each address until its deadline.   Threads: safe.
 */
int	tcp_dial(const struct address_list *addrs, int64_t timeout_ms,
	    struct cause *cause);

/*
 * udp_dial - a UDP socket connected to one address
 * Nothing is sent; but such a socket takes datagrams from that peer alone, and
 * is told (ECONNREFUSED from recv) when nobody listens there.
 * Returns a blocking fd that the caller closes, or -1.
 * Blocks: no.   Threads: safe.
 */
int	udp_dial(const struct address *addr, struct cause *cause);

#endif
