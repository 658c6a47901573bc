/* check_netascii.c - text survives the way there and back, whatever the blocks.
 * See also: proto/netascii.h, tests/fuzz/fuzz_netascii.c */
#include "proto/netascii.h"

#include "suite.h"

/* Encode a text in blocks of some size. */
static size_t
encode(const char *in, size_t len, char *out, size_t block)
{
	struct netascii text = { 0 };
	size_t written = 0, n;

	do {
		size_t taken = len;

		n = netascii_encode(&text, in, &taken, out + written, block);
		in += taken;
		len -= taken;
		written += n;
	} while (n > 0);
	ck_assert_uint_eq(len, 0);
	return (written);
}

static size_t
decode(const char *in, size_t len, char *out, size_t block)
{
	struct netascii text = { 0 };
	size_t written = 0;

	for (size_t at = 0; at < len; at += block)
		written += netascii_decode(&text, in + at,
		    len - at < block ? len - at : block, out + written);
	return (written + netascii_decode_end(&text, out + written));
}

struct row {
	const char	*ours;
	size_t		 ours_len;
	const char	*wire;
	size_t		 wire_len;
};

#define ROW(ours, wire)	{ ours, sizeof(ours) - 1, wire, sizeof(wire) - 1 }

static const struct row rows[] = {
	ROW("", ""),
	ROW("abc", "abc"),
	ROW("a\nb\n", "a\r\nb\r\n"),
	ROW("a\rb", "a\r\0b"),
	ROW("a\r\nb", "a\r\0\r\nb"),
	ROW("\n\n\r\r", "\r\n\r\n\r\0\r\0"),
	ROW("nul \0 \xff", "nul \0 \xff"),
};

START_TEST(a_text_is_encoded_and_decoded_again)
{
	const struct row *row = &rows[_i];
	char out[64];

	for (size_t block = 1; block < 10; block++) {
		ck_assert_uint_eq(encode(row->ours, row->ours_len, out,
		    block), row->wire_len);
		ck_assert_mem_eq(out, row->wire, row->wire_len);
		ck_assert_uint_eq(decode(row->wire, row->wire_len, out,
		    block), row->ours_len);
		ck_assert_mem_eq(out, row->ours, row->ours_len);
	}
}
END_TEST

START_TEST(a_cr_that_begins_no_pair_stays)
{
	char out[16];

	for (size_t block = 1; block < 6; block++) {
		ck_assert_uint_eq(decode("a\rb", 3, out, block), 3);
		ck_assert_mem_eq(out, "a\rb", 3);
		ck_assert_uint_eq(decode("a\r", 2, out, block), 2);
		ck_assert_mem_eq(out, "a\r", 2);
		ck_assert_uint_eq(decode("\r\r\n", 3, out, block), 2);
		ck_assert_mem_eq(out, "\r\n", 2);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("netascii");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_loop_test(core, a_text_is_encoded_and_decoded_again,
	    0, (int)SUITE_COUNT(rows));
	tcase_add_test(hostile, a_cr_that_begins_no_pair_stays);
	return (suite_run(suite));
}
