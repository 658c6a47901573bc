/* check_clock.c - deadlines in milliseconds; the time.
 * See also: base/clock.h */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "suite.h"

START_TEST(the_clock_never_goes_back)
{
	int64_t before = clock_now_ms();

	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_now_ms();

		ck_assert_int_ge(now, before);
		before = now;
	}
}
END_TEST

START_TEST(the_clock_counts_milliseconds_of_the_monotonic_clock)
{
	int64_t before = suite_now_ms();
	int64_t now = clock_now_ms();

	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, suite_now_ms());
}
END_TEST

START_TEST(microseconds_are_of_the_same_clock)
{
	int64_t before = clock_now_ms();
	int64_t now_us = clock_now_us();

	ck_assert_int_ge(now_us / 1000, before);
	ck_assert_int_le(now_us / 1000, clock_now_ms());
	ck_assert_int_le(now_us, clock_now_us());
}
END_TEST

START_TEST(a_deadline_is_so_long_from_now)
{
	int64_t before = clock_now_ms();
	int64_t deadline = clock_deadline(5000);

	ck_assert_int_ge(deadline, before + 5000);
	ck_assert_int_le(deadline, clock_now_ms() + 5000);
}
END_TEST

START_TEST(what_is_left_of_a_deadline_is_for_poll)
{
	int left = clock_poll_ms(clock_deadline(60000));

	ck_assert_int_gt(left, 50000);
	ck_assert_int_le(left, 60000);
}
END_TEST

START_TEST(a_deadline_comes)
{
	int64_t deadline = clock_deadline(20);

	/* poll may wake a moment early: it is asked again then. */
	for (int left; (left = clock_poll_ms(deadline)) != 0; ) {
		ck_assert_int_gt(left, 0);
		ck_assert_int_le(left, 20);
		poll(NULL, 0, left);
	}
	ck_assert_int_ge(clock_now_ms(), deadline);
}
END_TEST

START_TEST(the_time_of_day_has_hours_to_milliseconds)
{
	char text[16];
	unsigned hours, minutes, seconds, ms;

	ck_assert_ptr_eq(clock_time_of_day(text, sizeof(text)), text);
	ck_assert_uint_eq(strlen(text), strlen("12:03:04.120"));
	ck_assert_int_eq(sscanf(text, "%2u:%2u:%2u.%3u", &hours, &minutes,
	    &seconds, &ms), 4);
	ck_assert_uint_lt(hours, 24);
	ck_assert_uint_lt(minutes, 60);
	ck_assert_uint_le(seconds, 60);
}
END_TEST

/* The clock's own time, by another way: strftime of gmtime. */
static void
utc_now(char *text, size_t size)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	strftime(text, size, "%Y-%m-%dT%H:%M:%S", gmtime(&now.tv_sec));
	snprintf(text + strlen(text), size - strlen(text), ".%03ldZ",
	    now.tv_nsec / 1000000);
}

START_TEST(the_time_for_the_wire_is_utc_to_the_millisecond)
{
	char before[CLOCK_UTC_SIZE + 8], text[CLOCK_UTC_SIZE],
	    after[CLOCK_UTC_SIZE + 8];

	/* Far from UTC: a local hour would not be between the two. */
	setenv("TZ", "XXX+11:30", 1);
	tzset();
	utc_now(before, sizeof(before));
	ck_assert_ptr_eq(clock_utc(text, sizeof(text)), text);
	utc_now(after, sizeof(after));
	ck_assert_uint_eq(strlen(text), strlen("2026-11-21T18:00:00.123Z"));
	ck_assert_str_le(before, text);
	ck_assert_str_le(text, after);
}
END_TEST

START_TEST(a_time_out_of_nothing_is_no_limit)
{
	ck_assert_int_eq(clock_deadline(0), CLOCK_NEVER);
	ck_assert_int_eq(clock_deadline(-1), CLOCK_NEVER);
	ck_assert_int_eq(clock_deadline(INT64_MIN), CLOCK_NEVER);
}
END_TEST

START_TEST(a_time_out_beyond_all_time_is_no_limit)
{
	ck_assert_int_eq(clock_deadline(INT64_MAX), CLOCK_NEVER);
	ck_assert_int_eq(clock_deadline(INT64_MAX - 1), CLOCK_NEVER);
}
END_TEST

