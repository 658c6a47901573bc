/* check_registry.c - who is connected: clients counted and limited.
 * See also: serve/registry.h */
#include "serve/registry.h"

#include <errno.h>

#include "base/clock.h"
#include "suite.h"

#define THREADS	8
#define ROUNDS	10000

static struct registry registry;

static void
setup(void)
{
	struct cause cause;

	ck_assert_int_eq(registry_init(&registry, &cause), 0);
}

static void
teardown(void)
{
	registry_fini(&registry);
}

static struct address
address_of(const char *host)
{
	struct address addr = { .len = 0 };

	if (strchr(host, ':') != NULL) {
		addr.len = sizeof(addr.in6);
		addr.in6.sin6_family = AF_INET6;
		addr.in6.sin6_port = htons(40000);
		inet_pton(AF_INET6, host, &addr.in6.sin6_addr);
	} else {
		addr.len = sizeof(addr.in);
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons(40000);
		inet_pton(AF_INET, host, &addr.in.sin_addr);
	}
	return (addr);
}

/* Let a client of some host in; NULL if the answer is another. */
static struct client *
join(const char *host, enum registry_answer expected)
{
	struct address peer = address_of(host);
	struct client *client = NULL;

	ck_assert_msg(registry_join(&registry, -1, &peer, &client) ==
	    expected, "%s", host);
	ck_assert_int_eq(client != NULL, expected == REGISTRY_JOINED);
	return (client);
}

static void
leave(struct client *client)
{
	registry_leave(&registry, client);
}

static void
count_visit(const struct client *client, void *context)
{
	(void)client;
	++*(int *)context;
}

static int
count(void)
{
	int n = 0;

	registry_each(&registry, count_visit, &n);
	return (n);
}

START_TEST(who_joins_is_described)
{
	struct address peer = address_of("192.0.2.1");
	int64_t before = clock_now_ms();
	struct client *client;

	ck_assert_int_eq(registry_join(&registry, 7, &peer, &client),
	    REGISTRY_JOINED);
	ck_assert_int_eq(client->stream.fd, 7);
	ck_assert(address_equal(&client->peer, &peer));
	ck_assert_uint_eq(client->number, 1);
	ck_assert_int_eq(client->state, CLIENT_STARTING);
	ck_assert_uint_eq(client->bytes_in, 0);
	ck_assert_uint_eq(client->bytes_out, 0);
	ck_assert_int_ge(client->active_ms, before);
	leave(client);
}
END_TEST

START_TEST(numbers_grow_and_are_not_given_twice)
{
	struct client *a = join("192.0.2.1", REGISTRY_JOINED);
	struct client *b = join("192.0.2.1", REGISTRY_JOINED);
	struct client *c;

	ck_assert_uint_eq(a->number, 1);
	ck_assert_uint_eq(b->number, 2);
	leave(b);
	c = join("192.0.2.1", REGISTRY_JOINED);
	ck_assert_uint_eq(c->number, 3);
	leave(a);
	leave(c);
}
END_TEST

START_TEST(a_place_used_again_remembers_nothing)
{
	struct client *client = join("192.0.2.1", REGISTRY_JOINED);

	client->bytes_in = client->bytes_out = 99;
	client->state = CLIENT_SENDING;
	leave(client);
	client = join("2001:db8::1", REGISTRY_JOINED);
	ck_assert_uint_eq(client->bytes_in + client->bytes_out, 0);
	ck_assert_int_eq(client->state, CLIENT_STARTING);
	ck_assert_int_eq(client->peer.sa.sa_family, AF_INET6);
	leave(client);
}
END_TEST

START_TEST(each_visits_all_and_only_who_is_in)
{
	struct client *clients[300];
	char host[32];

	ck_assert_int_eq(count(), 0);
	for (int i = 0; i < 300; i++) {
		snprintf(host, sizeof(host), "10.0.%d.%d", i / 100,
		    i % 100);
		clients[i] = join(host, REGISTRY_JOINED);
	}
	ck_assert_int_eq(count(), 300);
	for (int i = 0; i < 300; i += 3)
		leave(clients[i]);
	ck_assert_int_eq(count(), 200);
	for (int i = 0; i < 300; i++)
		if (i % 3 != 0)
			leave(clients[i]);
	ck_assert_int_eq(count(), 0);
}
END_TEST

