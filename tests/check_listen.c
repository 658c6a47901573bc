/* check_listen.c - passive sockets: TCP listeners and bound UDP sockets.
 * See also: net/listen.h */
#include "net/listen.h"

#include <errno.h>

#include "suite.h"

/* An address from its number, port 0. */
static struct address
address_of(const char *host)
{
	struct address addr = { .len = 0 };

	if (strchr(host, ':') != NULL) {
		addr.len = sizeof(addr.in6);
		addr.in6.sin6_family = AF_INET6;
		ck_assert_int_eq(inet_pton(AF_INET6, host,
		    &addr.in6.sin6_addr), 1);
	} else {
		addr.len = sizeof(addr.in);
		addr.in.sin_family = AF_INET;
		ck_assert_int_eq(inet_pton(AF_INET, host,
		    &addr.in.sin_addr), 1);
	}
	return (addr);
}

/* A list of two, as localhost has. */
static struct address_list
two_addresses(const char *first, const char *second)
{
	struct address_list list = { .len = 2 };

	list.items[0] = address_of(first);
	list.items[1] = address_of(second);
	return (list);
}

static const char *
second_loopback(void)
{
	return (suite_has_ipv6() ? "::1" : "127.0.0.2");
}

static int
connect_to(const struct address *addr)
{
	int fd = socket(addr->sa.sa_family, SOCK_STREAM, 0);

	ck_assert_int_eq(connect(fd, &addr->sa, addr->len), 0);
	return (fd);
}

START_TEST(a_listener_accepts)
{
	struct address addr = address_of("127.0.0.1");
	struct cause cause;
	int fd = tcp_listen(&addr, &cause);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_ne(address_port(&addr), 0);
	connect_to(&addr);
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	ck_assert_int_ne(accept(fd, NULL, NULL), -1);
}
END_TEST

START_TEST(a_bound_socket_receives)
{
	struct address addr = address_of("127.0.0.1");
	struct cause cause;
	int fd = udp_bind(&addr, &cause), client;
	char buf[4];

	ck_assert_int_ne(fd, -1);
	client = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(sendto(client, "abc", 3, 0, &addr.sa, addr.len), 3);
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), 3);
}
END_TEST

START_TEST(passive_sockets_do_not_block_nor_survive_exec)
{
	listen_open *const opens[] = { tcp_listen, udp_bind };

	for (size_t i = 0; i < SUITE_COUNT(opens); i++) {
		struct address addr = address_of("127.0.0.1");
		struct cause cause;
		int fd = opens[i](&addr, &cause);

		ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK,
		    O_NONBLOCK);
		ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC,
		    FD_CLOEXEC);
	}
}
END_TEST

START_TEST(port_0_is_the_same_number_on_each_address)
{
	listen_open *const opens[] = { tcp_listen, udp_bind };

	for (size_t i = 0; i < SUITE_COUNT(opens); i++) {
		struct address_list list = two_addresses("127.0.0.1",
		    second_loopback());
		int fds[ADDRESSES_MAX];
		struct cause cause;

		ck_assert_int_eq(listen_everywhere(opens[i], &list, fds,
		    &cause), 0);
		ck_assert_uint_eq(list.len, 2);
		ck_assert_int_ne(address_port(&list.items[0]), 0);
		ck_assert_int_eq(address_port(&list.items[0]),
		    address_port(&list.items[1]));
		for (size_t k = 0; k < list.len; k++) {
			struct address own = { .len = sizeof(own.storage) };

			ck_assert_int_eq(getsockname(fds[k], &own.sa,
			    &own.len), 0);
			ck_assert(address_equal(&own, &list.items[k]));
		}
	}
}
END_TEST

