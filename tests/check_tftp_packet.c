/* check_tftp_packet.c - TFTP packets are read and built, and none can hurt.
 * See also: proto/tftp_packet.h, tests/fuzz/fuzz_tftp_packet.c */
#include "proto/tftp_packet.h"

#include "suite.h"

/* A packet in memory of just its size: whoever reads a byte beyond it is found
 * by valgrind and the sanitizers. */
static enum tftp_verdict
parse(const char *bytes, size_t len, struct tftp_packet *packet)
{
	static char *exact;

	free(exact);
	exact = malloc(len > 0 ? len : 1);
	ck_assert_ptr_nonnull(exact);
	memcpy(exact, bytes, len);
	return (tftp_packet_parse(exact, len, packet));
}

#define PARSE(bytes, packet)	parse(bytes, sizeof(bytes) - 1, packet)

START_TEST(a_request_has_a_name_a_mode_and_options)
{
	struct tftp_packet packet;

	ck_assert_int_eq(PARSE("\0\1cake\0octet\0", &packet), TFTP_GOOD);
	ck_assert_int_eq(packet.opcode, TFTP_RRQ);
	ck_assert_str_eq(packet.name, "cake");
	ck_assert_int_eq(packet.mode, TFTP_OCTET);
	ck_assert(!packet.options.given[TFTP_BLKSIZE]);

	ck_assert_int_eq(PARSE("\0\2a/b\0NetASCII\0BLKSIZE\0001428\0"
	    "tsize\0000\0windowsize\00016\0timeout\0003\0secret\0x\0",
	    &packet), TFTP_GOOD);
	ck_assert_int_eq(packet.opcode, TFTP_WRQ);
	ck_assert_int_eq(packet.mode, TFTP_NETASCII);
	ck_assert_uint_eq(packet.options.values[TFTP_BLKSIZE], 1428);
	ck_assert(packet.options.given[TFTP_TSIZE]);
	ck_assert_uint_eq(packet.options.values[TFTP_TSIZE], 0);
	ck_assert_uint_eq(packet.options.values[TFTP_WINDOWSIZE], 16);
	ck_assert_uint_eq(packet.options.values[TFTP_TIMEOUT], 3);
	ck_assert(!packet.options.unreadable);

	ck_assert_int_eq(PARSE("\0\1x\0mail\0", &packet), TFTP_GOOD);
	ck_assert_int_eq(packet.mode, TFTP_MODE_UNKNOWN);
}
END_TEST

START_TEST(blocks_and_errors_are_read)
{
	struct tftp_packet packet;

	ck_assert_int_eq(PARSE("\0\3\xff\xfe" "abc", &packet), TFTP_GOOD);
	ck_assert_uint_eq(packet.block, 65534);
	ck_assert_uint_eq(packet.data_len, 3);
	ck_assert_mem_eq(packet.data, "abc", 3);
	ck_assert_int_eq(PARSE("\0\4\1\2", &packet), TFTP_GOOD);
	ck_assert_uint_eq(packet.block, 258);
	ck_assert_int_eq(PARSE("\0\5\0\1no\0more", &packet), TFTP_GOOD);
	ck_assert_int_eq(packet.code, TFTP_NOT_FOUND);
	ck_assert_uint_eq(packet.data_len, 2);
	ck_assert_int_eq(PARSE("\0\5\0\1no end", &packet), TFTP_GOOD);
	ck_assert_uint_eq(packet.data_len, 6);
	ck_assert_int_eq(PARSE("\0\6blksize\0008\0", &packet), TFTP_GOOD);
	ck_assert_uint_eq(packet.options.values[TFTP_BLKSIZE], 8);
}
END_TEST

START_TEST(an_option_that_is_given_twice_counts_once)
{
	struct tftp_packet packet;

	ck_assert_int_eq(PARSE("\0\1x\0octet\0blksize\000100\0"
	    "blksize\000200\0", &packet), TFTP_GOOD);
	ck_assert_uint_eq(packet.options.values[TFTP_BLKSIZE], 100);
}
END_TEST

struct bad_value {
	const char	*bytes;
	size_t		 len;
};

#define BAD(value)	{ "\0\1x\0octet\0blksize\0" value, \
	    sizeof("\0\1x\0octet\0blksize\0" value) }

static const struct bad_value bad_values[] = {
	BAD(""), BAD("-1"), BAD("+8"), BAD(" 8"), BAD("8 "), BAD("0x10"),
	BAD("1e3"), BAD("99999999999999999999999"), BAD("512\xff"),
	BAD("9223372036854775808"),
};

