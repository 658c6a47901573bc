/* transfer_receive.c - the side of a transfer that wants the file.
 * See also: tools/tftp/transfer.h, tools/tftp/receiver.h */
#include "tools/tftp/transfer.h"

#include <errno.h>

#include "tools/tftp/transfer_steps.h"

#define DALLY_TRIPS	2
#define DALLY_MOST_US	1000000		/* a person waits */

static void acknowledge(struct transfer *);
static void take_data(struct transfer *, const struct tftp_packet *,
    struct sink *);

void
transfer_receive(struct transfer *transfer, struct sink *sink)
{
	struct receiver *receiver = &transfer->receiver;
	struct tftp_packet packet;

	receiver->timer = transfer->timer;
	receiver_init(receiver, transfer->terms.window);
	if (sink_begin(sink) == -1) {
		transfer_abort(transfer, TFTP_SEE_TEXT, "Out of memory");
		return;
	}
	/* A client acknowledges the OACK; DATA 1 is acknowledged as such. */
	if (!transfer->serves && !transfer->held)
		acknowledge(transfer);
	transfer_arm(transfer, &receiver->timer);
	while (transfer->end == TRANSFER_RUNNING) {
		enum transfer_step step = transfer_next(transfer, &packet);

		if (step == STEP_PACKET)
			take_data(transfer, &packet, sink);
		if (step != STEP_EXPIRED)
			continue;
		if (receiver_expired(receiver) == -1)
			transfer->end = TRANSFER_SILENT;
		else if (transfer_may_repeat(transfer))
			acknowledge(transfer);
		transfer_arm(transfer, &receiver->timer);
	}
	transfer->done_us = transfer->wire.now_us;
	transfer->bytes = sink->bytes;
	transfer->resent = receiver->dropped;
	sink_end(sink);
}

void
transfer_dally(struct transfer *transfer, int64_t wait_us)
{
	struct tftp_packet packet;
	int64_t until_us;

	if (wait_us == 0)
		wait_us = DALLY_TRIPS *
		    timer_wait_us(&transfer->receiver.timer);
	if (wait_us > DALLY_MOST_US && !transfer->serves)
		wait_us = DALLY_MOST_US;
	until_us = transfer->wire.now_us + wait_us;
	transfer->end = TRANSFER_RUNNING;
	do {
		transfer->until_us = until_us;
		if (transfer_next(transfer, &packet) == STEP_PACKET &&
		    packet.opcode == TFTP_DATA && packet.block ==
		    (uint16_t)transfer->receiver.taken)
			acknowledge(transfer);
	} while (transfer->end == TRANSFER_RUNNING &&
	    transfer->wire.now_us < until_us);
	transfer->end = TRANSFER_DONE;
}

static void
take_data(struct transfer *transfer, const struct tftp_packet *packet,
    struct sink *sink)
{
	struct receiver *receiver = &transfer->receiver;
	int is_last = packet->data_len < transfer->terms.blksize;
	unsigned action;

	/* Our ACK of the OACK was lost. */
	if (packet->opcode == TFTP_OACK && receiver->taken == 0)
		acknowledge(transfer);
	if (packet->opcode != TFTP_DATA)
		return;
	action = receiver_data(receiver, packet->block, is_last,
	    transfer->wire.now_us);
	/* The next block is on its way while this one is written.  The last one
	 * says that the file is there. */
	if ((action & RECEIVER_ACK) && !is_last)
		acknowledge(transfer);
	if (action & RECEIVER_TAKE) {
		if (sink_write(sink, packet->data, packet->data_len) == -1 ||
		    (is_last && sink_complete(sink) == -1)) {
			transfer->error = errno;
			transfer_abort(transfer, transfer_code(errno), NULL);
			return;
		}
		transfer_arm(transfer, &receiver->timer);
		if (is_last) {
			transfer->end = TRANSFER_DONE;
			atomic_store(&transfer->finished, 1);
		}
	}
	if ((action & RECEIVER_ACK) && is_last)
		acknowledge(transfer);
}

/* A server has not acknowledged the request by ACK 0 if it sent an OACK. */
static void
acknowledge(struct transfer *transfer)
{
	struct receiver *receiver = &transfer->receiver;
	uint8_t ack[TFTP_ACK_SIZE];
	int sent;

	tftp_build_header(ack, TFTP_ACK, receiver->taken);
	receiver_acked(receiver, transfer->wire.now_us);
	sent = receiver->taken == 0 && transfer->serves ?
	    wire_send_one(&transfer->wire, transfer->first,
	    transfer->first_len) :
	    wire_send_one(&transfer->wire, ack, sizeof(ack));
	if (sent == -1 && transfer->end == TRANSFER_RUNNING)
		transfer_fail(transfer, errno);
}
