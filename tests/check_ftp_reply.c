/* check_ftp_reply.c - replies of several lines, paths in quotes, times.
 * See also: proto/ftp_reply.h, tests/fuzz/fuzz_ftp_reply.c */
#include "proto/ftp_reply.h"

#include <stdint.h>

#include "suite.h"

static enum ftp_reply_verdict
take(struct ftp_reply *reply, const char *line)
{
	const char *text;

	return (ftp_reply_take(reply, line, strlen(line), &text));
}

START_TEST(a_reply_of_one_line_is_done_at_once)
{
	struct ftp_reply reply = { 0 };
	const char *text;

	ck_assert_int_eq(ftp_reply_take(&reply, "226 Done", 8, &text),
	    FTP_REPLY_DONE);
	ck_assert_int_eq(reply.code, 226);
	ck_assert_str_eq(text, "Done");
	reply = (struct ftp_reply){ 0 };
	ck_assert_int_eq(take(&reply, "200"), FTP_REPLY_DONE);
}
END_TEST

START_TEST(a_reply_of_several_lines_ends_with_its_own_code)
{
	struct ftp_reply reply = { 0 };

	ck_assert_int_eq(take(&reply, "211-Features:"), FTP_REPLY_MORE);
	ck_assert_int_eq(take(&reply, " SIZE"), FTP_REPLY_MORE);
	ck_assert_int_eq(take(&reply, "226 no end"), FTP_REPLY_MORE);
	ck_assert_int_eq(take(&reply, "211-211"), FTP_REPLY_MORE);
	ck_assert_int_eq(take(&reply, ""), FTP_REPLY_MORE);
	ck_assert_int_eq(take(&reply, "211 End"), FTP_REPLY_DONE);
	ck_assert_int_eq(reply.code, 211);
	ck_assert_int_eq(reply.lines, 6);
}
END_TEST

START_TEST(what_no_ftp_server_says_is_refused)
{
	static const char *const wrong[] = { "", "2", "20", "SSH-2.0", "22x",
	    "720 x", "020 x", "2200 x", " 220 x", "HTTP/1.1 200" };

	for (size_t i = 0; i < SUITE_COUNT(wrong); i++) {
		struct ftp_reply reply = { 0 };

		ck_assert_msg(take(&reply, wrong[i]) == FTP_REPLY_BAD, "%s",
		    wrong[i]);
	}
}
END_TEST

START_TEST(a_reply_without_end_is_refused_in_the_end)
{
	struct ftp_reply reply = { 0 };
	int lines = 1;

	ck_assert_int_eq(take(&reply, "211-"), FTP_REPLY_MORE);
	while (take(&reply, "more") == FTP_REPLY_MORE)
		lines++;
	ck_assert_int_eq(lines, FTP_REPLY_LINES_MAX);
}
END_TEST

START_TEST(a_path_in_quotes_is_read_again)
{
	char quoted[32], path[16];

	ck_assert_uint_eq(ftp_reply_quote(quoted, sizeof(quoted),
	    "/a\"b c\""), 11);
	ck_assert_str_eq(quoted, "\"/a\"\"b c\"\"\"");
	ck_assert_int_eq(ftp_reply_unquote(path, sizeof(path), quoted), 0);
	ck_assert_str_eq(path, "/a\"b c\"");
	ck_assert_int_eq(ftp_reply_unquote(path, sizeof(path),
	    "\"/x\" is current"), 0);
	ck_assert_str_eq(path, "/x");
	ck_assert_int_eq(ftp_reply_unquote(path, sizeof(path), "/x"), -1);
	ck_assert_int_eq(ftp_reply_unquote(path, sizeof(path), "\"/x"), -1);
	ck_assert_int_eq(ftp_reply_unquote(path, 3, "\"/xy\""), -1);
	ck_assert_int_eq(ftp_reply_unquote(path, 4, "\"/xy\""), 0);
	for (size_t size = 0; size < 16; size++) {
		char *tight = malloc(size + 1);

		ck_assert_uint_eq(ftp_reply_quote(tight, size, "/\"x"),
		    size >= 8 ? 6 : SIZE_MAX);
		free(tight);
	}
}
END_TEST

