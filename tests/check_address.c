/* check_address.c - socket addresses: looked up, compared, printed.
 * Names are numbers here: a test must not depend on a resolver.
 * See also: net/address.h */
#include "net/address.h"

#include <errno.h>

#include "suite.h"

/* An address from its number; IPv6 if it has a colon. */
static struct address
address_of(const char *host, int port)
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

static const char *
format(const struct address *addr)
{
	static char text[ADDRESS_TEXT_SIZE];

	ck_assert_ptr_eq(address_format(addr, text, sizeof(text)), text);
	return (text);
}

/* Do two addresses count as one host? */
static int
same_host(const char *a, const char *b)
{
	struct address addr_a = address_of(a, 1), addr_b = address_of(b, 2);
	struct address_host host_a = address_host(&addr_a);
	struct address_host host_b = address_host(&addr_b);

	return (host_a.family == host_b.family &&
	    host_a.words[0] == host_b.words[0] &&
	    host_a.words[1] == host_b.words[1]);
}

START_TEST(numbers_are_looked_up_without_a_resolver)
{
	struct address_list list;
	struct cause cause;

	ck_assert_int_eq(address_lookup("127.0.0.1",
	    QUERY(4000, AF_UNSPEC, SOCK_STREAM), &list, &cause), 0);
	ck_assert_uint_eq(list.len, 1);
	ck_assert_uint_eq(list.items[0].len, sizeof(struct sockaddr_in));
	ck_assert_str_eq(format(&list.items[0]), "127.0.0.1:4000");
	ck_assert_int_eq(address_lookup("::1",
	    QUERY(65535, AF_UNSPEC, SOCK_DGRAM), &list, &cause), 0);
	ck_assert_uint_eq(list.len, 1);
	ck_assert_str_eq(format(&list.items[0]), "[::1]:65535");
}
END_TEST

START_TEST(no_host_is_the_wildcard_of_each_family)
{
	struct address_list list;
	struct cause cause;

	ck_assert_int_eq(address_lookup(NULL,
	    QUERY(0, AF_UNSPEC, SOCK_STREAM), &list, &cause), 0);
	ck_assert_uint_eq(list.len, 2);
	ck_assert_int_ne(list.items[0].sa.sa_family,
	    list.items[1].sa.sa_family);
	for (size_t i = 0; i < list.len; i++) {
		ck_assert(address_is_wildcard(&list.items[i]));
		ck_assert_int_eq(address_port(&list.items[i]), 0);
	}
}
END_TEST

START_TEST(a_family_asked_for_is_the_only_one_found)
{
	struct address_list list;
	struct cause cause;

	ck_assert_int_eq(address_lookup(NULL,
	    QUERY(7, AF_INET, SOCK_DGRAM), &list, &cause), 0);
	ck_assert_uint_eq(list.len, 1);
	ck_assert_str_eq(format(&list.items[0]), "0.0.0.0:7");
	ck_assert_int_eq(address_lookup(NULL,
	    QUERY(7, AF_INET6, SOCK_DGRAM), &list, &cause), 0);
	ck_assert_uint_eq(list.len, 1);
	ck_assert_str_eq(format(&list.items[0]), "[::]:7");
}
END_TEST

START_TEST(localhost_is_loopback_only)
{
	struct address_list list;
	struct cause cause;

	ck_assert_int_eq(address_lookup("localhost",
	    QUERY(80, AF_UNSPEC, SOCK_STREAM), &list, &cause), 0);
	ck_assert_uint_ge(list.len, 1);
	for (size_t i = 0; i < list.len; i++) {
		ck_assert(address_is_loopback(&list.items[i]));
		ck_assert_int_eq(address_port(&list.items[i]), 80);
	}
}
END_TEST

START_TEST(addresses_are_written_as_rfc_5952_says)
{
	static const struct {
		const char *host; int port; const char *text;
	} rows[] = {
		{ "192.0.2.1", 0, "192.0.2.1:0" },
		{ "::", 65535, "[::]:65535" },
		{ "2001:DB8:0:0:0:0:0:1", 443, "[2001:db8::1]:443" },
		{ "::ffff:192.0.2.1", 80, "192.0.2.1:80" },
		{ "::ffff:0.0.0.0", 80, "0.0.0.0:80" },
		{ "1111:2222:3333:4444:5555:6666:7777:8888", 1,
		    "[1111:2222:3333:4444:5555:6666:7777:8888]:1" },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		struct address addr = address_of(rows[i].host, rows[i].port);

		ck_assert_str_eq(format(&addr), rows[i].text);
	}
}
END_TEST

START_TEST(a_link_local_address_is_written_with_its_interface)
{
	struct address addr = address_of("fe80::1", 80);

	addr.in6.sin6_scope_id = 99999;		/* no name: a number */
	ck_assert_str_eq(format(&addr), "[fe80::1%99999]:80");
}
END_TEST

