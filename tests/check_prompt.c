/* check_prompt.c - lines typed into a pipe, completed words, the cursor's place.
 * What is edited on a terminal is tested in tests/system/prompt.py.
 * See also: client/prompt.h, prompt_place.h, prompt_words.h */
#include "client/prompt.h"

#include <errno.h>
#include <locale.h>

#include "client/prompt_place.h"
#include "client/prompt_words.h"
#include "suite.h"

/* A caller: standard input is a pipe that the test writes to. */
struct caller {
	struct prompt_caller face;
	struct prompt	*prompt;
	int		 in;		/* the end to write to */
	int		 waits, leave_after, again;
};

static const char *const words[] = { "/hello", "/help", "/who", "été", "êta",
    NULL };

/* Here the caller would select. */
static enum prompt_wait
wait_here(void *context, int fd, const sigset_t *signals)
{
	struct caller *caller = context;

	(void)signals;
	ck_assert_int_eq(fd, STDIN_FILENO);
	caller->waits++;
	if (caller->leave_after > 0 && caller->waits >= caller->leave_after)
		return (PROMPT_LEAVE);
	if (caller->again > 0) {
		caller->again--;
		return (PROMPT_AGAIN);
	}
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	return (PROMPT_READ);
}

static const char *
word_at(void *context, const char *before, size_t i)
{
	(void)context;
	return (before[0] == '\0' && i < SUITE_COUNT(words) ? words[i] : NULL);
}

static void
open_caller(struct caller *caller)
{
	struct cause cause;
	int ends[2];

	memset(caller, 0, sizeof(*caller));
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_ne(dup2(ends[0], STDIN_FILENO), -1);
	close(ends[0]);
	caller->in = ends[1];
	caller->face = (struct prompt_caller){ .wait = wait_here,
	    .word = word_at, .context = caller };
	caller->prompt = prompt_open(&caller->face, 0, &cause);
	ck_assert_ptr_nonnull(caller->prompt);
}

static void
type_in(const struct caller *caller, const char *bytes, size_t len)
{
	ck_assert_int_eq(write(caller->in, bytes, len), (ssize_t)len);
}

static void
ck_assert_line(struct caller *caller, const char *wanted, size_t wanted_len)
{
	const char *line;
	size_t len;

	ck_assert_int_eq(prompt_read(caller->prompt, &line, &len),
	    PROMPT_LINE);
	ck_assert_uint_eq(len, wanted_len);
	ck_assert_mem_eq(line, wanted, len);
}

static enum prompt_result
read_result(struct caller *caller)
{
	const char *line;
	size_t len;

	return (prompt_read(caller->prompt, &line, &len));
}

/* --- core ---------------------------------------------------------------- */

START_TEST(lines_of_a_pipe_come_one_by_one)
{
	struct caller caller;

	open_caller(&caller);
	type_in(&caller, "un\ndeux\r\n\nqua", 13);
	ck_assert_line(&caller, "un", 2);
	ck_assert_line(&caller, "deux", 4);
	ck_assert_line(&caller, "", 0);
	ck_assert_int_eq(caller.waits, 1);
	type_in(&caller, "tre\n", 4);
	ck_assert_line(&caller, "quatre", 6);
	ck_assert_int_eq(caller.waits, 2);
	prompt_close(caller.prompt);
}
END_TEST

START_TEST(a_last_line_without_end_is_a_line)
{
	struct caller caller;

	open_caller(&caller);
	type_in(&caller, "fin", 3);
	close(caller.in);
	ck_assert_line(&caller, "fin", 3);
	ck_assert_int_eq(read_result(&caller), PROMPT_END);
	ck_assert_int_eq(read_result(&caller), PROMPT_END);
	prompt_close(caller.prompt);
}
END_TEST

START_TEST(a_wait_that_was_for_nothing_is_begun_again)
{
	struct caller caller;

	open_caller(&caller);
	caller.again = 3;
	type_in(&caller, "un\n", 3);
	ck_assert_line(&caller, "un", 2);
	ck_assert_int_eq(caller.waits, 4);
	prompt_close(caller.prompt);
}
END_TEST

START_TEST(the_caller_may_leave_in_the_middle_of_a_line)
{
	struct caller caller;

	open_caller(&caller);
	caller.leave_after = 2;
	type_in(&caller, "half", 4);
	ck_assert_int_eq(read_result(&caller), PROMPT_LEFT);
	prompt_close(caller.prompt);
}
END_TEST

