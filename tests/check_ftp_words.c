/* check_ftp_words.c - a typed line taken apart as a shell does it.
 * See also: tools/ftp/words.h */
#include "tools/ftp/words.h"

#include "suite.h"

static char line[4096];
static char *words[WORDS_MAX + 1];
static size_t count;

static enum words_verdict
split(const char *typed)
{
	snprintf(line, sizeof(line), "%s", typed);
	return (words_split(line, words, &count));
}

static void
expect(const char *typed, size_t n, const char *const *wanted)
{
	ck_assert_msg(split(typed) == WORDS_GOOD, "%s", typed);
	ck_assert_uint_eq(count, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(words[i], wanted[i]);
	ck_assert_ptr_null(words[n]);
}

START_TEST(blanks_part_words)
{
	expect("", 0, NULL);
	expect(" \t ", 0, NULL);
	expect("  get \t cake  ", 2, (const char *[]){ "get", "cake" });
}
END_TEST

START_TEST(quotes_and_backslashes_keep_blanks)
{
	expect("get 'a b' \"c d\" e\\ f", 4,
	    (const char *[]){ "get", "a b", "c d", "e f" });
	expect("x'a'\"b\"c '' \"\"", 3, (const char *[]){ "xabc", "", "" });
	expect("\"a\\\"b\" \"a\\b\" 'a\\b' a\\\\b", 4,
	    (const char *[]){ "a\"b", "a\\b", "a\\b", "a\\b" });
}
END_TEST

START_TEST(an_open_quote_is_refused)
{
	ck_assert_int_eq(split("get 'a b"), WORDS_OPEN_QUOTE);
	ck_assert_int_eq(split("get \"a"), WORDS_OPEN_QUOTE);
	ck_assert_int_eq(split("get a\\"), WORDS_OPEN_QUOTE);
}
END_TEST

START_TEST(there_are_not_more_words_than_there_is_room_for)
{
	char many[2 * WORDS_MAX + 3];

	for (size_t i = 0; i <= WORDS_MAX; i++)
		memcpy(many + 2 * i, "a ", 3);
	ck_assert_int_eq(split(many), WORDS_TOO_MANY);
	many[2 * WORDS_MAX] = '\0';
	ck_assert_int_eq(split(many), WORDS_GOOD);
	ck_assert_uint_eq(count, WORDS_MAX);
}
END_TEST

START_TEST(what_is_quoted_is_one_word_again)
{
	static const char *const names[] = { "a b", "it's", "\"x\"", "a\\b",
	    "plain", "caf\xc3\xa9", "tab\there" };
	char typed[64];

	for (size_t i = 0; i < SUITE_COUNT(names); i++) {
		ck_assert_uint_gt(words_quote(typed, sizeof(typed), names[i]),
		    0);
		expect(typed, 1, &names[i]);
	}
	ck_assert_uint_eq(words_quote(typed, 4, "abcd"), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_words");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_test(core, blanks_part_words);
	tcase_add_test(core, quotes_and_backslashes_keep_blanks);
	tcase_add_test(core, what_is_quoted_is_one_word_again);
	tcase_add_test(limits, an_open_quote_is_refused);
	tcase_add_test(limits, there_are_not_more_words_than_there_is_room_for);
	return (suite_run(suite));
}