START_TEST(times_are_those_of_the_c_library)
{
	static const int64_t times[] = { 0, 951782399, 951782400, 951868800,
	    1709164800, 1795406098, 4107542400, 253402300799, -1, -86401 };

	for (size_t i = 0; i < SUITE_COUNT(times); i++) {
		time_t when = (time_t)times[i];
		char text[FTP_TIME_SIZE], expected[FTP_TIME_SIZE];
		int64_t again;
		struct tm tm;

		strftime(expected, sizeof(expected), "%Y%m%d%H%M%S",
		    gmtime_r(&when, &tm));
		ck_assert_str_eq(ftp_time_format(times[i], text), expected);
		ck_assert_int_eq(ftp_time_parse(text, 14, &again), 0);
		ck_assert_int_eq(again, times[i]);
	}
}
END_TEST

/* Then the calendar begins anew; also the first days and the last. */
START_TEST(every_day_of_four_hundred_years_is_read_again)
{
	static const int64_t begins[] = { -719162, -62091, 2932896 - 1000 };
	static const int64_t days[] = { 1000, 146097, 1000 };

	for (size_t i = 0; i < SUITE_COUNT(begins); i++)
		for (int64_t day = begins[i]; day <= begins[i] + days[i];
		    day++) {
			char text[FTP_TIME_SIZE];
			int64_t again;

			ftp_time_format(day * 86400 + 1, text);
			/* Not ck_assert: it tells Check of each. */
			if (ftp_time_parse(text, 14, &again) == -1 ||
			    again != day * 86400 + 1)
				ck_abort_msg("%s is not day %jd", text,
				    (intmax_t)day);
		}
}
END_TEST

START_TEST(years_beyond_four_digits_are_told_as_1970)
{
	char text[FTP_TIME_SIZE];

	ck_assert_str_eq(ftp_time_format(INT64_MAX, text), "19700101000000");
	ck_assert_str_eq(ftp_time_format(INT64_MIN, text), "19700101000000");
	ck_assert_str_eq(ftp_time_format(253402300800, text),
	    "19700101000000");
}
END_TEST

START_TEST(a_time_that_is_none_is_refused)
{
	static const char *const wrong[] = { "", "2026", "2026112204150",
	    "20261322041500", "20260022041500", "20261100041500",
	    "20261132041500", "20261122241500", "20261122046000",
	    "20261122041561", "-0261122041500", "20261122041500x",
	    "20261122041500.x", "202611220415001", "2026 122041500" };
	int64_t seconds;

	for (size_t i = 0; i < SUITE_COUNT(wrong); i++)
		ck_assert_msg(ftp_time_parse(wrong[i], strlen(wrong[i]),
		    &seconds) == -1, "%s", wrong[i]);
	ck_assert_int_eq(ftp_time_parse("19700101000001.999", 18, &seconds),
	    0);
	ck_assert_int_eq(seconds, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_reply");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_reply_of_one_line_is_done_at_once);
	tcase_add_test(core,
	    a_reply_of_several_lines_ends_with_its_own_code);
	tcase_add_test(core, a_path_in_quotes_is_read_again);
	tcase_add_test(core, times_are_those_of_the_c_library);
	tcase_add_test(core,
	    every_day_of_four_hundred_years_is_read_again);
	tcase_add_test(core, years_beyond_four_digits_are_told_as_1970);
	tcase_add_test(hostile, what_no_ftp_server_says_is_refused);
	tcase_add_test(hostile, a_reply_without_end_is_refused_in_the_end);
	tcase_add_test(hostile, a_time_that_is_none_is_refused);
	return (suite_run(suite));
}