START_TEST(nothing_is_shown_where_nothing_is_edited)
{
	struct caller caller;
	char text[8];
	int out = suite_capture(STDOUT_FILENO);

	open_caller(&caller);
	prompt_set_label(caller.prompt, "pc3> ");
	prompt_hide(caller.prompt);
	prompt_show(caller.prompt);
	prompt_hide(NULL);
	prompt_show(NULL);
	prompt_close(caller.prompt);
	prompt_close(NULL);
	ck_assert_str_eq(suite_captured(out, text, sizeof(text)), "");
}
END_TEST

/* --- limits -------------------------------------------------------------- */

START_TEST(a_line_at_the_limit_is_read_and_a_longer_one_is_told_once)
{
	static char line[3 * PROMPT_LINE_MAX];
	struct caller caller;

	memset(line, 'x', sizeof(line));
	open_caller(&caller);
	type_in(&caller, line, PROMPT_LINE_MAX);
	type_in(&caller, "\n", 1);
	ck_assert_line(&caller, line, PROMPT_LINE_MAX);
	type_in(&caller, line, sizeof(line));
	type_in(&caller, "\nafter\n", 7);
	ck_assert_int_eq(read_result(&caller), PROMPT_TOO_LONG);
	ck_assert_line(&caller, "after", 5);
	prompt_close(caller.prompt);
}
END_TEST

START_TEST(a_line_too_long_at_the_very_end_is_told_and_then_the_end)
{
	static char line[PROMPT_LINE_MAX + 1];
	struct caller caller;

	memset(line, 'x', sizeof(line));
	open_caller(&caller);
	type_in(&caller, line, sizeof(line));
	close(caller.in);
	ck_assert_int_eq(read_result(&caller), PROMPT_TOO_LONG);
	ck_assert_int_eq(read_result(&caller), PROMPT_END);
	prompt_close(caller.prompt);
}
END_TEST

START_TEST(an_input_that_cannot_be_read_is_not_the_end)
{
	struct caller caller;
	int folder = open("/", O_RDONLY);

	open_caller(&caller);
	ck_assert_int_ne(dup2(folder, STDIN_FILENO), -1);
	ck_assert_int_eq(read_result(&caller), PROMPT_FAILED);
	ck_assert_int_eq(errno, EISDIR);
	prompt_close(caller.prompt);
}
END_TEST

/* --- hostile ------------------------------------------------------------- */

START_TEST(any_byte_may_be_in_a_line_but_its_end)
{
	struct caller caller;

	open_caller(&caller);
	type_in(&caller, "a\0\x1b\xff\n", 5);
	ck_assert_line(&caller, "a\0\x1b\xff", 4);
	prompt_close(caller.prompt);
}
END_TEST

/* --- words --------------------------------------------------------------- */

START_TEST(words_are_completed_to_what_they_have_in_common)
{
	static const struct {
		const char *before, *typed, *common;
		size_t found;
	} rows[] = {
		{ "", "", "", 5 },
		{ "", "/", "/", 3 },
		{ "", "/h", "/hel", 2 },
		{ "", "/hello", "/hello", 1 },
		{ "", "/w", "/who", 1 },
		{ "", "é", "été", 1 },
		{ "", "x", NULL, 0 },
		{ "", "/helloo", NULL, 0 },
		{ "/msg ", "/h", NULL, 0 },
	};
	struct prompt_caller caller = { .word = word_at };
	char common[PROMPT_WORD_SIZE];

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		ck_assert_uint_eq(prompt_words_common(&caller, rows[i].before,
		    rows[i].typed, common), rows[i].found);
		if (rows[i].common != NULL)
			ck_assert_str_eq(common, rows[i].common);
	}
}
END_TEST

/* é and ê begin with the same byte. */
static const char *
accented(void *context, const char *before, size_t i)
{
	static const char *const two[] = { "aé", "aê" };

	(void)context;
	(void)before;
	return (i < 2 ? two[i] : NULL);
}

START_TEST(half_of_a_character_is_nothing_in_common)
{
	struct prompt_caller caller = { .word = accented };
	char common[PROMPT_WORD_SIZE];

	ck_assert_uint_eq(prompt_words_common(&caller, "", "", common), 2);
	ck_assert_str_eq(common, "a");
}
END_TEST