START_TEST(the_port_is_set_and_read_in_host_order)
{
	static const char *const hosts[] = { "127.0.0.1", "::1" };

	for (size_t i = 0; i < SUITE_COUNT(hosts); i++) {
		struct address addr = address_of(hosts[i], 0);

		address_set_port(&addr, 4000);
		ck_assert_int_eq(address_port(&addr), 4000);
		address_set_port(&addr, 65535);
		ck_assert_int_eq(address_port(&addr), 65535);
		address_set_port(&addr, 0);
		ck_assert_int_eq(address_port(&addr), 0);
	}
}
END_TEST

START_TEST(equal_is_family_address_and_port)
{
	struct address a = address_of("127.0.0.1", 80);
	struct address b = address_of("127.0.0.1", 80);
	struct address c = address_of("127.0.0.2", 80);
	struct address six = address_of("fe80::1", 80);
	struct address other = six;

	ck_assert(address_equal(&a, &b));
	ck_assert(!address_equal(&a, &c));
	ck_assert(!address_equal(&a, &six));
	address_set_port(&b, 81);
	ck_assert(!address_equal(&a, &b));
	ck_assert(address_equal(&six, &other));
	other.in6.sin6_flowinfo = 5;	/* says nothing of who it is */
	ck_assert(address_equal(&six, &other));
	other.in6.sin6_scope_id = 2;
	ck_assert(!address_equal(&six, &other));
	other = address_of("fe80::2", 80);
	ck_assert(!address_equal(&six, &other));
}
END_TEST

START_TEST(loopback_is_127_and_colon_colon_1)
{
	static const struct { const char *host; int is; } rows[] = {
		{ "127.0.0.1", 1 }, { "127.255.255.255", 1 },
		{ "127.0.0.0", 1 }, { "126.255.255.255", 0 },
		{ "128.0.0.0", 0 }, { "0.0.0.0", 0 }, { "::1", 1 },
		{ "::", 0 }, { "::2", 0 }, { "::ffff:127.0.0.1", 1 },
		{ "::ffff:127.9.9.9", 1 }, { "::ffff:10.0.0.1", 0 },
		{ "::127.0.0.1", 0 }, { "7f00::1", 0 }, { "fe80::1", 0 },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		struct address addr = address_of(rows[i].host, 1);

		ck_assert_msg(!address_is_loopback(&addr) == !rows[i].is,
		    "%s", rows[i].host);
	}
}
END_TEST

START_TEST(wildcard_is_all_zeros)
{
	static const struct { const char *host; int is; } rows[] = {
		{ "0.0.0.0", 1 }, { "::", 1 }, { "0.0.0.1", 0 },
		{ "127.0.0.1", 0 }, { "::1", 0 }, { "1::", 0 },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		struct address addr = address_of(rows[i].host, 1);

		ck_assert_msg(!address_is_wildcard(&addr) == !rows[i].is,
		    "%s", rows[i].host);
	}
}
END_TEST

START_TEST(an_ipv4_host_is_its_address)
{
	ck_assert(same_host("192.0.2.1", "192.0.2.1"));
	ck_assert(!same_host("192.0.2.1", "192.0.2.2"));
	ck_assert(!same_host("192.0.2.1", "193.0.2.1"));
}
END_TEST

START_TEST(an_ipv6_host_is_its_64_first_bits)
{
	ck_assert(same_host("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"));
	ck_assert(!same_host("2001:db8::1", "2001:db8:0:1::1"));
	ck_assert(!same_host("2001:db8::1", "2001:db9::1"));
	ck_assert(!same_host("2001:db8::1", "a001:db8::1"));
}
END_TEST

