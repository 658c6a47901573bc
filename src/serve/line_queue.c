/* line_queue.c - lines that wait, in a ring of references to them.
 * See also: serve/line_queue.h, tests/check_line_queue.c */
#include "serve/line_queue.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_KEPT	128		/* of the ring, when it is cleared */

static int queue_grow(struct line_queue *);
static void queue_shrink(struct line_queue *);

void
line_queue_init(struct line_queue *queue)
{
	memset(queue, 0, sizeof(*queue));
	queue->ring = queue->few;
	queue->size = LINE_QUEUE_FEW;
}

void
line_queue_fini(struct line_queue *queue)
{
	line_queue_clear(queue);
	queue_shrink(queue);
}

int
line_queue_push(struct line_queue *queue, struct shared_line *line)
{
	if (queue->len == queue->size && queue_grow(queue) == -1)
		return (-1);
	queue->ring[(queue->first + queue->len) & (queue->size - 1)] =
	    shared_line_ref(line);
	queue->len++;
	queue->weight += line_queue_weight(line);
	return (0);
}

int
line_queue_gather(const struct line_queue *queue, struct iovec *iov,
    size_t iov_size)
{
	size_t pieces = queue->len < iov_size ? queue->len : iov_size;

	for (size_t i = 0; i < pieces; i++) {
		struct shared_line *line =
		    queue->ring[(queue->first + i) & (queue->size - 1)];
		size_t left = i == 0 ? queue->offset : 0;

		iov[i].iov_base = line->bytes + left;
		iov[i].iov_len = line->len - left;
	}
	return ((int)pieces);
}

size_t
line_queue_take(struct line_queue *queue, size_t n, struct shared_line **gone)
{
	size_t gone_len = 0;

	queue->offset += n;
	while (queue->len > 0) {
		struct shared_line *line = queue->ring[queue->first];

		if (queue->offset < line->len)
			break;
		queue->offset -= line->len;
		queue->weight -= line_queue_weight(line);
		queue->first = (queue->first + 1) & (queue->size - 1);
		queue->len--;
		gone[gone_len++] = line;
	}
	return (gone_len);
}

void
line_queue_clear(struct line_queue *queue)
{
	for (size_t i = 0; i < queue->len; i++)
		shared_line_free(
		    queue->ring[(queue->first + i) & (queue->size - 1)]);
	queue->first = queue->len = queue->offset = queue->weight = 0;
	if (queue->size > SIZE_KEPT)
		queue_shrink(queue);
}

size_t
line_queue_weight(const struct shared_line *line)
{
	return (line->len + LINE_QUEUE_WEIGHT);
}

static int
queue_grow(struct line_queue *queue)
{
	size_t before = queue->size - queue->first;
	struct shared_line **ring = malloc(2 * queue->size * sizeof(*ring));

	if (ring == NULL)
		return (-1);
	/* It is full: from the first line to the ring's end, then the rest. */
	memcpy(ring, queue->ring + queue->first, before * sizeof(*ring));
	memcpy(ring + before, queue->ring, queue->first * sizeof(*ring));
	if (queue->ring != queue->few)
		free(queue->ring);
	queue->ring = ring;
	queue->size *= 2;
	queue->first = 0;
	return (0);
}

/* An empty queue's ring is the small one again. */
static void
queue_shrink(struct line_queue *queue)
{
	if (queue->ring != queue->few)
		free(queue->ring);
	queue->ring = queue->few;
	queue->size = LINE_QUEUE_FEW;
}
