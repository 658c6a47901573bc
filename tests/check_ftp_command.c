/* check_ftp_command.c - a line gives its verb and argument, without Telnet.
 * See also: proto/ftp_command.h, tests/fuzz/fuzz_ftp_command.c */
#include "proto/ftp_command.h"

#include "suite.h"

/* "VERB|argument", "!" and the verdict if it is not good. */
static const char *
told(const char *bytes, size_t len)
{
	static char text[256];
	char line[128];
	struct ftp_command command;
	enum ftp_command_verdict verdict;

	memcpy(line, bytes, len);
	verdict = ftp_command_parse(&command, line, len);
	if (verdict != FTP_COMMAND_GOOD) {
		snprintf(text, sizeof(text), "!%d %s", verdict, command.verb);
		return (text);
	}
	ck_assert_uint_eq(strlen(command.argument), command.argument_len);
	snprintf(text, sizeof(text), "%s|%s", command.verb, command.argument);
	return (text);
}

#define TOLD(bytes)	told(bytes, sizeof(bytes) - 1)

START_TEST(a_verb_is_put_in_capitals_and_the_rest_is_its_argument)
{
	ck_assert_str_eq(TOLD("NOOP"), "NOOP|");
	ck_assert_str_eq(TOLD("noop"), "NOOP|");
	ck_assert_str_eq(TOLD("RETR a b"), "RETR|a b");
	ck_assert_str_eq(TOLD("CWD /x"), "CWD|/x");
	ck_assert_str_eq(TOLD("CWD "), "CWD|");
}
END_TEST

START_TEST(a_second_space_belongs_to_the_name)
{
	ck_assert_str_eq(TOLD("RETR  a "), "RETR| a ");
}
END_TEST

START_TEST(what_is_no_verb_is_told_apart_from_an_empty_line)
{
	ck_assert_str_eq(TOLD(""), "!1 ");
	ck_assert_str_eq(TOLD("\xff\xf4\xff\xf2"), "!1 ");
	ck_assert_str_eq(TOLD("XY"), "!2 XY");
	ck_assert_str_eq(TOLD("DELETE /"), "!2 DELE");
	ck_assert_str_eq(TOLD("R\xc3\x89TR"), "!2 R");
	ck_assert_str_eq(TOLD(" NOOP"), "!2 ");
	ck_assert_str_eq(TOLD("NOOP\tx"), "!2 NOOP");
}
END_TEST

START_TEST(a_nul_or_a_lone_cr_spoils_the_line)
{
	ck_assert_str_eq(TOLD("RETR a\0b"), "!3 RETR");
	ck_assert_str_eq(TOLD("RETR a\rDELE b"), "!3 RETR");
}
END_TEST

START_TEST(telnet_commands_are_taken_out_wherever_they_stand)
{
	ck_assert_str_eq(TOLD("\xff\xf4\xff\xf2""ABOR"), "ABOR|");
	ck_assert_str_eq(TOLD("AB\xff\xf1OR"), "ABOR|");
	ck_assert_str_eq(TOLD("\xff\xfd\x01NOOP"), "NOOP|");
	ck_assert_str_eq(TOLD("RETR a\xff\xff""b"), "RETR|a\xff""b");
	/* A name of Latin-1 whose sender knows nothing of Telnet. */
	ck_assert_str_eq(TOLD("RETR a\xff""b"), "RETR|ab");
	ck_assert_str_eq(TOLD("NOOP\xff"), "NOOP|");
	ck_assert_str_eq(TOLD("NOOP\xff\xfb"), "NOOP|");
}
END_TEST

START_TEST(a_command_that_is_written_is_read_again)
{
	char buf[64];
	ssize_t len = ftp_command_format(buf, sizeof(buf), "STOR",
	    " a\xff\xc3\xa9");

	ck_assert_int_eq(len, 13);
	ck_assert_mem_eq(buf + len - 2, "\r\n", 2);
	ck_assert_str_eq(told(buf, (size_t)len - 2), "STOR| a\xff\xc3\xa9");
	len = ftp_command_format(buf, sizeof(buf), "PASV", NULL);
	ck_assert_int_eq(len, 6);
	ck_assert_mem_eq(buf, "PASV\r\n", 6);
}
END_TEST

START_TEST(an_argument_that_would_be_a_second_line_is_refused)
{
	char buf[64];

	ck_assert_int_eq(ftp_command_format(buf, sizeof(buf), "RETR",
	    "a\nDELE b"), -1);
	ck_assert_int_eq(ftp_command_format(buf, sizeof(buf), "RETR", "a\r"),
	    -1);
}
END_TEST

START_TEST(a_command_is_written_whole_or_not_at_all)
{
	for (size_t size = 0; size < 12; size++) {
		char *buf = malloc(size + 1);
		ssize_t len = ftp_command_format(buf, size, "RETR", "ab\xff");

		ck_assert_int_eq(len, size >= 11 ? 11 : -1);
		len = ftp_command_format(buf, size, "PASV", NULL);
		ck_assert_int_eq(len, size >= 6 ? 6 : -1);
		free(buf);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_command");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core,
	    a_verb_is_put_in_capitals_and_the_rest_is_its_argument);
	tcase_add_test(core, a_second_space_belongs_to_the_name);
	tcase_add_test(core, a_command_that_is_written_is_read_again);
	tcase_add_test(core, a_command_is_written_whole_or_not_at_all);
	tcase_add_test(hostile,
	    what_is_no_verb_is_told_apart_from_an_empty_line);
	tcase_add_test(hostile, a_nul_or_a_lone_cr_spoils_the_line);
	tcase_add_test(hostile,
	    telnet_commands_are_taken_out_wherever_they_stand);
	tcase_add_test(hostile,
	    an_argument_that_would_be_a_second_line_is_refused);
	return (suite_run(suite));
}
