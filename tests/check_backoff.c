/* check_backoff.c - how long to wait before a connection is tried once more.
 * See also: tools/chat/backoff.h */
#include "tools/chat/backoff.h"

#include "suite.h"

START_TEST(each_wait_is_twice_the_last_up_to_half_a_minute)
{
	static const int64_t waits[] = { 1000, 2000, 4000, 8000, 16000, 30000,
	    30000 };

	for (size_t i = 0; i < SUITE_COUNT(waits); i++)
		ck_assert_int_eq(backoff_ms((int)i, 0), waits[i]);
	ck_assert_int_eq(backoff_ms(1000000, 0), BACKOFF_LONGEST_MS);
}
END_TEST

START_TEST(chance_takes_a_quarter_at_most)
{
	int64_t least = BACKOFF_LONGEST_MS;

	for (uint32_t chance = 0; chance < 100000; chance += 7) {
		int64_t wait_ms = backoff_ms(3, chance * 2654435761u);

		ck_assert_int_le(wait_ms, 8000);
		ck_assert_int_gt(wait_ms, 6000);
		least = wait_ms < least ? wait_ms : least;
	}
	ck_assert_int_lt(least, 6100);
}
END_TEST

static Suite *
backoff_suite(void)
{
	Suite *suite = suite_create("backoff");
	TCase *core = suite_case(suite, "core");

	tcase_add_test(core, each_wait_is_twice_the_last_up_to_half_a_minute);
	tcase_add_test(core, chance_takes_a_quarter_at_most);
	return (suite);
}

int
main(void)
{
	return (suite_run(backoff_suite()));
}
