/* check_log.c - one line an event, one write a line.
 * Standard error becomes a SOCK_SEQPACKET socket, which keeps the bounds of
 * writes: each message received is what one write gave.
 * See also: base/log.h */
#define _XOPEN_SOURCE 700	/* posix_openpt: a terminal for the colours */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "suite.h"

#define RED	"\033[31m"
#define RESET	"\033[0m"
#define THREADS	8
#define LINES	 20		/* all fit into the socket, read or not */

static int
log_to_socket(void)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ck_assert_int_ne(dup2(ends[1], STDERR_FILENO), -1);
	close(ends[1]);
	return (ends[0]);
}

/* The next write that reached fd, as a string. */
static const char *
next_write(int fd)
{
	static char text[3 * LOG_LINE_SIZE];
	ssize_t n;

	ck_assert_msg(suite_readable(fd, SUITE_PATIENCE_MS), "no line came");
	n = recv(fd, text, sizeof(text) - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	return (text);
}

START_TEST(before_log_open_what_went_wrong_is_written_without_a_name)
{
	int fd = log_to_socket();

	log_line(LOG_LEVEL_EVENT, "an event");
	log_line(LOG_LEVEL_WARNING, "a warning");
	log_line(LOG_LEVEL_ERROR, "an error");
	ck_assert_str_eq(next_write(fd), "a warning\n");
	ck_assert_str_eq(next_write(fd), "an error\n");
}
END_TEST

START_TEST(a_line_is_one_write_with_name_and_newline)
{
	int fd = log_to_socket();

	log_open("tool", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	log_line(LOG_LEVEL_EVENT, "%s %d", "client", 7);
	log_line(LOG_LEVEL_ERROR, "%s", "");
	ck_assert_str_eq(next_write(fd), "tool: client 7\n");
	ck_assert_str_eq(next_write(fd), "tool: \n");
}
END_TEST

START_TEST(each_level_shows_itself_and_what_is_worse)
{
	static const char *const words[] = { "error\n", "warning\n",
	    "event\n", "detail\n" };
	int fd = log_to_socket();

	for (int shown = LOG_LEVEL_ERROR; shown <= LOG_LEVEL_DETAIL;
	    shown++) {
		log_open(NULL, (enum log_level)shown, LOG_COLOR_NEVER);
		for (int level = 0; level <= LOG_LEVEL_DETAIL; level++) {
			ck_assert_int_eq(!log_shows((enum log_level)level),
			    level > shown);
			log_line((enum log_level)level, "%.*s",
			    (int)strlen(words[level]) - 1, words[level]);
		}
		for (int level = 0; level <= shown; level++) {
			const char *line = next_write(fd);

			ck_assert_str_eq(line + strlen(line) -
			    strlen(words[level]), words[level]);
		}
	}
	ck_assert(!suite_readable(fd, 0));
}
END_TEST

START_TEST(details_bring_the_time_of_day)
{
	int fd = log_to_socket();
	unsigned field[4];
	char rest[32];

	log_open("tool", LOG_LEVEL_DETAIL, LOG_COLOR_NEVER);
	log_line(LOG_LEVEL_EVENT, "hello");
	ck_assert_int_eq(sscanf(next_write(fd), "%2u:%2u:%2u.%3u %31[^\n]",
	    &field[0], &field[1], &field[2], &field[3], rest), 5);
	ck_assert_str_eq(rest, "tool: hello");
}
END_TEST

START_TEST(a_cause_is_an_error_line)
{
	int fd = log_to_socket();
	struct cause cause;
	const char *line;

	log_open("tool", LOG_LEVEL_ERROR, LOG_COLOR_NEVER);
	cause_errno(&cause, "bind", EACCES, "[::1]:21");
	log_cause("cannot listen on", &cause);
	line = next_write(fd);
	ck_assert_ptr_eq(strstr(line,
	    "tool: cannot listen on [::1]:21: bind: "), line);
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
}
END_TEST

START_TEST(a_text_is_written_as_it_is_at_every_level)
{
	int fd = log_to_socket();

	log_open("tool", LOG_LEVEL_ERROR, LOG_COLOR_ALWAYS);
	log_text("a\nb\n", 4);
	ck_assert_str_eq(next_write(fd), "a\nb\n");
	log_text("", 0);
	ck_assert(!suite_readable(fd, 0));
}
END_TEST

START_TEST(colours_are_reset_before_the_newline)
{
	int fd = log_to_socket();

	log_open("tool", LOG_LEVEL_EVENT, LOG_COLOR_ALWAYS);
	log_line(LOG_LEVEL_ERROR, "bad");
	ck_assert_str_eq(next_write(fd), RED "tool: bad" RESET "\n");
	log_line(LOG_LEVEL_WARNING, "hm");
	ck_assert_ptr_nonnull(strstr(next_write(fd), "hm" RESET "\n"));
	log_line(LOG_LEVEL_EVENT, "well");
	ck_assert_str_eq(next_write(fd), "tool: well\n");
}
END_TEST

START_TEST(no_terminal_no_colours)
{
	int fd = log_to_socket();

	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	log_open("tool", LOG_LEVEL_EVENT, LOG_COLOR_AUTO);
	log_line(LOG_LEVEL_ERROR, "bad");
	ck_assert_str_eq(next_write(fd), "tool: bad\n");
}
END_TEST

/* Does an error line on a terminal begin with a colour? */
static int
terminal_is_coloured(int master, const char *term, const char *no_color)
{
	char line[64];

	unsetenv("TERM");
	unsetenv("NO_COLOR");
	if (term != NULL)
		setenv("TERM", term, 1);
	if (no_color != NULL)
		setenv("NO_COLOR", no_color, 1);
	log_open("tool", LOG_LEVEL_EVENT, LOG_COLOR_AUTO);
	log_line(LOG_LEVEL_ERROR, "bad");
	ck_assert(suite_readable(master, SUITE_PATIENCE_MS));
	ck_assert_int_gt(read(master, line, sizeof(line)), 0);
	return (line[0] == '\033');
}

START_TEST(a_terminal_has_colours_but_for_no_color_and_dumb)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	ck_assert_int_ne(master, -1);
	ck_assert_int_eq(grantpt(master) | unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ck_assert_int_ne(slave, -1);
	dup2(slave, STDERR_FILENO);
	ck_assert(terminal_is_coloured(master, "xterm", NULL));
	ck_assert(terminal_is_coloured(master, "xterm", ""));
	ck_assert(!terminal_is_coloured(master, "xterm", "1"));
	ck_assert(!terminal_is_coloured(master, "dumb", NULL));
	ck_assert(!terminal_is_coloured(master, NULL, NULL));
}
END_TEST

START_TEST(errno_is_kept)
{
	log_open("tool", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	close(STDERR_FILENO);
	errno = EXDEV;
	log_line(LOG_LEVEL_ERROR, "to nobody");
	ck_assert_int_eq(errno, EXDEV);
	errno = EXDEV;
	log_line(LOG_LEVEL_DETAIL, "not shown");
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

START_TEST(the_longest_line_is_whole_and_a_longer_one_is_cut)
{
	char text[2 * LOG_LINE_SIZE];
	int fd = log_to_socket();
	int room = LOG_LINE_SIZE - (int)strlen("t: \n");

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_open("t", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	for (int len = room - 2; len <= room + 2; len++) {
		const char *line;

		log_line(LOG_LEVEL_EVENT, "%.*s", len, text);
		line = next_write(fd);
		ck_assert_uint_eq(strlen(line), len < room ?
		    (size_t)len + 4 : LOG_LINE_SIZE);
		ck_assert_ptr_eq(strchr(line, '\n'),
		    line + strlen(line) - 1);
	}
	log_line(LOG_LEVEL_EVENT, "%s", text);
	ck_assert_uint_eq(strlen(next_write(fd)), LOG_LINE_SIZE);
}
END_TEST

START_TEST(a_cut_line_keeps_the_end_of_its_colour)
{
	char text[2 * LOG_LINE_SIZE];
	int fd = log_to_socket();
	const char *line;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_open("t", LOG_LEVEL_EVENT, LOG_COLOR_ALWAYS);
	log_line(LOG_LEVEL_ERROR, "%s", text);
	line = next_write(fd);
	ck_assert_str_eq(line + strlen(line) - strlen(RESET "\n"),
	    RESET "\n");
}
END_TEST

/* Whoever starts a program may call it what he likes. */
START_TEST(a_name_longer_than_a_line_is_cut)
{
	static char name[LOG_LINE_SIZE + 32];
	int fd = log_to_socket();

	memset(name, 'n', sizeof(name) - 1);
	for (size_t cut = 0; cut < 64; cut += 4) {
		const char *line;

		log_open(name + cut, LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
		log_line(LOG_LEVEL_EVENT, "%s", "hello, world");
		line = next_write(fd);
		ck_assert_uint_le(strlen(line), LOG_LINE_SIZE);
		ck_assert_int_eq(line[strlen(line) - 1], '\n');
	}
}
END_TEST

START_TEST(percent_signs_in_arguments_are_text)
{
	int fd = log_to_socket();

	log_open("t", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	log_line(LOG_LEVEL_EVENT, "%s", "%s%n%d");
	ck_assert_str_eq(next_write(fd), "t: %s%n%d\n");
}
END_TEST

static void *
writer_main(void *arg)
{
	char filling[100];
	int number = *(int *)arg;

	memset(filling, 'a' + number, sizeof(filling));
	for (int i = 0; i < LINES; i++)
		log_line(LOG_LEVEL_EVENT, "%d %d %.*s end", number, i,
		    1 + i % 100, filling);
	return (NULL);
}

START_TEST(lines_of_eight_threads_never_interleave)
{
	int fd = log_to_socket(), numbers[THREADS], next[THREADS] = { 0 };
	pthread_t threads[THREADS];

	/* valgrind runs one thread at a time, and the reader comes too late. */
	if (suite_is_emulated())
		return;
	log_open("t", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    writer_main, &numbers[i]), 0);
	}
	for (int i = 0; i < THREADS * LINES; i++) {
		char filling[101], rest[16];
		int number, line;

		ck_assert_int_eq(sscanf(next_write(fd),
		    "t: %d %d %100s %15[^\n]", &number, &line, filling,
		    rest), 4);
		ck_assert_int_lt(number, THREADS);
		ck_assert_int_eq(line, next[number]++);
		ck_assert_uint_eq(strlen(filling), 1 + line % 100);
		for (const char *c = filling; *c != '\0'; c++)
			ck_assert_int_eq(*c, 'a' + number);
		ck_assert_str_eq(rest, "end");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert(!suite_readable(fd, 0));
}
END_TEST

#define LONG_TEXT	(512 * 1024)

static void *
long_text_main(void *text)
{
	log_text(text, LONG_TEXT);
	close(STDERR_FILENO);
	return (NULL);
}

START_TEST(a_long_text_arrives_whole_however_many_writes_it_takes)
{
	char *text = malloc(LONG_TEXT), *seen = malloc(2 * LONG_TEXT);
	size_t len = 0;
	pthread_t thread;
	int ends[2];
	ssize_t n;

	ck_assert(text != NULL && seen != NULL && pipe(ends) == 0);
	for (size_t i = 0; i < LONG_TEXT; i++)
		text[i] = (char)(i * 31 >> 5);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	suite_interruptible(SIGUSR1);
	ck_assert_int_eq(pthread_create(&thread, NULL, long_text_main,
	    text), 0);
	while ((n = read(ends[0], seen + len, 3000)) > 0) {
		len += (size_t)n;
		if (len < LONG_TEXT)
			pthread_kill(thread, SIGUSR1);
	}
	pthread_join(thread, NULL);
	ck_assert_uint_eq(len, LONG_TEXT);
	ck_assert_mem_eq(seen, text, LONG_TEXT);
	free(text);
	free(seen);
}
END_TEST

static atomic_int lines_logged;

/* More lines than the socket holds: it must wait, and be interrupted. */
static void *
many_lines_main(void *arg)
{
	(void)arg;
	for (int i = 0; i < 200; i++) {
		log_line(LOG_LEVEL_EVENT, "line %d", i);
		lines_logged++;
	}
	return (NULL);
}

START_TEST(a_signal_during_the_write_loses_no_line)
{
	int fd = log_to_socket();
	char expected[32];
	pthread_t thread;

	suite_interruptible(SIGUSR1);
	log_open("t", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	ck_assert_int_eq(pthread_create(&thread, NULL, many_lines_main,
	    NULL), 0);
	for (int i = 0; i < 200; i++) {
		if (lines_logged < 200)
			pthread_kill(thread, SIGUSR1);
		snprintf(expected, sizeof(expected), "t: line %d\n", i);
		ck_assert_str_eq(next_write(fd), expected);
	}
	pthread_join(thread, NULL);
}
END_TEST

static Suite *
log_suite(void)
{
	Suite *suite = suite_create("log");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core,
	    before_log_open_what_went_wrong_is_written_without_a_name);
	tcase_add_test(core, a_line_is_one_write_with_name_and_newline);
	tcase_add_test(core, each_level_shows_itself_and_what_is_worse);
	tcase_add_test(core, details_bring_the_time_of_day);
	tcase_add_test(core, a_cause_is_an_error_line);
	tcase_add_test(core, a_text_is_written_as_it_is_at_every_level);
	tcase_add_test(core, colours_are_reset_before_the_newline);
	tcase_add_test(core, no_terminal_no_colours);
	tcase_add_test(core, a_terminal_has_colours_but_for_no_color_and_dumb);
	tcase_add_test(core, errno_is_kept);
	tcase_add_test(limits,
	    the_longest_line_is_whole_and_a_longer_one_is_cut);
	tcase_add_test(limits, a_cut_line_keeps_the_end_of_its_colour);
	tcase_add_test(limits, a_name_longer_than_a_line_is_cut);
	tcase_add_test(hostile, percent_signs_in_arguments_are_text);
	tcase_add_test(hostile, lines_of_eight_threads_never_interleave);
	tcase_add_test(hostile,
	    a_long_text_arrives_whole_however_many_writes_it_takes);
	tcase_add_test(hostile, a_signal_during_the_write_loses_no_line);
	return (suite);
}

int
main(void)
{
	return (suite_run(log_suite()));
}
