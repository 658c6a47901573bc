/* check_datagram.c - datagrams on a wildcard socket, answered from the right
 * address.  A user notices a breach as silence: a connected client throws
 * away an answer from an address that it did not ask.
 * Ref: RFC 1122 4.1.3.5.   See also: net/datagram.h */
#include "net/datagram.h"

#include <errno.h>

#include "config.h"
#include "suite.h"

#if defined(HAVE_STRUCT_IN_PKTINFO_IPI_SPEC_DST) && \
    defined(HAVE_STRUCT_IN6_PKTINFO_IPI6_ADDR)
#define KNOWS_DESTINATION	1
#else
#define KNOWS_DESTINATION	0	/* see net/datagram.h */
#endif

/* A server's socket on all addresses of a family; its port. */
static int
wildcard_socket(int family, int *port)
{
	struct address addr = { .len = 0 };
	int fd = socket(family, SOCK_DGRAM, 0), on = 1;

	addr.sa.sa_family = (sa_family_t)family;
	addr.len = family == AF_INET ? sizeof(addr.in) : sizeof(addr.in6);
	ck_assert_int_ne(fd, -1);
	if (family == AF_INET6)
		ck_assert_int_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		    &on, sizeof(on)), 0);
	ck_assert_int_eq(datagram_ask_destination(fd, family), 0);
	ck_assert_int_eq(bind(fd, &addr.sa, addr.len), 0);
	ck_assert_int_eq(getsockname(fd, &addr.sa, &addr.len), 0);
	*port = address_port(&addr);
	return (fd);
}

/* A client's socket connected to an address: it takes answers from that
 * address only. */
static int
client_socket(const char *host, int port)
{
	struct address addr = { .len = 0 };
	struct cause cause;
	struct address_list list;
	int fd;

	ck_assert_int_eq(address_lookup(host,
	    QUERY(port, AF_UNSPEC, SOCK_DGRAM), &list, &cause), 0);
	addr = list.items[0];
	fd = socket(addr.sa.sa_family, SOCK_DGRAM, 0);
	ck_assert_int_eq(connect(fd, &addr.sa, addr.len), 0);
	return (fd);
}

/* Ask at host, and expect the answer from there. */
static void
check_answer_comes_from(int server_fd, const char *host, int port)
{
	int fd = client_socket(host, port);
	struct address from, to, self = { .len = sizeof(self.storage) };
	char buf[16], text[ADDRESS_TEXT_SIZE], expected[ADDRESS_TEXT_SIZE];

	ck_assert_int_eq(send(fd, "ask", 3, 0), 3);
	ck_assert(suite_readable(server_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(datagram_recv(server_fd, buf, sizeof(buf), &from,
	    &to), 3);
	ck_assert_mem_eq(buf, "ask", 3);
	ck_assert_int_eq(getsockname(fd, &self.sa, &self.len), 0);
	ck_assert(address_equal(&from, &self));
	snprintf(expected, sizeof(expected),
	    strchr(host, ':') != NULL ? "[%s]:0" : "%s:0", host);
	ck_assert_str_eq(address_format(&to, text, sizeof(text)), expected);
	ck_assert_int_eq(datagram_send(server_fd, "answer", 6, &from, &to),
	    6);
	ck_assert_msg(suite_readable(fd, SUITE_PATIENCE_MS),
	    "no answer from %s", host);
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), 6);
	ck_assert_mem_eq(buf, "answer", 6);
	close(fd);
}

START_TEST(each_ipv4_address_answers_for_itself)
{
	int port, fd = wildcard_socket(AF_INET, &port);

	if (!KNOWS_DESTINATION)
		return;
	check_answer_comes_from(fd, "127.0.0.1", port);
	check_answer_comes_from(fd, "127.0.0.2", port);
	check_answer_comes_from(fd, "127.255.255.254", port);
	check_answer_comes_from(fd, "127.0.0.1", port);
}
END_TEST

START_TEST(an_ipv6_address_answers_for_itself)
{
	int port, fd;

	if (!KNOWS_DESTINATION || !suite_has_ipv6())
		return;
	fd = wildcard_socket(AF_INET6, &port);
	check_answer_comes_from(fd, "::1", port);
}
END_TEST

START_TEST(without_a_source_the_kernel_picks_one)
{
	struct address from, to, nobody = { .len = 0 };
	int port, server_fd = wildcard_socket(AF_INET, &port);
	int fd = client_socket("127.0.0.1", port);
	char buf[16];

	ck_assert_int_eq(send(fd, "ask", 3, 0), 3);
	ck_assert(suite_readable(server_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(datagram_recv(server_fd, buf, sizeof(buf), &from,
	    &to), 3);
	ck_assert_int_eq(datagram_send(server_fd, "answer", 6, &from,
	    &nobody), 6);
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), 6);
}
END_TEST

