/* udp_guard.c - which datagrams a UDP server may answer.
 * See also: serve/udp_guard.h, tests/check_udp_guard.c */
#include "serve/udp_guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "serve/host_hash.h"

#define SETS		1024		/* of the table of sources */
#define WAYS		4		/* rows a set: the oldest is evicted */
#define TOKEN		1000		/* millitokens an answer costs */

static int bucket_take(struct udp_bucket *, int64_t, int64_t);
static struct udp_bucket *source_bucket(struct udp_guard *,
    const struct address *);
static int source_is_a_service(const struct address *);

/* Ports above 1023 on which a server answers by itself: NFS, and those of
 * fil's own UDP services (fil-daytimed, fil-tftpd, the lesson udp_server,
 * fil-mixedd). */
static const int service_ports[] = { 2049, 1313, 6969, 12345, 12346 };

int
udp_guard_init(struct udp_guard *guard, int64_t rate, struct cause *cause)
{
	memset(guard, 0, sizeof(*guard));
	guard->rate = rate;
	if (rate == 0)
		return (0);
	guard->sources = calloc(SETS * WAYS, sizeof(*guard->sources));
	if (guard->sources == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		return (-1);
	}
	if (random_fill(&guard->hash_key, sizeof(guard->hash_key)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		udp_guard_fini(guard);
		return (-1);
	}
	return (0);
}

void
udp_guard_fini(struct udp_guard *guard)
{
	free(guard->sources);
	guard->sources = NULL;
}

enum udp_verdict
udp_guard_judge(struct udp_guard *guard, const struct address *from,
    int64_t now_ms)
{
	if (source_is_a_service(from) || !address_is_unicast(from))
		return (UDP_BAD_SOURCE);
	if (guard->rate == 0)
		return (UDP_ANSWER);
	/* The source first: one that is too fast takes nobody's share. */
	if (!bucket_take(source_bucket(guard, from), guard->rate, now_ms) ||
	    !bucket_take(&guard->all, guard->rate * UDP_GUARD_ALL, now_ms))
		return (UDP_TOO_FAST);
	return (UDP_ANSWER);
}

/* Fill a bucket for the time that has passed, then take a token if it holds
 * one.  It never holds more than a second's worth. */
static int
bucket_take(struct udp_bucket *bucket, int64_t rate, int64_t now_ms)
{
	int64_t full = rate * TOKEN;
	int64_t passed_ms = now_ms - bucket->filled_ms;

	if (bucket->filled_ms == 0 || passed_ms >= 1000)
		bucket->millitokens = full;
	else if (passed_ms > 0)
		bucket->millitokens += passed_ms * rate;
	if (bucket->millitokens > full)
		bucket->millitokens = full;
	/* Time that went back must not be given twice. */
	if (bucket->filled_ms == 0 || passed_ms > 0)
		bucket->filled_ms = now_ms;
	if (bucket->millitokens < TOKEN)
		return (0);
	bucket->millitokens -= TOKEN;
	return (1);
}

/* The row of this source; a new source takes the row of its set that was
 * used least recently. */
static struct udp_bucket *
source_bucket(struct udp_guard *guard, const struct address *from)
{
	struct address_host host = address_host(from);
	struct udp_bucket *set = &guard->sources[WAYS *
	    (host_hash(&host, guard->hash_key) % SETS)];
	struct udp_bucket *oldest = set;

	for (struct udp_bucket *row = set; row < set + WAYS; row++) {
		if (row->filled_ms != 0 &&
		    memcmp(&row->host, &host, sizeof(host)) == 0)
			return (row);
		if (row->filled_ms < oldest->filled_ms)
			oldest = row;
	}
	*oldest = (struct udp_bucket){ .host = host };
	return (oldest);
}

static int
source_is_a_service(const struct address *from)
{
	int port = address_port(from);

	if (port < 1024)
		return (1);
	for (size_t i = 0; i < sizeof(service_ports) / sizeof(int); i++)
		if (port == service_ports[i])
			return (1);
	return (0);
}
