/* load.c - what the load generators and the limit programs share.
 * See also: load.h */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { BACKLOG = 4096, OCTAVE_BITS = 6, SERVE_STACK_SIZE = 65536 };

static unsigned	bucket_of(uint64_t);
static double	bucket_ns(unsigned);
static int	connect_by(int, int);

const char ping_message[] = "E23456789abcdefghij\n";

void
load_fail(const char *format, ...)
{
	int number = errno;
	char text[512];
	va_list args;
	size_t i;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] == '"' || text[i] == '\\' || text[i] < ' ')
			text[i] = ' ';	/* a server's words, in JSON */
	printf(number == 0 ? "{\"error\": \"%s\"}\n" :
	    "{\"error\": \"%s (%s)\"}\n", text, strerror(number));
	fflush(stdout);
	_exit(1);
}

double
load_number(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0')
		load_fail("not a number: %s", text);
	return (value);
}

uint64_t
load_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
}

double
load_seconds(uint64_t since)
{
	return ((double)(load_now() - since) / 1e9);
}

int
load_connect(int port)
{
	return (connect_by(port, 0));
}

int
load_connect_start(int port)
{
	return (connect_by(port, 1));
}

static int
connect_by(int port, int without_waiting)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1)
		return (-1);
	if (without_waiting)
		load_nonblock(fd);
	load_nodelay(fd);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1 &&
	    errno != EINPROGRESS) {
		close(fd);
		return (-1);
	}
	return (fd);
}

int
load_listen(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd == -1)
		load_fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1)
		load_fail("bind");
	if (listen(fd, BACKLOG) == -1)
		load_fail("listen");
	return (fd);
}

void
load_nodelay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void
load_nonblock(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void
load_timeout(int fd, double seconds)
{
	struct timeval limit = { .tv_sec = (time_t)seconds,
	    .tv_usec = (suseconds_t)((seconds - (double)(time_t)seconds) *
	    1e6) };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

void
load_serve(int port, void *(*serve)(void *))
{
	int fd, listen_fd = load_listen(port);
	pthread_attr_t attr;
	pthread_t thread;

	signal(SIGPIPE, SIG_IGN);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, SERVE_STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (;;) {
		fd = accept(listen_fd, NULL, NULL);
		if (fd == -1)
			continue;
		load_nodelay(fd);
		if (pthread_create(&thread, &attr, serve,
		    (void *)(intptr_t)fd) != 0)
			close(fd);
	}
}

int
load_send_all(int fd, const void *buf, size_t len)
{
	const char *at = buf;
	ssize_t sent;

	while (len > 0) {
		sent = send(fd, at, len, MSG_NOSIGNAL);
		if (sent == -1 && errno == EINTR)
			continue;
		if (sent <= 0)
			return (-1);
		at += sent;
		len -= (size_t)sent;
	}
	return (0);
}

void
load_watch(int epoll_fd, int fd, uint32_t events, void *with)
{
	struct epoll_event event = { .events = events, .data.ptr = with };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		load_fail("epoll_ctl");
}

void
load_rewatch(int epoll_fd, int fd, uint32_t events, void *with)
{
	struct epoll_event event = { .events = events, .data.ptr = with };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event) == -1)
		load_fail("epoll_ctl");
}

/* The answer is over when nothing more of it comes for 150 ms. */
size_t
ping_reply_len(int port)
{
	struct pollfd one = { .fd = load_connect(port), .events = POLLIN };
	char buf[4096];
	size_t len = 0;
	ssize_t n;

	if (one.fd == -1)
		load_fail("connect");
	if (load_send_all(one.fd, ping_message, PING_LEN) == -1)
		load_fail("send");
	while (poll(&one, 1, len > 0 ? 150 : 5000) > 0) {
		n = recv(one.fd, buf, sizeof(buf), 0);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(one.fd);
	if (len == 0)
		load_fail("no answer to the first ping");
	return (len);
}

void
latency_add(struct latencies *all, uint64_t ns)
{
	if (ns == 0)
		ns = 1;
	all->bucket[bucket_of(ns)]++;
	all->count++;
	if (ns > all->max_ns)
		all->max_ns = ns;
}

static unsigned
bucket_of(uint64_t ns)
{
	unsigned octave = 63u - (unsigned)__builtin_clzll(ns);
	uint64_t step = octave >= OCTAVE_BITS ?
	    ns >> (octave - OCTAVE_BITS) : ns << (OCTAVE_BITS - octave);

	return (octave * LATENCY_STEPS + (unsigned)(step % LATENCY_STEPS));
}

double
latency_us(const struct latencies *all, double part)
{
	uint64_t wanted = (uint64_t)(part * (double)all->count), seen = 0;
	unsigned i;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		seen += all->bucket[i];
		if (seen > wanted)
			return (bucket_ns(i) / 1e3);
	}
	return ((double)all->max_ns / 1e3);
}

static double
bucket_ns(unsigned bucket)
{
	double ns = (double)(1ull << (bucket / LATENCY_STEPS));

	return (ns * (1.0 + (double)(bucket % LATENCY_STEPS) /
	    LATENCY_STEPS));
}