START_TEST(a_socket_that_was_not_asked_tells_no_destination)
{
	struct sockaddr_in in;
	int server_fd = suite_loopback(SOCK_DGRAM, "127.0.0.1", &in);
	int fd = client_socket("127.0.0.1", ntohs(in.sin_port));
	struct address from, to;
	char buf[16];

	memset(&to, 0xff, sizeof(to));
	ck_assert_int_eq(send(fd, "ask", 3, 0), 3);
	ck_assert(suite_readable(server_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(datagram_recv(server_fd, buf, sizeof(buf), &from,
	    &to), 3);
	ck_assert_uint_eq(to.len, 0);
	ck_assert_uint_eq(from.len, sizeof(struct sockaddr_in));
}
END_TEST

START_TEST(an_empty_datagram_is_a_datagram)
{
	int port, server_fd = wildcard_socket(AF_INET, &port);
	int fd = client_socket("127.0.0.1", port);
	struct address from, to;
	char buf[16];

	ck_assert_int_eq(send(fd, "", 0, 0), 0);
	ck_assert(suite_readable(server_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(datagram_recv(server_fd, buf, sizeof(buf), &from,
	    &to), 0);
	ck_assert_int_eq(datagram_send(server_fd, "", 0, &from, &to), 0);
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), 0);
}
END_TEST

START_TEST(what_does_not_fit_is_cut)
{
	int port, server_fd = wildcard_socket(AF_INET, &port);
	int fd = client_socket("127.0.0.1", port);
	struct address from, to;
	char buf[] = "########";

	ck_assert_int_eq(send(fd, "0123456789", 10, 0), 10);
	ck_assert_int_eq(send(fd, "next", 4, 0), 4);
	ck_assert(suite_readable(server_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(datagram_recv(server_fd, buf, 4, &from, &to), 4);
	ck_assert_str_eq(buf, "0123####");
	ck_assert(suite_readable(server_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(datagram_recv(server_fd, buf, 4, &from, &to), 4);
	ck_assert_str_eq(buf, "next####");
}
END_TEST

START_TEST(the_largest_datagram_passes_both_ways)
{
	static char large[65507], buf[65536];
	int port, server_fd = wildcard_socket(AF_INET, &port);
	int fd = client_socket("127.0.0.2", port);
	struct address from, to;

	memset(large, 'x', sizeof(large));
	ck_assert_int_eq(send(fd, large, sizeof(large), 0), sizeof(large));
	ck_assert(suite_readable(server_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(datagram_recv(server_fd, buf, sizeof(buf), &from,
	    &to), sizeof(large));
	ck_assert_int_eq(datagram_send(server_fd, buf, sizeof(large), &from,
	    &to), sizeof(large));
	ck_assert_int_eq(datagram_send(server_fd, buf, sizeof(large) + 1,
	    &from, &to), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
	if (!KNOWS_DESTINATION)
		return;
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), sizeof(large));
}
END_TEST

START_TEST(an_empty_socket_that_does_not_block_is_eagain)
{
	int port, fd = wildcard_socket(AF_INET, &port);
	struct address from, to;
	char buf[16];

	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(datagram_recv(fd, buf, sizeof(buf), &from, &to), -1);
	ck_assert(errno == EAGAIN || errno == EWOULDBLOCK);
}
END_TEST

START_TEST(an_answer_from_a_foreign_address_is_refused)
{
	int port, server_fd = wildcard_socket(AF_INET, &port);
	struct address peer = { .len = sizeof(peer.in) }, source = peer;

	if (!KNOWS_DESTINATION)
		return;
	peer.in.sin_family = source.in.sin_family = AF_INET;
	peer.in.sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, "127.0.0.1", &peer.in.sin_addr);
	inet_pton(AF_INET, "198.51.100.1", &source.in.sin_addr);
	ck_assert_int_eq(datagram_send(server_fd, "x", 1, &peer, &source),
	    -1);
}
END_TEST

START_TEST(descriptors_that_are_no_sockets_are_told)
{
	struct address from, to = { .len = 0 };
	int ends[2];
	char buf[4];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(datagram_recv(ends[0], buf, 4, &from, &to), -1);
	ck_assert_int_eq(errno, ENOTSOCK);
	if (!KNOWS_DESTINATION)
		return;
	ck_assert_int_eq(datagram_ask_destination(ends[0], AF_INET), -1);
	ck_assert_int_eq(datagram_ask_destination(ends[0], AF_INET6), -1);
}
END_TEST

static Suite *
datagram_suite(void)
{
	Suite *suite = suite_create("datagram");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, each_ipv4_address_answers_for_itself);
	tcase_add_test(core, an_ipv6_address_answers_for_itself);
	tcase_add_test(core, without_a_source_the_kernel_picks_one);
	tcase_add_test(core, a_socket_that_was_not_asked_tells_no_destination);
	tcase_add_test(limits, an_empty_datagram_is_a_datagram);
	tcase_add_test(limits, what_does_not_fit_is_cut);
	tcase_add_test(limits, the_largest_datagram_passes_both_ways);
	tcase_add_test(limits, an_empty_socket_that_does_not_block_is_eagain);
	tcase_add_test(hostile, an_answer_from_a_foreign_address_is_refused);
	tcase_add_test(hostile, descriptors_that_are_no_sockets_are_told);
	return (suite);
}

int
main(void)
{
	return (suite_run(datagram_suite()));
}
