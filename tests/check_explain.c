/* check_explain.c - the explaining library, linked into the program.
 * A sanitizer wants to be the first library, so it cannot look at one that is
 * preloaded; here it sees each thread tell of its calls at one time.  A breach
 * shows as a line within a line, or as an answer that a student's program has
 * never got.
 * See also: explain/call.h, tests/system/explain.py */
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include "explain/output.h"
#include "suite.h"

#define THREADS		6
#define ROUNDS		100
#define TABLES		20
#define LARGE		(4 << 20)	/* more than any buffer holds */

static char path[] = "/tmp/fil-check-explain-XXXXXX";
static int story_fd = -1;

static void settings(void);

/* Before the library's own beginning, which reads them. */
static void __attribute__((constructor(101)))
settings(void)
{
	if ((story_fd = mkstemp(path)) == -1)
		return;
	setenv(ENV_OUTPUT, path, 1);
	setenv(ENV_LEVEL, "full", 1);
	setenv(ENV_BYTES, "8", 1);
	setenv(ENV_LOG, "/dev/null", 1);
}

/* The whole story so far; the caller frees it. */
static char *
story(void)
{
	struct stat st;
	char *text;

	ck_assert_int_eq(fstat(story_fd, &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(pread(story_fd, text, (size_t)st.st_size, 0),
	    st.st_size);
	return (text);
}

static int
count(const char *text, const char *wanted)
{
	int found = 0;

	while ((text = strstr(text, wanted)) != NULL) {
		found++;
		text += strlen(wanted);
	}
	return (found);
}

/* Returns NULL if each call did what it does without the library. */
static void *
talk_main(void *arg)
{
	struct pollfd one = { .events = POLLIN };
	intptr_t wrong = 0;
	char text[8];
	int pair[2];

	(void)arg;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return ((void *)1);
	one.fd = pair[1];
	for (int i = 0; i < ROUNDS; i++) {
		wrong += send(pair[0], "12345", 5, 0) != 5;
		wrong += poll(&one, 1, SUITE_PATIENCE_MS) != 1;
		wrong += recv(pair[1], text, sizeof(text), 0) != 5;
	}
	wrong += close(pair[0]) != 0;
	wrong += recv(pair[1], text, sizeof(text), 0) != 0;
	wrong += close(pair[1]) != 0;
	return ((void *)wrong);
}

static void
talk_begin(pthread_t threads[THREADS])
{
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, talk_main,
		    NULL), 0);
}

static void
talk_ends(pthread_t threads[THREADS])
{
	void *wrong;

	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
}

START_TEST(threads_that_speak_at_once_are_told_line_by_line)
{
	pthread_t threads[THREADS];
	char *text, *line, *rest;

	talk_begin(threads);
	talk_ends(threads);
	text = story();
	ck_assert_int_eq(count(text, ", 5, \"12345\") = 5\n"),
	    THREADS * ROUNDS);
	ck_assert_int_eq(count(text, ", 8, \"12345\") = 5\n"),
	    THREADS * ROUNDS);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		ck_assert((line[2] == ':' && line[5] == ':' &&
		    line[8] == '.') || strncmp(line, "        ", 8) == 0);
	free(text);
}
END_TEST

START_TEST(the_table_is_asked_for_while_all_speak)
{
	pthread_t threads[THREADS];
	char *text;

	talk_begin(threads);
	for (int i = 0; i < TABLES; i++)
		ck_assert_int_eq(raise(SIGUSR1), 0);
	talk_ends(threads);
	text = story();
	ck_assert_int_eq(count(text, "Who waits where"), TABLES);
	free(text);
}
END_TEST

static void *
read_main(void *arg)
{
	static char text[65536];
	size_t sum = 0;
	ssize_t len;

	while ((len = recv(*(int *)arg, text, sizeof(text), 0)) > 0)
		sum += (size_t)len;
	return (len == 0 && sum == LARGE ? NULL : text);
}

/* Whether it waits is tried: what the try has taken is part of the result. */
START_TEST(a_send_that_has_to_wait_sends_all_of_it_once)
{
	char *bytes = calloc(1, LARGE);
	pthread_t thread;
	void *wrong;
	int pair[2];

	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, read_main, &pair[1]),
	    0);
	ck_assert_int_eq(send(pair[0], bytes, LARGE, 0), LARGE);
	close(pair[0]);
	ck_assert_int_eq(pthread_join(thread, &wrong), 0);
	ck_assert_ptr_null(wrong);
	close(pair[1]);
	free(bytes);
}
END_TEST

START_TEST(a_send_whose_time_is_over_tells_what_went)
{
	struct timeval soon = { 0, 50000 };
	char *bytes = calloc(1, LARGE);
	ssize_t sent;
	int pair[2];

	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &soon,
	    sizeof(soon)), 0);
	sent = send(pair[0], bytes, LARGE, 0);
	ck_assert(sent > 0 && sent < LARGE);
	ck_assert_int_eq(send(pair[0], bytes, LARGE, 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
	close(pair[0]);
	close(pair[1]);
	free(bytes);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("explain");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	unlink(path);
	tcase_add_test(core, a_send_that_has_to_wait_sends_all_of_it_once);
	tcase_add_test(core, a_send_whose_time_is_over_tells_what_went);
	tcase_add_test(hostile,
	    threads_that_speak_at_once_are_told_line_by_line);
	tcase_add_test(hostile, the_table_is_asked_for_while_all_speak);
	return (suite_run(suite));
}
