/* check_workers.c - threads that are used again.
 * See also: serve/workers.h */
#include "serve/workers.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "suite.h"

static struct workers workers;
static atomic_int done, inside, most_inside;
static pthread_t last_thread;
static atomic_int gate;

static void
open_workers(void)
{
	struct cause cause;

	ck_assert_int_eq(workers_init(&workers, &cause), 0);
}

static void
wait_for_done(int count)
{
	int64_t end = suite_now_ms() + SUITE_PATIENCE_MS;

	while (atomic_load(&done) < count && suite_now_ms() < end)
		poll(NULL, 0, 1);
	ck_assert_int_eq(atomic_load(&done), count);
}

/* Until so many wait. */
static void
wait_for_idle(int count)
{
	int64_t end = suite_now_ms() + 2 * SUITE_PATIENCE_MS;
	int idle;

	do {
		pthread_mutex_lock(&workers.lock);
		idle = workers.idle_len;
		pthread_mutex_unlock(&workers.lock);
		poll(NULL, 0, 1);
	} while (idle != count && suite_now_ms() < end);
	ck_assert_int_eq(idle, count);
}

static void
note_thread(void *arg)
{
	last_thread = pthread_self();
	*(int *)arg += 1;
	atomic_fetch_add(&done, 1);
}

START_TEST(work_is_done_by_another_thread_and_then_again_by_it)
{
	pthread_t first;
	int count = 0;

	open_workers();
	ck_assert_int_eq(workers_run(&workers, note_thread, &count), 0);
	wait_for_done(1);
	wait_for_idle(1);
	first = last_thread;
	ck_assert(!pthread_equal(first, pthread_self()));
	for (int i = 2; i < 100; i++) {
		ck_assert_int_eq(workers_run(&workers, note_thread, &count),
		    0);
		wait_for_done(i);
		wait_for_idle(1);
		ck_assert(pthread_equal(first, last_thread));
	}
	workers_fini(&workers);
	ck_assert_int_eq(count, 99);
}
END_TEST

static void
wait_at_gate(void *arg)
{
	int now = atomic_fetch_add(&inside, 1) + 1;

	(void)arg;
	if (now > atomic_load(&most_inside))
		atomic_store(&most_inside, now);
	while (!atomic_load(&gate))
		poll(NULL, 0, 1);
	atomic_fetch_sub(&inside, 1);
	atomic_fetch_add(&done, 1);
}

START_TEST(works_at_once_have_a_thread_each)
{
	const int many = WORKERS_IDLE_MAX + 30;
	int64_t end = suite_now_ms() + SUITE_PATIENCE_MS;

	open_workers();
	for (int i = 0; i < many; i++)
		ck_assert_int_eq(workers_run(&workers, wait_at_gate, NULL), 0);
	while (atomic_load(&inside) < many && suite_now_ms() < end)
		poll(NULL, 0, 1);
	ck_assert_int_eq(atomic_load(&inside), many);
	atomic_store(&gate, 1);
	wait_for_done(many);
	/* Some wait for more, not all. */
	end = suite_now_ms() + SUITE_PATIENCE_MS;
	while (suite_now_ms() < end) {
		pthread_mutex_lock(&workers.lock);
		if (workers.len <= WORKERS_IDLE_MAX)
			end = 0;
		pthread_mutex_unlock(&workers.lock);
	}
	ck_assert_int_eq(end, 0);
	workers_fini(&workers);
	ck_assert_int_eq(workers.len, 0);
}
END_TEST

START_TEST(a_thread_without_work_ends_after_a_while)
{
	int count = 0;

	open_workers();
	ck_assert_int_eq(workers_run(&workers, note_thread, &count), 0);
	wait_for_done(1);
	wait_for_idle(1);
	wait_for_idle(0);
	ck_assert_int_eq(workers.len, 0);
	/* And the next one is new. */
	ck_assert_int_eq(workers_run(&workers, note_thread, &count), 0);
	wait_for_done(2);
	workers_fini(&workers);
}
END_TEST

START_TEST(they_end_when_asked_to)
{
	int64_t begin;
	int count = 0;

	open_workers();
	ck_assert_int_eq(workers_run(&workers, note_thread, &count), 0);
	wait_for_idle(1);
	begin = suite_now_ms();
	workers_fini(&workers);
	ck_assert_int_lt(suite_now_ms() - begin, 1000);
	workers_fini(&workers);
}
END_TEST

static void
run_more(void *arg)
{
	int *left = arg;

	if (--*left > 0)
		ck_assert_int_eq(workers_run(&workers, run_more, left), 0);
	else
		atomic_fetch_add(&done, 1);
}

START_TEST(a_work_may_ask_for_more)
{
	int left = 1000;

	open_workers();
	ck_assert_int_eq(workers_run(&workers, run_more, &left), 0);
	wait_for_done(1);
	workers_fini(&workers);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("workers");
	TCase *core = suite_case(suite, "core");

	tcase_set_timeout(core, 20);
	tcase_add_test(core,
	    work_is_done_by_another_thread_and_then_again_by_it);
	tcase_add_test(core, works_at_once_have_a_thread_each);
	tcase_add_test(core, a_thread_without_work_ends_after_a_while);
	tcase_add_test(core, they_end_when_asked_to);
	tcase_add_test(core, a_work_may_ask_for_more);
	return (suite_run(suite));
}
