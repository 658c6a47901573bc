/* check_dial.c - active sockets: a TCP connection, a connected UDP socket.
 * See also: net/dial.h */
#include "net/dial.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "net/io.h"
#include "suite.h"

#define FILL_MAX	16		/* connections that fill a queue */

static struct address
address_of_in(const struct sockaddr_in *in)
{
	struct address addr = { .len = sizeof(*in) };

	addr.in = *in;
	return (addr);
}

/* A listener; addr receives where. */
static int
listener(struct address *addr, int backlog)
{
	struct sockaddr_in in;
	int fd = suite_loopback(SOCK_STREAM, "127.0.0.1", &in);

	ck_assert_int_eq(listen(fd, backlog), 0);
	*addr = address_of_in(&in);
	return (fd);
}

/* A bound socket that does not listen: connecting there is refused, and no
 * other program can take the port meanwhile. */
static int
refuser(struct address *addr)
{
	struct sockaddr_in in;
	int fd = suite_loopback(SOCK_STREAM, "127.0.0.1", &in);

	*addr = address_of_in(&in);
	return (fd);
}

/* A listener whose queue is full: the kernel drops the next SYN without a
 * word, as a firewall does. */
static int
mute_listener(struct address *addr)
{
	int fd = listener(addr, 0);

	for (int i = 0; i < FILL_MAX; i++) {
		int client = socket(AF_INET, SOCK_STREAM, 0);
		struct pollfd pfd = { .fd = client, .events = POLLOUT };

		ck_assert_int_eq(fcntl(client, F_SETFL, O_NONBLOCK), 0);
		if (connect(client, &addr->sa, addr->len) == -1 &&
		    poll(&pfd, 1, 100) == 0)
			return (fd);
	}
	ck_abort_msg("the queue of a listener never filled");
	return (-1);
}

START_TEST(a_listener_is_connected_to)
{
	struct address_list list = { .len = 1 };
	int listen_fd = listener(&list.items[0], 1), fd, other;
	struct cause cause;
	char buf[4];

	fd = tcp_dial(&list, 1000, &cause);
	ck_assert_int_ne(fd, -1);
	other = accept(listen_fd, NULL, NULL);
	ck_assert_int_ne(other, -1);
	ck_assert_int_eq(send_all(fd, "abc", 3), 0);
	ck_assert_int_eq(recv_within(other, buf, 4, clock_deadline(1000)), 3);
}
END_TEST

START_TEST(a_connection_blocks_and_does_not_survive_exec)
{
	struct address_list list = { .len = 1 };
	int listen_fd = listener(&list.items[0], 1), fd;
	struct cause cause;

	ck_assert_int_ne(listen_fd, -1);
	fd = tcp_dial(&list, 1000, &cause);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}
END_TEST

START_TEST(without_a_deadline_it_connects_too)
{
	struct address_list list = { .len = 1 };
	int listen_fd = listener(&list.items[0], 1);
	struct cause cause;

	ck_assert_int_ne(listen_fd, -1);
	ck_assert_int_ne(tcp_dial(&list, 0, &cause), -1);
}
END_TEST

START_TEST(ipv6_is_connected_to)
{
	struct address_list list = { .len = 1 };
	struct address *addr = &list.items[0];
	struct cause cause;
	int fd;

	if (!suite_has_ipv6())
		return;
	addr->in6.sin6_family = AF_INET6;
	addr->in6.sin6_addr.s6_addr[15] = 1;
	addr->len = sizeof(addr->in6);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, &addr->sa, addr->len), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, &addr->sa, &addr->len), 0);
	ck_assert_int_ne(tcp_dial(&list, 1000, &cause), -1);
}
END_TEST

START_TEST(the_second_address_is_tried_when_the_first_refuses)
{
	struct address_list list = { .len = 2 };
	struct address peer = { .len = sizeof(peer.storage) };
	struct cause cause;
	int listen_fd, fd;

	refuser(&list.items[0]);
	listen_fd = listener(&list.items[1], 1);
	fd = tcp_dial(&list, 1000, &cause);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(getpeername(fd, &peer.sa, &peer.len), 0);
	ck_assert(address_equal(&peer, &list.items[1]));
	ck_assert_int_ne(accept(listen_fd, NULL, NULL), -1);
}
END_TEST

START_TEST(the_first_address_that_answers_is_the_only_one_asked)
{
	struct address_list list = { .len = 2 };
	int first = listener(&list.items[0], 1);
	int second = listener(&list.items[1], 1);
	struct cause cause;

	ck_assert_int_ne(tcp_dial(&list, 1000, &cause), -1);
	ck_assert_int_ne(accept(first, NULL, NULL), -1);
	ck_assert(!suite_readable(second, 0));
}
END_TEST

