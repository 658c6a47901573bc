/* timeline.c - events in order, and which send fed which read.
 * See also: explain/timeline.h */
#include "explain/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The events that got bytes, sorted by compare_reads. */
struct reads {
	struct timeline_event **events;
	size_t		 len;
};

static int add_arrow(struct timeline *, size_t, size_t);
static void close_open_ones(struct timeline *);
static int compare_ends(const struct timeline_event *, const char *,
    const char *);
static int pair_datagram(struct timeline *, const struct reads *, size_t);
static int pair_stream(struct timeline *, const struct reads *, size_t);
static int same_place(const char *, const char *);

void
timeline_init(struct timeline *timeline)
{
	memset(timeline, 0, sizeof(*timeline));
	timeline->begin_ns = INT64_MAX;
	timeline->end_ns = INT64_MIN;
}

void
timeline_fini(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->lanes_len; i++) {
		free(timeline->lanes[i].program);
		free(timeline->lanes[i].name);
	}
	for (size_t i = 0; i < timeline->events_len; i++) {
		free(timeline->events[i].call);
		free(timeline->events[i].local);
		free(timeline->events[i].peer);
		free(timeline->events[i].proto);
		free(timeline->events[i].args);
	}
	free(timeline->lanes);
	free(timeline->events);
	free(timeline->arrows);
	free(timeline->boot);
	memset(timeline, 0, sizeof(*timeline));
}

int
timeline_grow(void **array, size_t *size, size_t len, size_t one)
{
	size_t new = *size == 0 ? 64 : 2 * *size;
	void *bigger;

	if (len < *size)
		return (0);
	if ((bigger = reallocarray(*array, new, one)) == NULL)
		return (-1);
	*array = bigger;
	*size = new;
	return (0);
}

static int
compare_begin(const void *left, const void *right)
{
	const struct timeline_event *a = left, *b = right;

	if (a->begin_ns != b->begin_ns)
		return (a->begin_ns < b->begin_ns ? -1 : 1);
	return (a->end_ns < b->end_ns ? -1 : a->end_ns > b->end_ns);
}

/* Pointers to reads, by both ends: those of one connection stand together, in
 * the order of the stream. */
static int
compare_reads(const void *left, const void *right)
{
	const struct timeline_event *a = *(struct timeline_event *const *)left;
	const struct timeline_event *b = *(struct timeline_event *const *)right;
	int order = compare_ends(a, b->local, b->peer);

	if (order != 0)
		return (order);
	return (a->offset < b->offset ? -1 : a->offset > b->offset);
}

static int
compare_ends(const struct timeline_event *event, const char *local,
    const char *peer)
{
	int order = strcmp(event->local, local);

	return (order != 0 ? order : strcmp(event->peer, peer));
}

int
timeline_pair(struct timeline *timeline, struct cause *cause)
{
	struct reads reads = { .len = 0 };
	int result = 0;

	reads.events = calloc(timeline->events_len + 1,
	    sizeof(*reads.events));
	if (reads.events == NULL) {
		cause_errno(cause, "malloc", errno, NULL);
		return (-1);
	}
	if (timeline->events_len > 0)
		qsort(timeline->events, timeline->events_len,
		    sizeof(*timeline->events), compare_begin);
	close_open_ones(timeline);
	for (size_t i = 0; i < timeline->events_len; i++)
		if (timeline->events[i].direction < 0 &&
		    timeline->events[i].has_moved)
			reads.events[reads.len++] = &timeline->events[i];
	qsort(reads.events, reads.len, sizeof(*reads.events), compare_reads);
	for (size_t i = 0; i < timeline->events_len && result == 0; i++)
		if (timeline->events[i].direction > 0 &&
		    timeline->events[i].has_moved)
			result = timeline->events[i].is_datagram ?
			    pair_datagram(timeline, &reads, i) :
			    pair_stream(timeline, &reads, i);
	if (result == -1)
		cause_errno(cause, "malloc", errno, NULL);
	free(reads.events);
	return (result);
}

/* Who still waited when the log ended did so until the end. */
static void
close_open_ones(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->events_len; i++)
		if (timeline->events[i].is_open)
			timeline->events[i].end_ns = timeline->end_ns;
}

/* The reads of the other end whose bytes overlap; of several connections that
 * had the same addresses one after the other, the first that is not over. */
static int
pair_stream(struct timeline *timeline, const struct reads *reads, size_t from)
{
	const struct timeline_event *send = &timeline->events[from], *read;
	size_t low = 0, high = reads->len, middle;
	int64_t sock = -1;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_ends(reads->events[middle], send->peer,
		    send->local) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < reads->len; low++) {
		read = reads->events[low];
		if (compare_ends(read, send->peer, send->local) != 0)
			break;
		if (read->offset >= send->offset + send->bytes ||
		    send->offset >= read->offset + read->bytes ||
		    read->end_ns < send->begin_ns ||
		    (sock != -1 && read->sock != sock))
			continue;
		sock = read->sock;
		if (add_arrow(timeline, from, (size_t)(read -
		    timeline->events)) == -1)
			return (-1);
	}
	return (0);
}

/* A datagram has no offset that both ends know: the first read of as many bytes
 * that nothing has fed yet.  A socket may be bound to every address: its port
 * counts. */
static int
pair_datagram(struct timeline *timeline, const struct reads *reads,
    size_t from)
{
	const struct timeline_event *send = &timeline->events[from];
	struct timeline_event *best = NULL, *read;

	for (size_t i = 0; i < reads->len; i++) {
		read = reads->events[i];
		if (read->is_datagram && !read->is_fed &&
		    read->bytes == send->bytes &&
		    read->end_ns >= send->begin_ns &&
		    same_place(read->local, send->peer) &&
		    same_place(read->peer, send->local) &&
		    (best == NULL || read->end_ns < best->end_ns))
			best = read;
	}
	if (best == NULL)
		return (0);
	best->is_fed = 1;
	return (add_arrow(timeline, from, (size_t)(best -
	    timeline->events)));
}

static int
is_wildcard(const char *place)
{
	return (strncmp(place, "0.0.0.0:", 8) == 0 ||
	    strncmp(place, "[::]:", 5) == 0);
}

static int
same_place(const char *a, const char *b)
{
	const char *port_a = strrchr(a, ':'), *port_b = strrchr(b, ':');

	if (strcmp(a, b) == 0)
		return (1);
	return ((is_wildcard(a) || is_wildcard(b)) && port_a != NULL &&
	    port_b != NULL && strcmp(port_a, port_b) == 0);
}

static int
add_arrow(struct timeline *timeline, size_t from, size_t to)
{
	if (timeline_grow((void **)&timeline->arrows, &timeline->arrows_size,
	    timeline->arrows_len, sizeof(*timeline->arrows)) == -1)
		return (-1);
	timeline->arrows[timeline->arrows_len++] =
	    (struct timeline_arrow){ from, to };
	return (0);
}

size_t
timeline_lane_of(const struct timeline *timeline,
    const struct timeline_event *event)
{
	for (size_t i = 0; i < timeline->events_len; i++) {
		const struct timeline_event *other = &timeline->events[i];

		if (other->lane != event->lane && event->peer[0] != '\0' &&
		    other->local[0] != '\0' && !other->is_listener &&
		    strcmp(other->local, event->peer) == 0 &&
		    (event->is_datagram ||
		    strcmp(other->peer, event->local) == 0))
			return (other->lane);
	}
	return (SIZE_MAX);
}
