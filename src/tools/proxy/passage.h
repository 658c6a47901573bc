/* passage.h - one direction of a conversation, shown and disturbed.
 * It stands between the receiving and the sending of the relay:
 *	recv, limit (--drop-after...), show, capture, --delay, --rate, send
 * See also: net/relay.h, tools/proxy/faults.h */
#ifndef PROXY_PASSAGE_H
#define PROXY_PASSAGE_H

#include <stdint.h>

#include "net/relay.h"
#include "tools/proxy/delay_line.h"
#include "tools/proxy/faults.h"

struct connection;

/* The direction's thread owns it. */
struct passage {
	struct connection *connection;
	int		 down;
	const struct faults *faults;
	uint64_t	 offset;	/* bytes that have come, and count */
	uint64_t	 limit;		/* UINT64_MAX: none */
	enum fault	 limit_fault;	/* what happens then */
	struct delay_line *line;	/* NULL: no delay */
	uint64_t	 random;	/* of --jitter */
	int64_t		 next_us;	/* --rate: when the next byte may go */
};

/*
 * passage_init - prepare a direction of a connection, whose relay is ready
 * Returns 0, or -1: out of memory.
 * Blocks: no.   Threads: one.
 */
int	passage_init(struct passage *passage, struct connection *connection,
	    int down);

/* passage_fini - takes a zeroed one. */
void	passage_fini(struct passage *passage);

/* passage_has_reset - has its --reset-after come? */
int	passage_has_reset(const struct passage *passage);

#endif
