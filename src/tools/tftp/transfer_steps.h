/* transfer_steps.h - what both sides of a transfer do.
 * See also: tools/tftp/transfer.h */
#ifndef TFTP_TRANSFER_STEPS_H
#define TFTP_TRANSFER_STEPS_H

#include <stddef.h>

#include "tools/tftp/transfer.h"

enum transfer_step {
	STEP_PACKET,
	STEP_EXPIRED,			/* the timer fires */
	STEP_END			/* transfer->end says why */
};

/*
 * transfer_next - the peer's next packet, or the timer
 * Returns STEP_PACKET with a DATA, ACK or OACK that is good until the next
 * call.
 * Blocks: until then.   Threads: the transfer's, for all below.
 */
enum transfer_step transfer_next(struct transfer *transfer,
	    struct tftp_packet *packet);

/* transfer_arm - from now on the peer has so long to answer. */
void	transfer_arm(struct transfer *transfer, const struct timer *timer);

/*
 * transfer_fail - the socket said errno: it is over
 * Returns -1.
 */
int	transfer_fail(struct transfer *transfer, int error);

/* transfer_remember - keep the first packet that is sent, and no other, for
 * transfer_remind. */
void	transfer_remember(struct transfer *transfer, const void *packet,
	    size_t len);

/* transfer_may_repeat - not a server that has heard nothing but a request. */
int	transfer_may_repeat(const struct transfer *transfer);

#endif
