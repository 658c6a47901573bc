/* check_chat_log.c - what is said is on the file, and a bad file hurts nobody.
 * A full disk would otherwise end a lesson, or leave two lines glued together
 * with nothing to show for it.
 * See also: tools/chat/chat_log.h, tests/system/chat_hostile.py */
#include "tools/chat/chat_log.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "base/log.h"
#include "fault/fault.h"
#include "suite.h"

#define CLOSE_MS	10000
#define TEXT_SIZE	4096
#define MANY		4000		/* runs: the queue holds fewer */

static struct chat_log chat_log;
static char path[64];
static int file;			/* the same one, to read */
static char piped[1 << 20];

static void
setup(void)
{
	snprintf(path, sizeof(path), "%s/fil-chat-log-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_int_ne(file = mkstemp(path), -1);
}

static void
teardown(void)
{
	fault_set("");
	close(file);
	unlink(path);
}

static void
open_log(void)
{
	struct cause cause;

	ck_assert_int_eq(chat_log_open(&chat_log, path, &cause), 0);
}

static void
put(const char *room, const char *lines)
{
	struct shared_line *run = shared_line_copy(lines, strlen(lines));

	ck_assert_ptr_nonnull(run);
	chat_log_put(&chat_log, room, run);
	shared_line_free(run);
}

/* All that was put in is written then. */
static void
close_log(void)
{
	ck_assert_int_eq(chat_log_close(&chat_log, clock_deadline(CLOSE_MS)),
	    0);
}

/* The lines of the file without their times. */
static void
expect(const char *lines)
{
	char text[TEXT_SIZE], shown[TEXT_SIZE] = "";
	char *line = text, *end;

	suite_captured(file, text, sizeof(text));
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char *after = line + CLOCK_UTC_SIZE - 1;

		*end = '\0';
		if (end > after && line[10] == 'T' && after[-1] == 'Z')
			line = after + 1;
		strcat(strcat(shown, line), "\n");
	}
	strcat(shown, line);
	ck_assert_str_eq(shown, lines);
}

/* Until the file has so many bytes, or more. */
static void
wait_for_size(off_t size)
{
	struct stat st;

	do {
		sched_yield();
		ck_assert_int_eq(fstat(file, &st), 0);
	} while (st.st_size < size);
}

START_TEST(each_line_has_its_time_and_its_room)
{
	struct stat st;

	open_log();
	put("lobby", "<pc3> un\r\n<pc3> deux\r\n");
	put("salle", "*** pc4 joined\r\n");
	close_log();
	expect("lobby <pc3> un\nlobby <pc3> deux\nsalle *** pc4 joined\n");
	open_log();			/* it is written on */
	put("lobby", "<pc3> trois\r\n");
	close_log();
	expect("lobby <pc3> un\nlobby <pc3> deux\nsalle *** pc4 joined\n"
	    "lobby <pc3> trois\n");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07, 0);
}
END_TEST

START_TEST(without_a_path_nothing_happens)
{
	struct cause cause;

	ck_assert_int_eq(chat_log_open(&chat_log, NULL, &cause), 0);
	put("lobby", "<pc3> un\r\n");
	chat_log_reopen(&chat_log);
	close_log();
	expect("");
}
END_TEST

