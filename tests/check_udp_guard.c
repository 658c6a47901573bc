/* check_udp_guard.c - which datagrams a UDP server may answer.
 * A breach shows as two servers that answer each other for ever
 * (CVE-2024-2169), or as a server that floods whom an attacker names.
 * Ref: RFC 8085 5.   See also: serve/udp_guard.h */
#include "serve/udp_guard.h"

#include <sys/resource.h>

#include "suite.h"

#define NOW	1000000		/* some moment of the monotonic clock */

static struct udp_guard guard;

static void
guard_of(int64_t rate)
{
	struct cause cause;

	ck_assert_int_eq(udp_guard_init(&guard, rate, &cause), 0);
}

static void
teardown(void)
{
	udp_guard_fini(&guard);
}

static struct address
source_of(const char *host, int port)
{
	struct address addr = { .len = 0 };

	if (strchr(host, ':') != NULL) {
		addr.len = sizeof(addr.in6);
		addr.in6.sin6_family = AF_INET6;
		addr.in6.sin6_port = htons((uint16_t)port);
		ck_assert_int_eq(inet_pton(AF_INET6, host,
		    &addr.in6.sin6_addr), 1);
	} else {
		addr.len = sizeof(addr.in);
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons((uint16_t)port);
		ck_assert_int_eq(inet_pton(AF_INET, host,
		    &addr.in.sin_addr), 1);
	}
	return (addr);
}

static enum udp_verdict
judge(const char *host, int port, int64_t now_ms)
{
	struct address from = source_of(host, port);

	return (udp_guard_judge(&guard, &from, now_ms));
}

/* How many of n datagrams of a host at one moment are answered. */
static int
answers(const char *host, int n, int64_t now_ms)
{
	int answered = 0;

	for (int i = 0; i < n; i++)
		answered += judge(host, 40000, now_ms) == UDP_ANSWER;
	return (answered);
}

/* How many of n forged sources, one datagram each, are answered. */
static int
forged_answers(int n, int64_t now_ms)
{
	struct address from = source_of("20.0.0.0", 40000);
	int answered = 0;

	for (int i = 0; i < n; i++) {
		from.in.sin_addr.s_addr = htonl(0x14000000 + (uint32_t)i);
		answered += udp_guard_judge(&guard, &from, now_ms) ==
		    UDP_ANSWER;
	}
	return (answered);
}

START_TEST(a_client_is_answered)
{
	guard_of(1000);
	ck_assert_int_eq(judge("192.0.2.1", 40000, NOW), UDP_ANSWER);
	ck_assert_int_eq(judge("127.0.0.1", 1024, NOW), UDP_ANSWER);
	ck_assert_int_eq(judge("2001:db8::1", 65535, NOW), UDP_ANSWER);
	ck_assert_int_eq(judge("::ffff:192.0.2.1", 40000, NOW), UDP_ANSWER);
}
END_TEST

START_TEST(exactly_rate_are_answered_at_one_moment)
{
	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 10, NOW), 10);
	ck_assert_int_eq(answers("192.0.2.1", 10, NOW), 0);
	ck_assert_int_eq(judge("192.0.2.1", 40000, NOW), UDP_TOO_FAST);
}
END_TEST

START_TEST(time_brings_answers_back_at_the_rate)
{
	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 10);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW + 99), 0);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW + 100), 1);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW + 350), 2);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW + 400), 1);
}
END_TEST

START_TEST(a_long_silence_saves_no_more_than_a_second)
{
	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 10);
	ck_assert_int_eq(answers("192.0.2.1", 40, NOW + 1000), 10);
	ck_assert_int_eq(answers("192.0.2.1", 40, NOW + 86400000), 10);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW + 86400100), 1);
}
END_TEST

START_TEST(another_source_is_not_affected)
{
	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 10);
	ck_assert_int_eq(answers("192.0.2.2", 20, NOW), 10);
	ck_assert_int_eq(answers("2001:db8::1", 20, NOW), 10);
}
END_TEST

START_TEST(a_source_is_an_ipv4_address_or_an_ipv6_64)
{
	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 6, NOW), 6);
	ck_assert_int_eq(answers("::ffff:192.0.2.1", 6, NOW), 4);
	ck_assert_int_eq(judge("192.0.2.1", 50000, NOW), UDP_TOO_FAST);
	ck_assert_int_eq(answers("2001:db8::1", 6, NOW), 6);
	ck_assert_int_eq(answers("2001:db8::2", 6, NOW), 4);
	ck_assert_int_eq(answers("2001:db8:0:1::1", 20, NOW), 10);
}
END_TEST

