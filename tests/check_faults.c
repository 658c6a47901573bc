/* check_faults.c - every call of net/ and serve/ fails once, and is survived.
 * The rule: a function that fails names the primitive that failed, reports its
 * error, and leaves no descriptor open.  A user would otherwise see "error",
 * or a server that runs out of descriptors after a week.
 * See also: tests/fault/fault.h, tests/system/faults.py */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/random.h"
#include "fault/fault.h"
#include "net/datagram.h"
#include "net/dial.h"
#include "net/io.h"
#include "net/listen.h"
#include "net/mux.h"
#include "proto/message.h"
#include "serve/lifecycle.h"
#include "serve/registry.h"
#include "serve/server.h"
#include "suite.h"

/* One call that fails, in one function. */
struct fault_row {
	const char	*rules;
	int		(*function)(struct cause *);	/* -1 expected */
	const char	*primitive;
	int		 error;
};

static struct address
address_of(const char *host, int socktype)
{
	struct address_list list;
	struct cause cause;

	ck_assert_int_eq(address_lookup(host,
	    QUERY(0, AF_UNSPEC, socktype), &list, &cause), 0);
	return (list.items[0]);
}

static int
call_tcp_listen(struct cause *cause)
{
	struct address addr = address_of("127.0.0.1", SOCK_STREAM);

	return (tcp_listen(&addr, cause));
}

static int
call_tcp_listen_ipv6(struct cause *cause)
{
	struct address addr = address_of("::1", SOCK_STREAM);

	return (tcp_listen(&addr, cause));
}

static int
call_udp_bind(struct cause *cause)
{
	struct address addr = address_of("127.0.0.1", SOCK_DGRAM);

	return (udp_bind(&addr, cause));
}

static int
call_udp_bind_wildcard(struct cause *cause)
{
	struct address addr = address_of("0.0.0.0", SOCK_DGRAM);

	return (udp_bind(&addr, cause));
}

static int
call_listen_everywhere(struct cause *cause)
{
	struct address_list addrs = { .len = 2 };
	int fds[ADDRESSES_MAX];

	addrs.items[0] = address_of("127.0.0.1", SOCK_STREAM);
	addrs.items[1] = address_of("127.0.0.2", SOCK_STREAM);
	return (listen_everywhere(tcp_listen, &addrs, fds, cause));
}

/* The port of a listener that lives as long as the test does. */
static int
some_port(void)
{
	static struct sockaddr_in in;
	static int listen_fd = -1;

	if (listen_fd == -1) {
		listen_fd = suite_loopback(SOCK_STREAM, "127.0.0.1", &in);
		ck_assert_int_eq(listen(listen_fd, 64), 0);
	}
	return (ntohs(in.sin_port));
}

static int
call_tcp_dial(struct cause *cause)
{
	struct address_list addrs = { .len = 1 };

	addrs.items[0] = address_of("127.0.0.1", SOCK_STREAM);
	address_set_port(&addrs.items[0], some_port());
	return (tcp_dial(&addrs, 1000, cause));
}

static int
call_udp_dial(struct cause *cause)
{
	struct address addr = address_of("127.0.0.1", SOCK_DGRAM);

	address_set_port(&addr, 9);
	return (udp_dial(&addr, cause));
}

static int
call_lookup(struct cause *cause)
{
	struct address_list list;

	return (address_lookup("localhost",
	    QUERY(1, AF_UNSPEC, SOCK_STREAM), &list, cause));
}

static int
call_lifecycle(struct cause *cause)
{
	return (lifecycle_start(cause));
}

static int
call_server_init(struct cause *cause)
{
	static const struct server_options options = SERVER_OPTIONS_DEFAULT;
	static const struct service service;
	static struct server server;

	return (server_init(&server, &options, &service, cause));
}

