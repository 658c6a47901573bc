/* check_typed.c - lines that were typed, on their way to the server.
 * See also: tools/chat/typed.h */
#include "tools/chat/typed.h"

#include "suite.h"

static struct typed typed;

static void
put(const char *line)
{
	ck_assert_int_eq(typed_put(&typed, line, strlen(line)), 0);
}

static void
check_unsent(const char *expected)
{
	const char *bytes;

	ck_assert_uint_eq(typed_unsent(&typed, &bytes), strlen(expected));
	ck_assert_mem_eq(bytes, expected, strlen(expected));
}

START_TEST(lines_are_sent_in_their_order_with_their_ends)
{
	put("un");
	put("");
	put("deux");
	check_unsent("un\r\n\r\ndeux\r\n");
	ck_assert_uint_eq(typed_lines(&typed), 3);
}
END_TEST

START_TEST(lines_are_told_one_by_one_without_their_ends)
{
	static const char *const lines[] = { "un", "", "deux\r" };
	const char *line;
	size_t at = 0, len;

	for (size_t i = 0; i < SUITE_COUNT(lines); i++)
		put(lines[i]);
	for (size_t i = 0; i < SUITE_COUNT(lines); i++) {
		ck_assert_int_eq(typed_next(&typed, &at, &line, &len), 1);
		ck_assert_uint_eq(len, strlen(lines[i]));
		ck_assert_mem_eq(line, lines[i], len);
	}
	ck_assert_int_eq(typed_next(&typed, &at, &line, &len), 0);
}
END_TEST

START_TEST(what_was_sent_in_part_goes_on_where_it_was)
{
	const char *line;
	size_t at = 0, len;

	put("un");
	put("deux");
	typed_count_sent(&typed, 6);
	check_unsent("ux\r\n");
	ck_assert_int_eq(typed_next(&typed, &at, &line, &len), 1);
	typed_drop(&typed, at);
	ck_assert_uint_eq(typed.sent, 2);
	check_unsent("ux\r\n");
}
END_TEST

START_TEST(a_line_may_come_before_the_others)
{
	put("salut");
	ck_assert_int_eq(typed_put_first(&typed, "/nick pc3", 9), 0);
	check_unsent("/nick pc3\r\nsalut\r\n");
}
END_TEST

START_TEST(what_does_not_fit_is_refused_and_changes_nothing)
{
	static char line[TYPED_SIZE];
	const size_t most = TYPED_SIZE - TYPED_FIRST - 6;

	memset(line, 'x', sizeof(line));
	put("un");
	ck_assert_int_eq(typed_has_room(&typed, most), 1);
	ck_assert_int_eq(typed_has_room(&typed, most + 1), 0);
	ck_assert_int_eq(typed_put(&typed, line, most + 1), -1);
	ck_assert_int_eq(typed_put_first(&typed, line, TYPED_SIZE - 5), -1);
	check_unsent("un\r\n");
	ck_assert_int_eq(typed_put(&typed, line, most), 0);
	ck_assert_uint_eq(typed.len, TYPED_SIZE - TYPED_FIRST);
	ck_assert_int_eq(typed_put(&typed, "", 0), -1);
}
END_TEST

START_TEST(there_is_always_room_for_what_has_to_come_first)
{
	static char line[TYPED_FIRST];

	memset(line, 'x', sizeof(line));
	while (typed_put(&typed, "", 0) == 0)
		continue;
	ck_assert_int_eq(typed_put_first(&typed, line, TYPED_FIRST - 2), 0);
	ck_assert_uint_eq(typed.len, TYPED_SIZE);
	ck_assert_int_eq(typed_put_first(&typed, "", 0), -1);
	ck_assert_int_eq(typed_has_room(&typed, 0), 0);
}
END_TEST

static Suite *
typed_suite(void)
{
	Suite *suite = suite_create("typed");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_test(core, lines_are_sent_in_their_order_with_their_ends);
	tcase_add_test(core, lines_are_told_one_by_one_without_their_ends);
	tcase_add_test(core, what_was_sent_in_part_goes_on_where_it_was);
	tcase_add_test(core, a_line_may_come_before_the_others);
	tcase_add_test(limits,
	    what_does_not_fit_is_refused_and_changes_nothing);
	tcase_add_test(limits,
	    there_is_always_room_for_what_has_to_come_first);
	return (suite);
}

int
main(void)
{
	return (suite_run(typed_suite()));
}