START_TEST(rate_0_is_no_limit)
{
	guard_of(0);
	ck_assert_int_eq(answers("192.0.2.1", 5000, NOW), 5000);
	ck_assert_int_eq(judge("192.0.2.1", 53, NOW), UDP_BAD_SOURCE);
	ck_assert_int_eq(judge("224.0.0.1", 40000, NOW), UDP_BAD_SOURCE);
}
END_TEST

START_TEST(all_sources_together_have_a_limit)
{
	guard_of(10);
	ck_assert_int_eq(forged_answers(3000, NOW), 10 * UDP_GUARD_ALL);
	/* A tenth of a second later there is a tenth of it again. */
	ck_assert_int_eq(forged_answers(3000, NOW + 100), UDP_GUARD_ALL);
}
END_TEST

START_TEST(who_is_too_fast_takes_nobody_s_share)
{
	guard_of(10);
	for (int i = 0; i < 10 * UDP_GUARD_ALL; i++)
		judge("192.0.2.1", 40000, NOW);
	ck_assert_int_eq(answers("192.0.2.2", 10, NOW), 10);
}
END_TEST

START_TEST(who_must_not_be_answered_takes_nobody_s_share)
{
	guard_of(1);
	for (int i = 0; i < 1000; i++) {
		judge("192.0.2.1", 53, NOW);
		judge("224.0.0.1", 40000, NOW);
	}
	ck_assert_int_eq(judge("192.0.2.1", 40000, NOW), UDP_ANSWER);
}
END_TEST

START_TEST(the_smallest_and_the_largest_rate_hold)
{
	guard_of(1);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW), 1);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW + 999), 0);
	ck_assert_int_eq(answers("192.0.2.1", 5, NOW + 1000), 1);
	udp_guard_fini(&guard);
	guard_of(1000000);	/* of --udp-rate */
	ck_assert_int_eq(answers("192.0.2.1", 3000, NOW), 3000);
}
END_TEST

START_TEST(many_small_steps_fill_as_one_large_step)
{
	int answered;

	guard_of(7);		/* no whole number of milliseconds each */
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 7);
	answered = 0;
	for (int ms = 1; ms <= 10000; ms++)
		answered += answers("192.0.2.1", 1, NOW + ms);
	ck_assert_int_eq(answered, 70);
}
END_TEST

START_TEST(a_zeroed_guard_is_freed)
{
	struct udp_guard zeroed;

	memset(&zeroed, 0, sizeof(zeroed));
	udp_guard_fini(&zeroed);
	guard_of(1);
	udp_guard_fini(&guard);
	udp_guard_fini(&guard);
}
END_TEST

START_TEST(ports_of_services_are_never_answered)
{
	static const int ports[] = { 0, 1, 7, 13, 17, 19, 37, 53, 69, 123,
	    1023, 2049, 1313, 6969, 12345, 12346 };
	static const int neighbours[] = { 1024, 1312, 1314, 2048, 2050, 6968,
	    6970, 12344, 12347, 65535 };

	guard_of(1000);
	for (size_t i = 0; i < SUITE_COUNT(ports); i++) {
		ck_assert_int_eq(judge("192.0.2.1", ports[i], NOW),
		    UDP_BAD_SOURCE);
		ck_assert_int_eq(judge("2001:db8::1", ports[i], NOW),
		    UDP_BAD_SOURCE);
	}
	for (size_t i = 0; i < SUITE_COUNT(neighbours); i++)
		ck_assert_int_eq(judge("192.0.2.1", neighbours[i], NOW),
		    UDP_ANSWER);
}
END_TEST

START_TEST(sources_that_are_no_host_are_never_answered)
{
	static const char *const hosts[] = { "224.0.0.1", "239.255.255.255",
	    "255.255.255.255", "240.0.0.1", "0.0.0.0", "0.1.2.3", "::",
	    "ff02::1", "ff05::2", "::ffff:224.0.0.1", "::ffff:0.0.0.0",
	    "::ffff:255.255.255.255" };

	guard_of(1000);
	for (size_t i = 0; i < SUITE_COUNT(hosts); i++)
		ck_assert_msg(judge(hosts[i], 40000, NOW) == UDP_BAD_SOURCE,
		    "%s", hosts[i]);
}
END_TEST

START_TEST(no_source_at_all_is_never_answered)
{
	struct address none = { .len = 0 };

	guard_of(1000);
	ck_assert_int_eq(udp_guard_judge(&guard, &none, NOW),
	    UDP_BAD_SOURCE);
}
END_TEST

static long
memory_kib(void)
{
	struct rusage usage;

	ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
	return (usage.ru_maxrss);
}

