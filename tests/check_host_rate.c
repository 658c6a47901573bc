/* check_host_rate.c - how often each host may do something, and fail to log in.
 * A breach shows as a server that floods whom an attacker names, as a password
 * that can be guessed at full speed, or as a class that is locked out.
 * tests/check_udp_guard.c tries the same table by the second.
 * See also: serve/host_rate.h, serve/login_throttle.h */
#include "serve/host_rate.h"

#include <pthread.h>
#include <stdatomic.h>

#include "serve/login_throttle.h"
#include "suite.h"

#define NOW	1000000		/* some moment of the monotonic clock */
#define MINUTE	60000
#define THREADS	16

static struct host_rate table;
static struct login_throttle throttle;

static void
table_of(int64_t times, int64_t period_ms)
{
	struct rate rate = { times, period_ms };
	struct cause cause;

	ck_assert_int_eq(host_rate_init(&table, &rate, &cause), 0);
}

static void
throttle_of(int64_t times, int64_t period_ms)
{
	struct rate rate = { times, period_ms };
	struct cause cause;

	ck_assert_int_eq(login_throttle_init(&throttle, &rate, &cause), 0);
}

static void
teardown(void)
{
	host_rate_fini(&table);
	login_throttle_fini(&throttle);
}

static struct address
host_of(const char *text)
{
	struct address addr = { .len = sizeof(addr.in) };

	if (inet_pton(AF_INET, text, &addr.in.sin_addr) == 1) {
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons(40000);
		return (addr);
	}
	addr.len = sizeof(addr.in6);
	addr.in6.sin6_family = AF_INET6;
	ck_assert_int_eq(inet_pton(AF_INET6, text, &addr.in6.sin6_addr), 1);
	return (addr);
}

/* How many of n tries of a host at one moment the table takes. */
static int
taken(const char *host, int n, int64_t now_ms)
{
	struct address addr = host_of(host);
	int count = 0;

	for (int i = 0; i < n; i++)
		count += host_rate_take(&table, &addr, now_ms);
	return (count);
}

static int
allowed(const char *host, int64_t now_ms)
{
	struct address addr = host_of(host);

	return (login_throttle_allows(&throttle, &addr, now_ms));
}

static void
fail_login(const char *host, int n, int64_t now_ms)
{
	struct address addr = host_of(host);

	while (n-- > 0)
		login_throttle_failed(&throttle, &addr, now_ms);
}

START_TEST(so_many_in_a_period_whatever_the_period)
{
	static const struct rate rates[] = { { 1000, 1000 }, { 10, MINUTE },
	    { 1, 3600000 }, { 7, 13 } };

	for (size_t i = 0; i < SUITE_COUNT(rates); i++) {
		int times = (int)rates[i].times;

		table_of(rates[i].times, rates[i].period_ms);
		ck_assert_int_eq(taken("192.0.2.1", 2000, NOW), times);
		ck_assert_int_eq(taken("192.0.2.1", 2000,
		    NOW + rates[i].period_ms), times);
		host_rate_fini(&table);
	}
}
END_TEST

START_TEST(each_part_of_a_period_brings_its_part)
{
	table_of(10, MINUTE);
	ck_assert_int_eq(taken("192.0.2.1", 20, NOW), 10);
	ck_assert_int_eq(taken("192.0.2.1", 20, NOW + 5999), 0);
	ck_assert_int_eq(taken("192.0.2.1", 20, NOW + 6000), 1);
	ck_assert_int_eq(taken("192.0.2.1", 20, NOW + 36000), 5);
}
END_TEST

START_TEST(a_rate_that_is_no_whole_number_a_millisecond_is_kept)
{
	int count = 0;

	table_of(7, MINUTE);
	ck_assert_int_eq(taken("192.0.2.1", 20, NOW), 7);
	for (int s = 1; s <= 600; s++)
		count += taken("192.0.2.1", 1, NOW + s * 1000);
	ck_assert_int_eq(count, 70);
}
END_TEST

START_TEST(a_question_counts_nothing)
{
	struct address addr = host_of("192.0.2.1");

	table_of(1, MINUTE);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(host_rate_allows(&table, &addr, NOW), 1);
	ck_assert_int_eq(taken("192.0.2.1", 2, NOW), 1);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(host_rate_allows(&table, &addr, NOW), 0);
	ck_assert_int_eq(host_rate_allows(&table, &addr, NOW + MINUTE), 1);
	ck_assert_int_eq(taken("192.0.2.1", 2, NOW + MINUTE), 1);
}
END_TEST

