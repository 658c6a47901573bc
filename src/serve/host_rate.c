/* host_rate.c - how often each host may do something.
 * See also: serve/host_rate.h, tests/check_host_rate.c */
#include "serve/host_rate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "serve/host_hash.h"

#define SETS		1024		/* of the table */
#define WAYS		4		/* rows a set: the oldest is evicted */

static void bucket_fill(struct rate_bucket *, const struct rate *, int64_t);
static struct rate_bucket *host_bucket(struct host_rate *,
    const struct address *);
static struct rate_bucket *host_set(const struct host_rate *,
    const struct address_host *);
static struct rate_bucket *set_find(struct rate_bucket *,
    const struct address_host *);

int
rate_bucket_take(struct rate_bucket *bucket, const struct rate *rate,
    int64_t now_ms)
{
	bucket_fill(bucket, rate, now_ms);
	if (bucket->level < rate->period_ms)
		return (0);
	bucket->level -= rate->period_ms;
	return (1);
}

int
host_rate_init(struct host_rate *table, const struct rate *rate,
    struct cause *cause)
{
	memset(table, 0, sizeof(*table));
	table->rate = *rate;
	if (rate->times == 0)
		return (0);
	table->rows = calloc(SETS * WAYS, sizeof(*table->rows));
	if (table->rows == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		return (-1);
	}
	if (random_fill(&table->hash_key, sizeof(table->hash_key)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		host_rate_fini(table);
		return (-1);
	}
	return (0);
}

void
host_rate_fini(struct host_rate *table)
{
	free(table->rows);
	table->rows = NULL;
}

int
host_rate_take(struct host_rate *table, const struct address *from,
    int64_t now_ms)
{
	if (table->rate.times == 0)
		return (1);
	return (rate_bucket_take(host_bucket(table, from), &table->rate,
	    now_ms));
}

int
host_rate_allows(const struct host_rate *table, const struct address *from,
    int64_t now_ms)
{
	struct address_host host = address_host(from);
	const struct rate_bucket *row;
	struct rate_bucket copy;

	if (table->rate.times == 0 ||
	    (row = set_find(host_set(table, &host), &host)) == NULL)
		return (1);
	copy = *row;
	return (rate_bucket_take(&copy, &table->rate, now_ms));
}

void
host_rate_charge(struct host_rate *table, const struct address *from,
    int64_t now_ms)
{
	const struct rate *rate = &table->rate;
	int64_t deepest = -RATE_DEBT * rate->times * rate->period_ms;
	struct rate_bucket *bucket;

	if (rate->times == 0)
		return;
	bucket = host_bucket(table, from);
	bucket_fill(bucket, rate, now_ms);
	bucket->level -= rate->period_ms;
	if (bucket->level < deepest)
		bucket->level = deepest;
}

/* Bring what has accrued since the last time; never more than a period's. */
static void
bucket_fill(struct rate_bucket *bucket, const struct rate *rate,
    int64_t now_ms)
{
	int64_t full = rate->times * rate->period_ms;
	int64_t passed_ms = now_ms - bucket->filled_ms;

	if (bucket->filled_ms == 0 ||
	    passed_ms >= (1 + RATE_DEBT) * rate->period_ms)
		bucket->level = full;
	else if (passed_ms > 0)
		bucket->level += passed_ms * rate->times;
	if (bucket->level > full)
		bucket->level = full;
	/* Time that went back must not be given twice. */
	if (bucket->filled_ms == 0 || passed_ms > 0)
		bucket->filled_ms = now_ms;
}

/* The row of this host; a new one takes the row of its set that was used least
 * recently. */
static struct rate_bucket *
host_bucket(struct host_rate *table, const struct address *from)
{
	struct address_host host = address_host(from);
	struct rate_bucket *set = host_set(table, &host);
	struct rate_bucket *found = set_find(set, &host), *oldest = set;

	if (found != NULL)
		return (found);
	for (struct rate_bucket *row = set; row < set + WAYS; row++)
		if (row->filled_ms < oldest->filled_ms)
			oldest = row;
	*oldest = (struct rate_bucket){ .host = host };
	return (oldest);
}

static struct rate_bucket *
host_set(const struct host_rate *table, const struct address_host *host)
{
	return (&table->rows[WAYS * (host_hash(host, table->hash_key) %
	    SETS)]);
}

static struct rate_bucket *
set_find(struct rate_bucket *set, const struct address_host *host)
{
	for (struct rate_bucket *row = set; row < set + WAYS; row++)
		if (row->filled_ms != 0 &&
		    memcmp(&row->host, host, sizeof(*host)) == 0)
			return (row);
	return (NULL);
}