START_TEST(udp_sends_and_receives_with_its_peer)
{
	struct sockaddr_in in;
	int server_fd = suite_loopback(SOCK_DGRAM, "127.0.0.1", &in), fd;
	struct address addr = address_of_in(&in), from = { .len = 0 };
	struct cause cause;
	char buf[8];

	fd = udp_dial(&addr, &cause);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(send_all(fd, "ask", 3), 0);
	from.len = sizeof(from.storage);
	ck_assert_int_eq(recvfrom(server_fd, buf, sizeof(buf), 0, &from.sa,
	    &from.len), 3);
	ck_assert_int_eq(sendto(server_fd, "reply", 5, 0, &from.sa,
	    from.len), 5);
	ck_assert_int_eq(recv_within(fd, buf, sizeof(buf),
	    clock_deadline(1000)), 5);
}
END_TEST

START_TEST(refused_names_connect_and_the_address)
{
	struct address_list list = { .len = 1 };
	struct cause cause = { .kind = CAUSE_NONE };
	char text[ADDRESS_TEXT_SIZE];

	refuser(&list.items[0]);
	ck_assert_int_eq(tcp_dial(&list, 1000, &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_ERRNO);
	ck_assert_str_eq(cause.primitive, "connect");
	ck_assert_int_eq(cause.error, ECONNREFUSED);
	ck_assert_str_eq(cause.object, address_format(&list.items[0], text,
	    sizeof(text)));
}
END_TEST

START_TEST(the_cause_is_that_of_the_first_address)
{
	struct address_list list = { .len = 2 };
	struct cause cause;
	char text[ADDRESS_TEXT_SIZE];

	mute_listener(&list.items[0]);
	refuser(&list.items[1]);
	ck_assert_int_eq(tcp_dial(&list, 100, &cause), -1);
	ck_assert_int_eq(cause.error, ETIMEDOUT);
	ck_assert_str_eq(cause.object, address_format(&list.items[0], text,
	    sizeof(text)));
}
END_TEST

START_TEST(failures_leave_no_descriptor_open)
{
	struct address_list list = { .len = ADDRESSES_MAX };
	struct address addr = { .len = sizeof(addr.in) };
	struct cause cause;
	int before;

	refuser(&list.items[0]);
	for (size_t i = 1; i < list.len; i++)
		list.items[i] = list.items[0];
	before = suite_open_fds();
	ck_assert_int_eq(tcp_dial(&list, 1000, &cause), -1);
	addr.sa.sa_family = AF_INET;
	addr.in.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	ck_assert_int_eq(udp_dial(&addr, &cause), -1);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(the_deadline_of_a_connection_comes)
{
	struct address_list list = { .len = 1 };
	struct cause cause;
	int64_t begin;
	int before;

	mute_listener(&list.items[0]);
	before = suite_open_fds();
	begin = suite_now_ms();
	ck_assert_int_eq(tcp_dial(&list, 100, &cause), -1);
	ck_assert_str_eq(cause.primitive, "connect");
	ck_assert_int_eq(cause.error, ETIMEDOUT);
	ck_assert_int_ge(suite_now_ms() - begin, 99);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(each_address_has_a_deadline_of_its_own)
{
	struct address_list list = { .len = 3 };
	struct address peer = { .len = sizeof(peer.storage) };
	struct cause cause;
	int listen_fd, fd;

	mute_listener(&list.items[0]);
	list.items[1] = list.items[0];
	listen_fd = listener(&list.items[2], 1);
	ck_assert_int_ne(listen_fd, -1);
	fd = tcp_dial(&list, 60, &cause);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(getpeername(fd, &peer.sa, &peer.len), 0);
	ck_assert(address_equal(&peer, &list.items[2]));
}
END_TEST

START_TEST(udp_is_told_that_nobody_listens)
{
	struct sockaddr_in in;
	int closed = suite_loopback(SOCK_DGRAM, "127.0.0.1", &in), fd;
	struct address addr = address_of_in(&in);
	struct cause cause;
	char buf[8];

	close(closed);
	fd = udp_dial(&addr, &cause);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(send_all(fd, "ask", 3), 0);
	ck_assert_int_eq(recv_within(fd, buf, sizeof(buf),
	    clock_deadline(SUITE_PATIENCE_MS)), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
}
END_TEST

START_TEST(udp_does_not_hear_a_stranger)
{
	struct sockaddr_in in, strange;
	int server_fd = suite_loopback(SOCK_DGRAM, "127.0.0.1", &in), fd;
	int stranger = suite_loopback(SOCK_DGRAM, "127.0.0.1", &strange);
	struct address addr = address_of_in(&in);
	struct address self = { .len = sizeof(self.storage) };
	struct cause cause;
	char buf[8];

	fd = udp_dial(&addr, &cause);
	ck_assert_int_eq(getsockname(fd, &self.sa, &self.len), 0);
	ck_assert_int_eq(sendto(stranger, "lie", 3, 0, &self.sa, self.len),
	    3);
	ck_assert_int_eq(sendto(server_fd, "truth", 5, 0, &self.sa,
	    self.len), 5);
	ck_assert_int_eq(recv_within(fd, buf, sizeof(buf),
	    clock_deadline(SUITE_PATIENCE_MS)), 5);
	ck_assert_mem_eq(buf, "truth", 5);
	ck_assert(!suite_readable(fd, 0));
}
END_TEST

START_TEST(udp_to_broadcast_is_refused_by_connect)
{
	struct address addr = { .len = sizeof(addr.in) };
	struct cause cause;

	addr.in.sin_family = AF_INET;
	addr.in.sin_port = htons(9);
	addr.in.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	ck_assert_int_eq(udp_dial(&addr, &cause), -1);
	ck_assert_str_eq(cause.primitive, "connect");
	ck_assert_str_eq(cause.object, "255.255.255.255:9");
}
END_TEST

START_TEST(a_family_that_the_machine_lacks_names_socket)
{
	struct address_list list = { .len = 1 };
	struct cause cause;

	list.items[0].len = sizeof(struct sockaddr_in);
	list.items[0].sa.sa_family = 255;
	ck_assert_int_eq(tcp_dial(&list, 100, &cause), -1);
	ck_assert_str_eq(cause.primitive, "socket");
	ck_assert_int_eq(cause.error, EAFNOSUPPORT);
	ck_assert_int_eq(udp_dial(&list.items[0], &cause), -1);
	ck_assert_str_eq(cause.primitive, "socket");
}
END_TEST

struct pest {
	pthread_t	 victim;
	atomic_int	 stop;
};

static void *
pest_main(void *arg)
{
	struct pest *pest = arg;
	struct timespec pause = { .tv_nsec = 20000 };

	while (!pest->stop) {
		pthread_kill(pest->victim, SIGUSR1);
		nanosleep(&pause, NULL);
	}
	return (NULL);
}

START_TEST(signals_neither_break_nor_prolong_a_connection)
{
	struct pest pest = { .victim = pthread_self(), .stop = 0 };
	struct address_list mute = { .len = 1 }, list = { .len = 1 };
	int64_t begin, end;
	struct cause cause;
	pthread_t thread;
	int fd, failed;

	mute_listener(&mute.items[0]);
	ck_assert_int_ne(listener(&list.items[0], 1), -1);
	suite_interruptible(SIGUSR1);
	ck_assert_int_eq(pthread_create(&thread, NULL, pest_main, &pest), 0);
	begin = suite_now_ms();
	failed = tcp_dial(&mute, 100, &cause);
	end = suite_now_ms();
	fd = tcp_dial(&list, 1000, &cause);
	pest.stop = 1;
	pthread_join(thread, NULL);
	ck_assert_int_eq(failed, -1);
	ck_assert_int_eq(cause.error, ETIMEDOUT);
	ck_assert_int_ge(end - begin, 99);
	ck_assert_int_lt(end - begin, SUITE_PATIENCE_MS);
	ck_assert_int_ne(fd, -1);
}
END_TEST

static Suite *
dial_suite(void)
{
	Suite *suite = suite_create("dial");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_listener_is_connected_to);
	tcase_add_test(core, a_connection_blocks_and_does_not_survive_exec);
	tcase_add_test(core, without_a_deadline_it_connects_too);
	tcase_add_test(core, ipv6_is_connected_to);
	tcase_add_test(core,
	    the_second_address_is_tried_when_the_first_refuses);
	tcase_add_test(core,
	    the_first_address_that_answers_is_the_only_one_asked);
	tcase_add_test(core, udp_sends_and_receives_with_its_peer);
	tcase_add_test(core, refused_names_connect_and_the_address);
	tcase_add_test(core, the_cause_is_that_of_the_first_address);
	tcase_add_test(core, udp_is_told_that_nobody_listens);
	tcase_add_test(limits, failures_leave_no_descriptor_open);
	tcase_add_test(limits, the_deadline_of_a_connection_comes);
	tcase_add_test(limits, each_address_has_a_deadline_of_its_own);
	tcase_add_test(hostile, udp_does_not_hear_a_stranger);
	tcase_add_test(hostile, udp_to_broadcast_is_refused_by_connect);
	tcase_add_test(hostile, a_family_that_the_machine_lacks_names_socket);
	tcase_add_test(hostile,
	    signals_neither_break_nor_prolong_a_connection);
	return (suite);
}

int
main(void)
{
	return (suite_run(dial_suite()));
}