START_TEST(a_mapped_ipv4_host_is_the_ipv4_one)
{
	ck_assert(same_host("::ffff:192.0.2.1", "192.0.2.1"));
	ck_assert(!same_host("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
	/* The same words, but not the same host. */
	ck_assert(!same_host("c000:201::", "192.0.2.1"));
	ck_assert(!same_host("::1", "0.0.0.0"));
}
END_TEST

START_TEST(no_address_is_written_as_such)
{
	struct address none = { .len = 0 };

	ck_assert_str_eq(format(&none), "?:0");
	ck_assert_int_eq(address_port(&none), 0);
	ck_assert(!address_is_unicast(&none));
	ck_assert(!address_is_loopback(&none));
}
END_TEST

START_TEST(the_longest_address_fits)
{
	struct address addr =
	    address_of("fe80:2222:3333:4444:5555:6666:7777:8888", 65535);

	addr.in6.sin6_scope_id = UINT32_MAX;
	ck_assert_str_eq(format(&addr),
	    "[fe80:2222:3333:4444:5555:6666:7777:8888%4294967295]:65535");
}
END_TEST

START_TEST(a_small_buffer_gets_what_fits)
{
	struct address addr = address_of("192.0.2.1", 80);
	char text[8];

	memset(text, 'x', sizeof(text));
	address_format(&addr, text, 5);
	ck_assert_str_eq(text, "192.");
	ck_assert_int_eq(text[5], 'x');
}
END_TEST

START_TEST(a_bad_name_fails_in_getaddrinfo)
{
	static const char *const names[] = { "no such name", "1.2.3.4.5",
	    "::1::", "[::1]", "127.0.0.1:80", "" };

	for (size_t i = 0; i < SUITE_COUNT(names); i++) {
		struct address_list list;
		struct cause cause;

		ck_assert_msg(address_lookup(names[i],
		    QUERY(80, AF_UNSPEC, SOCK_STREAM), &list, &cause) == -1, "%s",
		    names[i]);
		ck_assert_str_eq(cause.primitive, "getaddrinfo");
		ck_assert_str_eq(cause.object, names[i]);
	}
}
END_TEST

START_TEST(a_number_of_the_other_family_is_not_found)
{
	struct address_list list;
	struct cause cause;

	ck_assert_int_eq(address_lookup("::1",
	    QUERY(80, AF_INET, SOCK_STREAM), &list, &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_LOOKUP);
	ck_assert_int_eq(address_lookup("127.0.0.1",
	    QUERY(80, AF_INET6, SOCK_STREAM), &list, &cause), -1);
	ck_assert_str_eq(cause.object, "127.0.0.1");
}
END_TEST

START_TEST(answers_go_to_unicast_only)
{
	static const struct { const char *host; int is; } rows[] = {
		{ "127.0.0.1", 1 }, { "192.0.2.1", 1 }, { "1.0.0.0", 1 },
		{ "223.255.255.255", 1 }, { "0.0.0.0", 0 },
		{ "0.255.255.255", 0 }, { "224.0.0.1", 0 },
		{ "239.255.255.255", 0 }, { "240.0.0.1", 0 },
		{ "255.255.255.255", 0 }, { "::", 0 }, { "::1", 1 },
		{ "fe80::1", 1 }, { "2001:db8::1", 1 }, { "ff02::1", 0 },
		{ "ff00::", 0 }, { "feff::1", 1 }, { "::ffff:192.0.2.1", 1 },
		{ "::ffff:0.0.0.0", 0 }, { "::ffff:0.1.2.3", 0 },
		{ "::ffff:224.0.0.1", 0 }, { "::ffff:255.255.255.255", 0 },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		struct address addr = address_of(rows[i].host, 5000);

		ck_assert_msg(!address_is_unicast(&addr) == !rows[i].is,
		    "%s", rows[i].host);
	}
}
END_TEST

START_TEST(a_call_that_failed_is_told_and_its_socket_closed)
{
	struct address addr = address_of("::1", 4000);
	int open_fds = suite_open_fds(), fd = socket(AF_INET6, SOCK_STREAM, 0);
	char text[CAUSE_TEXT_SIZE];
	struct cause cause;

	ck_assert_int_ne(fd, -1);
	errno = EADDRINUSE;
	ck_assert_int_eq(address_fail(fd, "bind", &addr, &cause), -1);
	ck_assert_int_eq(suite_open_fds(), open_fds);
	errno = EMFILE;
	ck_assert_int_eq(address_fail(-1, "socket", &addr, &cause), -1);
	ck_assert_ptr_nonnull(strstr(cause_text(&cause, text, sizeof(text)),
	    "[::1]:4000: socket: "));
	ck_assert_int_eq(cause.error, EMFILE);
}
END_TEST

static Suite *
address_suite(void)
{
	Suite *suite = suite_create("address");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, numbers_are_looked_up_without_a_resolver);
	tcase_add_test(core, no_host_is_the_wildcard_of_each_family);
	tcase_add_test(core, a_family_asked_for_is_the_only_one_found);
	tcase_add_test(core, localhost_is_loopback_only);
	tcase_add_test(core, addresses_are_written_as_rfc_5952_says);
	tcase_add_test(core,
	    a_link_local_address_is_written_with_its_interface);
	tcase_add_test(core, the_port_is_set_and_read_in_host_order);
	tcase_add_test(core, equal_is_family_address_and_port);
	tcase_add_test(core, loopback_is_127_and_colon_colon_1);
	tcase_add_test(core, wildcard_is_all_zeros);
	tcase_add_test(core, an_ipv4_host_is_its_address);
	tcase_add_test(core, an_ipv6_host_is_its_64_first_bits);
	tcase_add_test(core, a_mapped_ipv4_host_is_the_ipv4_one);
	tcase_add_test(limits, no_address_is_written_as_such);
	tcase_add_test(limits, the_longest_address_fits);
	tcase_add_test(limits, a_small_buffer_gets_what_fits);
	tcase_add_test(core, a_call_that_failed_is_told_and_its_socket_closed);
	tcase_add_test(hostile, a_bad_name_fails_in_getaddrinfo);
	tcase_add_test(hostile, a_number_of_the_other_family_is_not_found);
	tcase_add_test(hostile, answers_go_to_unicast_only);
	return (suite);
}

int
main(void)
{
	return (suite_run(address_suite()));
}