static void
note_look_up(void *context, const char *before, const char *typed)
{
	snprintf(context, 64, "%s|%s", before, typed);
}

START_TEST(the_words_are_looked_up_before_they_are_asked_for)
{
	char seen[64] = "", common[PROMPT_WORD_SIZE];
	struct prompt_caller caller = { .word = word_at,
	    .look_up = note_look_up, .context = seen };

	prompt_words_common(&caller, "get ", "/h", common);
	ck_assert_str_eq(seen, "get |/h");
}
END_TEST

START_TEST(the_words_that_fit_are_printed)
{
	struct prompt_caller caller = { .word = word_at };
	char text[64];
	int out = suite_capture(STDOUT_FILENO);

	prompt_words_print(&caller, "", "/h", stdout);
	ck_assert_str_eq(suite_captured(out, text, sizeof(text)),
	    "/hello  /help  \n");
}
END_TEST

/* --- place --------------------------------------------------------------- */

START_TEST(the_cursor_is_where_libedit_puts_it)
{
	static const struct {
		const wchar_t *text;
		int row, column;
	} rows[] = {
		{ L"", 0, 0 },
		{ L"abc", 0, 3 },
		{ L"1234567890", 1, 0 },
		{ L"1234567890a", 1, 1 },
		{ L"été", 0, 3 },
		{ L"日本", 0, 4 },
		{ L"123456789日", 1, 2 },	/* not in two halves */
		{ L"12345678日", 1, 0 },
		{ L"e\x301", 0, 1 },		/* a combining accent */
		{ L"\t", 0, 8 },
		{ L"\t\t", 1, 0 },		/* a stop at the margin */
		{ L"abc\t", 0, 8 },
		{ L"\x01", 0, 2 },		/* ^A */
		{ L"123456789\x01", 1, 1 },
		{ L"\xfdd0", 0, 7 },		/* \U+FDD0 */
		{ L"\x10ffff", 0, 8 },
		{ L"ab\ncd", 1, 2 },
		{ L"\U0001f600", 0, 2 },
	};

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		struct prompt_place place = { .columns = 10 };

		for (const wchar_t *c = rows[i].text; *c != L'\0'; c++)
			prompt_place_after(&place, *c);
		ck_assert_msg(place.row == rows[i].row &&
		    place.column == rows[i].column, "row %zu: %d, %d", i,
		    place.row, place.column);
	}
}
END_TEST

START_TEST(a_wide_character_at_the_margin_stands_in_the_next_row)
{
	struct prompt_place place = { .columns = 10, .column = 9 };

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	prompt_place_before(&place, L'x');
	ck_assert_int_eq(place.row, 0);
	prompt_place_before(&place, L'日');
	ck_assert_int_eq(place.row, 1);
	ck_assert_int_eq(place.column, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("prompt");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");
	TCase *drawn = suite_case(suite, "drawn");

	tcase_add_test(core, lines_of_a_pipe_come_one_by_one);
	tcase_add_test(core, a_last_line_without_end_is_a_line);
	tcase_add_test(core, a_wait_that_was_for_nothing_is_begun_again);
	tcase_add_test(core, the_caller_may_leave_in_the_middle_of_a_line);
	tcase_add_test(core, nothing_is_shown_where_nothing_is_edited);
	tcase_add_test(limits,
	    a_line_at_the_limit_is_read_and_a_longer_one_is_told_once);
	tcase_add_test(limits,
	    a_line_too_long_at_the_very_end_is_told_and_then_the_end);
	tcase_add_test(limits, an_input_that_cannot_be_read_is_not_the_end);
	tcase_add_test(hostile, any_byte_may_be_in_a_line_but_its_end);
	tcase_add_test(drawn, words_are_completed_to_what_they_have_in_common);
	tcase_add_test(drawn, half_of_a_character_is_nothing_in_common);
	tcase_add_test(drawn, the_words_that_fit_are_printed);
	tcase_add_test(drawn,
	    the_words_are_looked_up_before_they_are_asked_for);
	tcase_add_test(drawn, the_cursor_is_where_libedit_puts_it);
	tcase_add_test(drawn,
	    a_wide_character_at_the_margin_stands_in_the_next_row);
	return (suite_run(suite));
}
