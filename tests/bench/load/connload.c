/* connload.c - connections: how fast they are taken, what holding them costs.
 * connload PORT rate AT-ONCE SECONDS   connect, one ping, reset; again
 * connload PORT hold COUNT...          so many, each pinged once; after a line
 *                                      on standard input so many, and so on;
 *                                      in the end all are pinged again
 * See also: load.h, benches/conns.py */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

enum { IN_THE_MAKING = 64, EVENTS = 256, ERRORS_MAX = 2000 };

#define OPENING_SECONDS	40.0
#define PINGING_SECONDS	20.0

struct client {
	int		 fd;
	int		 connected;
	size_t		 got;
	uint64_t	 since;
};

struct run {
	struct client	*clients;
	struct latencies latencies;
	size_t		 reply_len;
	int		 port, count;
	int		 epoll_fd;
	int		 begun, good, bad;
};

static void	begin(struct run *, const char *);
static int	client_start(struct run *, struct client *);
static int	client_step(struct run *, struct client *);
static void	client_reset(struct run *, struct client *);
static void	hold(struct run *, int);
static void	ping_again(struct run *);
static int	ping_next(struct run *, int);
static void	rate(struct run *, double);
static void	wait_for_steps(struct run *);

int
main(int argc, char *argv[])
{
	static struct run run;
	int i;

	if (argc < 4)
		load_fail("usage: connload PORT rate|hold COUNT [SECONDS]");
	run.port = (int)load_number(argv[1]);
	if (strcmp(argv[2], "rate") == 0 && argc == 5) {
		begin(&run, argv[3]);
		rate(&run, load_number(argv[4]));
	} else if (strcmp(argv[2], "hold") == 0) {
		begin(&run, argv[argc - 1]);
		for (i = 3; i < argc; i++)
			hold(&run, (int)load_number(argv[i]));
		ping_again(&run);
	} else
		load_fail("no such load: %s", argv[2]);
	fflush(stdout);
	_exit(0);
}

static void
begin(struct run *run, const char *count)
{
	run->count = (int)load_number(count);
	run->reply_len = ping_reply_len(run->port);
	run->epoll_fd = epoll_create1(0);
	run->clients = calloc((size_t)run->count, sizeof(*run->clients));
	if (run->clients == NULL)
		load_fail("calloc");
}

static int
client_start(struct run *run, struct client *client)
{
	*client = (struct client){ .fd = load_connect_start(run->port),
	    .since = load_now() };
	if (client->fd == -1)
		return (-1);
	load_watch(run->epoll_fd, client->fd, EPOLLOUT, client);
	return (0);
}

/* One step of connect, ping, answer: 1 when answered, -1 on failure, else 0. */
static int
client_step(struct run *run, struct client *client)
{
	char buf[4096];
	ssize_t n;

	if (!client->connected) {
		client->connected = 1;
		load_rewatch(run->epoll_fd, client->fd, EPOLLIN, client);
		n = send(client->fd, ping_message, PING_LEN, MSG_NOSIGNAL);
		return (n == PING_LEN ? 0 : -1);
	}
	n = recv(client->fd, buf, sizeof(buf), 0);
	if (n == -1 && errno == EAGAIN)
		return (0);
	if (n <= 0)
		return (-1);
	client->got += (size_t)n;
	if (client->got < run->reply_len)
		return (0);
	client->got = 0;
	latency_add(&run->latencies, load_now() - client->since);
	return (1);
}

static void
wait_for_steps(struct run *run)
{
	struct epoll_event event[EVENTS];
	struct client *client;
	int i, step, n = epoll_wait(run->epoll_fd, event, EVENTS, 100);

	for (i = 0; i < n; i++) {
		client = event[i].data.ptr;
		step = client_step(run, client);
		run->good += step > 0;
		run->bad += step < 0;
		if (step < 0) {
			close(client->fd);
			client->fd = -1;
		}
	}
}

/* A reset leaves no port in TIME_WAIT: closed in order, the 28,000 ports of
 * the machine would be used up within a second. */
static void
client_reset(struct run *run, struct client *client)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	close(client->fd);
	if (client_start(run, client) == -1)
		load_fail("connect");
}

static void
rate(struct run *run, double seconds)
{
	struct epoll_event event[EVENTS];
	uint64_t began = load_now();
	int i, n, step;

	for (i = 0; i < run->count; i++)
		if (client_start(run, &run->clients[i]) == -1)
			load_fail("connect");
	while (load_seconds(began) < seconds && run->bad < ERRORS_MAX) {
		n = epoll_wait(run->epoll_fd, event, EVENTS, 100);
		for (i = 0; i < n; i++) {
			step = client_step(run, event[i].data.ptr);
			run->good += step > 0;
			run->bad += step < 0;
			if (step != 0)
				client_reset(run, event[i].data.ptr);
		}
	}
	printf("{\"conn_s\": %.1f, \"p99_us\": %.1f, \"errors\": %d}\n",
	    (double)run->good / load_seconds(began),
	    latency_us(&run->latencies, .99), run->bad);
}

static void
hold(struct run *run, int count)
{
	uint64_t began = load_now();
	int under_way, held = run->good;

	while (run->good + run->bad < count && run->bad < ERRORS_MAX &&
	    load_seconds(began) < OPENING_SECONDS) {
		under_way = run->begun - run->good - run->bad;
		if (run->begun < count && under_way < IN_THE_MAKING) {
			if (client_start(run, &run->clients[run->begun]) == -1)
				run->bad++;
			run->begun++;
			continue;
		}
		wait_for_steps(run);
	}
	printf("{\"open\": %d, \"failed\": %d, \"conn_s\": %.1f}\n",
	    run->good, run->bad,
	    (run->good - held) / load_seconds(began));
	fflush(stdout);
	if (getchar() == EOF)		/* measure.py reads the memory now */
		_exit(0);
}

static void
ping_again(struct run *run)
{
	int live = run->good, sent = 0, next = 0;
	uint64_t began = load_now();

	run->good = run->bad = 0;
	memset(&run->latencies, 0, sizeof(run->latencies));
	while (run->good + run->bad < live &&
	    load_seconds(began) < PINGING_SECONDS) {
		if (sent < live &&
		    sent - run->good - run->bad < IN_THE_MAKING) {
			next = ping_next(run, next);
			sent++;
			continue;
		}
		wait_for_steps(run);
	}
	printf("{\"answered\": %d, \"lost\": %d, \"ping_s\": %.1f, "
	    "\"p99_us\": %.1f}\n", run->good, live - run->good,
	    (double)run->good / load_seconds(began),
	    latency_us(&run->latencies, .99));
}

/* Ping the first client from next on that is open; returns the one after it. */
static int
ping_next(struct run *run, int next)
{
	struct client *client;

	while (next < run->count && (run->clients[next].fd == -1 ||
	    !run->clients[next].connected))
		next++;
	if (next == run->count)
		return (next);
	client = &run->clients[next];
	client->since = load_now();
	if (send(client->fd, ping_message, PING_LEN, MSG_NOSIGNAL) == -1)
		run->bad++;
	return (next + 1);
}
