/* receiver.c - the side of a transfer that wants the file: what to do with a
 * block that came.
 * See also: tools/tftp/receiver.h, tests/check_tftp_receiver.c */
#include "tools/tftp/receiver.h"

static unsigned old_block(struct receiver *, uint64_t, int64_t);
static unsigned take_next(struct receiver *, int, int64_t);

void
receiver_init(struct receiver *receiver, size_t window)
{
	struct timer timer = receiver->timer;

	*receiver = (struct receiver){ .window = window, .timer = timer };
}

unsigned
receiver_data(struct receiver *receiver, uint16_t block, int is_last,
    int64_t now_us)
{
	uint16_t ahead = (uint16_t)(block - (uint16_t)receiver->taken);
	uint64_t number;
	int again;

	if (ahead == 1)
		return (take_next(receiver, is_last, now_us));
	receiver->dropped++;
	/* Not ahead by a window: behind, then. */
	number = receiver->taken + ahead;
	if (ahead > receiver->window) {
		if (number < 65536)
			return (0);
		number -= 65536;
	}
	/* Numbers grow as a window is sent; one that does not begins it again,
	 * so whatever we have told was not heard. */
	if (number == 0)
		return (0);
	again = number <= receiver->seen;
	receiver->seen = number;
	if (again)
		receiver->told = 0;
	if (number <= receiver->taken)
		return (old_block(receiver, number, now_us));
	if (receiver->told)
		return (0);
	receiver->told = 1;
	return (RECEIVER_ACK);
}

void
receiver_acked(struct receiver *receiver, int64_t now_us)
{
	receiver->repeated = receiver->acked_us != 0 &&
	    receiver->acked == receiver->taken;
	receiver->acked = receiver->taken;
	receiver->acked_us = now_us;
}

int
receiver_expired(struct receiver *receiver)
{
	receiver->told = 0;
	return (timer_expired(&receiver->timer));
}

static unsigned
take_next(struct receiver *receiver, int is_last, int64_t now_us)
{
	/* The first block after an ACK is its answer. */
	if (receiver->taken == receiver->acked && receiver->acked_us != 0 &&
	    !receiver->repeated)
		timer_measure(&receiver->timer,
		    now_us - receiver->acked_us);
	timer_progress(&receiver->timer);
	receiver->told = 0;
	receiver->seen = ++receiver->taken;
	if (is_last ||
	    receiver->taken - receiver->acked >= receiver->window)
		return (RECEIVER_TAKE | RECEIVER_ACK);
	return (RECEIVER_TAKE);
}

/* At a window of one only the last block can come again with a reason. */
static unsigned
old_block(struct receiver *receiver, uint64_t number, int64_t now_us)
{
	if (receiver->window == 1)
		return (number == receiver->taken ? RECEIVER_ACK : 0);
	if (number > receiver->acked || receiver->told ||
	    now_us - receiver->acked_us < RECEIVER_CROSSED_US)
		return (0);
	receiver->told = 1;
	return (RECEIVER_ACK);
}
