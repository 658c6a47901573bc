/* backoff.h - how long to wait before a connection is tried once more.
 * Each wait is twice the last, up to half a minute, and none is exactly what
 * it should be: a server that comes back is not to meet all of its clients in
 * the same moment.
 * See also: tests/check_backoff.c */
#ifndef CHAT_BACKOFF_H
#define CHAT_BACKOFF_H

#include <stdint.h>

#define BACKOFF_LONGEST_MS	30000

/*
 * backoff_ms - how long to wait
 *   tries    how many failed before, since all was well
 *   chance   a random number
 * Returns 1 s, 2 s, 4 s... up to BACKOFF_LONGEST_MS, less a quarter at most.
 * Blocks: no.   Threads: safe.
 */
int64_t	backoff_ms(int tries, uint32_t chance);

#endif
