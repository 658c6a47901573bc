/* host_rate.h - how often each host may do something.
 * A token bucket a host, in a table of fixed size: so many times in a period,
 * as many at once.  A flood of hosts, forged or not, costs no memory: a new one
 * takes the place of that one of four which was not counted for longest.
 * A host is an IPv4 address or an IPv6 /64 (net/address.h).
 * See also: serve/udp_guard.h, serve/login_throttle.h,
 * tests/check_host_rate.c */
#ifndef SERVE_HOST_RATE_H
#define SERVE_HOST_RATE_H

#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"

/* times * period_ms is at most 2^58. */
struct rate {
	int64_t		 times;		/* in a period; 0: no limit */
	int64_t		 period_ms;
};

/* A time costs period_ms, a millisecond brings the rate's times: both whole,
 * whatever the rate is. */
struct rate_bucket {
	struct address_host host;
	int64_t		 filled_ms;	/* monotonic; 0: unused */
	int64_t		 level;		/* below 0: a debt */
};

/* Whoever owns it does all; it has no lock. */
struct host_rate {
	struct rate	 rate;
	uint64_t	 hash_key;
	struct rate_bucket *rows;
};

/* Periods to wait for at most, however deep the debt. */
#define RATE_DEBT	10

/*
 * rate_bucket_take - do it once, if the rate allows
 *   bucket   zeroed: full
 *   now_ms   the monotonic clock; time that goes back brings nothing
 * Returns 1, or 0.
 * Blocks: no.   Threads: the owner's only.
 */
int	rate_bucket_take(struct rate_bucket *bucket, const struct rate *rate,
	    int64_t now_ms);

/*
 * host_rate_init - a table that has counted nobody
 * Returns 0, or -1 with cause.   Blocks: no.
 */
int	host_rate_init(struct host_rate *table, const struct rate *rate,
	    struct cause *cause);

/* host_rate_fini - free it.  Takes a zeroed one. */
void	host_rate_fini(struct host_rate *table);

/*
 * host_rate_take - does the rate allow it once more to this host?  It is
 * counted if so.
 * Returns 1, or 0.
 * Blocks: no.   Threads: the owner's only.
 */
int	host_rate_take(struct host_rate *table, const struct address *from,
	    int64_t now_ms);

/*
 * host_rate_allows - would host_rate_take?  Nothing is counted.
 * Blocks: no.   Threads: the owner's only.
 */
int	host_rate_allows(const struct host_rate *table,
	    const struct address *from, int64_t now_ms);

/*
 * host_rate_charge - count it once, allowed or not
 * What was not allowed is a debt: the host waits longer, but never more than
 * RATE_DEBT periods and one time.
 * Blocks: no.   Threads: the owner's only.
 */
void	host_rate_charge(struct host_rate *table, const struct address *from,
	    int64_t now_ms);

#endif
