/* transfer.c - one file from here to there, over a network that loses packets.
 * See also: tools/tftp/transfer.h, tests/system/tftp.py */
#include "tools/tftp/transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/text.h"
#include "tools/tftp/transfer_steps.h"

#define UNHEARD_US	30000000	/* a source that may be forged */

static int answer_is_good(struct transfer *, const struct tftp_packet *,
    const struct tftp_packet *);
static int expired(struct transfer *, struct timer *);
static void first_was_heard(struct transfer *);
static int grow(struct transfer *);
static int peer_ended(struct transfer *, const struct tftp_packet *);
static int send_first(struct transfer *, const void *, size_t);
static int64_t silence_ends_us(const struct transfer *);

int
transfer_init(struct transfer *transfer, const struct wire *wire)
{
	memset(transfer, 0, sizeof(*transfer));
	transfer->wire = *wire;
	transfer->terms = (struct tftp_terms)TFTP_TERMS_DEFAULT;
	transfer->begun_us = transfer->heard_us = wire->now_us;
	return (grow(transfer));
}

void
transfer_fini(struct transfer *transfer)
{
	free(transfer->packet);
	transfer->packet = NULL;
}

/* RFC 2347: a server that knows no options answers as if none had been asked
 * for, by DATA 1 or ACK 0. */
int
transfer_ask(struct transfer *transfer, const struct tftp_packet *request)
{
	struct tftp_packet answer;
	uint8_t packet[TFTP_REQUEST_MAX];
	size_t len = tftp_build_request(packet, sizeof(packet), request);

	timer_init(&transfer->timer, 0);
	if (len == 0) {
		transfer->end = TRANSFER_ABORTED;
		transfer->error = ENAMETOOLONG;
		return (-1);
	}
	for (;;) {
		int64_t sent_us = clock_now_us();
		enum transfer_step step;

		if (send_first(transfer, packet, len) == -1)
			return (-1);
		while ((step = transfer_next(transfer, &answer)) == STEP_PACKET)
			if (answer_is_good(transfer, request, &answer)) {
				if (transfer->timer.tries == 0)
					timer_measure(&transfer->timer,
					    transfer->wire.now_us - sent_us);
				timer_progress(&transfer->timer);
				transfer->timer.fixed_us =
				    transfer->terms.timeout_s * 1000000LL;
				return (grow(transfer));
			} else if (transfer->end != TRANSFER_RUNNING)
				return (-1);
		if (step == STEP_END || expired(transfer,
		    &transfer->timer) == -1)
			return (-1);
	}
}

int
transfer_greet(struct transfer *transfer, const void *packet, size_t len,
    enum tftp_opcode request)
{
	struct tftp_packet answer;
	enum transfer_step step;

	timer_init(&transfer->timer, transfer->terms.timeout_s);
	if (grow(transfer) == -1 ||
	    send_first(transfer, packet, len) == -1)
		return (-1);
	if (request == TFTP_WRQ)
		return (0);
	do {
		while ((step = transfer_next(transfer, &answer)) ==
		    STEP_PACKET)
			if (answer.opcode == TFTP_ACK && answer.block == 0) {
				first_was_heard(transfer);
				return (0);
			}
		if (step == STEP_END)
			return (-1);
		transfer_arm(transfer, &transfer->timer);
	} while (expired(transfer, &transfer->timer) == 0);
	return (-1);
}

/* One that was sent twice measures nothing (Karn). */
static void
first_was_heard(struct transfer *transfer)
{
	if (!atomic_load(&transfer->reminded))
		timer_measure(&transfer->timer, transfer->wire.now_us -
		    transfer->begun_us);
	timer_progress(&transfer->timer);
}

void
transfer_remind(struct transfer *transfer)
{
	const struct wire *wire = &transfer->wire;

	if (!atomic_load(&transfer->first_ready) ||
	    atomic_load(&transfer->heard))
		return;
	atomic_store(&transfer->reminded, 1);
	sendto(wire->fd, transfer->first, transfer->first_len,
	    MSG_DONTWAIT | MSG_NOSIGNAL, &wire->peer.sa, wire->peer.len);
}

void
transfer_abort(struct transfer *transfer, enum tftp_code code,
    const char *text)
{
	uint8_t packet[TFTP_REQUEST_MAX];
	size_t len = tftp_build_error(packet, sizeof(packet), code, text);

	wire_send_one(&transfer->wire, packet, len);
	if (transfer->end != TRANSFER_RUNNING)
		return;
	transfer->end = TRANSFER_ABORTED;
	transfer->code = (int)code;
	text_safe(transfer->text, sizeof(transfer->text), text != NULL ?
	    text : tftp_code_text((int)code), strlen(text != NULL ? text :
	    tftp_code_text((int)code)), TEXT_ONE_LINE);
}

enum tftp_code
transfer_code(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
		return (TFTP_NOT_FOUND);
	case EEXIST:
		return (TFTP_FILE_EXISTS);
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return (TFTP_DISK_FULL);
	case EACCES:
	case EPERM:
	case EXDEV:
	case ELOOP:
	case EISDIR:
	case EINVAL:
	case EROFS:
	case ENXIO:
		return (TFTP_ACCESS_VIOLATION);
	default:
		return (TFTP_SEE_TEXT);
	}
}

/* Is it what a request may be answered by?  Then it is to be looked at again,
 * but for OACK and ACK 0, which have said all. */
