/* ackload.c - closed-loop ping-pong of 20-byte messages over TCP.
 * ackload PORT CONNECTIONS SECONDS
 * Each connection has one message under way; its answer lets the next one go.
 * The answer may have any length, always the same.
 * See also: load.h, benches/ack.py */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

#define OPENING_SECONDS	20.0
#define WARM_UP_NS	150000000u

struct pinger {
	int		 fd;
	size_t		 got;		/* of the answer under way */
	uint64_t	 since;
};

struct run {
	struct pinger	*pingers;
	struct latencies latencies;
	size_t		 reply_len;
	uint64_t	 warm;		/* counted from here on */
	uint64_t	 total;		/* answers, those before warm too */
	int		 epoll_fd;
	int		 errors;
};

static int	ping_blocking(int, size_t);
static void	open_pingers(struct run *, int, int);
static void	send_ping(struct pinger *);
static void	take_answer(struct run *, struct pinger *);
static void	play(struct run *, int, double);

int
main(int argc, char *argv[])
{
	static struct run run;
	int port, count;
	double seconds;

	if (argc != 4)
		load_fail("usage: ackload PORT CONNECTIONS SECONDS");
	port = (int)load_number(argv[1]);
	count = (int)load_number(argv[2]);
	seconds = load_number(argv[3]);
	run.reply_len = ping_reply_len(port);
	open_pingers(&run, port, count);
	play(&run, count, seconds);
	printf("{\"req_s\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, "
	    "\"errors\": %d, \"total\": %" PRIu64 "}\n",
	    (double)run.latencies.count / load_seconds(run.warm),
	    latency_us(&run.latencies, .5), latency_us(&run.latencies, .99),
	    run.errors, run.total);
	fflush(stdout);
	_exit(0);			/* a thousand closes are not measured */
}

/* The first ping shows that the server has taken the client. */
static void
open_pingers(struct run *run, int port, int count)
{
	uint64_t began = load_now();
	struct pinger *pinger;
	int i;

	run->epoll_fd = epoll_create1(0);
	run->pingers = calloc((size_t)count, sizeof(*run->pingers));
	if (run->pingers == NULL)
		load_fail("calloc");
	for (i = 0; i < count; i++) {
		pinger = &run->pingers[i];
		pinger->fd = load_connect(port);
		if (pinger->fd == -1)
			load_fail("connect, client %d", i);
		load_timeout(pinger->fd, 5);
		if (ping_blocking(pinger->fd, run->reply_len) == -1)
			load_fail("first ping of client %d", i);
		load_nonblock(pinger->fd);
		load_watch(run->epoll_fd, pinger->fd, EPOLLIN, pinger);
		if (load_seconds(began) > OPENING_SECONDS)
			load_fail("%d clients after %g s", i, OPENING_SECONDS);
	}
	run->total = (uint64_t)count;
}

static int
ping_blocking(int fd, size_t reply_len)
{
	char buf[4096];
	size_t got = 0;
	ssize_t n;

	if (load_send_all(fd, ping_message, PING_LEN) == -1)
		return (-1);
	while (got < reply_len) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n <= 0)
			return (-1);
		got += (size_t)n;
	}
	return (0);
}

static void
play(struct run *run, int count, double seconds)
{
	struct epoll_event event[512];
	uint64_t end;
	int i, n;

	run->warm = load_now() + WARM_UP_NS;
	end = run->warm + (uint64_t)(seconds * 1e9);
	for (i = 0; i < count; i++)
		send_ping(&run->pingers[i]);
	while (load_now() < end && run->errors < count) {
		n = epoll_wait(run->epoll_fd, event, 512, 100);
		for (i = 0; i < n; i++)
			take_answer(run, event[i].data.ptr);
	}
}

static void
send_ping(struct pinger *pinger)
{
	pinger->got = 0;
	pinger->since = load_now();
	if (send(pinger->fd, ping_message, PING_LEN, MSG_NOSIGNAL) == -1)
		pinger->got = 0;	/* recv will tell what is wrong */
}

static void
take_answer(struct run *run, struct pinger *pinger)
{
	char buf[4096];
	ssize_t n = recv(pinger->fd, buf, sizeof(buf), 0);
	uint64_t now;

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		epoll_ctl(run->epoll_fd, EPOLL_CTL_DEL, pinger->fd, NULL);
		run->errors++;
		return;
	}
	pinger->got += (size_t)n;
	if (pinger->got < run->reply_len)
		return;
	now = load_now();
	run->total++;
	if (now > run->warm)
		latency_add(&run->latencies, now - pinger->since);
	send_ping(pinger);
}
