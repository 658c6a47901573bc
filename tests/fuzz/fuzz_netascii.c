/* fuzz_netascii.c - any bytes survive netascii there and back, in any blocks.
 * The first two bytes are the sizes of the blocks; the rest is the text.
 * See also: proto/netascii.h, tests/check_netascii.c */
#include "proto/netascii.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netascii out = { 0 }, in = { 0 };
	const char *text = (const char *)data + 2;
	size_t block, n, left, wire_len = 0, len = 0;
	char *wire, *back;

	if (size < 2)
		return (0);
	left = size - 2;
	block = 1 + data[0];
	wire = malloc(NETASCII_GROWTH * left + block);
	back = malloc(NETASCII_GROWTH * left + 2);
	assert(wire != NULL && back != NULL);
	do {
		size_t taken = left;

		n = netascii_encode(&out, text + (size - 2 - left), &taken,
		    wire + wire_len, block);
		wire_len += n;
		left -= taken;
	} while (n > 0);
	assert(left == 0 && wire_len <= NETASCII_GROWTH * (size - 2));
	block = 1 + data[1];
	for (size_t at = 0; at < wire_len; at += block)
		len += netascii_decode(&in, wire + at,
		    wire_len - at < block ? wire_len - at : block,
		    back + len);
	len += netascii_decode_end(&in, back + len);
	assert(len == size - 2 && memcmp(back, text, len) == 0);
	/* What nobody should send does no harm, and does not grow. */
	in = (struct netascii){ 0 };
	len = netascii_decode(&in, text, size - 2, back);
	len += netascii_decode_end(&in, back + len);
	assert(len <= size - 2);
	free(wire);
	free(back);
	return (0);
}
