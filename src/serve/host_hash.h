/* host_hash.h - a keyed hash of a host, for tables that peers fill.
 * With a random key nobody outside can choose hosts that share a row.
 * See also: serve/registry.h, serve/host_rate.h */
#ifndef SERVE_HOST_HASH_H
#define SERVE_HOST_HASH_H

#include <stdint.h>

#include "net/address.h"

/* host_hash - mix a host with a random key.  Never blocks; thread-safe. */
static inline uint64_t
host_hash(const struct address_host *host, uint64_t key)
{
	uint64_t mixed = key ^ ((uint64_t)host->words[0] << 32 |
	    host->words[1]) ^ (uint64_t)host->family;

	/* The finalizer of splitmix64: every input bit reaches every output
	 * bit. */
	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return (mixed ^ mixed >> 31);
}

#endif
