/* check_notices.c - thousands who come together are announced together.
 * Each of them would otherwise cost a send to everybody: the last of ten
 * thousand would wait for minutes.  And none may be lost, told twice, or told
 * before what it announced earlier.
 * See also: tools/chat/notices.h */
#include "tools/chat/notices.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "fault/fault.h"
#include "suite.h"

#define TEXT_SIZE	65536
#define THREADS		8
#define ROUNDS		500		/* of each thread */
#define LONG_LINE	NOTICES_LINE_MAX

static struct notices notices;

/* What was told, and how often; one at a time tells, which is tested. */
static struct {
	char		 text[TEXT_SIZE * 2];
	size_t		 len;
	int		 times;
	atomic_int	 telling;
} told;

/* While this lock is held, who tells waits in tell. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

struct speaker {
	pthread_t	 thread;
	int		 number;
	char		 line[LONG_LINE + 1];
};

static struct speaker speakers[THREADS];

static void
setup(void)
{
	struct cause cause;

	ck_assert_int_eq(notices_init(&notices, &cause), 0);
}

static void
teardown(void)
{
	fault_set("");
	notices_fini(&notices);
}

static void
tell(void *context, struct shared_line *lines)
{
	ck_assert_ptr_eq(context, &told);
	ck_assert_int_eq(atomic_fetch_add(&told.telling, 1), 0);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	if (told.len + lines->len <= sizeof(told.text))
		memcpy(told.text + told.len, lines->bytes, lines->len);
	told.len += lines->len;
	told.times++;
	shared_line_free(lines);
	atomic_fetch_sub(&told.telling, 1);
}

static void *
speak_main(void *arg)
{
	struct speaker *speaker = arg;

	notices_tell(&notices, speaker->line, strlen(speaker->line), tell,
	    &told);
	return (NULL);
}

static void
speak(int n, const char *line)
{
	speakers[n].number = n;
	strcpy(speakers[n].line, line);
	ck_assert_int_eq(pthread_create(&speakers[n].thread, NULL, speak_main,
	    &speakers[n]), 0);
}

/* Until so many pages were begun, and so much stands on the last one. */
static void
wait_for_page(uint64_t begun, size_t len)
{
	for (int there = 0; !there; ) {
		pthread_mutex_lock(&notices.lock);
		there = notices.begun == begun &&
		    (notices.page != NULL ? notices.page->len : 0) == len;
		pthread_mutex_unlock(&notices.lock);
		sched_yield();
	}
}

START_TEST(one_alone_is_told_as_it_is)
{
	notices_tell(&notices, "un\r\n", 4, tell, &told);
	notices_tell(&notices, "deux\r\n", 6, tell, &told);
	ck_assert_int_eq(told.times, 2);
	ck_assert_str_eq(told.text, "un\r\ndeux\r\n");
}
END_TEST

START_TEST(what_comes_while_one_is_told_is_told_together)
{
	pthread_mutex_lock(&gate);
	speak(0, "first\r\n");
	wait_for_page(1, 0);
	for (int n = 1; n < THREADS; n++) {
		speak(n, "next\r\n");
		wait_for_page(2, (size_t)n * 6);
	}
	pthread_mutex_unlock(&gate);
	for (int n = 0; n < THREADS; n++)
		pthread_join(speakers[n].thread, NULL);
	ck_assert_int_eq(told.times, 2);
	ck_assert_uint_eq(told.len, 7 + (THREADS - 1) * 6);
	ck_assert_int_eq(strncmp(told.text, "first\r\nnext\r\n", 13), 0);
}
END_TEST

START_TEST(what_does_not_fit_a_page_comes_on_the_next)
{
	char line[LONG_LINE + 1];

	memset(line, 'x', sizeof(line) - 1);
	strcpy(line + sizeof(line) - 3, "\r\n");
	pthread_mutex_lock(&gate);
	speak(0, "first\r\n");
	wait_for_page(1, 0);
	for (int n = 1; n <= 4; n++) {
		speak(n, line);
		wait_for_page(2, (size_t)n * LONG_LINE);
	}
	speak(5, "last\r\n");
	pthread_mutex_unlock(&gate);
	for (int n = 0; n <= 5; n++)
		pthread_join(speakers[n].thread, NULL);
	ck_assert_int_ge(told.times, 2);
	ck_assert_uint_eq(told.len, 7 + 4 * LONG_LINE + 6);
}
END_TEST

static void *
many_main(void *arg)
{
	const struct speaker *speaker = arg;
	char line[32];

	for (int n = 0; n < ROUNDS; n++) {
		snprintf(line, sizeof(line), "%d %d\r\n", speaker->number, n);
		notices_tell(&notices, line, strlen(line), tell, &told);
	}
	return (NULL);
}

START_TEST(each_is_told_once_and_each_ones_in_their_order)
{
	int next[THREADS] = { 0 }, number, n, len;

	for (int i = 0; i < THREADS; i++) {
		speakers[i].number = i;
		ck_assert_int_eq(pthread_create(&speakers[i].thread, NULL,
		    many_main, &speakers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(speakers[i].thread, NULL);
	ck_assert_uint_le(told.len, sizeof(told.text) - 1);
	for (const char *at = told.text; *at != '\0'; at += len) {
		ck_assert_int_eq(sscanf(at, "%d %d\r\n%n", &number, &n, &len),
		    2);
		ck_assert_int_eq(n, next[number]++);
	}
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(next[i], ROUNDS);
}
END_TEST

/* Who leaves must not wait for memory that never comes. */
START_TEST(without_memory_nobody_waits)
{
	if (!fault_knows("malloc"))
		return;
	fault_set("malloc=ENOMEM:times=1");
	notices_tell(&notices, "lost\r\n", 6, tell, &told);
	fault_set("malloc=ENOMEM:after=1:times=1");
	notices_tell(&notices, "kept\r\n", 6, tell, &told);
	fault_set("");
	notices_tell(&notices, "next\r\n", 6, tell, &told);
	ck_assert_str_eq(told.text, "kept\r\nnext\r\n");
}
END_TEST

START_TEST(what_cannot_be_made_is_named)
{
	static const char *const calls[] = { "pthread_mutex_init",
	    "pthread_cond_init" };
	struct cause cause = { .kind = CAUSE_NONE };
	struct notices other;
	char rule[64];
	int result;

	if (!fault_knows(calls[_i]))
		return;
	snprintf(rule, sizeof(rule), "%s=EAGAIN", calls[_i]);
	fault_set(rule);
	result = notices_init(&other, &cause);
	fault_set("");
	ck_assert_int_eq(result, -1);
	ck_assert_str_eq(cause.primitive, calls[_i]);
	ck_assert_int_eq(cause.error, EAGAIN);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("notices");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, one_alone_is_told_as_it_is);
	tcase_add_test(core, what_comes_while_one_is_told_is_told_together);
	tcase_add_test(core, each_is_told_once_and_each_ones_in_their_order);
	tcase_add_checked_fixture(limits, setup, teardown);
	tcase_add_test(limits, what_does_not_fit_a_page_comes_on_the_next);
	tcase_add_test(limits, without_memory_nobody_waits);
	tcase_add_loop_test(limits, what_cannot_be_made_is_named, 0, 2);
	return (suite_run(suite));
}
