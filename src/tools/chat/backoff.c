/* backoff.c - how long to wait before a connection is tried once more.
 * See also: tools/chat/backoff.h */
#include "tools/chat/backoff.h"

#define FIRST_MS	1000

int64_t
backoff_ms(int tries, uint32_t chance)
{
	int64_t wait_ms = FIRST_MS;

	for (; tries > 0 && wait_ms < BACKOFF_LONGEST_MS; tries--)
		wait_ms *= 2;
	if (wait_ms > BACKOFF_LONGEST_MS)
		wait_ms = BACKOFF_LONGEST_MS;
	return (wait_ms - wait_ms / 4 * (chance % 1024) / 1024);
}
