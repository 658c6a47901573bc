/* check_smtp_reply.c - replies of mail servers, also of those that are no mail
 * servers.
 * See also: proto/smtp_reply.h, proto/reply_line.h,
 * tests/fuzz/fuzz_smtp_reply.c */
#include "proto/smtp_reply.h"

#include "proto/reply_line.h"
#include "suite.h"

/* Lines, parted by newlines, until one ends the reply. */
static enum smtp_reply_verdict
reply_of(const char *lines, struct smtp_reply *reply)
{
	enum smtp_reply_verdict verdict = SMTP_REPLY_MORE;

	*reply = (struct smtp_reply){ .code = 0 };
	while (verdict == SMTP_REPLY_MORE && *lines != '\0') {
		size_t len = strcspn(lines, "\n");

		verdict = smtp_reply_add(reply, lines, len);
		lines += len + (lines[len] != '\0');
	}
	return (verdict);
}

struct line_row {
	const char	*line;
	int		 result, code, more;
	const char	*text;
};

static const struct line_row line_rows[] = {
	{ "250 OK", 0, 250, 0, "OK" },
	{ "250-mail.iiia.net", 0, 250, 1, "mail.iiia.net" },
	/* RFC 5321 4.2: the text, and the blank, may be missing. */
	{ "250", 0, 250, 0, "" },
	{ "250-", 0, 250, 1, "" },
	{ "100 ftp has these", 0, 100, 0, "ftp has these" },
	{ "599  two blanks", 0, 599, 0, " two blanks" },
	{ "099 ", -1, 0, 0, NULL },
	{ "600 ", -1, 0, 0, NULL },
	{ "25", -1, 0, 0, NULL },
	{ "", -1, 0, 0, NULL },
	{ "2500", -1, 0, 0, NULL },
	{ "250.OK", -1, 0, 0, NULL },
	{ "250\tOK", -1, 0, 0, NULL },
	{ " 250 OK", -1, 0, 0, NULL },
	{ "+50 OK", -1, 0, 0, NULL },
	{ "-25 OK", -1, 0, 0, NULL },
	{ "2 0 OK", -1, 0, 0, NULL },
	{ "SSH-2.0-OpenSSH_9.2", -1, 0, 0, NULL },
};

START_TEST(a_line_is_three_digits_and_a_blank_a_dash_or_the_end)
{
	const struct line_row *row = &line_rows[_i];
	struct reply_line line = { .code = -7 };

	ck_assert_int_eq(reply_line_parse(row->line, strlen(row->line),
	    &line), row->result);
	if (row->result == -1) {
		ck_assert_int_eq(line.code, -7);
		return;
	}
	ck_assert_int_eq(line.code, row->code);
	ck_assert_int_eq(line.more, row->more);
	ck_assert_uint_eq(line.len, strlen(row->text));
	ck_assert_mem_eq(line.text, row->text, line.len);
}
END_TEST

struct row {
	const char	*lines;
	enum smtp_reply_verdict verdict;
	int		 code, enhanced[3];
	const char	*text;
};

static const struct row rows[] = {
	{ "220 mail ESMTP", SMTP_REPLY_DONE, 220, { 0 }, "mail ESMTP" },
	{ "250-mail\n250-SIZE 7\n250 HELP", SMTP_REPLY_DONE, 250, { 0 },
	    "mail" },
	{ "250-mail\n250-SIZE 7", SMTP_REPLY_MORE, 250, { 0 }, "mail" },
	{ "250-mail\n250", SMTP_REPLY_DONE, 250, { 0 }, "mail" },
	{ "550 5.1.1 no such user", SMTP_REPLY_DONE, 550, { 5, 1, 1 },
	    "no such user" },
	{ "450 4.7.999 later", SMTP_REPLY_DONE, 450, { 4, 7, 999 },
	    "later" },
	{ "550 5.1.1", SMTP_REPLY_DONE, 550, { 5, 1, 1 }, "" },
	/* What only looks like an enhanced code is text. */
	{ "550 4.1.1 x", SMTP_REPLY_DONE, 550, { 0 }, "4.1.1 x" },
	{ "550 5.1.1: x", SMTP_REPLY_DONE, 550, { 0 }, "5.1.1: x" },
	{ "550 5.1 x", SMTP_REPLY_DONE, 550, { 0 }, "5.1 x" },
	{ "550 5.1.1.1 x", SMTP_REPLY_DONE, 550, { 0 }, "5.1.1.1 x" },
	{ "550 5.1000.1 x", SMTP_REPLY_DONE, 550, { 0 }, "5.1000.1 x" },
	{ "550 5..1 x", SMTP_REPLY_DONE, 550, { 0 }, "5..1 x" },
	{ "550 5.", SMTP_REPLY_DONE, 550, { 0 }, "5." },
	{ "354", SMTP_REPLY_DONE, 354, { 0 }, "" },
	{ "150 of FTP", SMTP_REPLY_BAD_CODE, 0, { 0 }, "" },
	{ "250-mail\n550 no", SMTP_REPLY_CODE_CHANGED, 250, { 0 }, "mail" },
	{ "250-mail\n no", SMTP_REPLY_NO_CODE, 250, { 0 }, "mail" },
	{ "HTTP/1.0 400 Bad Request", SMTP_REPLY_NO_CODE, 0, { 0 }, "" },
};