START_TEST(a_value_that_is_no_number_is_left_out)
{
	struct tftp_packet packet;
	const struct bad_value *bad = &bad_values[_i];

	ck_assert_int_eq(parse(bad->bytes, bad->len, &packet), TFTP_GOOD);
	ck_assert(!packet.options.given[TFTP_BLKSIZE]);
	ck_assert(packet.options.unreadable);
}
END_TEST

#define ROW(bytes)	{ bytes, sizeof(bytes) - 1 }

static const struct bad_value malformed[] = {
	ROW("\0\0xx"), ROW("\0\7xx"), ROW("\1\1x\0octet\0"),
	ROW("\0\1cake"), ROW("\0\1cake\0"), ROW("\0\1cake\0oct"),
	ROW("\0\1\0octet\0"), ROW("\0\1\0\0\0\0"),
	ROW("\0\1x\0octet\0blksize"), ROW("\0\1x\0octet\0blksize\0"),
	ROW("\0\1x\0octet\0blksize\000512"), ROW("\0\6blksize\0005"),
};

START_TEST(what_does_not_end_is_malformed)
{
	struct tftp_packet packet;
	const struct bad_value *bad = &malformed[_i];

	ck_assert_int_eq(parse(bad->bytes, bad->len, &packet),
	    TFTP_MALFORMED);
	ck_assert_ptr_null(packet.name);
}
END_TEST

START_TEST(under_four_bytes_there_is_no_packet)
{
	struct tftp_packet packet;

	for (size_t len = 0; len < 4; len++)
		ck_assert_int_eq(parse("\0\4\0", len, &packet), TFTP_SHORT);
}
END_TEST

START_TEST(a_request_may_be_filled_up_with_nul)
{
	struct tftp_packet packet;

	ck_assert_int_eq(PARSE("\0\1x\0octet\0blksize\000512\0\0\0\0\0",
	    &packet), TFTP_GOOD);
	ck_assert_uint_eq(packet.options.values[TFTP_BLKSIZE], 512);
}
END_TEST

START_TEST(what_is_built_is_read_again)
{
	struct tftp_packet request = { .opcode = TFTP_WRQ,
	    .name = "a name", .mode = TFTP_NETASCII }, packet;
	uint8_t buf[TFTP_REQUEST_MAX];
	size_t len;

	request.options.given[TFTP_TSIZE] = 1;
	request.options.values[TFTP_TSIZE] = 4398046511104;
	len = tftp_build_request(buf, sizeof(buf), &request);
	ck_assert_uint_eq(len, 2 + 7 + 9 + 6 + 14);
	ck_assert_int_eq(parse((char *)buf, len, &packet), TFTP_GOOD);
	ck_assert_str_eq(packet.name, "a name");
	ck_assert_int_eq(packet.mode, TFTP_NETASCII);
	ck_assert_uint_eq(packet.options.values[TFTP_TSIZE],
	    4398046511104);

	len = tftp_build_oack(buf, sizeof(buf), &request.options);
	ck_assert_int_eq(parse((char *)buf, len, &packet), TFTP_GOOD);
	ck_assert_int_eq(packet.opcode, TFTP_OACK);
	len = tftp_build_error(buf, sizeof(buf), TFTP_DISK_FULL, NULL);
	ck_assert_int_eq(parse((char *)buf, len, &packet), TFTP_GOOD);
	ck_assert_int_eq(packet.code, 3);
	ck_assert_mem_eq(packet.data, "Disk full or allocation exceeded",
	    packet.data_len);
	tftp_build_header(buf, TFTP_ACK, 65536 + 258);
	ck_assert_mem_eq(buf, "\0\4\1\2", 4);
}
END_TEST

START_TEST(nothing_is_written_beyond_the_room)
{
	struct tftp_packet request = { .opcode = TFTP_RRQ, .name = "cake",
	    .mode = TFTP_OCTET };
	uint8_t buf[64];
	size_t whole;

	request.options.given[TFTP_BLKSIZE] = 1;
	request.options.values[TFTP_BLKSIZE] = 512;
	whole = tftp_build_request(buf, sizeof(buf), &request);
	ck_assert_uint_eq(whole, 2 + 5 + 6 + 8 + 4);
	for (size_t size = 0; size < whole; size++) {
		memset(buf, 0x55, sizeof(buf));
		ck_assert_uint_eq(tftp_build_request(buf, size, &request),
		    0);
		for (size_t i = size; i < sizeof(buf); i++)
			ck_assert_uint_eq(buf[i], 0x55);
	}
	ck_assert_uint_eq(tftp_build_oack(buf, 13, &request.options), 0);
	ck_assert_uint_eq(tftp_build_error(buf, 5, TFTP_SEE_TEXT, "x"), 0);
	ck_assert_uint_eq(tftp_build_error(buf, 6, TFTP_SEE_TEXT, "x"), 6);
}
END_TEST

