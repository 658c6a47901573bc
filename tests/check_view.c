/* check_view.c - what the server says, as a person or a pipe reads it.
 * What a terminal shows is tested in tests/system/chat_client.py.
 * See also: tools/chat/view.h */
#include "tools/chat/view.h"

#include <errno.h>
#include <math.h>

#include "base/log.h"
#include "suite.h"

static struct name_rules rules;
static struct view view;
static int out;				/* where standard output leads */

/* Standard output becomes a file. */
static void
setup(void)
{
	struct cause cause;
	char path[] = "/tmp/fil-check-XXXXXX";

	ck_assert_int_eq(name_rules_init(&rules, &cause), 0);
	out = mkstemp(path);
	ck_assert_int_ne(out, -1);
	unlink(path);
	fflush(stdout);
	ck_assert_int_ne(dup2(out, STDOUT_FILENO), -1);
}

static void
teardown(void)
{
	name_rules_fini(&rules);
	close(out);
}

static void
show(const char *line)
{
	struct chat_heard heard;

	chat_heard_parse(&rules, line, strlen(line), &heard);
	view_line(&view, line, strlen(line), &heard);
}

static void
check_printed(const char *expected)
{
	char text[512];
	ssize_t len;

	view_flush(&view);
	len = pread(out, text, sizeof(text) - 1, 0);
	ck_assert_int_ge(len, 0);
	text[len] = '\0';
	ck_assert_str_eq(text, expected);
}

/* WCAG 2: relative luminance of one of the 256, from its 6 by 6 by 6 cube. */
static double
luminance(int color)
{
	static const double share[] = { 0.2126, 0.7152, 0.0722 };
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	int place = color - 16;
	double sum = 0;

	for (int i = 2; i >= 0; i--, place /= 6) {
		double c = levels[place % 6] / 255.0;

		sum += share[i] * (c <= 0.03928 ? c / 12.92 :
		    pow((c + 0.055) / 1.055, 2.4));
	}
	return (sum);
}

START_TEST(a_pipe_gets_the_bytes_as_they_are)
{
	view_init(&view, &rules, LOG_COLOR_AUTO);
	show("<pc3> \033]0;x\007\xff\rfin");
	view_piece(&view, "\033[2J", 4);
	ck_assert_int_eq(view.inside, 1);
	show("suite");
	ck_assert_int_eq(view.inside, 0);
	check_printed("<pc3> \033]0;x\007\xff\rfin\n\033[2Jsuite\n");
}
END_TEST

START_TEST(a_piece_that_cannot_be_written_is_an_error)
{
	static char piece[VIEW_LINE_MAX];
	int full = open("/dev/full", O_WRONLY);

	ck_assert_int_ne(full, -1);
	memset(piece, 'x', sizeof(piece));
	view_init(&view, &rules, LOG_COLOR_AUTO);
	ck_assert_int_ne(dup2(full, STDOUT_FILENO), -1);
	view_piece(&view, piece, sizeof(piece));
	view_flush(&view);
	ck_assert_int_eq(view.error, ENOSPC);
	close(full);
}
END_TEST

/* 4096 bytes: stdio's buffer is full when the newline comes, which nobody but
 * the stream sees fail. */
START_TEST(an_end_of_line_that_cannot_be_written_is_an_error)
{
	static char line[4096 - 8];
	struct chat_heard heard = { .kind = CHAT_HEARD_NOTICE };
	int full = open("/dev/full", O_WRONLY);

	ck_assert_int_ne(full, -1);
	memset(line, 'x', sizeof(line));
	view_init(&view, &rules, LOG_COLOR_ALWAYS);
	ck_assert_int_ne(dup2(full, STDOUT_FILENO), -1);
	view_line(&view, line, sizeof(line), &heard);
	view_flush(&view);
	ck_assert_int_eq(view.error, ENOSPC);
	close(full);
}
END_TEST

START_TEST(a_terminal_gets_nothing_that_it_would_obey)
{
	view_init(&view, &rules, LOG_COLOR_NEVER);
	view.terminal = 1;
	show("<pc3> \033]0;x\007\xff\r\tfin");
	check_printed("<pc3> \\x1b]0;x\\x07\xef\xbf\xbd\\r\tfin\n");
}
END_TEST

START_TEST(a_nick_has_its_colour_and_a_notice_is_faint)
{
	char expected[200];

	view_init(&view, &rules, LOG_COLOR_ALWAYS);
	show("<Pc3> salut");
	show("[18:00:05] * pc3 waves");
	show("*** pc4 joined");
	show("anything");
	snprintf(expected, sizeof(expected), "<\033[38;5;%dmPc3\033[0m> salut\n"
	    "[18:00:05] * \033[38;5;%dmpc3\033[0m waves\n"
	    "\033[2m*** pc4 joined\033[0m\nanything\n", view_color("pc3"),
	    view_color("pc3"));
	check_printed(expected);
}
END_TEST

START_TEST(every_colour_can_be_read_on_black_and_on_white)
{
	char name[16];
	int seen[256] = { 0 }, count = 0;

	for (int i = 0; i < 1000; i++) {
		int color;
		double light;

		snprintf(name, sizeof(name), "pc%d", i);
		color = view_color(name);
		ck_assert_int_ge(color, 16);
		ck_assert_int_lt(color, 232);
		light = luminance(color);
		ck_assert_msg((light + 0.05) / 0.05 >= 4, "%d on black", color);
		ck_assert_msg(1.05 / (light + 0.05) >= 4, "%d on white", color);
		count += seen[color]++ == 0;
	}
	ck_assert_int_ge(count, 10);
}
END_TEST

static Suite *
view_suite(void)
{
	Suite *suite = suite_create("view");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(core, a_pipe_gets_the_bytes_as_they_are);
	tcase_add_test(core, a_piece_that_cannot_be_written_is_an_error);
	tcase_add_test(core,
	    an_end_of_line_that_cannot_be_written_is_an_error);
	tcase_add_test(core, a_nick_has_its_colour_and_a_notice_is_faint);
	tcase_add_test(core, every_colour_can_be_read_on_black_and_on_white);
	tcase_add_test(hostile, a_terminal_gets_nothing_that_it_would_obey);
	return (suite);
}

int
main(void)
{
	return (suite_run(view_suite()));
}
