/* passage.c - one direction of a conversation, shown and disturbed.
 * See also: tools/proxy/passage.h */
#include "tools/proxy/passage.h"

#include <time.h>

#include "base/clock.h"
#include "net/splice.h"
#include "tools/proxy/connection.h"

#define PIECE_SIZE	16384		/* of a delayed piece, sent at once */
#define RATE_PIECES	50		/* of a second: --rate is that smooth */
#define RATE_LATE_US	100000		/* made up for, if we wake too late */

static int64_t min64(int64_t, int64_t);
static const struct relay_link *passage_choose(const struct passage *);
static int passage_deliver(struct relay_direction *);
static int passage_flush(struct relay_direction *);
static int passage_limit(struct relay_direction *);
static int passage_put(struct relay_direction *, const char *, size_t);
static ssize_t passage_recv(struct relay_direction *, void *, size_t);
static ssize_t passage_recv_delayed(struct relay_direction *, void *, size_t);
static int passage_send(struct relay_direction *, const void *, size_t);
static int passage_send_paced(struct relay_direction *, const char *, size_t);
static void passage_show(struct passage *, const char *, size_t);
static int passage_wait_turn(struct relay_direction *, size_t);

static const struct relay_link passage_link = { passage_recv, passage_send };

int
passage_init(struct passage *passage, struct connection *connection, int down)
{
	const struct proxy *proxy = connection->proxy;
	struct relay_direction *way = down ? &connection->relay.down :
	    &connection->relay.up;

	*passage = (struct passage){ .connection = connection, .down = down,
	    .faults = &proxy->options->faults[down] };
	passage->limit = faults_limit(passage->faults, &passage->limit_fault);
	passage->random = faults_seed(proxy->seed, connection->client->number,
	    down);
	way->context = passage;
	way->link = passage_choose(passage);
	if (passage->faults->values[FAULT_DELAY] == FAULT_NONE &&
	    passage->faults->values[FAULT_JITTER] == FAULT_NONE)
		return (0);
	passage->line = delay_line_new();
	return (passage->line != NULL ? 0 : -1);
}

void
passage_fini(struct passage *passage)
{
	delay_line_free(passage->line);
	passage->line = NULL;
}

int
passage_has_reset(const struct passage *passage)
{
	return (passage->offset == passage->limit &&
	    passage->limit_fault == FAULT_RESET);
}

/* Where nobody looks, the bytes need not come to us at all. */
static const struct relay_link *
passage_choose(const struct passage *passage)
{
	const struct proxy *proxy = passage->connection->proxy;

	if (proxy->display.options.quiet && proxy->capture == NULL &&
	    !faults_any(passage->faults))
		return (&relay_by_splice);
	return (&passage_link);
}

static ssize_t
passage_recv(struct relay_direction *way, void *buf, size_t size)
{
	struct passage *passage = way->context;
	uint64_t left = passage->limit - passage->offset;
	ssize_t n;

	if (left == 0)
		return (passage_limit(way));
	if (left < size)
		size = (size_t)left;
	n = passage->line != NULL ? passage_recv_delayed(way, buf, size) :
	    relay_recv(way, buf, size);
	if (n == 0)
		capture_end(&passage->connection->capture, passage->down);
	return (n);
}

/* While bytes are on their way, what comes next is not all there is to do. */
static ssize_t
passage_recv_delayed(struct relay_direction *way, void *buf, size_t size)
{
	struct passage *passage = way->context;

	for (;;) {
		int64_t due = delay_line_due(passage->line);
		ssize_t n = relay_recv_within(way, buf, size, due);

		if (n > 0)
			return (n);
		if (n == 0)
			return (passage_flush(way));
		if (atomic_load(&way->relay->broken) ||
		    passage_deliver(way) == -1)
			return (-1);
	}
}

static int
passage_send(struct relay_direction *way, const void *buf, size_t len)
{
	struct passage *passage = way->context;

	passage_show(passage, buf, len);
	capture_bytes(&passage->connection->capture, passage->down, buf, len);
	passage->offset += len;
	return (passage->line != NULL ? passage_put(way, buf, len) :
	    passage_send_paced(way, buf, len));
}

