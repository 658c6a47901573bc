/* outbox.h - the bounded queue of lines towards one client.
 * All that a client is sent passes through its outbox, whoever says it, so
 * that lines keep their order and never mix.  Who puts a line into an idle
 * outbox promises to flush it, and does so at once, outside every lock and
 * without waiting; others only append, and the flusher looks again before it
 * goes.  What a full socket does not take is left to the late thread.
 * A client that reads too slowly is dropped: its lines are freed and its
 * connection is shut down, so that its own thread's recv returns.
 *
 *	outbox_init(&outbox, &stream, &options, &cause)
 *	room_join(...)			from now on others put lines in
 *	outbox_put_wait(&outbox, line)	what its own thread answers
 *	room_leave(...)
 *	outbox_finish(&outbox, deadline)
 *	outbox_fini(&outbox)		then end the stream, and close
 *
 * An outbox should not be on its thread's stack: all stacks begin at the same
 * place of a page, so a thousand outboxes there would contend for the same few
 * lines of the processor's cache, at half the speed.
 *
 * Lock levels: registry 1, room 2, late 3, outbox 4, crowd 5, TLS 8 and 9.
 * See also: serve/room.h, serve/late.h, tests/check_outbox.c */
#ifndef SERVE_OUTBOX_H
#define SERVE_OUTBOX_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "net/stream.h"
#include "serve/line_queue.h"
#include "serve/shared_line.h"

#define OUTBOX_BOUND		262144	/* what options usually say */
#define OUTBOX_PATIENCE_MS	30000

struct late;

/* The same for all outboxes of a server; kept, not copied. */
struct outbox_options {
	struct late	*late;
	size_t		 bound;		/* weight (serve/line_queue.h); a line
					 * has at most a quarter of it */
	int64_t		 patience_ms;	/* lines wait and nothing is taken;
					 * 0: no limit */
};

enum outbox_state {
	OUTBOX_IDLE,			/* nobody flushes it */
	OUTBOX_PROMISED,		/* a thread does, or is about to */
	OUTBOX_LATE			/* the late thread watches its socket */
};

/* Why nothing more is taken. */
enum outbox_drop {
	OUTBOX_KEPT,			/* it is */
	OUTBOX_TOO_SLOW,		/* past its bound, or its time */
	OUTBOX_NO_MEMORY,		/* or no late thread */
	OUTBOX_SEND_FAILED,
	OUTBOX_CLOSED			/* by outbox_fini */
};

struct outbox {
	pthread_mutex_t	 lock;		/* level 4 */
	/* guarded by lock: */
	enum outbox_state state;
	enum outbox_drop drop;
	int		 error;		/* errno of SEND_FAILED */
	int		 crowded;	/* counted in late's crowd */
	struct line_queue queue;
	int64_t		 full_ms;	/* since then the socket takes nothing;
					 * 0: it takes */

	/* of who has promised it; while LATE, guarded by late.lock: */
	struct outbox	*previous, *next;
	size_t		 slot;		/* in what late polls */

	struct stream	*stream;
	const struct outbox_options *options;	/* NULL: not initialised */
	_Atomic uint64_t *sent;		/* the owner may set it: counts bytes */
	pthread_cond_t	 eased;		/* fewer lines, or dropped: its owner
					 * waits; monotonic clock */
};

/* The outboxes that a thread has promised to flush. */
struct outbox_list {
	struct outbox	*first, *last;
};

/*
 * outbox_init - an empty outbox towards a stream
 *   stream   stays the owner's, who alone receives from it
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: the owner's.
 */
int	outbox_init(struct outbox *outbox, struct stream *stream,
	    const struct outbox_options *options, struct cause *cause);

/*
 * outbox_fini - forget what still waits; it must be in no room any more
 * Afterwards no other thread touches the outbox, the stream, or the
 * descriptor.  Takes a zeroed one.
 * Blocks: until who has promised to flush it has passed; never for the client.
 * Threads: the owner's.
 */
void	outbox_fini(struct outbox *outbox);

/*
 * outbox_put - put a line in, and flush if nobody does
 *   line   a reference, which is taken over, also on failure; NULL (there was
 *          no memory for it) drops the outbox
 * Returns 0, or -1 if the outbox is, or was by this, dropped.
 * Blocks: no.   Threads: safe, before the owner calls outbox_fini.
 */
int	outbox_put(struct outbox *outbox, struct shared_line *line);

/*
 * outbox_wait - wait until half of the queue is free, or it was dropped
 * So a client that sends commands and does not read the answers stops itself.
 * Blocks: until the client reads, or is dropped.
 * Threads: the owner's, which has promised no outbox.
 */
void	outbox_wait(struct outbox *outbox);

/*
 * outbox_put_wait - outbox_wait, then outbox_put
 * Returns what outbox_put does.
 * Blocks, Threads: as outbox_wait.
 */
int	outbox_put_wait(struct outbox *outbox, struct shared_line *line);

/*
 * outbox_finish - wait until all that was put in has left
 *   deadline   of base/clock.h
 * Returns 0, or -1 at the deadline, or if the outbox was dropped.
 * Blocks: until then.   Threads: the owner's.
 */
int	outbox_finish(struct outbox *outbox, int64_t deadline);

/*
 * outbox_dropped - is nothing more taken, and why?
 *   error   receives the errno of OUTBOX_SEND_FAILED, else 0; may be NULL
 * Returns OUTBOX_KEPT if all is well.
 * Blocks: no.   Threads: the owner's.
 */
enum outbox_drop outbox_dropped(struct outbox *outbox, int *error);

/*
 * outbox_place - put a line in, and promise to flush if nobody has
 *   line   the outbox takes a reference of its own
 *   more   other lines follow soon, to leave together with this one: do not
 *          promise yet (if the queue is not long already)
 *   list   receives the outbox, if it is promised
 * Returns 0, or -1 if the outbox is, or was by this, dropped.
 * Blocks: no.   Threads: safe; a room's lock may be held.
 */
int	outbox_place(struct outbox *outbox, struct shared_line *line, int more,
	    struct outbox_list *list);

/*
 * outbox_promise - promise to flush lines that nobody has promised to
 *   list   receives the outbox, if there are any
 * Blocks: no.   Threads: safe; a room's lock may be held.
 */
void	outbox_promise(struct outbox *outbox, struct outbox_list *list);

/*
 * outbox_flush - keep the promises of a list, and empty it
 * To be called soon, and nothing be waited for before.  It sends a few times
 * to each: what others put in meanwhile is not this thread's work for ever.
 * Blocks: no.   Threads: no lock held.
 */
void	outbox_flush(struct outbox_list *list);

/* outbox_list_add - append an outbox that the caller has promised. */
void	outbox_list_add(struct outbox_list *list, struct outbox *outbox);

/*
 * outbox_until - when to send again, whether or not poll says so: at once (0)
 * if the socket takes, else when its time is over
 * Blocks: no.   Threads: who has promised it; while LATE, under late.lock.
 */
int64_t	outbox_until(const struct outbox *outbox);

#endif