/* Three of one host stand in one row: each place of it is left once. */
START_TEST(any_of_a_row_may_leave_first)
{
	for (int first = 0; first < 3; first++) {
		struct client *clients[3];

		for (int i = 0; i < 3; i++)
			clients[i] = join("192.0.2.1", REGISTRY_JOINED);
		leave(clients[first]);
		ck_assert_int_eq(count(), 2);
		leave(clients[(first + 1) % 3]);
		ck_assert_int_eq(count(), 1);
		leave(clients[(first + 2) % 3]);
		ck_assert_int_eq(count(), 0);
	}
}
END_TEST

START_TEST(shut_down_for_reading_ends_a_blocked_recv_only)
{
	struct address peer = address_of("127.0.0.1");
	struct client *client;
	char buf[4];
	int fds[2];

	suite_tcp_pair(fds);
	registry_join(&registry, fds[1], &peer, &client);
	registry_shutdown(&registry, SHUT_RD);
	ck_assert_int_eq(recv(fds[1], buf, sizeof(buf), 0), 0);
	ck_assert_int_eq(send(fds[1], "bye", 3, MSG_NOSIGNAL), 3);
	ck_assert_int_eq(recv(fds[0], buf, sizeof(buf), 0), 3);
	registry_shutdown(&registry, SHUT_RDWR);
	ck_assert_int_eq(send(fds[1], "x", 1, MSG_NOSIGNAL), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(recv(fds[0], buf, sizeof(buf), 0), 0);
	registry_leave(&registry, client);
}
END_TEST

static void *
recv_main(void *arg)
{
	char byte;

	return (recv(*(int *)arg, &byte, 1, 0) == 0 ? arg : NULL);
}

START_TEST(a_recv_that_waits_already_is_woken)
{
	struct address peer = address_of("127.0.0.1");
	struct client *client;
	pthread_t thread;
	void *result;
	int fds[2];

	suite_tcp_pair(fds);
	registry_join(&registry, fds[1], &peer, &client);
	ck_assert_int_eq(pthread_create(&thread, NULL, recv_main, &fds[1]),
	    0);
	registry_shutdown(&registry, SHUT_RD);
	pthread_join(thread, &result);
	ck_assert_ptr_eq(result, &fds[1]);
	registry_leave(&registry, client);
}
END_TEST

START_TEST(an_empty_registry_is_not_waited_for)
{
	ck_assert_int_eq(registry_wait_empty(&registry, CLOCK_NEVER), 0);
	ck_assert_int_eq(registry_wait_empty(&registry,
	    clock_now_ms() - 1), 0);
}
END_TEST

START_TEST(waiting_for_the_last_ends_at_the_deadline)
{
	struct client *client = join("192.0.2.1", REGISTRY_JOINED);
	int64_t deadline = clock_deadline(50);

	ck_assert_int_eq(registry_wait_empty(&registry, deadline), -1);
	ck_assert_int_ge(clock_now_ms(), deadline);
	ck_assert_int_lt(clock_now_ms(), deadline + SUITE_PATIENCE_MS);
	ck_assert_int_eq(registry_wait_empty(&registry, 1), -1);
	leave(client);
}
END_TEST

struct waiter {
	pthread_t	 thread;
	int64_t		 deadline;
	int		 result;
	int64_t		 ended_ms;
};

static void *
waiter_main(void *arg)
{
	struct waiter *waiter = arg;

	waiter->result = registry_wait_empty(&registry, waiter->deadline);
	waiter->ended_ms = suite_now_ms();
	return (NULL);
}

static void *
leaver_main(void *client)
{
	leave(client);
	return (NULL);
}

START_TEST(who_waits_is_woken_when_the_last_leaves)
{
	struct client *client = join("192.0.2.1", REGISTRY_JOINED);
	int64_t begin = suite_now_ms();
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, leaver_main, client),
	    0);
	ck_assert_int_eq(registry_wait_empty(&registry, CLOCK_NEVER), 0);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	pthread_join(thread, NULL);
}
END_TEST

/* The header says that any thread may wait: then two may. */
START_TEST(all_who_wait_are_woken)
{
	struct client *client = join("192.0.2.1", REGISTRY_JOINED);
	struct waiter waiters[4];
	int64_t begin = suite_now_ms();

	for (int i = 0; i < 4; i++) {
		waiters[i].deadline = clock_deadline(2 * SUITE_PATIENCE_MS);
		ck_assert_int_eq(pthread_create(&waiters[i].thread, NULL,
		    waiter_main, &waiters[i]), 0);
	}
	/* Nothing tells that they wait by now: give them the time. */
	ck_assert_int_eq(registry_wait_empty(&registry, clock_deadline(100)),
	    -1);
	leave(client);
	for (int i = 0; i < 4; i++) {
		pthread_join(waiters[i].thread, NULL);
		ck_assert_int_eq(waiters[i].result, 0);
	}
	for (int i = 0; i < 4; i++)
		ck_assert_int_lt(waiters[i].ended_ms - begin,
		    SUITE_PATIENCE_MS);
}
END_TEST

