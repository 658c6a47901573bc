/* sender.c - the side that has the file: which block to send when.
 * See also: tools/tftp/sender.h, tests/check_tftp_sender.c */
#include "tools/tftp/sender.h"

static void window_restart(struct sender *);

void
sender_init(struct sender *sender, size_t window)
{
	struct timer timer = sender->timer;

	*sender = (struct sender){ .window = window, .next = 1,
	    .timer = timer };
}

size_t
sender_due(const struct sender *sender, uint64_t *first)
{
	uint64_t end = sender->acked + sender->window;

	if (sender->last != 0 && end > sender->last)
		end = sender->last;
	*first = sender->next;
	return (end < sender->next ? 0 : (size_t)(end - sender->next + 1));
}

/* The round trip is that of the last block of a window: its ACK is the one
 * that is sent at once. */
void
sender_sent(struct sender *sender, size_t len, int64_t now_us)
{
	uint64_t end = sender->next + len - 1;

	if (sender->next == sender->acked + 1)
		sender->begun_us = now_us;
	if (sender->next > sender->sent) {
		sender->timed = end;
		sender->timed_us = now_us;
	} else {
		sender->timed = 0;
		sender->resent += (end < sender->sent ? end : sender->sent) -
		    sender->next + 1;
	}
	if (end > sender->sent)
		sender->sent = end;
	sender->next = end + 1;
}

void
sender_ends_at(struct sender *sender, uint64_t last)
{
	sender->last = last;
}

enum sender_news
sender_ack(struct sender *sender, uint16_t block, int64_t now_us)
{
	/* How far it is ahead of what we know; an older one is far ahead. */
	uint16_t ahead = (uint16_t)(block - (uint16_t)sender->acked);
	uint64_t acked = sender->acked + ahead;

	if (acked > sender->sent)
		return (SENDER_NOTHING);
	if (ahead == 0) {
		int64_t trip_us = sender->timer.smooth_us != 0 ?
		    sender->timer.smooth_us : TIMER_LEAST_US;

		if (sender->window == 1 || sender->next == acked + 1 ||
		    now_us - sender->begun_us < trip_us ||
		    sender->again == TIMER_TRIES)
			return (SENDER_NOTHING);
		sender->again++;
		window_restart(sender);
		return (SENDER_AGAIN);
	}
	if (sender->timed != 0 && acked >= sender->timed) {
		timer_measure(&sender->timer, now_us - sender->timed_us);
		sender->timed = 0;
	}
	timer_progress(&sender->timer);
	sender->acked = acked;
	sender->again = 0;
	if (sender->last != 0 && acked == sender->last)
		return (SENDER_DONE);
	/* RFC 7440 4: an ACK inside the window says that the next is lost. */
	window_restart(sender);
	return (SENDER_PROGRESS);
}

int
sender_expired(struct sender *sender)
{
	window_restart(sender);
	return (timer_expired(&sender->timer));
}

static void
window_restart(struct sender *sender)
{
	if (sender->next != sender->acked + 1)
		sender->missed = 1;
	sender->next = sender->acked + 1;
}