START_TEST(a_reply_is_its_lines_and_what_is_wrong_has_a_name)
{
	const struct row *row = &rows[_i];
	struct smtp_reply reply;

	ck_assert_int_eq(reply_of(row->lines, &reply), row->verdict);
	ck_assert_int_eq(reply.code, row->code);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(reply.enhanced[i], row->enhanced[i]);
	ck_assert_str_eq(reply.text, row->text);
	if (row->verdict != SMTP_REPLY_DONE && row->verdict != SMTP_REPLY_MORE)
		ck_assert_ptr_nonnull(smtp_reply_wrong(row->verdict));
}
END_TEST

START_TEST(a_reply_without_end_ends_at_128_lines)
{
	struct smtp_reply reply = { .code = 0 };

	for (int i = 0; i < SMTP_REPLY_LINES_MAX; i++)
		ck_assert_int_eq(smtp_reply_add(&reply, "250-x", 5),
		    SMTP_REPLY_MORE);
	ck_assert_int_eq(smtp_reply_add(&reply, "250 x", 5),
	    SMTP_REPLY_ENDLESS);
}
END_TEST

START_TEST(a_long_text_is_cut_and_a_nul_in_it_cuts_nothing)
{
	struct smtp_reply reply = { .code = 0 };
	char line[1024] = "220 a";

	memset(line + 5, 'x', sizeof(line) - 5);
	line[6] = '\0';
	ck_assert_int_eq(smtp_reply_add(&reply, line, sizeof(line)),
	    SMTP_REPLY_DONE);
	ck_assert_uint_eq(strlen(reply.text), SMTP_REPLY_TEXT_SIZE - 1);
	ck_assert_mem_eq(reply.text, "ax?xx", 5);
}
END_TEST

struct feature_row {
	const char	*line;
	struct smtp_features features;
};

static const struct feature_row feature_rows[] = {
	{ "250-8BITMIME", { .eight_bit = 1 } },
	{ "250 8bitmime", { .eight_bit = 1 } },
	{ "250 8BITMIMES", { .eight_bit = 0 } },
	{ "250-STARTTLS", { .starttls = 1 } },
	{ "250-XSTARTTLS", { .starttls = 0 } },
	{ "250-AUTH LOGIN PLAIN", { .auth_plain = 1 } },
	{ "250-AUTH PLAIN", { .auth_plain = 1 } },
	{ "250-AUTH LOGIN", { .auth_plain = 0 } },
	{ "250-AUTH XPLAIN PLAINX", { .auth_plain = 0 } },
	{ "250-AUTH", { .auth_plain = 0 } },
	{ "250-PLAIN", { .auth_plain = 0 } },
	{ "250-SIZE", { .size = 1 } },
	{ "250-SIZE 1000", { .size = 1, .size_max = 1000 } },
	{ "250-SIZE 0", { .size = 1 } },
	{ "250-SIZE -1", { .size = 1 } },
	{ "250-SIZE 99999999999999999999999", { .size = 1 } },
	{ "250", { .size = 0 } },
	{ "nonsense", { .size = 0 } },
};

START_TEST(a_line_of_ehlo_tells_one_feature)
{
	const struct feature_row *row = &feature_rows[_i];
	struct smtp_features features = { .size = 0 };

	smtp_features_add(&features, row->line, strlen(row->line));
	ck_assert_int_eq(features.eight_bit, row->features.eight_bit);
	ck_assert_int_eq(features.starttls, row->features.starttls);
	ck_assert_int_eq(features.auth_plain, row->features.auth_plain);
	ck_assert_int_eq(features.size, row->features.size);
	ck_assert_uint_eq(features.size_max, row->features.size_max);
}
END_TEST

START_TEST(two_lines_of_auth_are_one_list)
{
	struct smtp_features features = { .size = 0 };

	smtp_features_add(&features, "250-AUTH PLAIN", 14);
	smtp_features_add(&features, "250-AUTH LOGIN", 14);
	ck_assert_int_eq(features.auth_plain, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("smtp_reply");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_loop_test(core,
	    a_line_is_three_digits_and_a_blank_a_dash_or_the_end, 0,
	    (int)SUITE_COUNT(line_rows));
	tcase_add_loop_test(core,
	    a_reply_is_its_lines_and_what_is_wrong_has_a_name, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_loop_test(core, a_line_of_ehlo_tells_one_feature, 0,
	    (int)SUITE_COUNT(feature_rows));
	tcase_add_test(core, two_lines_of_auth_are_one_list);
	tcase_add_test(hostile, a_reply_without_end_ends_at_128_lines);
	tcase_add_test(hostile,
	    a_long_text_is_cut_and_a_nul_in_it_cuts_nothing);
	return (suite_run(suite));
}