static const struct fault_row rows[] = {
	{ "socket=EMFILE", call_tcp_listen, "socket", EMFILE },
	{ "fcntl=EINVAL", call_tcp_listen, "fcntl", EINVAL },
	{ "fcntl=EINVAL:after=1", call_tcp_listen, "fcntl", EINVAL },
	{ "setsockopt=ENOPROTOOPT", call_tcp_listen, "setsockopt",
	    ENOPROTOOPT },
	{ "setsockopt=ENOPROTOOPT", call_tcp_listen_ipv6, "setsockopt",
	    ENOPROTOOPT },
	{ "bind=EACCES", call_tcp_listen, "bind", EACCES },
	{ "listen=EADDRINUSE", call_tcp_listen, "listen", EADDRINUSE },
	{ "getsockname=ENOBUFS", call_tcp_listen, "getsockname", ENOBUFS },
	{ "socket=EMFILE", call_udp_bind, "socket", EMFILE },
	{ "fcntl=EINVAL", call_udp_bind, "fcntl", EINVAL },
	{ "setsockopt=ENOPROTOOPT", call_udp_bind_wildcard, "setsockopt",
	    ENOPROTOOPT },
	{ "bind=EADDRINUSE", call_udp_bind, "bind", EADDRINUSE },
	{ "getsockname=ENOBUFS", call_udp_bind, "getsockname", ENOBUFS },
	{ "bind=EADDRINUSE", call_listen_everywhere, "bind", EADDRINUSE },
	{ "bind=EACCES:after=1", call_listen_everywhere, "bind", EACCES },
	{ "bind=EADDRNOTAVAIL", call_listen_everywhere, "bind",
	    EADDRNOTAVAIL },
	{ "socket=EMFILE", call_tcp_dial, "socket", EMFILE },
	{ "fcntl=EINVAL", call_tcp_dial, "fcntl", EINVAL },
	{ "fcntl=EINVAL:after=2", call_tcp_dial, "fcntl", EINVAL },
	{ "connect=ENETUNREACH", call_tcp_dial, "connect", ENETUNREACH },
	{ "poll=ENOMEM", call_tcp_dial, "connect", ENOMEM },
	{ "getsockopt=ENOBUFS", call_tcp_dial, "connect", ENOBUFS },
	{ "socket=EMFILE", call_udp_dial, "socket", EMFILE },
	{ "fcntl=EINVAL", call_udp_dial, "fcntl", EINVAL },
	{ "connect=ENETUNREACH", call_udp_dial, "connect", ENETUNREACH },
	{ "getaddrinfo=EAI_AGAIN", call_lookup, "getaddrinfo", EAI_AGAIN },
	{ "pipe=EMFILE", call_lifecycle, "pipe", EMFILE },
	{ "fcntl=EINVAL", call_lifecycle, "fcntl", EINVAL },
	{ "fcntl=EINVAL:after=3", call_lifecycle, "fcntl", EINVAL },
	{ "pipe=EMFILE", call_server_init, "pipe", EMFILE },
	{ "calloc=ENOMEM", call_server_init, "calloc", ENOMEM },
	{ "getrandom=EIO", call_server_init, "getrandom", EIO },
	{ "getrandom=EIO:after=1", call_server_init, "getrandom", EIO },
	{ "pthread_mutex_init=EAGAIN", call_server_init,
	    "pthread_mutex_init", EAGAIN },
	{ "pthread_cond_init=EAGAIN", call_server_init, "pthread_cond_init",
	    EAGAIN },
	{ "pthread_mutex_init=EAGAIN:after=1", call_server_init,
	    "pthread_mutex_init", EAGAIN },
	{ "pthread_cond_init=EAGAIN:after=1", call_server_init,
	    "pthread_cond_init", EAGAIN },
	{ "pthread_attr_init=ENOMEM", call_server_init, "pthread_attr_init",
	    ENOMEM },
};