START_TEST(a_text_that_is_too_long_for_an_error_is_cut)
{
	uint8_t buf[TFTP_REQUEST_MAX];
	char text[2000];
	size_t len;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	len = tftp_build_error(buf, sizeof(buf), TFTP_SEE_TEXT, text);
	ck_assert_uint_gt(len, 100);
	ck_assert_uint_eq(buf[len - 1], '\0');
}
END_TEST

struct shown {
	const char	*bytes;
	size_t		 len;
	const char	*text;
};

#define SHOWN(bytes, text)	{ bytes, sizeof(bytes) - 1, text }

static const struct shown shown[] = {
	SHOWN("\0\1cake\0octet\0", "RRQ <file=cake, mode=octet>"),
	SHOWN("\0\2c\n\0netascii\0blksize\0009\0tsize\0001\0",
	    "WRQ <file=c\\n, mode=netascii, blksize=9 tsize=1>"),
	SHOWN("\0\3\0\1abc", "DATA <block=1, 3 bytes>"),
	SHOWN("\0\4\xff\xff", "ACK <block=65535>"),
	SHOWN("\0\5\0\1\x1b[2J", "ERROR <code=1, msg=\\x1b[2J>"),
	SHOWN("\0\6windowsize\0004\0", "OACK <windowsize=4>"),
	SHOWN("\0\6\0\0", "OACK <>"),
	SHOWN("\0\x9zz", "nothing known <4 bytes>"),
	SHOWN("\0", "nothing known <1 bytes>"),
};

START_TEST(a_trace_reads_as_that_of_the_classic_client)
{
	char text[TFTP_TEXT_SIZE];

	ck_assert_str_eq(tftp_packet_text(shown[_i].bytes, shown[_i].len,
	    text, sizeof(text)), shown[_i].text);
}
END_TEST

START_TEST(the_longest_packet_fits_its_text)
{
	static char bytes[65536] = "\0\1";
	char text[TFTP_TEXT_SIZE];

	memset(bytes + 2, '\x1b', 60000);
	strcpy(bytes + 60003, "octet");
	tftp_packet_text(bytes, 60009, text, sizeof(text));
	ck_assert_uint_lt(strlen(text), sizeof(text) - 1);
	ck_assert_ptr_nonnull(strstr(text, "mode=octet>"));
}
END_TEST

START_TEST(unknown_codes_have_the_words_of_none)
{
	ck_assert_str_eq(tftp_code_text(5), "Unknown transfer ID");
	ck_assert_str_eq(tftp_code_text(9), tftp_code_text(0));
	ck_assert_str_eq(tftp_code_text(-1), tftp_code_text(0));
	ck_assert_str_eq(tftp_code_text(65535), tftp_code_text(0));
}
END_TEST

START_TEST(random_packets_hurt_nobody)
{
	uint64_t dice = 69;

	for (int i = 0; i < 20000; i++) {
		char bytes[40], text[TFTP_TEXT_SIZE];
		struct tftp_packet packet;
		size_t len = suite_random(&dice) % sizeof(bytes);

		for (size_t at = 0; at < len; at++)
			bytes[at] = "\0\0\1\2\6blksize8"[
			    suite_random(&dice) % 13];
		parse(bytes, len, &packet);
		tftp_packet_text(bytes, len, text, sizeof(text));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_packet");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_request_has_a_name_a_mode_and_options);
	tcase_add_test(core, blocks_and_errors_are_read);
	tcase_add_test(core, an_option_that_is_given_twice_counts_once);
	tcase_add_test(core, a_request_may_be_filled_up_with_nul);
	tcase_add_test(core, what_is_built_is_read_again);
	tcase_add_loop_test(core, a_trace_reads_as_that_of_the_classic_client,
	    0, (int)SUITE_COUNT(shown));
	tcase_add_test(core, unknown_codes_have_the_words_of_none);
	tcase_add_loop_test(hostile, a_value_that_is_no_number_is_left_out,
	    0, (int)SUITE_COUNT(bad_values));
	tcase_add_loop_test(hostile, what_does_not_end_is_malformed,
	    0, (int)SUITE_COUNT(malformed));
	tcase_add_test(hostile, under_four_bytes_there_is_no_packet);
	tcase_add_test(hostile, nothing_is_written_beyond_the_room);
	tcase_add_test(hostile,
	    a_text_that_is_too_long_for_an_error_is_cut);
	tcase_add_test(hostile, the_longest_packet_fits_its_text);
	tcase_add_test(hostile, random_packets_hurt_nobody);
	return (suite_run(suite));
}