START_TEST(a_question_evicts_nobody)
{
	struct address addr = host_of("20.0.0.0");

	table_of(1, MINUTE);
	ck_assert_int_eq(taken("192.0.2.1", 1, NOW), 1);
	for (uint32_t i = 0; i < 100000; i++) {
		addr.in.sin_addr.s_addr = htonl(0x14000000 + i);
		host_rate_allows(&table, &addr, NOW + 1);
	}
	ck_assert_int_eq(taken("192.0.2.1", 1, NOW + 1), 0);
}
END_TEST

START_TEST(rate_0_is_no_limit)
{
	struct address addr = host_of("192.0.2.1");

	table_of(0, 1000);
	ck_assert_int_eq(taken("192.0.2.1", 5000, NOW), 5000);
	host_rate_charge(&table, &addr, NOW);
	ck_assert_int_eq(host_rate_allows(&table, &addr, NOW), 1);
}
END_TEST

START_TEST(what_was_charged_beyond_the_rate_is_waited_for)
{
	struct address addr = host_of("192.0.2.1");

	table_of(10, MINUTE);
	for (int i = 0; i < 20; i++)
		host_rate_charge(&table, &addr, NOW);
	/* 10 were free, 10 are a debt of a minute; then 6 s for one more. */
	ck_assert_int_eq(host_rate_allows(&table, &addr, NOW + MINUTE), 0);
	ck_assert_int_eq(host_rate_allows(&table, &addr, NOW + MINUTE + 5999),
	    0);
	ck_assert_int_eq(host_rate_allows(&table, &addr, NOW + MINUTE + 6000),
	    1);
}
END_TEST

START_TEST(a_debt_has_a_bottom)
{
	struct address addr = host_of("192.0.2.1");
	int64_t back = NOW + RATE_DEBT * MINUTE + 6000;

	table_of(10, MINUTE);
	for (int i = 0; i < 100000; i++)
		host_rate_charge(&table, &addr, NOW);
	ck_assert_int_eq(host_rate_allows(&table, &addr, back - 1), 0);
	ck_assert_int_eq(taken("192.0.2.1", 5, back), 1);
}
END_TEST

START_TEST(the_largest_rate_does_not_overflow)
{
	struct address addr = host_of("192.0.2.1");

	/* times * period_ms is 2^58 */
	table_of((int64_t)1 << 29, (int64_t)1 << 29);
	for (int i = 0; i < 3; i++)
		host_rate_charge(&table, &addr, NOW);
	ck_assert_int_eq(taken("192.0.2.1", 1000, INT64_MAX / 2), 1000);
	host_rate_fini(&table);
	table_of(1, (int64_t)1 << 58);
	ck_assert_int_eq(taken("192.0.2.1", 2, NOW), 1);
	for (int i = 0; i < 100; i++)
		host_rate_charge(&table, &addr, NOW);
	ck_assert_int_eq(taken("192.0.2.1", 2, NOW + 1), 0);
}
END_TEST

START_TEST(ten_failures_and_then_one_in_six_seconds)
{
	struct cause cause;

	ck_assert_int_eq(login_throttle_init(&throttle,
	    &LOGIN_THROTTLE_RATE, &cause), 0);
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(allowed("192.0.2.1", NOW), 1);
		fail_login("192.0.2.1", 1, NOW);
	}
	ck_assert_int_eq(allowed("192.0.2.1", NOW), 0);
	ck_assert_int_eq(allowed("192.0.2.1", NOW + 5999), 0);
	ck_assert_int_eq(allowed("192.0.2.1", NOW + 6000), 1);
	fail_login("192.0.2.1", 1, NOW + 6000);
	ck_assert_int_eq(allowed("192.0.2.1", NOW + 6000), 0);
}
END_TEST

START_TEST(who_does_not_fail_is_never_throttled)
{
	throttle_of(1, MINUTE);
	for (int i = 0; i < 10000; i++)
		ck_assert_int_eq(allowed("192.0.2.1", NOW), 1);
}
END_TEST

START_TEST(failures_of_one_host_hinder_no_other)
{
	throttle_of(3, MINUTE);
	fail_login("192.0.2.1", 100, NOW);
	ck_assert_int_eq(allowed("192.0.2.1", NOW), 0);
	ck_assert_int_eq(allowed("192.0.2.2", NOW), 1);
	ck_assert_int_eq(allowed("2001:db8::1", NOW), 1);
	fail_login("2001:db8::1", 3, NOW);
	/* The whole /64 is one host's. */
	ck_assert_int_eq(allowed("2001:db8::2", NOW), 0);
	ck_assert_int_eq(allowed("2001:db8:0:1::1", NOW), 1);
}
END_TEST

