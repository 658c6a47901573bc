/* faults.h - what goes wrong on purpose, in each direction.
 *	--delay 200 --chunk down:1
 * is 200 ms in both directions, and single bytes towards the client.
 * See also: tools/proxy/passage.h, tests/check_proxy.c */
#ifndef PROXY_FAULTS_H
#define PROXY_FAULTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"

enum fault {
	FAULT_DELAY,			/* ms: later than it came */
	FAULT_JITTER,			/* ms: 0 to so many more */
	FAULT_RATE,			/* bytes a second */
	FAULT_CHUNK,			/* bytes of a send, at most */
	FAULT_DROP,			/* after so many bytes: close */
	FAULT_RESET,			/* ... reset */
	FAULT_STALL,			/* ... let nothing more pass */
	FAULTS
};

#define FAULT_NONE	(-1)

/* Of one direction. */
struct faults {
	int64_t		 values[FAULTS];	/* FAULT_NONE: not asked for */
};

/*
 * faults_read - what the options ask for
 *   given       their arguments: "VALUE", "up:VALUE", "down:VALUE"; the last
 *               one counts
 *   directions  receives up (0) and down (1)
 * Returns NULL, or the argument that cannot be understood.
 * Blocks: no.   Threads: safe.
 */
const char *faults_read(const struct opt_list given[FAULTS],
	    struct faults directions[2]);

/* faults_any - is there one at all? */
int	faults_any(const struct faults *faults);

/* faults_longest_ms - how much later than it came a byte may be sent. */
int64_t	faults_longest_ms(const struct faults *faults);

/*
 * faults_limit - after how many bytes the direction ends, and how
 *   fault   receives FAULT_DROP, FAULT_RESET or FAULT_STALL, the first to come
 * Returns the bytes, or UINT64_MAX: it does not.
 */
uint64_t faults_limit(const struct faults *faults, enum fault *fault);

/*
 * faults_seed - the beginning of a direction's series of random numbers
 *   seed     of the run
 *   number   of the connection
 * The same three give the same series.
 */
uint64_t faults_seed(uint64_t seed, unsigned long number, int down);

/* faults_random - the next number of a series, from 0 to most. */
int64_t	faults_random(uint64_t *series, int64_t most);

#endif