START_TEST(a_call_that_fails_is_named_and_leaves_nothing_open)
{
	const struct fault_row *row = &rows[_i];
	struct cause cause = { .kind = CAUSE_NONE };
	char call[32];
	int before, result;

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(row->rules, "="),
	    row->rules);
	if (!fault_knows(call))
		return;
	some_port();
	before = suite_open_fds();
	fault_set(row->rules);
	result = row->function(&cause);
	ck_assert_msg(result == -1, "%s: it went well", row->rules);
	ck_assert_uint_ge(fault_hits(), 1);
	fault_set("");
	ck_assert_msg(strcmp(cause.primitive, row->primitive) == 0,
	    "%s: says %s", row->rules, cause.primitive);
	ck_assert_int_eq(cause.error, row->error);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(a_socket_that_the_service_does_not_serve_is_refused)
{
	static struct server_options options = SERVER_OPTIONS_DEFAULT;
	static const struct service service;	/* neither TCP nor UDP */
	static struct server server;
	struct cause cause;
	int before = suite_open_fds();

	ck_assert_int_eq(server_init(&server, &options, &service, &cause), 0);
	ck_assert_int_eq(server_listen(&server, ENDPOINT_TCP, tcp_listen, 0,
	    &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_int_eq(server_listen(&server, ENDPOINT_UDP, udp_bind, 0,
	    &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	server_fini(&server);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(a_lookup_that_fails_in_the_system_tells_its_errno)
{
	struct cause cause;

	fault_set("getaddrinfo=EAI_SYSTEM");
	errno = ENFILE;
	ck_assert_int_eq(call_lookup(&cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_ERRNO);
	ck_assert_int_eq(cause.error, ENFILE);
}
END_TEST

START_TEST(an_address_that_cannot_be_printed_is_a_question_mark)
{
	struct address addr = address_of("127.0.0.1", SOCK_STREAM);
	char text[ADDRESS_TEXT_SIZE];

	address_set_port(&addr, 80);
	fault_set("getnameinfo=EAI_MEMORY");
	ck_assert_str_eq(address_format(&addr, text, sizeof(text)), "?:80");
}
END_TEST

START_TEST(a_port_taken_on_the_second_address_is_tried_again_elsewhere)
{
	struct cause cause;

	fault_set("bind=EADDRINUSE:after=1:times=1");
	ck_assert_int_eq(call_listen_everywhere(&cause), 0);
	ck_assert_uint_eq(fault_hits(), 1);
}
END_TEST

/* The whole of an array goes through a socket, whatever happens to each call;
 * rules: of the calls on both sides. */
static void
send_and_receive(const char *rules)
{
	char sent[1000], got[1000];
	size_t len = 0;
	int fds[2];

	suite_tcp_pair(fds);
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 7);
	fault_set(rules);
	ck_assert_int_eq(send_all(fds[0], sent, sizeof(sent)), 0);
	while (len < sizeof(got)) {
		ssize_t n = recv_within(fds[1], got + len, sizeof(got) - len,
		    clock_deadline(SUITE_PATIENCE_MS));

		ck_assert_int_gt(n, 0);
		len += (size_t)n;
	}
	ck_assert_uint_ge(fault_hits(), 1);
	ck_assert_mem_eq(sent, got, sizeof(sent));
}

START_TEST(interrupted_and_short_calls_lose_and_repeat_nothing)
{
	static const char *const faults[] = {
		"send=EINTR:times=3", "send=short:1",
		"send=short:7,send=EINTR:every=3", "recv=EINTR:times=3",
		"recv=EAGAIN:times=3", "recv=short:1", "poll=EINTR:times=3",
		/* all of them */
		("send=short:100,recv=short:3,poll=EINTR:every=3,"
		"recv=EINTR:every=5,send=EINTR:every=2"),
	};

	send_and_receive(faults[_i]);
}
END_TEST

START_TEST(a_send_or_a_wait_that_fails_for_good_is_reported)
{
	int fds[2];
	char byte;

	suite_tcp_pair(fds);
	fault_set("send=ENOBUFS,poll=ENOMEM");
	ck_assert_int_eq(send_all(fds[0], "x", 1), -1);
	ck_assert_int_eq(errno, ENOBUFS);
	ck_assert_int_eq(recv_within(fds[1], &byte, 1, CLOCK_NEVER), -1);
	ck_assert_int_eq(errno, ENOMEM);
	fault_set("send=ENOBUFS:after=1,send=short:1");
	ck_assert_int_eq(send_all(fds[0], "xyz", 3), -1);
}
END_TEST

START_TEST(an_interrupted_connect_still_connects)
{
	struct cause cause;
	int fd;

	some_port();
	/* The call was made and goes on by itself: EINTR says no more. */
	fault_set("connect=EINTR:late,poll=EINTR:times=3");
	fd = call_tcp_dial(&cause);
	ck_assert_int_ne(fd, -1);
	ck_assert_uint_eq(fault_hits(), 4);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
}
END_TEST

START_TEST(a_datagram_call_that_fails_says_so)
{
	struct address from, to, addr = address_of("0.0.0.0", SOCK_DGRAM);
	struct cause cause;
	char byte;
	int fd = udp_bind(&addr, &cause);

	ck_assert_int_ne(fd, -1);
	fault_set("recvmsg=ENOMEM,sendmsg=ENOBUFS");
	ck_assert_int_eq(datagram_recv(fd, &byte, 1, &from, &to), -1);
	ck_assert_int_eq(errno, ENOMEM);
	to = address_of("127.0.0.1", SOCK_DGRAM);
	ck_assert_int_eq(datagram_send(fd, "x", 1, &to, &to), -1);
	ck_assert_int_eq(errno, ENOBUFS);
}
END_TEST

START_TEST(select_is_interrupted_or_fails)
{
	struct mux mux;
	fd_set ready;

	mux_init(&mux);
	fault_set("select=EINTR");
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 0);
	fault_set("select=EBADF");
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(a_registry_without_memory_says_so_and_keeps_the_rest)
{
	struct address peer = address_of("127.0.0.1", SOCK_STREAM);
	struct registry registry;
	struct client *first, *second;
	struct cause cause;

	if (!fault_knows("calloc"))
		return;
	ck_assert_int_eq(registry_init(&registry, &cause), 0);
	ck_assert_int_eq(registry_join(&registry, 3, &peer, &first),
	    REGISTRY_JOINED);
	fault_set("calloc=ENOMEM");
	ck_assert_int_eq(registry_join(&registry, 4, &peer, &second),
	    REGISTRY_NO_MEMORY);
	ck_assert_ptr_null(second);
	registry_leave(&registry, first);
	/* What was used once is used again: no memory is needed. */
	ck_assert_int_eq(registry_join(&registry, 5, &peer, &second),
	    REGISTRY_JOINED);
}
END_TEST

/* tests/check_message.c has the allocations that jansson makes. */
START_TEST(a_message_is_not_read_without_memory)
{
	struct message message;
	struct message_id id;
	enum message_code code;

	if (!fault_knows("malloc"))
		return;
	fault_set("malloc=ENOMEM:times=1");
	code = message_parse("{\"id\":7}", 8, &message, &id);
	ck_assert_uint_eq(fault_hits(), 1);
	ck_assert_int_eq(code, MESSAGE_SERVER_ERROR);
	ck_assert_int_eq(id.kind, MESSAGE_ID_NONE);
	message_fini(&message);
}
END_TEST

START_TEST(random_bytes_in_pieces_are_whole)
{
	unsigned char bytes[64] = { 0 };
	int zeros = 0;

	fault_set("getrandom=short:1,getrandom=EINTR:every=2");
	ck_assert_int_eq(random_fill(bytes, sizeof(bytes)), 0);
	ck_assert_uint_ge(fault_hits(), sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		zeros += bytes[i] == 0;
	ck_assert_int_lt(zeros, 16);
}
END_TEST

START_TEST(an_interrupted_read_of_the_wake_pipe_loses_no_event)
{
	struct cause cause;

	ck_assert_int_ne(lifecycle_start(&cause), -1);
	raise(SIGUSR1);
	raise(SIGHUP);
	fault_set("read=EINTR:times=3");
	ck_assert_uint_eq(lifecycle_events(),
	    LIFECYCLE_REPORT | LIFECYCLE_RELOAD);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("faults");
	TCase *tcase = suite_case(suite, "core");

	tcase_add_loop_test(tcase,
	    a_call_that_fails_is_named_and_leaves_nothing_open, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_test(tcase,
	    a_socket_that_the_service_does_not_serve_is_refused);
	tcase_add_test(tcase,
	    a_lookup_that_fails_in_the_system_tells_its_errno);
	tcase_add_test(tcase,
	    an_address_that_cannot_be_printed_is_a_question_mark);
	tcase_add_test(tcase,
	    a_port_taken_on_the_second_address_is_tried_again_elsewhere);
	tcase_add_loop_test(tcase,
	    interrupted_and_short_calls_lose_and_repeat_nothing, 0, 8);
	tcase_add_test(tcase,
	    a_send_or_a_wait_that_fails_for_good_is_reported);
	tcase_add_test(tcase, an_interrupted_connect_still_connects);
	tcase_add_test(tcase, a_datagram_call_that_fails_says_so);
	tcase_add_test(tcase, select_is_interrupted_or_fails);
	tcase_add_test(tcase,
	    a_registry_without_memory_says_so_and_keeps_the_rest);
	tcase_add_test(tcase, a_message_is_not_read_without_memory);
	tcase_add_test(tcase, random_bytes_in_pieces_are_whole);
	tcase_add_test(tcase,
	    an_interrupted_read_of_the_wake_pipe_loses_no_event);
	return (suite_run(suite));
}
