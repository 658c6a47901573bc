/* udp_guard.h - which datagrams a UDP server may answer.
 * The source address of a datagram can be forged, so every answer may go to
 * somebody who asked nothing.  Two servers that answer each other's answers
 * go on for ever (CVE-2024-2169), and a flood makes the server a weapon.
 * Ref: RFC 8085 5.   See also: tests/check_udp_guard.c */
#ifndef SERVE_UDP_GUARD_H
#define SERVE_UDP_GUARD_H

#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"
#include "serve/host_rate.h"

enum udp_verdict {
	UDP_ANSWER,
	UDP_BAD_SOURCE,			/* a service's port, no unicast */
	UDP_TOO_FAST			/* over the rate */
};

/* Whoever owns it does all; it has no lock. */
struct udp_guard {
	struct host_rate sources;	/* each for itself */
	struct rate	 all_rate;	/* every source together */
	struct rate_bucket all;
};

/*
 * udp_guard_init - a guard that has seen nobody
 *   rate   answers a second to one IPv4 address or IPv6 /64, and as many at
 *          once; all sources together get UDP_GUARD_ALL times that; 0: any
 * Returns 0, or -1 with cause.   Blocks: no.
 */
int	udp_guard_init(struct udp_guard *guard, int64_t rate,
	    struct cause *cause);

/* udp_guard_fini - free its table.  Takes a zeroed one. */
void	udp_guard_fini(struct udp_guard *guard);

/*
 * udp_guard_judge - may this datagram be answered?
 *   from     its source
 *   now_ms   the monotonic clock
 * A flood of forged sources costs no memory (serve/host_rate.h), and the limit
 * for all together still holds.
 * Blocks: no.   Threads: the owner's only.
 */
enum udp_verdict udp_guard_judge(struct udp_guard *guard,
	    const struct address *from, int64_t now_ms);

#define UDP_GUARD_ALL	64

#endif
