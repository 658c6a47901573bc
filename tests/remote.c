/* remote.c - a small server, forked for one test, and how the test sees it.
 * See also: tests/remote.h */
#include "remote.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/io.h"
#include "suite.h"

struct remote remote;
struct server_options options;
rlim_t descriptors;
static const struct service *service;

void
remote_setup(const struct service *of_the_test)
{
	service = of_the_test;
	options = (struct server_options)SERVER_OPTIONS_DEFAULT;
	unsetenv("FIL_BIND");
	bind_to("127.0.0.1");
}

static void
server_main(void)
{
	static struct server server;
	struct rlimit limit = { descriptors, descriptors };
	struct cause cause;

	if (descriptors != 0)
		setrlimit(RLIMIT_NOFILE, &limit);
	log_open("check", (enum log_level)options.log_level,
	    LOG_COLOR_NEVER);
	if (server_init(&server, &options, service, &cause) == -1 ||
	    (server_has_tls(&server) && server_listen(&server, ENDPOINT_TLS,
	    tcp_listen, 0, &cause) == -1) ||
	    server_listen(&server, ENDPOINT_TCP, tcp_listen, 0, &cause) ==
	    -1 || server_listen(&server, ENDPOINT_UDP, udp_bind, 0, &cause)
	    == -1) {
		log_cause("cannot listen on", &cause);
		exit(END_NOT_STARTED);
	}
	server_announce(&server, "check");
	printf("ready\n");
	fflush(stdout);
	if (server_run(&server, &cause) == -1)
		exit(END_BROKEN);
	if (server_drain(&server) == -1)
		_exit(END_STUCK);
	server_fini(&server);
	exit(END_WELL);
}

static int
announced_port(const char *kind)
{
	const char *line = strstr(remote.said, kind);

	ck_assert_msg(line != NULL, "no %s in \"%s\"", kind, remote.said);
	line += strcspn(line, "\n");
	while (line[-1] != ':')
		line--;
	return (atoi(line));
}

void
server_start(void)
{
	int out[2], err[2];
	size_t len = 0;

	ck_assert_int_eq(pipe(out) | pipe(err), 0);
	if ((remote.pid = fork()) == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		server_main();
	}
	close(out[1]);
	close(err[1]);
	remote.out_fd = out[0];
	remote.err_fd = err[0];
	while (strstr(remote.said, "ready\n") == NULL) {
		ssize_t n;

		ck_assert(suite_readable(out[0], SUITE_PATIENCE_MS));
		n = read(out[0], remote.said + len,
		    sizeof(remote.said) - 1 - len);
		ck_assert_msg(n > 0, "the server did not start");
		len += (size_t)n;
	}
	remote.tcp_port = announced_port(" tcp ");
	remote.udp_port = announced_port(" udp ");
	if (options.tls.cert != NULL)
		remote.tls_port = announced_port(" tls ");
}

const char *
log_says(const char *text, int patience_ms)
{
	int64_t deadline = clock_deadline(patience_ms);
	const char *found;

	while ((found = strstr(remote.log, text)) == NULL) {
		ssize_t n;

		if (!suite_readable(remote.err_fd, clock_poll_ms(deadline)))
			return (NULL);
		n = read(remote.err_fd, remote.log + remote.log_len,
		    sizeof(remote.log) - 1 - remote.log_len);
		if (n <= 0)
			return (NULL);
		remote.log_len += (size_t)n;
		remote.log[remote.log_len] = '\0';
	}
	return (found);
}

void
server_stop(int number, enum server_end expected)
{
	int64_t begin = suite_now_ms();
	int status;

	ck_assert_int_eq(kill(remote.pid, number), 0);
	ck_assert_int_eq(waitpid(remote.pid, &status, 0), remote.pid);
	/* 1 s, and as much again for a busy machine. */
	ck_assert_int_lt(suite_now_ms() - begin, 2000);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) ==
	    (int)expected, "the server ended with %#x", (unsigned)status);
}

int
open_client(int type, const char *from, const char *to, int port)
{
	struct sockaddr_in in;
	int fd = suite_loopback(type, from, &in);

	in.sin_port = htons((uint16_t)port);
	ck_assert_int_eq(inet_pton(AF_INET, to, &in.sin_addr), 1);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return (fd);
}

int
tcp_client(void)
{
	return (open_client(SOCK_STREAM, "127.0.0.1", "127.0.0.1",
	    remote.tcp_port));
}

int
udp_client(void)
{
	return (open_client(SOCK_DGRAM, "127.0.0.1", "127.0.0.1",
	    remote.udp_port));
}

int
tls_client(void)
{
	return (open_client(SOCK_STREAM, "127.0.0.1", "127.0.0.1",
	    remote.tls_port));
}

int
hears(int fd, const char *text, int patience_ms)
{
	int64_t deadline = clock_deadline(patience_ms);
	char buf[64];
	size_t len = 0;

	while (len < strlen(text)) {
		ssize_t n = recv_within(fd, buf + len, strlen(text) - len,
		    deadline);

		if (n <= 0)
			return (0);
		len += (size_t)n;
	}
	return (memcmp(buf, text, len) == 0);
}

int
hears_end(int fd)
{
	char byte;

	return (recv_within(fd, &byte, 1,
	    clock_deadline(SUITE_PATIENCE_MS)) == 0);
}

void
bind_to(const char *name)
{
	options.bind.items[options.bind.len++] = name;
}

const char *
report_row(int fd)
{
	struct address self = { .len = sizeof(self.storage) };
	char text[ADDRESS_TEXT_SIZE + 1];
	const char *row;

	remote.log[remote.log_len = 0] = '\0';	/* many tables: begin again */
	ck_assert_int_eq(getsockname(fd, &self.sa, &self.len), 0);
	address_format(&self, text, sizeof(text) - 1);
	strcat(text, " ");
	ck_assert_int_eq(kill(remote.pid, SIGUSR1), 0);
	/* Its last line tells of UDP. */
	ck_assert_ptr_nonnull(log_says("UDP: not", SUITE_PATIENCE_MS));
	row = strstr(remote.log, text);
	while (row != NULL && row > remote.log && row[-1] != '\n')
		row--;
	return (row);
}

/* The client's thread counts bytes a moment after they have come here. */
int
report_shows(int fd, const char *state, unsigned long long in,
    unsigned long long out)
{
	int64_t deadline = clock_deadline(SUITE_PATIENCE_MS);

	while (clock_poll_ms(deadline) > 0) {
		char thread[32], peer[64], now[32];
		unsigned long long idle, got, gave;
		const char *row = report_row(fd);

		if (row == NULL || sscanf(row, "%31s %63s %31s %llu %llu "
		    "%llu", thread, peer, now, &idle, &got, &gave) != 6)
			continue;
		ck_assert_ptr_eq(strstr(thread, "client-"), thread);
		if (strcmp(now, state) == 0 && got == in &&
		    (gave == out || out == 0))
			return (1);
	}
	return (0);
}
