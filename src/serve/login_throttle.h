/* login_throttle.h - who has failed to log in too often of late.
 * Counted by where the tries come from, this machine included, and never by
 * account: that would let anybody lock an account.  Success costs nothing.
 *
 *	if (!login_throttle_allows(&throttle, &client->peer, clock_now_ms()))
 *		"too many failures from this address, wait"
 *	else if (accounts_verify(...) == ACCOUNT_REFUSED)
 *		login_throttle_failed(&throttle, &client->peer, ...)
 *
 * Tries that are under way together are all allowed, but each failure is
 * counted, and what exceeds the rate makes the host wait longer.
 * See also: serve/host_rate.h, serve/account.h, tests/check_host_rate.c */
#ifndef SERVE_LOGIN_THROTTLE_H
#define SERVE_LOGIN_THROTTLE_H

#include <pthread.h>
#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"
#include "serve/host_rate.h"

/* Failures of a host: so many at once, and so many a minute. */
#define LOGIN_THROTTLE_RATE	(struct rate){ 10, 60000 }

struct login_throttle {
	pthread_mutex_t	 lock;		/* level 2 */
	/* guarded by lock: */
	struct host_rate failures;
	int		 ready;		/* login_throttle_init did well */
};

/*
 * login_throttle_init - a throttle that has seen no failure
 *   rate   of failures; its times 0: no limit
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	login_throttle_init(struct login_throttle *throttle,
	    const struct rate *rate, struct cause *cause);

/* login_throttle_fini - free its table.  Takes a zeroed one. */
void	login_throttle_fini(struct login_throttle *throttle);

/*
 * login_throttle_allows - may this host try once more?  Ask before hashing.
 *   now_ms   the monotonic clock
 * Blocks: for the lock only.   Threads: safe.
 */
int	login_throttle_allows(struct login_throttle *throttle,
	    const struct address *from, int64_t now_ms);

/*
 * login_throttle_failed - a try of this host failed
 * Blocks: for the lock only.   Threads: safe.
 */
void	login_throttle_failed(struct login_throttle *throttle,
	    const struct address *from, int64_t now_ms);

#endif
