/* check_server.c - the shape of every server, from end to end.
 * Each test forks a small server with a service of its own, waits for its
 * "listening on" lines, and talks to it over loopback as any client would.
 * The service echoes, and three first letters make it misbehave.
 * See also: tests/remote.h, serve/client_thread.h, serve/report.h */
#include "serve/server.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "config.h"
#include "net/io.h"
#include "remote.h"
#include "suite.h"

#define FLOOD	'F'		/* send without end */
#define STUCK	'S'		/* never come back */
#define MUTE	'M'		/* of a datagram: do not answer */

/* --- the server -------------------------------------------------------- */

static void
flood(struct client *client)
{
	static const char chunk[4096];

	client_set_state(client, CLIENT_SENDING);
	while (send_all(client->stream.fd, chunk, sizeof(chunk)) == 0)
		client_count(client, 0, sizeof(chunk));
}

static void
echo_client(struct client *client, void *context)
{
	char chunk[4096];
	ssize_t n;

	(void)context;
	for (;;) {
		client_set_state(client, CLIENT_RECEIVING);
		n = recv(client->stream.fd, chunk, sizeof(chunk), 0);
		if (n <= 0)
			break;
		client_count(client, (size_t)n, 0);
		if (chunk[0] == FLOOD)
			flood(client);
		while (chunk[0] == STUCK)
			poll(NULL, 0, -1);
		if (send_all(client->stream.fd, chunk, (size_t)n) == -1)
			return;
		client_count(client, 0, (size_t)n);
	}
	if (n == 0)
		send_all(client->stream.fd, client_is_dismissed(client) ?
		    "stop\n" : "bye\n", client_is_dismissed(client) ? 5 : 4);
	else if (errno == EAGAIN || errno == EWOULDBLOCK)
		send_all(client->stream.fd, "idle\n", 5);
}

static int
echo_datagram(const struct datagram *datagram, void *context)
{
	(void)context;
	if (datagram->len > 0 && datagram->data[0] == MUTE)
		return (0);
	server_reply(datagram, datagram->data, datagram->len);
	return (1);
}

static const struct service echo_service = {
	.serve_client = echo_client, .serve_datagram = echo_datagram,
	.busy = "busy\n",
};

static int
is_served(int fd)
{
	return (send_all(fd, "hello", 5) == 0 &&
	    hears(fd, "hello", SUITE_PATIENCE_MS));
}

/* Does a new client get an echo before the patience ends?  A busy server may
 * turn away a few meanwhile. */
static int
is_served_in_the_end(void)
{
	int64_t deadline = clock_deadline(SUITE_PATIENCE_MS);

	while (clock_poll_ms(deadline) > 0) {
		int fd = tcp_client();
		int served = is_served(fd);

		close(fd);
		if (served)
			return (1);
	}
	return (0);
}

static void
setup(void)
{
	remote_setup(&echo_service);
}

/* --- core ---------------------------------------------------------------- */

