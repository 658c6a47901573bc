/* receiver.h - the side of a transfer that wants the file: what to do with a
 * block that came.
 * The next block in order is taken; the last of a window, and the last of the
 * file, are acknowledged at once.  Any other is dropped.  One from further on
 * says that some were lost: the ACK of the last good one tells the sender, and
 * once is enough, though more of the same window will come.  One from before
 * what we have acknowledged says that the ACK was lost.  One of this window
 * that comes twice says nothing: the network has copied it, and to answer
 * would have the sender copy the rest.
 * There is no socket, file or clock here.
 * Ref: RFC 1350 6, RFC 7440 4.
 * See also: tools/tftp/transfer.h, tests/check_tftp_receiver.c */
#ifndef TFTP_RECEIVER_H
#define TFTP_RECEIVER_H

#include <stddef.h>
#include <stdint.h>

#include "tools/tftp/timer.h"

/* Old blocks that come within this time after an ACK crossed it on the way:
 * no sender repeats so soon. */
#define RECEIVER_CROSSED_US	(TIMER_LEAST_US / 2)

struct receiver {
	size_t		 window;
	uint64_t	 taken;		/* all up to this one; 0: none */
	uint64_t	 acked;		/* the last one that we acknowledged */
	uint64_t	 seen;		/* the last one that came at all */
	int		 told;		/* the sender knows of this gap */
	int		 repeated;	/* the last ACK was sent twice */
	int64_t		 acked_us;	/* when it was sent */
	uint64_t	 dropped;	/* blocks that were not the next */
	struct timer	 timer;
};

/* What to do with a block: several of these. */
enum receiver_action {
	RECEIVER_TAKE = 1,		/* it is the next: write it */
	RECEIVER_ACK = 2		/* acknowledge what was taken so far */
};

/*
 * receiver_init - nothing has come yet, the timer stays as it is
 * Blocks: no.   Threads: each transfer its own, for all below.
 */
void	receiver_init(struct receiver *receiver, size_t window);

/*
 * receiver_data - a block came, with 16 bits of its number
 *   is_last   it is shorter than a block
 * Returns receiver_action bits.
 */
unsigned receiver_data(struct receiver *receiver, uint16_t block, int is_last,
	    int64_t now_us);

/* receiver_acked - taken has been acknowledged, now or once more. */
void	receiver_acked(struct receiver *receiver, int64_t now_us);

/*
 * receiver_expired - nothing came in time: acknowledge once more
 * Returns 0, or -1: give up.
 */
int	receiver_expired(struct receiver *receiver);

#endif
