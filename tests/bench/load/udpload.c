/* udpload.c - datagrams of 20 bytes, a window of them under way on one socket.
 * udpload PORT WINDOW SECONDS
 * Every answer lets one more go; answers are taken to come in order.
 * See also: load.h, benches/udp.py */
#define _GNU_SOURCE
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "load.h"

enum { WINDOW_MAX = 256, RING = 65536, REFUSED_MAX = 50 };

#define WARM_UP_NS	100000000u

struct run {
	struct mmsghdr	 out[WINDOW_MAX], in[WINDOW_MAX];
	struct iovec	 out_iov[WINDOW_MAX], in_iov[WINDOW_MAX];
	char		 answer[WINDOW_MAX][2048];
	uint64_t	 sent_at[RING];
	uint64_t	 sent, answered, lost, total, warm;
	struct latencies latencies;
	int		 fd, refused;
};

static void	play(struct run *, int, double);
static void	prepare(struct run *, int);
static void	send_more(struct run *, int);
static void	take(struct run *, int);

int
main(int argc, char *argv[])
{
	static struct run run;
	int window;

	if (argc != 4)
		load_fail("usage: udpload PORT WINDOW SECONDS");
	prepare(&run, (int)load_number(argv[1]));
	window = (int)load_number(argv[2]);
	if (window < 1 || window > WINDOW_MAX)
		load_fail("the window is 1 to %d", WINDOW_MAX);
	play(&run, window, load_number(argv[3]));
	printf("{\"dgram_s\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, "
	    "\"lost\": %" PRIu64 ", \"total\": %" PRIu64 "}\n",
	    (double)run.latencies.count / load_seconds(run.warm),
	    latency_us(&run.latencies, .5), latency_us(&run.latencies, .99),
	    run.lost, run.total);
	return (0);
}

static void
prepare(struct run *run, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int i;

	run->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (connect(run->fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		load_fail("connect");
	load_timeout(run->fd, .2);
	for (i = 0; i < WINDOW_MAX; i++) {
		run->out_iov[i].iov_base = (char *)(uintptr_t)ping_message;
		run->out_iov[i].iov_len = PING_LEN;
		run->in_iov[i].iov_base = run->answer[i];
		run->in_iov[i].iov_len = sizeof(run->answer[i]);
		run->out[i].msg_hdr.msg_iov = &run->out_iov[i];
		run->out[i].msg_hdr.msg_iovlen = 1;
		run->in[i].msg_hdr.msg_iov = &run->in_iov[i];
		run->in[i].msg_hdr.msg_iovlen = 1;
	}
}

static void
play(struct run *run, int window, double seconds)
{
	uint64_t end;
	int n;

	run->warm = load_now() + WARM_UP_NS;
	end = run->warm + (uint64_t)(seconds * 1e9);
	send_more(run, window);
	while (load_now() < end) {
		n = recvmmsg(run->fd, run->in, WINDOW_MAX, MSG_WAITFORONE,
		    NULL);
		if (n > 0) {
			take(run, n);
			send_more(run, n < window ? n : window);
			continue;
		}
		if (errno == ECONNREFUSED && ++run->refused > REFUSED_MAX)
			load_fail("recvmmsg");
		run->lost += run->sent - run->answered;
		run->answered = run->sent;
		send_more(run, window);
	}
}

static void
send_more(struct run *run, int count)
{
	uint64_t now = load_now();
	int i, n, done = 0;

	while (done < count) {
		n = sendmmsg(run->fd, run->out, (unsigned)(count - done), 0);
		if (n > 0)
			done += n;
		else if (++run->refused > REFUSED_MAX)
			load_fail("sendmmsg");
	}
	for (i = 0; i < count; i++)
		run->sent_at[run->sent++ % RING] = now;
}

static void
take(struct run *run, int count)
{
	uint64_t now = load_now();
	int i;

	for (i = 0; i < count && run->answered < run->sent; i++) {
		run->total++;
		if (now > run->warm)
			latency_add(&run->latencies,
			    now - run->sent_at[run->answered % RING]);
		run->answered++;
	}
}
