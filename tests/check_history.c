/* check_history.c - the last lines of a room, whatever runs they came in.
 * A newcomer would otherwise see half a line, or what was said long ago; and a
 * room that keeps whole runs for one line would fill the memory.
 * See also: tools/chat/history.h */
#include "tools/chat/history.h"

#include "fault/fault.h"
#include "suite.h"

#define SIZE	3			/* lines that are kept */
#define PLENTY	4096

static struct history history;
static struct ignores *reader;		/* who asks */
static struct ignored speaker;

static void
setup(void)
{
	history_init(&history, SIZE);
}

static void
teardown(void)
{
	fault_set("");
	history_fini(&history);
}

/* Say it; the reference that comes back is the test's. */
static struct shared_line *
add(const char *lines)
{
	struct shared_line *run = shared_line_copy(lines, strlen(lines));

	ck_assert_ptr_nonnull(run);
	history_add(&history, run, 0, &speaker);
	return (run);
}

/* The lines without their times, which all have the same length. */
static void
expect(size_t wanted, size_t size, const char *lines)
{
	struct shared_line *text = history_text(&history, wanted, size, reader);
	char shown[PLENTY] = "";

	ck_assert_ptr_nonnull(text);
	ck_assert_uint_le(text->len, size);
	for (size_t at = 0; at < text->len; ) {
		const char *line = text->bytes + at;
		const char *end = memchr(line, '\n', text->len - at);

		ck_assert_ptr_nonnull(end);
		ck_assert_int_eq(line[0], '[');
		at += (size_t)(end + 1 - line);
		line += HISTORY_TIME_SIZE - 1;
		strncat(shown, line, (size_t)(end + 1 - line));
	}
	ck_assert_str_eq(shown, lines);
	shared_line_free(text);
}

START_TEST(the_last_lines_are_kept_in_their_order)
{
	static const char *const lines[] = { "a\r\n", "b\r\n", "c\r\n",
	    "d\r\n", "e\r\n" };

	expect(SIZE, PLENTY, "");
	for (size_t i = 0; i < SUITE_COUNT(lines); i++) {
		shared_line_free(add(lines[i]));
		if (i == 1)
			expect(SIZE, PLENTY, "a\r\nb\r\n");
	}
	expect(SIZE, PLENTY, "c\r\nd\r\ne\r\n");
	expect(100, PLENTY, "c\r\nd\r\ne\r\n");
	expect(2, PLENTY, "d\r\ne\r\n");
	expect(0, PLENTY, "");
}
END_TEST

START_TEST(who_is_ignored_is_left_out_and_does_not_count)
{
	struct ignored who = { .number = 7, .folded = "pc7" };
	struct ignores ignores;
	struct cause cause;

	ck_assert_int_eq(ignores_init(&ignores, &cause), 0);
	ck_assert_int_eq(ignores_toggle(&ignores, &who), IGNORES_ADDED);
	for (speaker.number = 6; speaker.number < 9; speaker.number++)
		shared_line_free(add(speaker.number == 7 ? "spam\r\n" :
		    "ham\r\n"));
	expect(2, PLENTY, "spam\r\nham\r\n");
	reader = &ignores;
	expect(2, PLENTY, "ham\r\nham\r\n");
	expect(1, PLENTY, "ham\r\n");
	reader = NULL;
	ignores_fini(&ignores);
}
END_TEST

START_TEST(of_a_long_run_the_last_lines_are_kept)
{
	shared_line_free(add("a\r\n"));
	shared_line_free(add("b\r\nc\r\n\r\nd\r\n"));
	expect(SIZE, PLENTY, "c\r\n\r\nd\r\n");
	shared_line_free(add("e\r\n"));
	expect(SIZE, PLENTY, "\r\nd\r\ne\r\n");
}
END_TEST

START_TEST(a_run_is_given_back_with_its_last_line)
{
	struct shared_line *run = add("a\r\nb\r\n");

	ck_assert_uint_eq(atomic_load(&run->references), 3);
	shared_line_free(add("c\r\nd\r\n"));
	ck_assert_uint_eq(atomic_load(&run->references), 2);
	shared_line_free(add("e\r\n"));
	ck_assert_uint_eq(atomic_load(&run->references), 1);
	shared_line_free(run);
	run = add("f\r\n");
	history_fini(&history);
	ck_assert_uint_eq(atomic_load(&run->references), 1);
	shared_line_free(run);
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_from_the_oldest_on)
{
	size_t one = HISTORY_TIME_SIZE + strlen("aaaa\r\n");

	shared_line_free(add("aaaa\r\nbbbb\r\ncccc\r\n"));
	expect(SIZE, 3 * one, "aaaa\r\nbbbb\r\ncccc\r\n");
	expect(SIZE, 3 * one - 1, "bbbb\r\ncccc\r\n");
	expect(SIZE, one, "cccc\r\n");
	expect(SIZE, one - 1, "");
}
END_TEST

START_TEST(a_history_of_no_lines_keeps_nothing)
{
	struct shared_line *run;

	history_init(&history, 0);
	run = add("a\r\n");
	ck_assert_uint_eq(atomic_load(&run->references), 1);
	shared_line_free(run);
	expect(SIZE, PLENTY, "");
}
END_TEST

/* The line is said all the same (chat_room.c), and the next one is kept. */
START_TEST(without_memory_nothing_is_kept_or_shown)
{
	struct shared_line *run, *text;

	if (!fault_knows("calloc"))
		return;
	run = shared_line_copy("a\r\n", 3);
	fault_set("calloc=ENOMEM,malloc=ENOMEM");
	history_add(&history, run, 0, &speaker);
	text = history_text(&history, SIZE, PLENTY, NULL);
	fault_set("");
	ck_assert_ptr_null(text);
	ck_assert_uint_eq(atomic_load(&run->references), 1);
	shared_line_free(run);
	shared_line_free(add("b\r\n"));
	expect(SIZE, PLENTY, "b\r\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, the_last_lines_are_kept_in_their_order);
	tcase_add_test(core,
	    who_is_ignored_is_left_out_and_does_not_count);
	tcase_add_test(core, of_a_long_run_the_last_lines_are_kept);
	tcase_add_test(core, a_run_is_given_back_with_its_last_line);
	tcase_add_checked_fixture(limits, setup, teardown);
	tcase_add_test(limits,
	    what_does_not_fit_is_left_out_from_the_oldest_on);
	tcase_add_test(limits, a_history_of_no_lines_keeps_nothing);
	tcase_add_test(limits, without_memory_nothing_is_kept_or_shown);
	return (suite_run(suite));
}
