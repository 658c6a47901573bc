/* check_ftp_address.c - the addresses of data connections, there and back.
 * See also: proto/ftp_address.h, tests/fuzz/fuzz_ftp_address.c */
#include "proto/ftp_address.h"

#include "suite.h"

START_TEST(port_has_six_numbers_and_nothing_else)
{
	static const char *const wrong[] = { "", "1,2,3,4,5", "1,2,3,4,5,6,7",
	    "256,0,0,1,4,1", "127,0,0,1,256,1", "127,0,0,1,0,0",
	    "127,0,0,1,4,", ",127,0,0,1,4,1", "127,0,0,1,4,-1",
	    "127.0.0.1.4.1", " 127,0,0,1,4,1", "127,0,0,1,4,1 ",
	    "127,0,0,01111,4,1", "127,0,0,1,4,0x1" };
	struct ftp_address addr;

	ck_assert_int_eq(ftp_address_parse_port(&addr, "127,0,0,1,15,160"),
	    FTP_ADDRESS_GOOD);
	ck_assert_int_eq(addr.family, FTP_FAMILY_IPV4);
	ck_assert_mem_eq(addr.bytes, "\x7f\0\0\x01", 4);
	ck_assert_int_eq(addr.port, 4000);
	for (size_t i = 0; i < SUITE_COUNT(wrong); i++)
		ck_assert_msg(ftp_address_parse_port(&addr, wrong[i]) ==
		    FTP_ADDRESS_BAD, "%s", wrong[i]);
}
END_TEST

START_TEST(eprt_takes_both_families_and_any_mark)
{
	struct ftp_address addr;

	ck_assert_int_eq(ftp_address_parse_eprt(&addr, "|1|10.0.0.1|4000|"),
	    FTP_ADDRESS_GOOD);
	ck_assert_int_eq(addr.family, FTP_FAMILY_IPV4);
	ck_assert_mem_eq(addr.bytes, "\x0a\0\0\x01", 4);
	ck_assert_int_eq(ftp_address_parse_eprt(&addr, "!2!::1!65535!"),
	    FTP_ADDRESS_GOOD);
	ck_assert_int_eq(addr.family, FTP_FAMILY_IPV6);
	ck_assert_int_eq(addr.bytes[15], 1);
	ck_assert_int_eq(addr.port, 65535);
}
END_TEST

START_TEST(an_eprt_that_is_not_whole_is_refused)
{
	static const char *const wrong[] = { "", "|", "|1", "|1|", "|1|1.2.3.4",
	    "|1|1.2.3.4|", "|1|1.2.3.4|5", "|1|1.2.3.4|5|6", "|1|::1|5|",
	    "|2|1.2.3.4|5|", "|1|1.2.3|5|", "|1|1.2.3.4|0|",
	    "|1|1.2.3.4|65536|", "|1|1.2.3.4|-5|", "|1|1.2.3.4||",
	    "|12|1.2.3.4|5|", " 1 1.2.3.4 5 ",
	    "|2|1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111|5|" };
	struct ftp_address addr;

	for (size_t i = 0; i < SUITE_COUNT(wrong); i++)
		ck_assert_msg(ftp_address_parse_eprt(&addr, wrong[i]) ==
		    FTP_ADDRESS_BAD, "%s", wrong[i]);
	ck_assert_int_eq(ftp_address_parse_eprt(&addr, "|3|x|5|"),
	    FTP_ADDRESS_BAD_FAMILY);
}
END_TEST

START_TEST(the_numbers_of_a_227_are_found_in_any_words)
{
	static const char *const good[] = {
	    "Entering Passive Mode (127,0,0,1,15,160)",
	    "Entering Passive Mode (127,0,0,1,15,160).",
	    "Entering Passive Mode 127,0,0,1,15,160", "=127,0,0,1,15,160",
	    "(2 of 3: 127,0,0,1,15,160)" };
	static const char *const wrong[] = { "", "Entering Passive Mode",
	    "(127,0,0,1,15)", "(1277,0,0,1,15,160)", "(127,0,0,1,15,1600)",
	    "(127,0,0,1,15,160,1)" };
	struct ftp_address addr;

	for (size_t i = 0; i < SUITE_COUNT(good); i++) {
		ck_assert_msg(ftp_address_parse_227(&addr, good[i]) ==
		    FTP_ADDRESS_GOOD, "%s", good[i]);
		ck_assert_int_eq(addr.port, 4000);
	}
	for (size_t i = 0; i < SUITE_COUNT(wrong); i++)
		ck_assert_msg(ftp_address_parse_227(&addr, wrong[i]) ==
		    FTP_ADDRESS_BAD, "%s", wrong[i]);
}
END_TEST

START_TEST(only_the_port_of_a_229_is_taken)
{
	static const char *const wrong[] = { "", "(", "(|", "(||", "(|||",
	    "(|||4000", "(|||4000|", "(|||70000|)", "(|||0|)", "(|1||4000|)",
	    "(||||4000|)", "|||4000|" };
	int port = 0;

	ck_assert_int_eq(ftp_address_parse_229(
	    "Entering Extended Passive Mode (|||4000|)", &port), 0);
	ck_assert_int_eq(port, 4000);
	ck_assert_int_eq(ftp_address_parse_229("(!!!4001!)", &port), 0);
	ck_assert_int_eq(port, 4001);
	for (size_t i = 0; i < SUITE_COUNT(wrong); i++)
		ck_assert_msg(ftp_address_parse_229(wrong[i], &port) == -1,
		    "%s", wrong[i]);
}
END_TEST

START_TEST(an_address_that_is_written_is_read_again)
{
	char text[FTP_ADDRESS_TEXT_SIZE];
	struct ftp_address addr = { FTP_FAMILY_IPV4, { 192, 0, 2, 255 },
	    65535 }, again;

	ck_assert_str_eq(ftp_address_format_port(&addr, text),
	    "192,0,2,255,255,255");
	ck_assert_int_eq(ftp_address_parse_port(&again, text),
	    FTP_ADDRESS_GOOD);
	ck_assert_mem_eq(&addr, &again, sizeof(addr));
	ck_assert_str_eq(ftp_address_format_eprt(&addr, text),
	    "|1|192.0.2.255|65535|");
	addr.family = FTP_FAMILY_IPV6;
	ftp_address_format_eprt(&addr, text);
	ck_assert_int_eq(ftp_address_parse_eprt(&again, text),
	    FTP_ADDRESS_GOOD);
	ck_assert_mem_eq(&addr, &again, sizeof(addr));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_address");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, eprt_takes_both_families_and_any_mark);
	tcase_add_test(core, the_numbers_of_a_227_are_found_in_any_words);
	tcase_add_test(core, an_address_that_is_written_is_read_again);
	tcase_add_test(hostile, port_has_six_numbers_and_nothing_else);
	tcase_add_test(hostile, an_eprt_that_is_not_whole_is_refused);
	tcase_add_test(hostile, only_the_port_of_a_229_is_taken);
	return (suite_run(suite));
}