START_TEST(both_wildcards_take_the_same_port)
{
	struct address_list list = two_addresses("::", "0.0.0.0");
	int fds[ADDRESSES_MAX];
	struct cause cause;

	if (!suite_has_ipv6())
		return;
	ck_assert_int_eq(listen_everywhere(tcp_listen, &list, fds, &cause),
	    0);
	ck_assert_uint_eq(list.len, 2);
	ck_assert_int_eq(listen_everywhere(udp_bind, &list, fds, &cause), 0);
	ck_assert_uint_eq(list.len, 2);
}
END_TEST

START_TEST(an_address_that_stands_there_twice_is_opened_once)
{
	struct address_list list = { .len = 4 };
	int fds[ADDRESSES_MAX], before = suite_open_fds();
	struct cause cause;

	list.items[0] = list.items[2] = address_of("127.0.0.1");
	list.items[1] = list.items[3] = address_of("127.0.0.2");
	ck_assert_int_eq(listen_everywhere(tcp_listen, &list, fds, &cause),
	    0);
	ck_assert_uint_eq(list.len, 2);
	ck_assert_int_eq(suite_open_fds(), before + 2);
	ck_assert(!address_equal(&list.items[0], &list.items[1]));
}
END_TEST

START_TEST(a_restart_need_not_wait_for_time_wait)
{
	struct address addr = address_of("127.0.0.1");
	struct cause cause;
	int listen_fd = tcp_listen(&addr, &cause), client, fd;
	char byte;

	client = connect_to(&addr);
	ck_assert(suite_readable(listen_fd, SUITE_PATIENCE_MS));
	fd = accept(listen_fd, NULL, NULL);
	/* Who closes first keeps the port in TIME_WAIT: the server. */
	close(fd);
	ck_assert_int_eq(read(client, &byte, 1), 0);
	close(client);
	close(listen_fd);
	ck_assert_int_ne(tcp_listen(&addr, &cause), -1);
}
END_TEST

START_TEST(a_taken_tcp_port_names_bind)
{
	struct address addr = address_of("127.0.0.1"), again;
	char text[ADDRESS_TEXT_SIZE];
	struct cause cause;

	ck_assert_int_ne(tcp_listen(&addr, &cause), -1);
	again = addr;
	ck_assert_int_eq(tcp_listen(&again, &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_ERRNO);
	ck_assert_str_eq(cause.primitive, "bind");
	ck_assert_int_eq(cause.error, EADDRINUSE);
	ck_assert_str_eq(cause.object, address_format(&addr, text,
	    sizeof(text)));
}
END_TEST

START_TEST(a_second_server_cannot_steal_a_udp_port)
{
	struct address addr = address_of("127.0.0.1"), again;
	struct cause cause;
	int thief, on = 1;

	ck_assert_int_ne(udp_bind(&addr, &cause), -1);
	again = addr;
	ck_assert_int_eq(udp_bind(&again, &cause), -1);
	ck_assert_str_eq(cause.primitive, "bind");
	ck_assert_int_eq(cause.error, EADDRINUSE);
	/* Not even one that asks for it. */
	thief = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)), 0);
	ck_assert_int_eq(bind(thief, &addr.sa, addr.len), -1);
}
END_TEST

START_TEST(an_address_that_the_machine_lacks_is_left_out)
{
	static const char *const pairs[][2] = {
		{ "192.0.2.1", "127.0.0.1" }, { "127.0.0.1", "192.0.2.1" },
	};

	for (size_t i = 0; i < SUITE_COUNT(pairs); i++) {
		struct address_list list = two_addresses(pairs[i][0],
		    pairs[i][1]);
		int fds[ADDRESSES_MAX], before = suite_open_fds();
		struct cause cause;

		ck_assert_int_eq(listen_everywhere(tcp_listen, &list, fds,
		    &cause), 0);
		ck_assert_uint_eq(list.len, 1);
		ck_assert(address_is_loopback(&list.items[0]));
		ck_assert_int_ne(address_port(&list.items[0]), 0);
		ck_assert_int_eq(suite_open_fds(), before + 1);
	}
}
END_TEST