static int
answer_is_good(struct transfer *transfer, const struct tftp_packet *request,
    const struct tftp_packet *answer)
{
	int reads = request->opcode == TFTP_RRQ;

	if (answer->opcode == TFTP_OACK) {
		if (tftp_options_accept(&request->options, &answer->options,
		    &transfer->terms) == 0)
			return (1);
		transfer_abort(transfer, TFTP_BAD_OPTIONS, NULL);
		return (0);
	}
	transfer->held = reads && answer->opcode == TFTP_DATA &&
	    answer->block == 1;
	return (transfer->held || (!reads && answer->opcode == TFTP_ACK &&
	    answer->block == 0));
}

/* The next packet of the peer that is one; ERROR ends the transfer. */
enum transfer_step
transfer_next(struct transfer *transfer, struct tftp_packet *packet)
{
	ssize_t n = (ssize_t)transfer->packet_len;
	enum tftp_verdict verdict;
	int64_t until_us = silence_ends_us(transfer);

	if (until_us > transfer->until_us)
		until_us = transfer->until_us;
	do {
		if (!transfer->held)
			n = wire_recv(&transfer->wire, transfer->packet,
			    transfer->packet_size, until_us);
		transfer->held = 0;
		if (n == -1 && errno == ETIMEDOUT) {
			if (until_us == transfer->until_us)
				return (STEP_EXPIRED);
			transfer->end = TRANSFER_SILENT;
			return (STEP_END);
		}
		if (n == -1) {
			transfer_fail(transfer, errno);
			return (STEP_END);
		}
		transfer->packet_len = (size_t)n;
		transfer->heard_us = transfer->wire.now_us;
		verdict = tftp_packet_parse(transfer->packet, (size_t)n,
		    packet);
	} while (verdict == TFTP_SHORT);
	if (!transfer->heard)
		atomic_store(&transfer->heard, 1);
	if (verdict == TFTP_MALFORMED) {
		transfer_abort(transfer, TFTP_ILLEGAL_OPERATION, NULL);
		return (STEP_END);
	}
	return (peer_ended(transfer, packet) ? STEP_END : STEP_PACKET);
}

/* When the peer has said nothing for too long.  One that has sent a request and
 * no more does not choose it by its timeout: whoever is there asks again. */
static int64_t
silence_ends_us(const struct transfer *transfer)
{
	int64_t patience_us = transfer->patience_us != 0 ?
	    transfer->patience_us : INT64_MAX / 2;

	if (!transfer_may_repeat(transfer) && patience_us > UNHEARD_US)
		patience_us = UNHEARD_US;
	return (transfer->heard_us + patience_us);
}

/* Nothing but DATA, ACK and OACK has a place in a transfer, and no block is
 * longer than agreed: the buffer has room for one byte more. */
static int
peer_ended(struct transfer *transfer, const struct tftp_packet *packet)
{
	if (packet->opcode == TFTP_ERROR) {
		transfer->end = TRANSFER_REFUSED;
		transfer->code = packet->code;
		text_safe(transfer->text, sizeof(transfer->text),
		    (const char *)packet->data, packet->data_len,
		    TEXT_ONE_LINE);
		return (1);
	}
	if ((packet->opcode == TFTP_DATA &&
	    packet->data_len <= transfer->terms.blksize) ||
	    packet->opcode == TFTP_ACK || packet->opcode == TFTP_OACK)
		return (0);
	transfer_abort(transfer, TFTP_ILLEGAL_OPERATION, NULL);
	return (1);
}

static int
send_first(struct transfer *transfer, const void *packet, size_t len)
{
	transfer_remember(transfer, packet, len);
	transfer_arm(transfer, &transfer->timer);
	if (wire_send_one(&transfer->wire, packet, len) == -1)
		return (transfer_fail(transfer, errno));
	return (0);
}

void
transfer_remember(struct transfer *transfer, const void *packet, size_t len)
{
	if (transfer->first_ready || len > sizeof(transfer->first))
		return;
	memcpy(transfer->first, packet, len);
	transfer->first_len = len;
	atomic_store(&transfer->first_ready, 1);
}

void
transfer_arm(struct transfer *transfer, const struct timer *timer)
{
	transfer->until_us = transfer->wire.now_us + timer_wait_us(timer);
}

int
transfer_may_repeat(const struct transfer *transfer)
{
	return (!transfer->serves || transfer->heard);
}

static int
expired(struct transfer *transfer, struct timer *timer)
{
	if (timer_expired(timer) == 0)
		return (0);
	transfer->end = TRANSFER_SILENT;
	return (-1);
}

int
transfer_fail(struct transfer *transfer, int error)
{
	transfer->end = error == ECANCELED ? TRANSFER_STOPPED :
	    TRANSFER_BROKEN;
	transfer->error = error;
	return (-1);
}

/* Room for a block of the terms' size, and for a byte that must not be. */
static int
grow(struct transfer *transfer)
{
	size_t size = TFTP_HEADER_SIZE + transfer->terms.blksize + 1;
	uint8_t *packet;

	if (size < TRANSFER_FIRST_SIZE + 1)
		size = TRANSFER_FIRST_SIZE + 1;
	if (size <= transfer->packet_size)
		return (0);
	if ((packet = realloc(transfer->packet, size)) == NULL)
		return (transfer_fail(transfer, ENOMEM));
	transfer->packet = packet;
	transfer->packet_size = size;
	return (0);
}
