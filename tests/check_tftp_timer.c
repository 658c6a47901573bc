/* check_tftp_timer.c - the wait follows the path, and never runs wild.
 * See also: tools/tftp/timer.h */
#include "tools/tftp/timer.h"

#include "suite.h"

START_TEST(before_anything_is_measured_it_waits_a_second)
{
	struct timer timer;

	timer_init(&timer, 0);
	ck_assert_int_eq(timer_wait_us(&timer), 1000000);
}
END_TEST

START_TEST(it_learns_the_round_trip)
{
	struct timer timer;

	timer_init(&timer, 0);
	for (int i = 0; i < 100; i++)
		timer_measure(&timer, 50000);
	ck_assert_int_eq(timer_wait_us(&timer), 50000 + 20000);
	for (int i = 0; i < 100; i++)
		timer_measure(&timer, i % 2 == 0 ? 20000 : 80000);
	/* An unsteady path is waited for longer than a steady one. */
	ck_assert_int_ge(timer_wait_us(&timer), 120000);
	ck_assert_int_le(timer_wait_us(&timer), 250000);
}
END_TEST

START_TEST(a_fast_path_is_waited_for_twenty_milliseconds)
{
	struct timer timer;

	timer_init(&timer, 0);
	for (int i = 0; i < 100; i++)
		timer_measure(&timer, i % 3);
	ck_assert_int_ge(timer_wait_us(&timer), 20000);
	ck_assert_int_le(timer_wait_us(&timer), 20100);
}
END_TEST

START_TEST(each_try_waits_longer_and_the_sixth_is_the_last)
{
	struct timer timer;
	int64_t before = 0;
	int tries = 1;

	timer_init(&timer, 0);
	timer_measure(&timer, 100);
	do {
		ck_assert_int_ge(timer_wait_us(&timer), 2 * before);
		before = timer_wait_us(&timer);
		tries++;
	} while (timer_expired(&timer) == 0);
	ck_assert_int_eq(tries - 1, 6);
	ck_assert_int_eq(before, 4000000);
	timer_progress(&timer);
	ck_assert_int_eq(timer_wait_us(&timer), 20100);
}
END_TEST

START_TEST(no_wait_is_longer_than_eight_seconds)
{
	struct timer timer;

	timer_init(&timer, 0);
	timer_measure(&timer, 3000000);
	while (timer_expired(&timer) == 0)
		ck_assert_int_le(timer_wait_us(&timer), 8000000);
	timer_measure(&timer, INT64_C(3600000000));
	ck_assert_int_eq(timer_wait_us(&timer), 8000000);
}
END_TEST

START_TEST(a_negotiated_time_out_replaces_what_is_measured)
{
	struct timer timer;

	timer_init(&timer, 3);
	timer_measure(&timer, 100);
	ck_assert_int_eq(timer_wait_us(&timer), 3000000);
	timer_expired(&timer);
	ck_assert_int_eq(timer_wait_us(&timer), 3000000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_timer");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_test(core, before_anything_is_measured_it_waits_a_second);
	tcase_add_test(core, it_learns_the_round_trip);
	tcase_add_test(core,
	    each_try_waits_longer_and_the_sixth_is_the_last);
	tcase_add_test(core,
	    a_negotiated_time_out_replaces_what_is_measured);
	tcase_add_test(limits,
	    a_fast_path_is_waited_for_twenty_milliseconds);
	tcase_add_test(limits, no_wait_is_longer_than_eight_seconds);
	return (suite_run(suite));
}
