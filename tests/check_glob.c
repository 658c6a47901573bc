/* check_glob.c - patterns match what they say, in bounded time.
 * See also: proto/glob.h, tests/fuzz/fuzz_glob.c */
#include "proto/glob.h"

#include "suite.h"

struct row {
	const char	*pattern, *name;
	int		 matches;
};

static const struct row rows[] = {
	{ "", "", 1 }, { "", "a", 0 }, { "a", "a", 1 }, { "a", "b", 0 },
	{ "*", "", 1 }, { "*", "abc", 1 }, { "a*", "abc", 1 },
	{ "*c", "abc", 1 }, { "*b", "abc", 0 }, { "a*c", "abbc", 1 },
	{ "a*b*c", "aXbYbZc", 1 }, { "a*b*c", "aXcYc", 0 },
	{ "**", "x", 1 }, { "*.txt", "a.txt", 1 }, { "*.txt", "atxt", 0 },
	{ "?", "a", 1 }, { "?", "", 0 }, { "?", "ab", 0 }, { "a?c", "abc", 1 },
	{ "?", "\xc3\xa9", 1 }, { "??", "\xc3\xa9", 0 },
	{ "??", "\xc3\x28", 1 }, { "?", "\xff", 1 },
	{ "[abc]", "b", 1 }, { "[abc]", "d", 0 }, { "[a-c]", "b", 1 },
	{ "[a-c]", "d", 0 }, { "[!a-c]", "d", 1 }, { "[^a-c]", "a", 0 },
	{ "[]a]", "]", 1 }, { "[!]a]", "]", 0 }, { "[a-]", "-", 1 },
	{ "[", "[", 1 }, { "[a", "[a", 1 }, { "a[", "a[", 1 },
	{ "\\*", "*", 1 }, { "\\*", "x", 0 }, { "a\\", "a\\", 1 },
	{ "\\[a]", "[a]", 1 },
	{ "*", ".hidden", 0 }, { "?hidden", ".hidden", 0 },
	{ ".*", ".hidden", 1 }, { "\\.h*", ".hidden", 1 }, { "a*", "a.b", 1 },
};

START_TEST(each_pattern_matches_what_it_says)
{
	for (size_t i = 0; i < SUITE_COUNT(rows); i++)
		ck_assert_msg(glob_matches(rows[i].pattern, rows[i].name) ==
		    rows[i].matches, "%s %s", rows[i].pattern, rows[i].name);
}
END_TEST

START_TEST(a_pattern_is_told_from_a_name)
{
	ck_assert_int_eq(glob_is_pattern("a.txt"), 0);
	ck_assert_int_eq(glob_is_pattern("a\\b"), 0);
	ck_assert_int_eq(glob_is_pattern("a*"), 1);
	ck_assert_int_eq(glob_is_pattern("?"), 1);
	ck_assert_int_eq(glob_is_pattern("x[y"), 1);
}
END_TEST

/* Looking back to each star, it would take 2^100 steps. */
START_TEST(a_hundred_stars_take_no_time)
{
	char pattern[256] = "", name[256];

	for (int i = 0; i < 100; i++)
		strcat(pattern, "*a");
	strcat(pattern, "b");
	memset(name, 'a', 255);
	name[255] = '\0';
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(glob_matches(pattern, name), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("glob");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, each_pattern_matches_what_it_says);
	tcase_add_test(core, a_pattern_is_told_from_a_name);
	tcase_add_test(hostile, a_hundred_stars_take_no_time);
	return (suite_run(suite));
}
