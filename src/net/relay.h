/* relay.h - a conversation between two streams, one thread a direction.
 * What the client says goes to the upstream server, and back, by blocking
 * calls; each direction has a thread, so neither waits for the other.
 *
 *	relay_init(&relay, &client, &upstream, &cause)
 *	one thread:	relay_carry(&relay.up)
 *	another one:	relay_carry(&relay.down)
 *	relay_fini(&relay)
 *	close both descriptors
 *
 * What goes wrong elsewhere, and how it goes here:
 *   half-close	One side has said all: recv gives 0.  Just that is passed on
 *		(stream_end); the other direction goes on as long as it likes.
 *   reset	One side is reset, or its TLS cut off.  The other is reset
 *		too: an ordinary end would pass half a file for all of it.
 *   close	The direction that ends first must not close: the other still
 *		uses both descriptors.  Whoever closes must be the last one
 *		out: relay_carry returns when both directions are over.
 *   too early	What a client sends before the upstream connection exists
 *		waits in its socket: nothing is received before relay_carry.
 * The process must ignore SIGPIPE (serve/lifecycle.h does).
 * Ref: RFC 9293 3.6 (half-close), 3.10.7 (reset).
 * See also: net/splice.h, src/lessons/proxy_threads.c, tests/check_relay.c */
#ifndef NET_RELAY_H
#define NET_RELAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cause.h"
#include "net/stream.h"

#define RELAY_SIZE	65536		/* of one recv: a block */

struct relay;
struct relay_direction;

/* How bytes get across; a tool may stand between. */
struct relay_link {
	/* As relay_recv and relay_send, which they call. */
	ssize_t	(*recv)(struct relay_direction *way, void *buf, size_t size);
	int	(*send)(struct relay_direction *way, const void *buf,
		    size_t len);
};

/* One direction; its thread owns it. */
struct relay_direction {
	struct relay	*relay;
	struct stream	*from, *to;
	const struct relay_link *link;	/* relay_plain, unless changed */
	void		*context;	/* the link's own */
	_Atomic uint64_t *bytes;	/* sent; others may read it */
	atomic_int	 sending;	/* in a send, which may be stuck */
	int		 ended;		/* no more will come; relay->lock */
};

enum relay_end {
	RELAY_OPEN,
	RELAY_CLOSED,			/* that side had said all, first */
	RELAY_RESET,			/* reset from there, or TLS cut off */
	RELAY_IDLE,			/* nothing moved for idle_ms */
	RELAY_HALF_CLOSED,		/* nor for half_close_ms after an end */
	RELAY_BROKEN,			/* our own doing */
	RELAY_DROPPED			/* the same, but as an ordinary end */
};

/* How a conversation ended.  All but RELAY_CLOSED and RELAY_DROPPED are told to
 * both peers by a reset. */
struct relay_fate {
	enum relay_end	 end;
	const struct stream *side;	/* whose doing; NULL: ours */
	const char	*primitive;	/* of RELAY_RESET: what failed there */
	int		 error;		/* with which errno */
};

struct relay {
	struct relay_direction up, down;
	int64_t		 idle_ms;	/* 0: no limit */
	int64_t		 half_close_ms;	/* 0: no limit */
	_Atomic int64_t	*active_ms;	/* monotonic: bytes last moved, or a
					 * side ended */
	atomic_int	 broken;	/* ended, and not by RELAY_CLOSED */

	pthread_mutex_t	 lock;		/* level 5 */
	pthread_cond_t	 changed;	/* of what follows; monotonic clock */
	/* guarded by lock: */
	int		 left;		/* directions that are over */
	int		 out;		/* threads out of relay_carry */
	struct relay_fate fate;

	/* What bytes and active_ms point at, unless changed. */
	_Atomic uint64_t up_bytes, down_bytes;
	_Atomic int64_t	 moved_ms;
};

/* What it is without anything between: relay_recv and relay_send. */
extern const struct relay_link relay_plain;

/*
 * relay_init - a conversation that has not begun
 *   client, upstream   the caller's, as are their descriptors; must live until
 *                      relay_fini
 * Limits and links may be set afterwards, until relay_carry.
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: one.
 */
int	relay_init(struct relay *relay, struct stream *client,
	    struct stream *upstream, struct cause *cause);

/*
 * relay_fini - free it
 * Blocks: until the other thread is out of relay_carry, if it came there.
 * Threads: one, after its own relay_carry; the other must not use the relay
 * any more.
 */
void	relay_fini(struct relay *relay);

/*
 * relay_carry - carry one direction until the conversation is over
 * relay->fate then tells how it ended; if by a reset, then closing the
 * descriptors sends it (they have SO_LINGER 0).
 * Blocks: until both directions have ended.   Threads: one for up, one for
 * down.
 */
void	relay_carry(struct relay_direction *way);

/*
 * relay_recv - what came next in this direction
 * Returns a count, 0 at the end of the stream, or -1 when the conversation is
 * broken.
 * Blocks: until bytes come.   Threads: the direction's.
 */
ssize_t	relay_recv(struct relay_direction *way, void *buf, size_t size);

/*
 * relay_recv_within - relay_recv, but only until a deadline
 * Returns as it does; at the deadline -1, and relay->broken is not set.
 * Blocks: until the deadline at most.   Threads: the direction's.
 */
ssize_t	relay_recv_within(struct relay_direction *way, void *buf, size_t size,
	    int64_t deadline);

/*
 * relay_send - send all of it on, and count it
 * Returns 0, or -1 when the conversation is broken.
 * Blocks: until the reader takes it.   Threads: the direction's.
 */
int	relay_send(struct relay_direction *way, const void *buf, size_t len);

/*
 * relay_hold - let nothing more pass in this direction
 * That its side has ended is not noticed; that it is reset is, and so is
 * idleness.
 * Blocks: until the conversation is broken.   Threads: the direction's.
 */
void	relay_hold(struct relay_direction *way);

/* relay_moved - count bytes that were sent on by other means. */
void	relay_moved(struct relay_direction *way, size_t len);

/*
 * relay_fail - break the conversation: a call on one of its streams failed
 *   primitive   which, "recv", "send"; errno tells why
 * Blocks: for the lock only.   Threads: the directions'.
 */
void	relay_fail(struct relay *relay, const struct stream *side,
	    const char *primitive);

/*
 * relay_break - end the conversation now, if it has not ended already
 *   end   RELAY_BROKEN, or RELAY_DROPPED
 * Both directions come out of what they wait in.
 * Blocks: for the lock only.   Threads: safe, until relay_fini.
 */
void	relay_break(struct relay *relay, enum relay_end end);

/*
 * relay_wait - let time pass in a direction, but not beyond a break
 * Returns 0 at the deadline (of base/clock.h), or -1 when the conversation is
 * broken.
 * Blocks: until then.   Threads: the directions'.
 */
int	relay_wait(struct relay *relay, int64_t deadline);

#endif