/* Shown before it is sent: the answer must not stand before the question. */
static void
passage_show(struct passage *passage, const char *bytes, size_t len)
{
	struct connection *connection = passage->connection;
	struct display *display = &connection->proxy->display;
	struct block block = { .number = connection->client->number,
	    .down = passage->down, .client = connection->client_text,
	    .upstream = connection->upstream_text,
	    .offset = passage->offset, .bytes = bytes, .len = len };

	if (display->options.quiet)
		return;
	clock_gettime(CLOCK_REALTIME, &block.time);
	display_block(display, &block);
}

/* Into the delay line.  It may be full: then what is first must arrive. */
static int
passage_put(struct relay_direction *way, const char *bytes, size_t len)
{
	struct passage *passage = way->context;
	const int64_t *values = passage->faults->values;
	int64_t due = clock_now_ms();

	/* A millisecond begins anywhere in the clock's own: never too early. */
	if (values[FAULT_DELAY] > 0)
		due += values[FAULT_DELAY] + 1;
	if (values[FAULT_JITTER] > 0)
		due += faults_random(&passage->random, values[FAULT_JITTER]);
	while (delay_line_put(passage->line, bytes, len, due) == -1)
		if (passage_deliver(way) == -1)
			return (-1);
	return (0);
}

/* Wait for what is first in the delay line, and send it on. */
static int
passage_deliver(struct relay_direction *way)
{
	struct passage *passage = way->context;
	char piece[PIECE_SIZE];
	size_t len;

	if (relay_wait(way->relay, delay_line_due(passage->line)) == -1)
		return (-1);
	len = delay_line_take(passage->line, piece, sizeof(piece));
	return (passage_send_paced(way, piece, len));
}

static int
passage_flush(struct relay_direction *way)
{
	struct passage *passage = way->context;

	while (passage->line != NULL &&
	    delay_line_due(passage->line) != CLOCK_NEVER)
		if (passage_deliver(way) == -1)
			return (-1);
	return (0);
}

/* --chunk, --rate */
static int
passage_send_paced(struct relay_direction *way, const char *bytes, size_t len)
{
	const struct passage *passage = way->context;
	int64_t chunk = passage->faults->values[FAULT_CHUNK];
	int64_t rate = passage->faults->values[FAULT_RATE];

	while (len > 0) {
		int64_t n = (int64_t)len;

		if (chunk != FAULT_NONE)
			n = min64(n, chunk);
		if (rate != FAULT_NONE)
			n = min64(n, rate / RATE_PIECES + 1);
		if (passage_wait_turn(way, (size_t)n) == -1 ||
		    relay_send(way, bytes, (size_t)n) == -1)
			return (-1);
		bytes += n;
		len -= (size_t)n;
	}
	return (0);
}

/* Wait until a piece may go, and say when the next one may. */
static int
passage_wait_turn(struct relay_direction *way, size_t len)
{
	struct passage *passage = way->context;
	int64_t rate = passage->faults->values[FAULT_RATE];
	int64_t now_us = clock_now_ms() * 1000;

	if (rate == FAULT_NONE)
		return (0);
	if (passage->next_us > now_us &&
	    relay_wait(way->relay, passage->next_us / 1000) == -1)
		return (-1);
	if (passage->next_us < now_us - RATE_LATE_US)
		passage->next_us = now_us - (passage->next_us != 0 ?
		    RATE_LATE_US : 0);
	passage->next_us += (int64_t)len * 1000000 / rate;
	return (0);
}

/* --drop-after, --reset-after, --stall-after: no byte more comes through. */
static int
passage_limit(struct relay_direction *way)
{
	struct passage *passage = way->context;

	if (passage_flush(way) == -1)
		return (-1);
	if (passage->limit_fault == FAULT_STALL)
		relay_hold(way);
	else if (passage->limit_fault == FAULT_DROP) {
		stream_end(way->to);
		relay_break(way->relay, RELAY_DROPPED);
	} else
		relay_break(way->relay, RELAY_BROKEN);
	return (-1);
}

static int64_t
min64(int64_t a, int64_t b)
{
	return (a < b ? a : b);
}
