/* line_queue.h - lines that wait, in a ring of references to them.
 * A queue that holds few lines needs no memory of its own; a longer one grows
 * by doubling.  It weighs its lines, so that its user can bound it: a flood of
 * short lines weighs what it costs, not only its bytes.
 * See also: serve/shared_line.h, serve/outbox.h, tests/check_line_queue.c */
#ifndef SERVE_LINE_QUEUE_H
#define SERVE_LINE_QUEUE_H

#include <stddef.h>
#include <sys/uio.h>

#include "serve/shared_line.h"

#define LINE_QUEUE_FEW		8	/* that need no malloc */

/* What a line weighs beside its bytes: its place in the ring, its header, the
 * allocator's own. */
#define LINE_QUEUE_WEIGHT	64

struct line_queue {
	struct shared_line **ring;
	size_t		 size;		/* of the ring, a power of two */
	size_t		 first, len;
	size_t		 offset;	/* so much of the first has left */
	size_t		 weight;	/* of all */
	struct shared_line *few[LINE_QUEUE_FEW];	/* the ring at first */
};

/*
 * line_queue_init - an empty queue; it must stay where it is
 * Blocks: no.   Threads: a queue belongs to one thread, or to a lock.
 */
void	line_queue_init(struct line_queue *queue);

/* line_queue_fini - give all lines back.  Takes a zeroed one. */
void	line_queue_fini(struct line_queue *queue);

/*
 * line_queue_push - put a line at the end, which is not empty
 *   line   the queue takes a reference of its own
 * Returns 0, or -1 with errno: no memory.
 * Blocks: no.   Threads: the queue's.
 */
int	line_queue_push(struct line_queue *queue, struct shared_line *line);

/*
 * line_queue_gather - the first lines, as sendmsg takes them
 *   iov, iov_size   receive the bytes that have not left yet
 * Returns how many pieces there are; 0: the queue is empty.
 * Blocks: no.   Threads: the queue's; the pieces are good until they are taken
 * out.
 */
int	line_queue_gather(const struct line_queue *queue, struct iovec *iov,
	    size_t iov_size);

/*
 * line_queue_take - n bytes more have left: take out the lines that are whole
 *   gone   receives them, as many as were gathered; the caller gives them back
 * Returns how many.
 * Blocks: no.   Threads: the queue's.
 */
size_t	line_queue_take(struct line_queue *queue, size_t n,
	    struct shared_line **gone);

/*
 * line_queue_clear - give all lines back, and most of the memory
 * Blocks: no.   Threads: the queue's.
 */
void	line_queue_clear(struct line_queue *queue);

/* line_queue_weight - what a line weighs. */
size_t	line_queue_weight(const struct shared_line *line);

#endif