START_TEST(never_is_forever_for_poll)
{
	ck_assert_int_eq(clock_poll_ms(CLOCK_NEVER), -1);
}
END_TEST

START_TEST(a_past_deadline_leaves_nothing)
{
	ck_assert_int_eq(clock_poll_ms(clock_now_ms()), 0);
	ck_assert_int_eq(clock_poll_ms(clock_now_ms() - 1), 0);
	ck_assert_int_eq(clock_poll_ms(1), 0);
	ck_assert_int_eq(clock_poll_ms(0), 0);
	ck_assert_int_eq(clock_poll_ms(-1), 0);
}
END_TEST

START_TEST(a_far_deadline_is_cut_to_what_poll_takes)
{
	int64_t month_ms = INT64_C(31) * 24 * 3600 * 1000;

	ck_assert_int_eq(clock_poll_ms(clock_deadline(month_ms)), INT_MAX);
	ck_assert_int_eq(clock_poll_ms(CLOCK_NEVER - 1), INT_MAX);
	ck_assert_int_gt(clock_poll_ms(clock_deadline(INT_MAX)), 0);
}
END_TEST

START_TEST(a_small_buffer_gets_what_fits)
{
	char text[8] = "xxxxxxx";

	clock_time_of_day(text, 3);
	ck_assert_uint_eq(strlen(text), 2);
	ck_assert_int_eq(text[3], 'x');
	clock_utc(text, 5);
	ck_assert_uint_eq(strlen(text), 4);
	ck_assert_int_eq(text[5], 'x');
}
END_TEST

START_TEST(milliseconds_become_a_timespec)
{
	struct timespec time = clock_timespec(12345);

	ck_assert_int_eq(time.tv_sec, 12);
	ck_assert_int_eq(time.tv_nsec, 345000000);
	time = clock_timespec(0);
	ck_assert(time.tv_sec == 0 && time.tv_nsec == 0);
	time = clock_timespec(CLOCK_NEVER);
	ck_assert_int_eq(time.tv_sec, CLOCK_NEVER / 1000);
	ck_assert_int_lt(time.tv_nsec, 1000000000);
}
END_TEST

/* By the date, the deadline would have passed long ago. */
START_TEST(a_condition_is_waited_for_until_a_deadline)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int64_t deadline = clock_deadline(50);
	struct timespec until = clock_timespec(deadline);
	pthread_cond_t condition;
	int error;

	ck_assert_int_eq(clock_cond_init(&condition), 0);
	pthread_mutex_lock(&lock);
	do
		error = pthread_cond_timedwait(&condition, &lock, &until);
	while (error == 0);
	pthread_mutex_unlock(&lock);
	ck_assert_int_eq(error, ETIMEDOUT);
	ck_assert_int_ge(clock_now_ms(), deadline);
	ck_assert_int_eq(pthread_cond_destroy(&condition), 0);
}
END_TEST

static Suite *
clock_suite(void)
{
	Suite *suite = suite_create("clock");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_test(core, the_clock_never_goes_back);
	tcase_add_test(core,
	    the_clock_counts_milliseconds_of_the_monotonic_clock);
	tcase_add_test(core, microseconds_are_of_the_same_clock);
	tcase_add_test(core, a_deadline_is_so_long_from_now);
	tcase_add_test(core, what_is_left_of_a_deadline_is_for_poll);
	tcase_add_test(core, a_deadline_comes);
	tcase_add_test(core, the_time_of_day_has_hours_to_milliseconds);
	tcase_add_test(core, the_time_for_the_wire_is_utc_to_the_millisecond);
	tcase_add_test(core, milliseconds_become_a_timespec);
	tcase_add_test(core, a_condition_is_waited_for_until_a_deadline);
	tcase_add_test(limits, a_time_out_of_nothing_is_no_limit);
	tcase_add_test(limits, a_time_out_beyond_all_time_is_no_limit);
	tcase_add_test(limits, never_is_forever_for_poll);
	tcase_add_test(limits, a_past_deadline_leaves_nothing);
	tcase_add_test(limits, a_far_deadline_is_cut_to_what_poll_takes);
	tcase_add_test(limits, a_small_buffer_gets_what_fits);
	return (suite);
}

int
main(void)
{
	return (suite_run(clock_suite()));
}