START_TEST(this_machine_is_throttled_too)
{
	throttle_of(3, MINUTE);
	fail_login("127.0.0.1", 3, NOW);
	fail_login("::1", 3, NOW);
	ck_assert_int_eq(allowed("127.0.0.1", NOW), 0);
	ck_assert_int_eq(allowed("::1", NOW), 0);
}
END_TEST

/* Two hundred connections that all ask before any has failed. */
START_TEST(tries_under_way_together_are_paid_for_afterwards)
{
	int64_t now = NOW;
	int tries = 0;

	throttle_of(10, MINUTE);
	for (; now < NOW + 3600000; now += 1000) {
		if (!allowed("192.0.2.1", now))
			continue;
		fail_login("192.0.2.1", 200, now);
		tries += 200;
	}
	/* An hour allows 600; a bottomless purse would make it 10,000. */
	ck_assert_int_le(tries, 1200);
}
END_TEST

START_TEST(a_zeroed_table_and_throttle_are_freed)
{
	struct host_rate zero_table;
	struct login_throttle zero_throttle;

	memset(&zero_table, 0, sizeof(zero_table));
	memset(&zero_throttle, 0, sizeof(zero_throttle));
	host_rate_fini(&zero_table);
	login_throttle_fini(&zero_throttle);
	throttle_of(1, 1000);
	login_throttle_fini(&throttle);
	login_throttle_fini(&throttle);
}
END_TEST

START_TEST(a_flood_of_hosts_leaves_the_throttle_at_work)
{
	struct address addr = host_of("20.0.0.0");

	throttle_of(3, MINUTE);
	for (uint32_t i = 0; i < 200000; i++) {
		addr.in.sin_addr.s_addr = htonl(0x14000000 + i);
		login_throttle_failed(&throttle, &addr, NOW);
	}
	fail_login("192.0.2.1", 3, NOW + 1);
	ck_assert_int_eq(allowed("192.0.2.1", NOW + 1), 0);
}
END_TEST

/* Each thread fails so often as it is allowed. */
static void *
failing_main(void *arg)
{
	atomic_int *failures = arg;
	struct address addr = host_of("192.0.2.1");

	for (int i = 0; i < 1000; i++)
		if (login_throttle_allows(&throttle, &addr, NOW)) {
			login_throttle_failed(&throttle, &addr, NOW);
			atomic_fetch_add(failures, 1);
		}
	return (NULL);
}

START_TEST(many_threads_fail_no_more_than_one)
{
	pthread_t threads[THREADS];
	atomic_int failures = 0;

	throttle_of(100, MINUTE);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    failing_main, &failures), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	/* The last ones may have been allowed together. */
	ck_assert_int_ge(failures, 100);
	ck_assert_int_lt(failures, 100 + THREADS);
}
END_TEST

static void
add_throttle(Suite *suite)
{
	TCase *tcase = suite_case(suite, "throttle");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, ten_failures_and_then_one_in_six_seconds);
	tcase_add_test(tcase, who_does_not_fail_is_never_throttled);
	tcase_add_test(tcase, failures_of_one_host_hinder_no_other);
	tcase_add_test(tcase, this_machine_is_throttled_too);
	tcase_add_test(tcase,
	    tries_under_way_together_are_paid_for_afterwards);
	tcase_add_test(tcase, a_flood_of_hosts_leaves_the_throttle_at_work);
	tcase_add_test(tcase, many_threads_fail_no_more_than_one);
}

int
main(void)
{
	Suite *suite = suite_create("host_rate");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, NULL, teardown);
	tcase_add_test(core, so_many_in_a_period_whatever_the_period);
	tcase_add_test(core, each_part_of_a_period_brings_its_part);
	tcase_add_test(core,
	    a_rate_that_is_no_whole_number_a_millisecond_is_kept);
	tcase_add_test(core, a_question_counts_nothing);
	tcase_add_test(core, a_question_evicts_nobody);
	tcase_add_checked_fixture(limits, NULL, teardown);
	tcase_add_test(limits, rate_0_is_no_limit);
	tcase_add_test(limits,
	    what_was_charged_beyond_the_rate_is_waited_for);
	tcase_add_test(limits, a_debt_has_a_bottom);
	tcase_add_test(limits, the_largest_rate_does_not_overflow);
	tcase_add_test(limits, a_zeroed_table_and_throttle_are_freed);
	add_throttle(suite);
	return (suite_run(suite));
}