START_TEST(a_line_for_each_socket_says_where)
{
	char expected[512];
	int tcp, udp;

	bind_to("127.0.0.2");
	server_start();
	tcp = remote.tcp_port;
	udp = remote.udp_port;
	snprintf(expected, sizeof(expected),
	    "check: listening on tcp 127.0.0.1:%d\n"
	    "check: listening on tcp 127.0.0.2:%d\n"
	    "check: listening on udp 127.0.0.1:%d\n"
	    "check: listening on udp 127.0.0.2:%d\nready\n",
	    tcp, tcp, udp, udp);
	ck_assert_str_eq(remote.said, expected);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(ipv6_is_announced_in_brackets_and_served)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd;

	if (!suite_has_ipv6())
		return;
	bind_to("::1");
	server_start();
	ck_assert_ptr_nonnull(strstr(remote.said, "listening on tcp [::1]:"));
	ck_assert_ptr_nonnull(strstr(remote.said, "listening on udp [::1]:"));
	in6.sin6_port = htons((uint16_t)remote.tcp_port);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&in6, sizeof(in6)),
	    0);
	ck_assert(is_served(fd));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(clients_are_served_side_by_side)
{
	int fds[20];

	server_start();
	for (size_t i = 0; i < SUITE_COUNT(fds); i++)
		fds[i] = tcp_client();
	for (size_t i = SUITE_COUNT(fds); i > 0; i--)
		ck_assert(is_served(fds[i - 1]));
	for (size_t i = 0; i < SUITE_COUNT(fds); i++) {
		shutdown(fds[i], SHUT_WR);
		ck_assert(hears(fds[i], "bye\n", SUITE_PATIENCE_MS));
		ck_assert(hears_end(fds[i]));
	}
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(datagrams_are_answered)
{
	int a, b;

	server_start();
	a = udp_client();
	b = udp_client();
	ck_assert_int_eq(send(a, "Mum", 3, 0), 3);
	ck_assert(is_served(a));
	ck_assert(is_served(b));
	ck_assert(is_served(a));
	ck_assert(!suite_readable(b, 0));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_wildcard_socket_answers_from_the_address_asked)
{
	options.bind.len = 0;
	bind_to("*");
	options.family = AF_INET;
	server_start();
	ck_assert_ptr_nonnull(strstr(remote.said, "udp 0.0.0.0:"));
	ck_assert(is_served(udp_client()));
#if defined(HAVE_STRUCT_IN_PKTINFO_IPI_SPEC_DST) && \
    defined(HAVE_STRUCT_IN6_PKTINFO_IPI6_ADDR)
	ck_assert(is_served(open_client(SOCK_DGRAM, "127.0.0.1", "127.0.0.2",
	    remote.udp_port)));
#endif
	ck_assert(is_served(open_client(SOCK_STREAM, "127.0.0.1",
	    "127.0.0.2", remote.tcp_port)));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_star_is_every_family_or_the_one_asked_for)
{
	options.bind.len = 0;
	bind_to("*");
	server_start();
	ck_assert_ptr_nonnull(strstr(remote.said, "tcp 0.0.0.0:"));
	if (suite_has_ipv6())
		ck_assert_ptr_nonnull(strstr(remote.said, "tcp [::]:"));
	server_stop(SIGTERM, END_WELL);
	memset(&remote, 0, sizeof(remote));
	options.family = AF_INET;
	server_start();
	ck_assert_ptr_null(strstr(remote.said, "[::]"));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(fil_bind_is_the_default_of_bind)
{
	options.bind.len = 0;
	setenv("FIL_BIND", "127.0.0.3", 1);
	server_start();
	ck_assert_ptr_nonnull(strstr(remote.said, "tcp 127.0.0.3:"));
	ck_assert_ptr_null(strstr(remote.said, "127.0.0.1"));
	server_stop(SIGTERM, END_WELL);
	memset(&remote, 0, sizeof(remote));
	bind_to("127.0.0.4");
	server_start();
	ck_assert_ptr_nonnull(strstr(remote.said, "tcp 127.0.0.4:"));
	ck_assert_ptr_null(strstr(remote.said, "127.0.0.3"));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(without_any_bind_it_is_localhost)
{
	options.bind.len = 0;
	options.family = AF_INET;
	setenv("FIL_BIND", "", 1);	/* empty is not set */
	server_start();
	ck_assert_ptr_nonnull(strstr(remote.said, "tcp 127.0.0.1:"));
	ck_assert(is_served(tcp_client()));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(who_is_reachable_from_here_only_says_so)
{
	server_start();
	ck_assert_ptr_nonnull(log_says("--bind '*'", SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
	memset(&remote, 0, sizeof(remote));
	options.bind.len = 0;
	bind_to("0.0.0.0");
	server_start();
	server_stop(SIGTERM, END_WELL);
	ck_assert_ptr_null(log_says("--bind", SUITE_PATIENCE_MS));
}
END_TEST

START_TEST(a_term_lets_each_client_say_goodbye)
{
	int fds[50], newcomer;
	struct sockaddr_in in;

	server_start();
	for (size_t i = 0; i < SUITE_COUNT(fds); i++) {
		fds[i] = tcp_client();
		ck_assert(is_served(fds[i]));
	}
	server_stop(SIGTERM, END_WELL);
	for (size_t i = 0; i < SUITE_COUNT(fds); i++) {
		ck_assert(hears(fds[i], "stop\n", SUITE_PATIENCE_MS));
		ck_assert(hears_end(fds[i]));
	}
	newcomer = suite_loopback(SOCK_STREAM, "127.0.0.1", &in);
	in.sin_port = htons((uint16_t)remote.tcp_port);
	ck_assert_int_eq(connect(newcomer, (struct sockaddr *)&in,
	    sizeof(in)), -1);
}
END_TEST

START_TEST(an_interrupt_stops_it_as_well)
{
	server_start();
	server_stop(SIGINT, END_WELL);
}
END_TEST

START_TEST(a_hangup_drops_nobody)
{
	int fd;

	server_start();
	fd = tcp_client();
	ck_assert(is_served(fd));
	ck_assert_int_eq(kill(remote.pid, SIGHUP), 0);
	ck_assert_ptr_nonnull(log_says("SIGHUP", SUITE_PATIENCE_MS));
	ck_assert(is_served(fd));
	ck_assert(is_served(tcp_client()));
	ck_assert(is_served(udp_client()));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(the_table_names_each_client_and_counts_its_bytes)
{
	int talker, silent, stuck;

	server_start();
	talker = tcp_client();
	silent = tcp_client();
	stuck = tcp_client();
	ck_assert(is_served(talker));
	ck_assert(is_served(talker));
	ck_assert_int_eq(send_all(stuck, "F", 1), 0);
	ck_assert(report_shows(talker, "receiving", 10, 10));
	ck_assert(report_shows(silent, "receiving", 0, 0));
	ck_assert(report_shows(stuck, "sending", 1, 0));
	close(silent);
	close(stuck);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(the_table_counts_datagrams)
{
	int fd;

	server_start();
	fd = udp_client();
	ck_assert(is_served(fd));
	ck_assert(is_served(fd));
	ck_assert_int_eq(kill(remote.pid, SIGUSR1), 0);
	ck_assert_ptr_nonnull(log_says(
	    "UDP: 2 received (10 bytes), 2 answered (10 bytes)",
	    SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(the_options_of_servers_fill_their_structure)
{
	struct opt_group groups[] = {
		{ server_udp_option_rows, server_udp_option_rows_len,
		    &options },
		{ server_option_rows, server_option_rows_len, &options },
	};
	struct opt_program program = { .name = "check", .operands = "",
	    .purpose = "", .groups = groups,
	    .groups_len = OPT_COUNT(groups) };
	char *argv[] = { (char *)"check", (char *)"-b", (char *)"*",
	    (char *)"-6", (char *)"--max-clients=7",
	    (char *)"--max-per-host=8", (char *)"--idle-timeout=0.5",
	    (char *)"--udp-rate=9", (char *)"-v", (char *)"--color=never",
	    NULL };

	options.bind.len = 0;
	ck_assert_int_eq(options.max_per_host, SERVER_PER_HOST_UNSET);
	ck_assert_int_eq(opt_parse(&program, 10, argv), OPT_RUN);
	ck_assert_str_eq(options.bind.items[0], "*");
	ck_assert_int_eq(options.family, AF_INET6);
	ck_assert_int_eq(options.max_clients, 7);
	ck_assert_int_eq(options.max_per_host, 8);
	ck_assert_int_eq(options.idle_timeout_ms, 500);
	ck_assert_int_eq(options.udp_rate, 9);
	ck_assert_int_eq(options.log_level, LOG_LEVEL_DETAIL);
	ck_assert_int_eq(options.log_color, LOG_COLOR_NEVER);
}
END_TEST

START_TEST(their_help_has_80_columns_at_most)
{
	struct opt_group group = { server_option_rows,
	    server_option_rows_len, NULL };
	struct opt_program program = { .name = "check", .operands = "",
	    .purpose = "", .groups = &group, .groups_len = 1 };
	int file = suite_capture(STDOUT_FILENO);
	char text[8192];

	opt_help(&program, stdout);
	suite_captured(file, text, sizeof(text));
	for (char *line = strtok(text, "\n"); line != NULL;
	    line = strtok(NULL, "\n"))
		ck_assert_msg(text_columns(line) <= 80, "%s", line);
}
END_TEST

/* --- limits -------------------------------------------------------------- */

START_TEST(beyond_max_clients_the_answer_is_busy)
{
	int first, second, third;

	options.max_clients = 2;
	server_start();
	first = tcp_client();
	second = tcp_client();
	ck_assert(is_served(first));
	ck_assert(is_served(second));
	third = tcp_client();
	ck_assert(hears(third, "busy\n", SUITE_PATIENCE_MS));
	ck_assert(hears_end(third));
	ck_assert_ptr_nonnull(log_says("--max-clients",
	    SUITE_PATIENCE_MS));
	ck_assert(is_served(first));
	close(second);
	ck_assert(is_served_in_the_end());
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(busy_arrives_though_the_client_spoke_first)
{
	options.max_clients = 1;
	server_start();
	ck_assert(is_served(tcp_client()));
	for (int i = 0; i < 50; i++) {
		int fd = tcp_client();

		send(fd, "hello", 5, MSG_NOSIGNAL);
		ck_assert(hears(fd, "busy\n", SUITE_PATIENCE_MS));
		close(fd);
	}
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(max_per_host_counts_loopback_when_given)
{
	int first, second, other;

	options.max_per_host = 1;
	server_start();
	first = tcp_client();
	ck_assert(is_served(first));
	second = tcp_client();
	ck_assert(hears(second, "busy\n", SUITE_PATIENCE_MS));
	other = open_client(SOCK_STREAM, "127.0.0.2", "127.0.0.1",
	    remote.tcp_port);
	ck_assert(is_served(other));
	ck_assert_ptr_nonnull(log_says("--max-per-host",
	    SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(unless_given_max_per_host_leaves_loopback_out)
{
	int fds[250];

	server_start();
	for (size_t i = 0; i < SUITE_COUNT(fds); i++)
		fds[i] = tcp_client();
	for (size_t i = 0; i < SUITE_COUNT(fds); i++)
		ck_assert(is_served(fds[i]));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(an_idle_client_is_closed)
{
	int fd;

	options.idle_timeout_ms = 1000;
	server_start();
	fd = tcp_client();
	ck_assert(is_served(fd));
	ck_assert(hears(fd, "idle\n", SUITE_PATIENCE_MS));
	ck_assert(hears_end(fd));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_stuck_reader_is_closed_as_an_idle_one)
{
	options.idle_timeout_ms = 100;
	options.max_clients = 1;
	server_start();
	ck_assert_int_eq(send_all(tcp_client(), "F", 1), 0);
	ck_assert(is_served_in_the_end());
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(datagrams_beyond_the_rate_are_not_answered)
{
	int fd, other;

	options.udp_rate = 1;
	server_start();
	fd = udp_client();
	ck_assert(is_served(fd));
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(send(fd, "again", 5, 0), 5);
	/* That this one is answered shows that those were looked at. */
	other = open_client(SOCK_DGRAM, "127.0.0.2", "127.0.0.1",
	    remote.udp_port);
	ck_assert(is_served(other));
	ck_assert(!suite_readable(fd, 0));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(the_smallest_and_the_largest_datagram_are_answered)
{
	static char large[65507], buf[65536];
	int fd;

	server_start();
	fd = udp_client();
	ck_assert_int_eq(send(fd, "", 0, 0), 0);
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), 0);
	memset(large, 'x', sizeof(large));
	ck_assert_int_eq(send(fd, large, sizeof(large), 0), sizeof(large));
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), sizeof(large));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

static double
children_cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

START_TEST(out_of_descriptors_it_waits_and_neither_ends_nor_spins)
{
	int fds[48], served = 0;

	if (suite_is_emulated())
		return;
	descriptors = 32;
	server_start();
	for (size_t i = 0; i < SUITE_COUNT(fds); i++) {
		fds[i] = tcp_client();
		ck_assert_int_eq(send_all(fds[i], "hello", 5), 0);
	}
	ck_assert_ptr_nonnull(log_says("accept", SUITE_PATIENCE_MS));
	while (hears(fds[served], "hello", 1000))
		served++;
	ck_assert_int_ge(served, 4);
	ck_assert_int_lt(served, 32);
	/* Half a second in which a server that spins would burn. */
	ck_assert(!suite_readable(fds[served], 500));
	ck_assert(is_served(fds[0]));
	ck_assert(is_served(udp_client()));
	for (int i = 0; i < served; i++)
		close(fds[i]);
	for (int i = served; i < 2 * served &&
	    i < (int)SUITE_COUNT(fds); i++)
		ck_assert(hears(fds[i], "hello", SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
	ck_assert_double_lt(children_cpu_s(), 0.9);
	/* The complaint is not repeated ten times a second. */
	ck_assert_ptr_null(strstr(strstr(remote.log, "accept") + 1,
	    "accept"));
}
END_TEST

/* --- hostile ------------------------------------------------------------- */

START_TEST(idle_clients_and_a_stuck_reader_do_not_delay_the_end)
{
	int stuck;

	server_start();
	for (int i = 0; i < 50; i++)
		ck_assert(is_served(tcp_client()));
	stuck = tcp_client();
	ck_assert_int_eq(send_all(stuck, "F", 1), 0);
	ck_assert(suite_readable(stuck, SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_client_that_never_stops_talking_does_not_delay_the_end)
{
	pid_t talker;
	int fd;

	server_start();
	fd = tcp_client();
	ck_assert(is_served(fd));
	if ((talker = fork()) == 0) {
		char buf[4096];

		while (send(fd, "talk talk talk", 14, MSG_NOSIGNAL) > 0)
			recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		_exit(0);
	}
	ck_assert(suite_readable(fd, SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
	ck_assert_int_eq(waitpid(talker, NULL, 0), talker);
}
END_TEST

START_TEST(a_thread_that_never_ends_is_left_behind)
{
	int fd;

	server_start();
	fd = tcp_client();
	ck_assert_int_eq(send_all(fd, "S", 1), 0);
	ck_assert(report_shows(fd, "receiving", 1, 0));
	server_stop(SIGTERM, END_STUCK);
}
END_TEST

START_TEST(resets_cost_nobody_anything)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int fd;

	descriptors = 32;
	server_start();
	fd = tcp_client();
	for (int i = 0; i < 200; i++) {
		int rude = tcp_client();

		send(rude, i % 2 ? "FFFFF" : "hello", 1 + i % 5, MSG_NOSIGNAL);
		setsockopt(rude, SOL_SOCKET, SO_LINGER, &reset,
		    sizeof(reset));
		close(rude);
	}
	ck_assert(is_served(fd));
	ck_assert(is_served_in_the_end());
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(descriptors_of_who_left_are_used_again)
{
	descriptors = 32;
	server_start();
	for (int i = 0; i < 300; i++) {
		int fd = tcp_client();

		ck_assert(is_served(fd));
		shutdown(fd, SHUT_WR);
		ck_assert(hears(fd, "bye\n", SUITE_PATIENCE_MS));
		ck_assert(hears_end(fd));
		close(fd);
	}
	server_stop(SIGTERM, END_WELL);
	ck_assert_ptr_null(log_says("accept", SUITE_PATIENCE_MS));
}
END_TEST

START_TEST(those_turned_away_leave_no_descriptor_open)
{
	descriptors = 32;
	options.max_clients = 1;
	server_start();
	ck_assert(is_served(tcp_client()));
	for (int i = 0; i < 100; i++) {
		int fd = tcp_client();

		ck_assert(hears(fd, "busy\n", SUITE_PATIENCE_MS));
		close(fd);
	}
	server_stop(SIGTERM, END_WELL);
	ck_assert_ptr_null(log_says("accept", SUITE_PATIENCE_MS));
}
END_TEST

START_TEST(a_flood_of_datagrams_leaves_tcp_its_turn)
{
	pid_t flooder;
	int fd;

	server_start();
	fd = udp_client();
	if ((flooder = fork()) == 0)
		for (;;)
			send(fd, "Mute", 4, 0);
	for (int i = 0; i < 20; i++)
		ck_assert(is_served(tcp_client()));
	kill(flooder, SIGKILL);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

/* An impatient user, or a service manager, signals it until it is gone. */
START_TEST(signals_in_a_row_end_it_as_one_does)
{
	int status = 0;

	server_start();
	ck_assert(is_served(tcp_client()));
	for (int i = 0; waitpid(remote.pid, &status, WNOHANG) == 0; i++)
		kill(remote.pid, i % 2 ? SIGHUP : SIGTERM);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == END_WELL,
	    "the server ended with %#x", (unsigned)status);
}
END_TEST

START_TEST(a_taken_port_names_bind)
{
	static struct server server;
	struct sockaddr_in in;
	int taken = suite_loopback(SOCK_STREAM, "127.0.0.1", &in), before;
	struct cause cause;

	ck_assert_int_eq(listen(taken, 1), 0);
	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), 0);
	before = suite_open_fds();
	ck_assert_int_eq(server_listen(&server, ENDPOINT_TCP, tcp_listen,
	    ntohs(in.sin_port), &cause), -1);
	ck_assert_str_eq(cause.primitive, "bind");
	ck_assert_int_eq(cause.error, EADDRINUSE);
	ck_assert_int_eq(suite_open_fds(), before);
	server_fini(&server);
}
END_TEST

START_TEST(a_bind_that_nobody_knows_names_getaddrinfo)
{
	static struct server server;
	struct cause cause;

	bind_to("no such name");
	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), 0);
	ck_assert_int_eq(server_listen(&server, ENDPOINT_UDP, udp_bind, 0,
	    &cause), -1);
	ck_assert_str_eq(cause.primitive, "getaddrinfo");
	ck_assert_str_eq(cause.object, "no such name");
	server_fini(&server);
}
END_TEST

START_TEST(more_addresses_than_there_is_room_for_are_refused)
{
	static const char *const names[] = { "127.0.0.1", "*" };
	static struct server server;
	struct cause cause;

	if (!suite_has_ipv6())
		return;
	options.bind.len = 0;
	while (options.bind.len < OPT_LIST_MAX)
		bind_to(names[options.bind.len % 2]);
	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), 0);
	ck_assert_int_eq(server_listen(&server, ENDPOINT_TCP, tcp_listen, 0,
	    &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	server_fini(&server);
}
END_TEST

START_TEST(a_server_that_cannot_begin_leaves_nothing_open)
{
	struct rlimit limit, none;
	static struct server server;
	int before = suite_open_fds();
	struct cause cause;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){ 0, limit.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), -1);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(cause.error, EMFILE);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(a_bind_of_the_other_family_is_refused)
{
	static struct server server;
	struct cause cause;

	options.family = AF_INET6;
	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), 0);
	ck_assert_int_eq(server_listen(&server, ENDPOINT_TCP, tcp_listen, 0,
	    &cause), -1);
	ck_assert_str_eq(cause.primitive, "getaddrinfo");
	server_fini(&server);
}
END_TEST

static void
add_core(Suite *suite)
{
	TCase *core = suite_case(suite, "core");

	tcase_add_checked_fixture(core, setup, NULL);
	tcase_add_test(core, a_line_for_each_socket_says_where);
	tcase_add_test(core, ipv6_is_announced_in_brackets_and_served);
	tcase_add_test(core, clients_are_served_side_by_side);
	tcase_add_test(core, datagrams_are_answered);
	tcase_add_test(core,
	    a_wildcard_socket_answers_from_the_address_asked);
	tcase_add_test(core, a_star_is_every_family_or_the_one_asked_for);
	tcase_add_test(core, fil_bind_is_the_default_of_bind);
	tcase_add_test(core, without_any_bind_it_is_localhost);
	tcase_add_test(core, who_is_reachable_from_here_only_says_so);
	tcase_add_test(core, a_term_lets_each_client_say_goodbye);
	tcase_add_test(core, an_interrupt_stops_it_as_well);
	tcase_add_test(core, a_hangup_drops_nobody);
	tcase_add_test(core,
	    the_table_names_each_client_and_counts_its_bytes);
	tcase_add_test(core, the_table_counts_datagrams);
	tcase_add_test(core, the_options_of_servers_fill_their_structure);
	tcase_add_test(core, their_help_has_80_columns_at_most);
}

static void
add_limits(Suite *suite)
{
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(limits, setup, NULL);
	tcase_add_test(limits, beyond_max_clients_the_answer_is_busy);
	tcase_add_test(limits, busy_arrives_though_the_client_spoke_first);
	tcase_add_test(limits, max_per_host_counts_loopback_when_given);
	tcase_add_test(limits,
	    unless_given_max_per_host_leaves_loopback_out);
	tcase_add_test(limits, an_idle_client_is_closed);
	tcase_add_test(limits, a_stuck_reader_is_closed_as_an_idle_one);
	tcase_add_test(limits, datagrams_beyond_the_rate_are_not_answered);
	tcase_add_test(limits,
	    the_smallest_and_the_largest_datagram_are_answered);
	tcase_add_test(limits,
	    out_of_descriptors_it_waits_and_neither_ends_nor_spins);
}

static void
add_hostile(Suite *suite)
{
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(hostile, setup, NULL);
	tcase_add_test(hostile,
	    idle_clients_and_a_stuck_reader_do_not_delay_the_end);
	tcase_add_test(hostile,
	    a_client_that_never_stops_talking_does_not_delay_the_end);
	tcase_add_test(hostile, a_thread_that_never_ends_is_left_behind);
	tcase_add_test(hostile, resets_cost_nobody_anything);
	tcase_add_test(hostile, descriptors_of_who_left_are_used_again);
	tcase_add_test(hostile, those_turned_away_leave_no_descriptor_open);
	tcase_add_test(hostile, a_flood_of_datagrams_leaves_tcp_its_turn);
	tcase_add_test(hostile, signals_in_a_row_end_it_as_one_does);
	tcase_add_test(hostile, a_taken_port_names_bind);
	tcase_add_test(hostile, a_bind_that_nobody_knows_names_getaddrinfo);
	tcase_add_test(hostile,
	    more_addresses_than_there_is_room_for_are_refused);
	tcase_add_test(hostile,
	    a_server_that_cannot_begin_leaves_nothing_open);
	tcase_add_test(hostile, a_bind_of_the_other_family_is_refused);
}

static Suite *
server_suite(void)
{
	Suite *suite = suite_create("server");

	add_core(suite);
	add_limits(suite);
	add_hostile(suite);
	return (suite);
}

int
main(void)
{
	return (suite_run(server_suite()));
}
