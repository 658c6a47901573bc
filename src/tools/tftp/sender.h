/* sender.h - the side that has the file: which block to send when.
 * A window of blocks is on its way; an ACK moves it.  Blocks have 16 bits on
 * the wire and 64 here, so a file may have any number of them.
 *
 *	while ((n = sender_due(&sender, &first)) > 0)
 *		...			send blocks first to first + n - 1
 *		sender_sent(&sender, n, now)
 *	an ACK came:	sender_ack(&sender, block, now)
 *	none came:	sender_expired(&sender)
 *
 * At a window of one, an ACK that comes twice never has a block sent twice:
 * only the timer does (the Sorcerer's Apprentice: each copy would breed
 * another, to the end of the file).  In a larger window a repeated ACK is news:
 * the block after it was lost, and the window begins again there.  It may be
 * a copy all the same, so it counts once a round trip, and no more often than
 * the timer tries: who repeats one ACK for ever gets no window for each.
 * There is no socket, file or clock here.
 * Ref: RFC 1123 4.2.3.1, RFC 7440.
 * See also: tools/tftp/transfer.h, tests/check_tftp_sender.c */
#ifndef TFTP_SENDER_H
#define TFTP_SENDER_H

#include <stddef.h>
#include <stdint.h>

#include "tools/tftp/timer.h"

struct sender {
	size_t		 window;
	uint64_t	 acked;		/* all up to this one; 0: none */
	uint64_t	 next;		/* the one to send next */
	uint64_t	 sent;		/* the furthest that was ever sent */
	uint64_t	 last;		/* of the file; 0: not yet known */
	uint64_t	 resent;	/* how many were sent again */
	int		 missed;	/* a window did not arrive whole */
	int		 again;		/* restarts by one and the same ACK */
	uint64_t	 timed;		/* the one that measures; 0: none */
	int64_t		 timed_us;	/* when it was sent */
	int64_t		 begun_us;	/* this window */
	struct timer	 timer;
};

enum sender_news {
	SENDER_NOTHING,			/* an old ACK, or none of ours */
	SENDER_PROGRESS,
	SENDER_AGAIN,			/* the window begins again */
	SENDER_DONE			/* the last block has arrived */
};

/*
 * sender_init - nothing is sent yet, the timer stays as it is
 * Blocks: no.   Threads: each transfer its own, for all below.
 */
void	sender_init(struct sender *sender, size_t window);

/*
 * sender_due - which blocks may be sent now
 *   first   receives the first of them
 * Returns how many, 0: wait for an ACK.
 */
size_t	sender_due(const struct sender *sender, uint64_t *first);

/* sender_sent - so many of those that were due have been sent. */
void	sender_sent(struct sender *sender, size_t len, int64_t now_us);

/* sender_ends_at - the file ends with this block, which is not sent yet. */
void	sender_ends_at(struct sender *sender, uint64_t last);

/* sender_ack - an ACK came, with 16 bits of its block. */
enum sender_news sender_ack(struct sender *sender, uint16_t block,
	    int64_t now_us);

/*
 * sender_expired - no ACK came in time: the window begins again
 * Returns 0, or -1: give up.
 */
int	sender_expired(struct sender *sender);

#endif
