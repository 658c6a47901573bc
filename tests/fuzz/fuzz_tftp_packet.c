/* fuzz_tftp_packet.c - any datagram is read without harm; what is agreed on is
 * within bounds, and what is built is read again.
 * See also: proto/tftp_packet.h, proto/tftp_options.h,
 * tests/check_tftp_packet.c */
#include "proto/tftp_packet.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "proto/tftp_options.h"

static void
check_grant(const struct tftp_options *asked)
{
	struct tftp_options granted;
	struct tftp_terms terms, accepted;

	tftp_options_grant(asked, &granted, &terms);
	assert(terms.blksize >= TFTP_BLKSIZE_MIN &&
	    terms.blksize <= TFTP_BLKSIZE_MAX);
	assert(terms.window >= 1 && terms.window <= TFTP_WINDOW_MAX);
	assert(terms.timeout_s >= 0 && terms.timeout_s <= TFTP_TIMEOUT_MAX);
	/* Whoever has asked takes what was granted. */
	assert(tftp_options_accept(asked, &granted, &accepted) == 0);
	assert(accepted.blksize == terms.blksize);
	/* And an OACK that anybody may send does no harm. */
	if (tftp_options_accept(&granted, asked, &accepted) == 0)
		assert(accepted.window <= TFTP_WINDOW_MAX &&
		    accepted.blksize <= TFTP_BLKSIZE_MAX);
}

static void
check_again(const struct tftp_packet *packet, size_t len)
{
	struct tftp_packet again;
	uint8_t *buf = malloc(len + 256);
	size_t built;

	assert(buf != NULL);
	built = tftp_build_request(buf, len + 256, packet);
	assert(built > 0);
	assert(tftp_packet_parse(buf, built, &again) == TFTP_GOOD);
	assert(strcmp(again.name, packet->name) == 0);
	assert(memcmp(again.options.given, packet->options.given,
	    sizeof(again.options.given)) == 0);
	assert(memcmp(again.options.values, packet->options.values,
	    sizeof(again.options.values)) == 0);
	assert(tftp_build_request(buf, built - 1, packet) == 0);
	free(buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tftp_packet packet;
	char text[TFTP_TEXT_SIZE];
	uint8_t *exact = malloc(size > 0 ? size : 1);

	assert(exact != NULL);
	if (size > 0)
		memcpy(exact, data, size);
	tftp_packet_text(exact, size, text, sizeof(text));
	assert(strlen(text) < sizeof(text) - 1);
	if (tftp_packet_parse(exact, size, &packet) == TFTP_GOOD) {
		if (packet.data != NULL)
			assert(packet.data >= exact &&
			    packet.data + packet.data_len <= exact + size);
		check_grant(&packet.options);
		if (packet.name != NULL &&
		    packet.mode != TFTP_MODE_UNKNOWN)
			check_again(&packet, size);
	}
	free(exact);
	return (0);
}
