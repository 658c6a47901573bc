/* suite.h - what the Check suites share: a runner, sockets, captured output.
 * The Makefile has Check write TAP to standard output, so a test that makes
 * the code under test print first turns that descriptor away.  Check forks
 * each test: what a test redirects, raises or leaves open ends with it.
 * See also: Makefile.am (AM_TESTS_ENVIRONMENT) */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SUITE_PATIENCE_MS	10000	/* for what must come, on a busy
					 * machine, under valgrind */
#define SUITE_COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/* What address_lookup looks for, in one line. */
#define QUERY(port, family, socktype) \
	(&(struct address_query){ port, family, socktype })

/* suite_run - run a suite as CK_* in the environment say; main's status. */
static inline int
suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	/* A line at a time: nothing is left for a forked test to repeat. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* suite_case - a new test case of a suite. */
static inline TCase *
suite_case(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	suite_add_tcase(suite, tcase);
	return (tcase);
}

/* suite_now_ms - the monotonic clock, without base/clock.h. */
static inline int64_t
suite_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* suite_random - the next number of a repeatable series (xorshift64). */
static inline uint64_t
suite_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (*state);
}

/* suite_capture - what this process writes to fd from now on goes to a file
 * without a name.  Returns a descriptor of it. */
static inline int
suite_capture(int fd)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ne(dup2(fileno(file), fd), -1);
	return (fileno(file));
}

/* suite_captured - what was written so far, as a string in text. */
static inline const char *
suite_captured(int file, char *text, size_t size)
{
	ssize_t n;

	fflush(stdout);
	n = pread(file, text, size - 1, 0);
	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return (text);
}

/* suite_open_fds - how many descriptors are open: a leak shows. */
static inline int
suite_open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

/* suite_readable - can fd be read within some time?  The wait ends as soon as
 * it can. */
static inline int
suite_readable(int fd, int patience_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return (poll(&pfd, 1, patience_ms) == 1);
}

/* suite_loopback - a socket bound to an IPv4 loopback address; the kernel
 * chooses its port, which in tells. */
static inline int
suite_loopback(int type, const char *host, struct sockaddr_in *in)
{
	socklen_t len = sizeof(*in);
	int fd = socket(AF_INET, type, 0);

	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	ck_assert_int_eq(inet_pton(AF_INET, host, &in->sin_addr), 1);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)in, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)in, &len), 0);
	return (fd);
}

/* suite_tcp_pair - both ends of a TCP connection over loopback. */
static inline void
suite_tcp_pair(int fds[2])
{
	struct sockaddr_in in;
	int listen_fd = suite_loopback(SOCK_STREAM, "127.0.0.1", &in);

	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(listen(listen_fd, 1), 0);
	ck_assert_int_eq(connect(fds[0], (struct sockaddr *)&in, sizeof(in)),
	    0);
	fds[1] = accept(listen_fd, NULL, NULL);
	ck_assert_int_ne(fds[1], -1);
	close(listen_fd);
}

/* suite_has_ipv6 - has this machine ::1?  Where not, a test of IPv6 has
 * nothing to say. */
static inline int
suite_has_ipv6(void)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	int has = fd != -1 &&
	    bind(fd, (struct sockaddr *)&in6, sizeof(in6)) == 0;

	if (fd != -1)
		close(fd);
	return (has);
}

/* suite_is_emulated - does valgrind run this?  It keeps descriptors and memory
 * of its own, so some limits cannot be reached. */
static inline int
suite_is_emulated(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	return (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL);
}

static inline void
suite_ignore_signal(int number)
{
	(void)number;
}

/* suite_interruptible - let a signal interrupt calls and do nothing else. */
static inline void
suite_interruptible(int number)
{
	struct sigaction action = { .sa_handler = suite_ignore_signal };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

#endif