START_TEST(who_lingers_leaves_a_place_and_is_waited_for)
{
	struct client *client;

	registry.max_clients = registry.max_per_host = 1;
	client = join("127.0.0.1", REGISTRY_JOINED);
	join("127.0.0.2", REGISTRY_FULL);
	ck_assert_int_eq(registry_linger(&registry, client), 0);
	registry_leave(&registry, join("127.0.0.1", REGISTRY_JOINED));
	ck_assert_int_eq(registry_wait_empty(&registry, 0), -1);
	registry_leave(&registry, client);
	ck_assert_int_eq(registry_wait_empty(&registry, 0), 0);
	/* A place used again is a whole one. */
	client = join("127.0.0.1", REGISTRY_JOINED);
	join("127.0.0.1", REGISTRY_FULL);
	registry_leave(&registry, client);
}
END_TEST

START_TEST(so_many_linger_and_no_more)
{
	static struct client *clients[REGISTRY_LINGERERS + 1];

	for (int i = 0; i <= REGISTRY_LINGERERS; i++) {
		clients[i] = join("127.0.0.1", REGISTRY_JOINED);
		ck_assert_int_eq(registry_linger(&registry, clients[i]),
		    i < REGISTRY_LINGERERS ? 0 : -1);
	}
	for (int i = 0; i <= REGISTRY_LINGERERS; i++)
		registry_leave(&registry, clients[i]);
	ck_assert_int_eq(registry_wait_empty(&registry, 0), 0);
}
END_TEST

static int
is_number(const struct client *client, void *context)
{
	return (client->number == *(unsigned long *)context);
}

START_TEST(a_client_is_found_among_those_of_its_host)
{
	struct address here = address_of("127.0.0.1");
	struct address there = address_of("127.0.0.2");
	struct client *first = join("127.0.0.1", REGISTRY_JOINED);
	struct client *second = join("127.0.0.1", REGISTRY_JOINED);

	for (unsigned long number = 1; number <= 3; number++) {
		ck_assert_int_eq(registry_find(&registry, &here, is_number,
		    &number), number < 3);
		ck_assert_int_eq(registry_find(&registry, &there, is_number,
		    &number), 0);
	}
	registry_leave(&registry, first);
	registry_leave(&registry, second);
}
END_TEST

START_TEST(max_clients_are_let_in_and_no_more)
{
	struct client *clients[3];

	registry.max_clients = 3;
	for (int i = 0; i < 3; i++)
		clients[i] = join(i == 0 ? "::1" : "127.0.0.1",
		    REGISTRY_JOINED);
	join("192.0.2.1", REGISTRY_FULL);
	join("127.0.0.1", REGISTRY_FULL);
	leave(clients[1]);
	clients[1] = join("192.0.2.1", REGISTRY_JOINED);
	join("192.0.2.1", REGISTRY_FULL);
	for (int i = 0; i < 3; i++)
		leave(clients[i]);
}
END_TEST

START_TEST(no_limits_are_none)
{
	struct client *clients[1000];

	for (int i = 0; i < 1000; i++)
		clients[i] = join("192.0.2.1", REGISTRY_JOINED);
	ck_assert_int_eq(count(), 1000);
	for (int i = 0; i < 1000; i++)
		leave(clients[i]);
}
END_TEST

START_TEST(a_host_of_ipv4_is_one_address)
{
	struct client *a, *b, *c;

	registry.max_per_host = 2;
	a = join("192.0.2.1", REGISTRY_JOINED);
	b = join("::ffff:192.0.2.1", REGISTRY_JOINED);
	join("192.0.2.1", REGISTRY_HOST_FULL);
	join("::ffff:192.0.2.1", REGISTRY_HOST_FULL);
	c = join("192.0.2.2", REGISTRY_JOINED);
	leave(a);
	a = join("192.0.2.1", REGISTRY_JOINED);
	join("192.0.2.1", REGISTRY_HOST_FULL);
	leave(a);
	leave(b);
	leave(c);
}
END_TEST

