/* transfer_send.c - the side of a transfer that has the file.
 * See also: tools/tftp/transfer.h, tools/tftp/sender.h */
#include "tools/tftp/transfer.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "tools/tftp/transfer_steps.h"

static void no_ack(struct transfer *);
static int no_file(struct transfer *);
static int send_due(struct transfer *, struct source *);
static void take_ack(struct transfer *, const struct tftp_packet *);

static const struct timespec breath = { .tv_nsec = 50000 };

void
transfer_send(struct transfer *transfer, struct source *source)
{
	struct sender *sender = &transfer->sender;
	struct tftp_packet packet;

	sender->timer = transfer->timer;
	sender_init(sender, transfer->terms.window);
	if (source_begin(source, transfer->terms.blksize,
	    transfer->terms.window) == -1) {
		transfer_abort(transfer, TFTP_SEE_TEXT, "Out of memory");
		return;
	}
	transfer_arm(transfer, &sender->timer);
	while (transfer->end == TRANSFER_RUNNING &&
	    send_due(transfer, source) == 0) {
		enum transfer_step step = transfer_next(transfer, &packet);

		if (step == STEP_PACKET)
			take_ack(transfer, &packet);
		else if (step == STEP_EXPIRED)
			no_ack(transfer);
	}
	transfer->done_us = transfer->wire.now_us;
	transfer->bytes = source->bytes;
	transfer->resent = sender->resent;
	source_end(source);
}

/* Send what may be sent now, a burst at a time: the peer has the first blocks
 * while the next ones are read.  Has it missed some of a window, then as a rule
 * its socket holds no more: it gets time to take them out. */
static int
send_due(struct transfer *transfer, struct source *source)
{
	struct sender *sender = &transfer->sender;
	uint64_t first;
	size_t due;

	for (int bursts = 0; (due = sender_due(sender, &first)) > 0; bursts++) {
		struct burst burst;
		int n = source_packets(source, first, due, &burst);

		if (n == -1)
			return (no_file(transfer));
		if (source->last != 0)
			sender_ends_at(sender, source->last);
		transfer_remember(transfer, burst.packets, burst.len);
		if (bursts > 0 && sender->missed)
			nanosleep(&breath, NULL);
		if (wire_send(&transfer->wire, &burst) == -1)
			return (transfer_fail(transfer, errno));
		/* It may have waited for room in the socket's buffer. */
		if (n > 1 || bursts > 0)
			transfer->wire.now_us = clock_now_us();
		sender_sent(sender, (size_t)n, transfer->wire.now_us);
		transfer_arm(transfer, &sender->timer);
	}
	return (source_read_ahead(source, sender->next) == 0 ? 0 :
	    no_file(transfer));
}

static int
no_file(struct transfer *transfer)
{
	transfer_abort(transfer, transfer_code(errno), NULL);
	return (-1);
}

static void
take_ack(struct transfer *transfer, const struct tftp_packet *packet)
{
	struct sender *sender = &transfer->sender;

	if (packet->opcode == TFTP_DATA) {
		transfer_abort(transfer, TFTP_ILLEGAL_OPERATION, NULL);
		return;
	}
	/* The first block may have been sent twice without the sender. */
	if (sender->acked == 0 && atomic_load(&transfer->reminded))
		sender->timed = 0;
	if (packet->opcode == TFTP_ACK && sender_ack(sender, packet->block,
	    transfer->wire.now_us) == SENDER_DONE)
		transfer->end = TRANSFER_DONE;
}

/* Nothing new since the window was sent. */
static void
no_ack(struct transfer *transfer)
{
	struct sender *sender = &transfer->sender;

	if ((transfer_may_repeat(transfer) ? sender_expired(sender) :
	    timer_expired(&sender->timer)) == -1)
		transfer->end = TRANSFER_SILENT;
	transfer_arm(transfer, &sender->timer);
}
