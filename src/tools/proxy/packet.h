/* packet.h - TCP segments as they would have crossed the wire, had client and
 * server spoken directly.
 * A relay sees bytes, ends and resets, no segments; these are made up so that a
 * program that reads captures shows an ordinary conversation: handshake,
 * sequence numbers, acknowledgements, FIN or RST.  Pure: no file, no clock.
 * Ref: RFC 791, RFC 8200, RFC 9293.
 * See also: tools/proxy/capture.h, tests/check_proxy.c */
#ifndef PROXY_PACKET_H
#define PROXY_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

#define PACKET_HEADERS_MAX	64	/* IPv6, TCP and an option */
#define PACKET_PAYLOAD_MAX	32768	/* of one segment */
#define PACKET_SIZE	(PACKET_HEADERS_MAX + PACKET_PAYLOAD_MAX)

enum packet_flags {			/* RFC 9293 3.1 */
	PACKET_FIN = 0x01,
	PACKET_SYN = 0x02,
	PACKET_RST = 0x04,
	PACKET_PSH = 0x08,
	PACKET_ACK = 0x10
};

/* One conversation: two addresses and where each stream has got to. */
struct packet_flow {
	struct address	 ends[2];	/* client, server; one family */
	uint32_t	 next[2];	/* sequence number of the next byte */
};

/*
 * packet_flow_init - a conversation that has not begun
 *   first   sequence number of the client's SYN
 * Addresses of two families become IPv6, the IPv4 one mapped.
 */
void	packet_flow_init(struct packet_flow *flow,
	    const struct address *client, const struct address *server,
	    uint32_t first);

/*
 * packet_build - the next segment of one end
 *   from           0: the client, 1: the server
 *   bytes, len     its payload, at most PACKET_PAYLOAD_MAX
 *   packet         PACKET_SIZE bytes: an IP packet
 * The sequence numbers of the flow go on.
 * Returns its length.
 */
size_t	packet_build(struct packet_flow *flow, int from, unsigned flags,
	    const void *bytes, size_t len, unsigned char *packet);

#endif