START_TEST(a_host_of_ipv6_is_a_64)
{
	struct client *a, *b;

	registry.max_per_host = 1;
	a = join("2001:db8:0:1::1", REGISTRY_JOINED);
	join("2001:db8:0:1::2", REGISTRY_HOST_FULL);
	join("2001:db8:0:1:ffff:ffff:ffff:ffff", REGISTRY_HOST_FULL);
	b = join("2001:db8:0:2::1", REGISTRY_JOINED);
	leave(a);
	a = join("2001:db8:0:1::2", REGISTRY_JOINED);
	leave(a);
	leave(b);
}
END_TEST

START_TEST(loopback_is_exempt_if_so_said)
{
	static const char *const hosts[] = { "127.0.0.1", "127.1.2.3",
	    "::1", "::ffff:127.0.0.1" };
	struct client *clients[3 * SUITE_COUNT(hosts)];
	size_t n = 0;

	registry.max_per_host = 1;
	registry.loopback_exempt = 1;
	for (int times = 0; times < 3; times++)
		for (size_t i = 0; i < SUITE_COUNT(hosts); i++)
			clients[n++] = join(hosts[i], REGISTRY_JOINED);
	registry.loopback_exempt = 0;
	for (size_t i = 0; i < SUITE_COUNT(hosts); i++)
		join(hosts[i], REGISTRY_HOST_FULL);
	while (n > 0)
		leave(clients[--n]);
}
END_TEST

START_TEST(a_zeroed_registry_is_freed)
{
	struct registry zeroed;

	memset(&zeroed, 0, sizeof(zeroed));
	registry_fini(&zeroed);
}
END_TEST

static void *
visitor_main(void *arg)
{
	char host[32];

	for (int i = 0; i < ROUNDS; i++) {
		struct address peer;
		struct client *client;

		snprintf(host, sizeof(host), "10.0.%d.1", i % 7);
		peer = address_of(host);
		if (registry_join(&registry, -1, &peer, &client) !=
		    REGISTRY_JOINED || client->number == 0)
			*(int *)arg = 1;
		else
			registry_leave(&registry, client);
		if (i % 1000 == 0)
			registry_shutdown(&registry, SHUT_RD);
	}
	return (NULL);
}

START_TEST(many_threads_come_and_go_and_none_is_left)
{
	pthread_t threads[THREADS];
	int failed[THREADS] = { 0 };
	struct client *client;

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    visitor_main, &failed[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_eq(failed[i], 0);
	}
	ck_assert_int_eq(registry_wait_empty(&registry, 1), 0);
	ck_assert_int_eq(count(), 0);
	client = join("192.0.2.1", REGISTRY_JOINED);
	ck_assert_uint_eq(client->number, THREADS * ROUNDS + 1);
	leave(client);
}
END_TEST

static void
add_hostile(Suite *suite)
{
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(hostile, all_who_wait_are_woken);
	tcase_add_test(hostile, many_threads_come_and_go_and_none_is_left);
}

static Suite *
registry_suite(void)
{
	Suite *suite = suite_create("registry");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, who_joins_is_described);
	tcase_add_test(core, numbers_grow_and_are_not_given_twice);
	tcase_add_test(core, a_place_used_again_remembers_nothing);
	tcase_add_test(core, each_visits_all_and_only_who_is_in);
	tcase_add_test(core, any_of_a_row_may_leave_first);
	tcase_add_test(core, a_client_is_found_among_those_of_its_host);
	tcase_add_test(core, shut_down_for_reading_ends_a_blocked_recv_only);
	tcase_add_test(core, a_recv_that_waits_already_is_woken);
	tcase_add_test(core, an_empty_registry_is_not_waited_for);
	tcase_add_test(core, waiting_for_the_last_ends_at_the_deadline);
	tcase_add_test(core, who_waits_is_woken_when_the_last_leaves);
	tcase_add_checked_fixture(limits, setup, teardown);
	tcase_add_test(limits, max_clients_are_let_in_and_no_more);
	tcase_add_test(limits, no_limits_are_none);
	tcase_add_test(limits,
	    who_lingers_leaves_a_place_and_is_waited_for);
	tcase_add_test(limits, so_many_linger_and_no_more);
	tcase_add_test(limits, a_host_of_ipv4_is_one_address);
	tcase_add_test(limits, a_host_of_ipv6_is_a_64);
	tcase_add_test(limits, loopback_is_exempt_if_so_said);
	tcase_add_test(limits, a_zeroed_registry_is_freed);
	add_hostile(suite);
	return (suite);
}

int
main(void)
{
	return (suite_run(registry_suite()));
}