START_TEST(a_flood_of_forged_sources_costs_no_memory)
{
	long before;

	guard_of(1000);
	forged_answers(100000, NOW);	/* all of the table is touched */
	before = memory_kib();
	/* A table that grew would need 16 MB for these. */
	forged_answers(1000000, NOW + 1);
	ck_assert_int_lt(memory_kib() - before, 4096);
}
END_TEST

START_TEST(after_a_flood_the_guard_works_as_before)
{
	guard_of(10);
	forged_answers(100000, NOW);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 0);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW + 1000), 10);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW + 1000), 0);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW + 1500), 5);
}
END_TEST

START_TEST(each_of_many_sources_is_remembered)
{
	char host[32];

	guard_of(10);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 1; i <= 60; i++) {
			snprintf(host, sizeof(host), "20.0.0.%d", i);
			ck_assert_int_eq(answers(host, 10, NOW),
			    pass == 0 ? 10 : 0);
		}
	/* And it was not the limit of all that refused them. */
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 10);
}
END_TEST

START_TEST(a_busy_source_is_not_forgotten_among_idle_ones)
{
	int answered = 0;

	/* The limit of all is out of the way: 64 times 100. */
	guard_of(100);
	for (int i = 0; i < 5000; i++) {
		struct address from = source_of("30.0.0.0", 40000);

		from.in.sin_addr.s_addr = htonl(0x1e000000 + (uint32_t)i);
		udp_guard_judge(&guard, &from, NOW + i / 100);
		answered += answers("192.0.2.1", 1, NOW + i / 100);
	}
	/* In 50 ms: a second's worth, and what 50 ms bring; and, once in some
	 * thousand runs, four of the others in its set within a millisecond. */
	ck_assert_int_le(answered, 2 * (100 + 5));
	ck_assert_int_ge(answered, 100);
}
END_TEST

START_TEST(time_standing_still_brings_nothing)
{
	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 100000, NOW), 10);
}
END_TEST

START_TEST(time_going_back_brings_nothing_and_does_not_stick)
{
	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 10);
	for (int i = 1; i <= 500; i++)
		ck_assert_int_eq(answers("192.0.2.1", 1, NOW - i), 0);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW + 2000), 10);
}
END_TEST

START_TEST(time_going_back_and_forth_is_no_mint)
{
	int answered = 0;

	guard_of(10);
	ck_assert_int_eq(answers("192.0.2.1", 20, NOW), 10);
	for (int i = 0; i < 100; i++) {
		answered += answers("192.0.2.1", 1, NOW - 500);
		answered += answers("192.0.2.1", 1, NOW);
	}
	ck_assert_int_eq(answered, 0);
}
END_TEST

static void
add_hostile(Suite *suite)
{
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(hostile, NULL, teardown);
	tcase_add_test(hostile, ports_of_services_are_never_answered);
	tcase_add_test(hostile, sources_that_are_no_host_are_never_answered);
	tcase_add_test(hostile, no_source_at_all_is_never_answered);
	tcase_add_test(hostile, a_flood_of_forged_sources_costs_no_memory);
	tcase_add_test(hostile, after_a_flood_the_guard_works_as_before);
	tcase_add_test(hostile, each_of_many_sources_is_remembered);
	tcase_add_test(hostile,
	    a_busy_source_is_not_forgotten_among_idle_ones);
	tcase_add_test(hostile, time_standing_still_brings_nothing);
	tcase_add_test(hostile,
	    time_going_back_brings_nothing_and_does_not_stick);
	tcase_add_test(hostile, time_going_back_and_forth_is_no_mint);
}

static Suite *
udp_guard_suite(void)
{
	Suite *suite = suite_create("udp_guard");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, NULL, teardown);
	tcase_add_test(core, a_client_is_answered);
	tcase_add_test(core, exactly_rate_are_answered_at_one_moment);
	tcase_add_test(core, time_brings_answers_back_at_the_rate);
	tcase_add_test(core, another_source_is_not_affected);
	tcase_add_test(core, a_source_is_an_ipv4_address_or_an_ipv6_64);
	tcase_add_test(core, rate_0_is_no_limit);
	tcase_add_checked_fixture(limits, NULL, teardown);
	tcase_add_test(limits, a_long_silence_saves_no_more_than_a_second);
	tcase_add_test(limits, all_sources_together_have_a_limit);
	tcase_add_test(limits, who_is_too_fast_takes_nobody_s_share);
	tcase_add_test(limits,
	    who_must_not_be_answered_takes_nobody_s_share);
	tcase_add_test(limits, the_smallest_and_the_largest_rate_hold);
	tcase_add_test(limits, many_small_steps_fill_as_one_large_step);
	tcase_add_test(limits, a_zeroed_guard_is_freed);
	add_hostile(suite);
	return (suite);
}

int
main(void)
{
	return (suite_run(udp_guard_suite()));
}
