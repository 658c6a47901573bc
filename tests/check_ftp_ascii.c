/* check_ftp_ascii.c - TYPE A changes line ends and nothing else.
 * See also: proto/ftp_ascii.h */
#include "proto/ftp_ascii.h"

#include "suite.h"

static const char *
decoded(const char *wire, size_t piece)
{
	static char text[128];
	size_t len = strlen(wire), out = 0;
	int after_cr = 0;

	for (size_t at = 0; at < len; at += piece)
		out += ftp_ascii_decode(text + out, wire + at,
		    len - at < piece ? len - at : piece, &after_cr);
	if (after_cr)
		text[out++] = '\r';
	text[out] = '\0';
	return (text);
}

START_TEST(each_newline_gets_its_cr_on_the_wire)
{
	char wire[64];

	ck_assert_uint_eq(ftp_ascii_encode(wire, "a\n\nb", 4), 6);
	ck_assert_mem_eq(wire, "a\r\n\r\nb", 6);
	ck_assert_uint_eq(ftp_ascii_encode(wire, "", 0), 0);
	ck_assert_uint_eq(ftp_ascii_encode(wire, "\n", 1), 2);
	ck_assert_uint_eq(ftp_ascii_encode(wire, "a\r\n", 3), 4);
	ck_assert_mem_eq(wire, "a\r\r\n", 4);
}
END_TEST

START_TEST(however_the_bytes_arrive_crlf_becomes_a_newline)
{
	for (size_t piece = 1; piece < 16; piece++) {
		ck_assert_str_eq(decoded("a\r\nb\r\n", piece), "a\nb\n");
		ck_assert_str_eq(decoded("a\r\r\nb", piece), "a\r\nb");
		ck_assert_str_eq(decoded("a\nb", piece), "a\nb");
		ck_assert_str_eq(decoded("a\rb\r", piece), "a\rb\r");
		ck_assert_str_eq(decoded("\r\r\r", piece), "\r\r\r");
		ck_assert_str_eq(decoded("", piece), "");
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_ascii");
	TCase *core = suite_case(suite, "core");

	tcase_add_test(core, each_newline_gets_its_cr_on_the_wire);
	tcase_add_test(core,
	    however_the_bytes_arrive_crlf_becomes_a_newline);
	return (suite_run(suite));
}
