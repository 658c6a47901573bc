/* check_keepalive.c - a peer that is gone without a word is noticed.
 * See also: net/keepalive.h */
#include "net/keepalive.h"

#include <netinet/tcp.h>

#include "suite.h"

static int
option_of(int fd, int level, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	ck_assert_int_eq(getsockopt(fd, level, option, &value, &len), 0);
	return (value);
}

START_TEST(a_silent_peer_is_asked_and_given_up_in_time)
{
	int fds[2];

	suite_tcp_pair(fds);
	keepalive_set(fds[0], 60);
	ck_assert_int_ne(option_of(fds[0], SOL_SOCKET, SO_KEEPALIVE), 0);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
	ck_assert_int_eq(option_of(fds[0], IPPROTO_TCP, TCP_KEEPIDLE) +
	    option_of(fds[0], IPPROTO_TCP, TCP_KEEPINTVL) *
	    option_of(fds[0], IPPROTO_TCP, TCP_KEEPCNT), 60);
#endif
#ifdef TCP_USER_TIMEOUT
	ck_assert_int_eq(option_of(fds[0], IPPROTO_TCP, TCP_USER_TIMEOUT),
	    60000);
#endif
}
END_TEST

START_TEST(a_second_is_the_shortest_time)
{
	int fds[2];

	suite_tcp_pair(fds);
	keepalive_set(fds[0], 1);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL)
	/* 0 would be refused, and the system's two hours stay. */
	ck_assert_int_eq(option_of(fds[0], IPPROTO_TCP, TCP_KEEPIDLE), 1);
	ck_assert_int_eq(option_of(fds[0], IPPROTO_TCP, TCP_KEEPINTVL), 1);
#endif
}
END_TEST

START_TEST(what_is_no_tcp_socket_is_left_alone)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	keepalive_set(fds[0], 60);
	keepalive_set(-1, 60);
	ck_assert_int_eq(send(fds[0], "x", 1, 0), 1);
}
END_TEST

static Suite *
keepalive_suite(void)
{
	Suite *suite = suite_create("keepalive");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_test(core, a_silent_peer_is_asked_and_given_up_in_time);
	tcase_add_test(limits, a_second_is_the_shortest_time);
	tcase_add_test(limits, what_is_no_tcp_socket_is_left_alone);
	return (suite);
}

int
main(void)
{
	return (suite_run(keepalive_suite()));
}