START_TEST(a_lacking_address_alone_is_fatal)
{
	struct address_list list = two_addresses("192.0.2.1", "192.0.2.1");
	int fds[ADDRESSES_MAX], before = suite_open_fds();
	struct cause cause;

	ck_assert_int_eq(listen_everywhere(udp_bind, &list, fds, &cause), -1);
	ck_assert_str_eq(cause.primitive, "bind");
	ck_assert_int_eq(cause.error, EADDRNOTAVAIL);
	ck_assert_str_eq(cause.object, "192.0.2.1:0");
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(a_lacking_family_names_socket_and_is_left_out)
{
	struct address_list list = two_addresses("127.0.0.1", "127.0.0.1");
	int fds[ADDRESSES_MAX];
	struct address addr = list.items[0];
	struct cause cause;

	addr.sa.sa_family = 255;
	ck_assert_int_eq(tcp_listen(&addr, &cause), -1);
	ck_assert_str_eq(cause.primitive, "socket");
	ck_assert_int_eq(cause.error, EAFNOSUPPORT);
	list.items[0] = addr;
	ck_assert_int_eq(listen_everywhere(tcp_listen, &list, fds, &cause),
	    0);
	ck_assert_uint_eq(list.len, 1);
}
END_TEST

START_TEST(sixteen_addresses_are_opened)
{
	struct address_list list = { .len = ADDRESSES_MAX };
	int fds[ADDRESSES_MAX];
	struct cause cause;

	for (size_t i = 0; i < list.len; i++) {
		list.items[i] = address_of("127.0.0.1");
		list.items[i].in.sin_addr.s_addr =
		    htonl(INADDR_LOOPBACK + (uint32_t)i);
	}
	ck_assert_int_eq(listen_everywhere(tcp_listen, &list, fds, &cause),
	    0);
	ck_assert_uint_eq(list.len, ADDRESSES_MAX);
	for (size_t i = 1; i < list.len; i++)
		ck_assert_int_eq(address_port(&list.items[i]),
		    address_port(&list.items[0]));
}
END_TEST

START_TEST(a_failure_on_the_second_address_closes_the_first)
{
	struct address_list list;
	struct address taken = address_of("127.0.0.2");
	int fds[ADDRESSES_MAX], before;
	struct cause cause;

	ck_assert_int_ne(tcp_listen(&taken, &cause), -1);
	list = two_addresses("127.0.0.1", "127.0.0.2");
	address_set_port(&list.items[0], address_port(&taken));
	address_set_port(&list.items[1], address_port(&taken));
	before = suite_open_fds();
	ck_assert_int_eq(listen_everywhere(tcp_listen, &list, fds, &cause),
	    -1);
	ck_assert_str_eq(cause.primitive, "bind");
	ck_assert_int_eq(cause.error, EADDRINUSE);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

/* An opener for which the port is taken on the second address a few times,
 * as chance may have it. */
static int unlucky_left, openings;

static int
unlucky_listen(struct address *addr, struct cause *cause)
{
	openings++;
	if (address_port(addr) != 0 && unlucky_left > 0) {
		unlucky_left--;
		cause_errno(cause, "bind", EADDRINUSE, "by chance");
		return (-1);
	}
	return (tcp_listen(addr, cause));
}

START_TEST(a_port_taken_on_the_second_address_is_another_try)
{
	struct address_list list = two_addresses("127.0.0.1", "127.0.0.2");
	int fds[ADDRESSES_MAX], before = suite_open_fds();
	struct cause cause;

	unlucky_left = 3;
	ck_assert_int_eq(listen_everywhere(unlucky_listen, &list, fds,
	    &cause), 0);
	ck_assert_int_eq(openings, 8);
	ck_assert_uint_eq(list.len, 2);
	ck_assert_int_eq(address_port(&list.items[0]),
	    address_port(&list.items[1]));
	ck_assert_int_eq(suite_open_fds(), before + 2);
}
END_TEST

START_TEST(bad_luck_without_end_is_given_up)
{
	struct address_list list = two_addresses("127.0.0.1", "127.0.0.2");
	int fds[ADDRESSES_MAX], before = suite_open_fds();
	struct cause cause;

	unlucky_left = 1000000;
	ck_assert_int_eq(listen_everywhere(unlucky_listen, &list, fds,
	    &cause), -1);
	ck_assert_int_eq(cause.error, EADDRINUSE);
	ck_assert_int_lt(openings, 1000);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(a_given_port_that_is_taken_is_not_tried_again)
{
	struct address_list list = two_addresses("127.0.0.1", "127.0.0.2");
	int fds[ADDRESSES_MAX];
	struct cause cause;

	address_set_port(&list.items[0], 65535);
	address_set_port(&list.items[1], 65535);
	unlucky_left = 1000000;
	ck_assert_int_eq(listen_everywhere(unlucky_listen, &list, fds,
	    &cause), -1);
	ck_assert_int_eq(openings, 1);
}
END_TEST

static int
forbidden_listen(struct address *addr, struct cause *cause)
{
	if (address_port(addr) == 0)
		return (tcp_listen(addr, cause));
	cause_errno(cause, "bind", EACCES, "by decree");
	return (-1);
}

START_TEST(another_failure_ends_it_with_nothing_open)
{
	struct address_list list = two_addresses("127.0.0.1", "127.0.0.2");
	int fds[ADDRESSES_MAX], before = suite_open_fds();
	struct cause cause;

	ck_assert_int_eq(listen_everywhere(forbidden_listen, &list, fds,
	    &cause), -1);
	ck_assert_int_eq(cause.error, EACCES);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(many_clients_wait_in_the_queue)
{
	struct address addr = address_of("127.0.0.1");
	struct cause cause;
	int fd = tcp_listen(&addr, &cause);

	/* With a short backlog the later ones would hang in connect. */
	for (int i = 0; i < 100; i++)
		connect_to(&addr);
	for (int i = 0; i < 100; i++) {
		ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
		ck_assert_int_ne(accept(fd, NULL, NULL), -1);
	}
	ck_assert_int_eq(accept(fd, NULL, NULL), -1);
	ck_assert(errno == EAGAIN || errno == EWOULDBLOCK);
}
END_TEST

static Suite *
listen_suite(void)
{
	Suite *suite = suite_create("listen");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_listener_accepts);
	tcase_add_test(core, a_bound_socket_receives);
	tcase_add_test(core, passive_sockets_do_not_block_nor_survive_exec);
	tcase_add_test(core, port_0_is_the_same_number_on_each_address);
	tcase_add_test(core, both_wildcards_take_the_same_port);
	tcase_add_test(core, an_address_that_stands_there_twice_is_opened_once);
	tcase_add_test(core, a_restart_need_not_wait_for_time_wait);
	tcase_add_test(core, a_taken_tcp_port_names_bind);
	tcase_add_test(core, an_address_that_the_machine_lacks_is_left_out);
	tcase_add_test(core, a_lacking_address_alone_is_fatal);
	tcase_add_test(core, a_lacking_family_names_socket_and_is_left_out);
	tcase_add_test(limits, sixteen_addresses_are_opened);
	tcase_add_test(limits,
	    a_failure_on_the_second_address_closes_the_first);
	tcase_add_test(limits,
	    a_port_taken_on_the_second_address_is_another_try);
	tcase_add_test(limits, bad_luck_without_end_is_given_up);
	tcase_add_test(limits, a_given_port_that_is_taken_is_not_tried_again);
	tcase_add_test(limits, another_failure_ends_it_with_nothing_open);
	tcase_add_test(limits, many_clients_wait_in_the_queue);
	tcase_add_test(hostile, a_second_server_cannot_steal_a_udp_port);
	return (suite);
}

int
main(void)
{
	return (suite_run(listen_suite()));
}