START_TEST(a_line_that_was_cut_is_ended_before_the_next)
{
	char said[TEXT_SIZE];
	int stderr_file = suite_capture(STDERR_FILENO);

	log_open("fil-chatd", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	/* the disk fills up in the middle of a line */
	open_log();
	fault_set("write=short:30:times=1,write=ENOSPC:after=1:times=1");
	put("lobby", "<pc3> this line is cut\r\n");
	while (fault_hits() < 2)
		sched_yield();
	while (strchr(suite_captured(stderr_file, said, sizeof(said)),
	    '\n') == NULL)
		sched_yield();
	/* and there is room again */
	put("lobby", "<pc3> after\r\n");
	close_log();
	fault_set("");
	suite_captured(stderr_file, said, sizeof(said));
	ck_assert_ptr_nonnull(strstr(said, "write: No space left on device"));
	ck_assert_ptr_nonnull(strstr(said, "written again"));
	expect("lobby\nlobby <pc3> after\n");
}
END_TEST

START_TEST(interrupted_and_short_writes_lose_nothing)
{
	char lines[TEXT_SIZE] = "";

	open_log();
	fault_set("write=short:7,write=EINTR:every=3");
	for (int n = 0; n < 20; n++) {
		put("lobby", "<pc3> encore\r\n");
		strcat(lines, "lobby <pc3> encore\n");
	}
	close_log();
	ck_assert_uint_gt(fault_hits(), 0);
	fault_set("");
	expect(lines);
}
END_TEST

/* As many long lines as one write does not take. */
START_TEST(what_is_more_than_a_write_is_written_in_several)
{
	char lines[5 * 1026 + 1], *at = lines;
	struct stat st;

	for (int n = 0; n < 5; n++, at += 1026) {
		memset(at, 'x', 1024);
		strcpy(at + 1024, "\r\n");
	}
	open_log();
	for (int n = 0; n < 60; n++)
		put("lobby", lines);
	close_log();
	ck_assert_int_eq(fstat(file, &st), 0);
	ck_assert_int_eq(st.st_size, 60 * 5 *
	    (CLOCK_UTC_SIZE - 1 + (off_t)strlen(" lobby ") + 1024 + 1));
}
END_TEST

START_TEST(a_file_that_was_moved_away_is_left)
{
	char moved[80];

	snprintf(moved, sizeof(moved), "%s.1", path);
	open_log();
	put("lobby", "<pc3> before\r\n");
	wait_for_size(20);
	ck_assert_int_eq(rename(path, moved), 0);
	chat_log_reopen(&chat_log);
	while (access(path, F_OK) == -1)
		sched_yield();
	put("lobby", "<pc3> after\r\n");
	close_log();
	expect("lobby <pc3> before\n");
	close(file);
	ck_assert_int_ne(file = open(path, O_RDONLY), -1);
	expect("lobby <pc3> after\n");
	unlink(moved);
}
END_TEST

/* Until the end of the stream; arg: the descriptor. */
static void *
read_main(void *arg)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(*(int *)arg, piped + len,
	    sizeof(piped) - 1 - len)) > 0)
		len += (size_t)n;
	piped[len] = '\0';
	return (NULL);
}

/* A pipe whose reader is paused until all is said, and much of it lost. */
START_TEST(what_is_lost_is_told_where_it_would_stand)
{
	char line[200];
	int reader, said = 0;
	unsigned long lost;
	pthread_t thread;

	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_ne(reader = open(path, O_RDONLY | O_NONBLOCK), -1);
	open_log();
	for (int n = 0; n < MANY; n++) {
		snprintf(line, sizeof(line), "<pc3> %d %0150d\r\n", n, 0);
		put("lobby", line);
	}
	fcntl(reader, F_SETFL, 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, read_main, &reader), 0);
	close_log();
	pthread_join(thread, NULL);
	close(reader);
	for (char *at = piped; *at != '\0'; at = strchr(at, '\n') + 1)
		if (sscanf(at, "*** %lu lines are lost here", &lost) == 1)
			said += (int)lost;
		else {
			ck_assert_int_eq(atoi(strchr(at, '>') + 1), said);
			said++;
		}
	ck_assert_ptr_nonnull(strstr(piped, "lost here"));
	ck_assert_int_eq(said, MANY);
}
END_TEST

START_TEST(a_call_that_fails_is_named_and_leaves_nothing_open)
{
	static const struct {
		const char	*call, *rules, *primitive;
	} rows[] = {
		{ "open", "open=EACCES", "open" },
		{ "calloc", "calloc=ENOMEM", "malloc" },
		{ "malloc", "malloc=ENOMEM", "malloc" },
		{ "pthread_mutex_init", "pthread_mutex_init=EAGAIN",
		    "pthread_mutex_init" },
		{ "pthread_cond_init", "pthread_cond_init=EAGAIN",
		    "pthread_cond_init" },
		{ "pthread_cond_init", "pthread_cond_init=EAGAIN:after=1",
		    "pthread_cond_init" },
		{ "pthread_create", "pthread_create=EAGAIN",
		    "pthread_create" },
	};
	struct cause cause = { .kind = CAUSE_NONE };
	int before = suite_open_fds(), result;

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		if (!fault_knows(rows[i].call))
			continue;
		fault_set(rows[i].rules);
		result = chat_log_open(&chat_log, path, &cause);
		fault_set("");
		ck_assert_msg(result == -1, "%s", rows[i].rules);
		ck_assert_str_eq(cause.primitive, rows[i].primitive);
		ck_assert_int_eq(suite_open_fds(), before);
		close_log();		/* nothing to do */
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chat_log");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, each_line_has_its_time_and_its_room);
	tcase_add_test(core, without_a_path_nothing_happens);
	tcase_add_test(core, a_file_that_was_moved_away_is_left);
	tcase_add_checked_fixture(limits, setup, teardown);
	tcase_add_test(limits, a_line_that_was_cut_is_ended_before_the_next);
	tcase_add_test(limits, interrupted_and_short_writes_lose_nothing);
	tcase_add_test(limits,
	    what_is_more_than_a_write_is_written_in_several);
	tcase_add_test(limits, what_is_lost_is_told_where_it_would_stand);
	tcase_add_test(limits,
	    a_call_that_fails_is_named_and_leaves_nothing_open);
	return (suite_run(suite));
}
