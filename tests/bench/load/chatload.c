/* chatload.c - lines of a few members, heard by all of them.
 * chatload PORT MODE RECEIVERS SENDERS SIZE AMOUNT line|irc
 *   flood   AMOUNT seconds; at most 32 lines of a sender not yet with everybody
 *   paced   AMOUNT seconds; one sender, 200 lines a second or 20,000 deliveries
 *   amount  AMOUNT MiB in all, as flood
 *   stall   the same, with one more member, who never reads
 *   members one line to all, then all stay until a line on standard input
 * A line is at:TIME:SENDER: and padding; what a server puts before is ignored.
 * See also: load.h, chat_member.h, benches/chat.py */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chat_member.h"
#include "load.h"

enum { AHEAD = 32, EVENTS = 256 };

#define WARM_UP_NS	150000000u
#define JOIN_SECONDS	120.0
#define SYNC_SECONDS	30.0
#define SILENCE_SECONDS	2.0
#define PACE		200.0		/* lines a second */
#define PACE_ALL	20000.0		/* deliveries a second */

static void	join_all(struct chat *, int);
static int	join_stopped(struct chat *, int);
static void	play(struct chat *, const char *, double);
static void	pump(struct chat *, int);
static void	report(struct chat *, int);
static void	send_flood(struct chat *, uint64_t);
static void	send_pace(struct chat *, double);
static int	synced(const struct chat *);
static void	synchronize(struct chat *);
static int	was_dropped(int);

int
main(int argc, char *argv[])
{
	static struct chat chat;
	const char *mode;
	int stopped = -1, port;

	if (argc != 8)
		load_fail("usage: chatload PORT MODE RECEIVERS SENDERS SIZE "
		    "AMOUNT line|irc");
	port = (int)load_number(argv[1]);
	mode = argv[2];
	chat.receivers = (int)load_number(argv[3]);
	chat.senders = (int)load_number(argv[4]);
	chat.line_size = (int)load_number(argv[5]);
	chat.irc = strcmp(argv[7], "irc") == 0;
	if (chat.senders < 1 || chat.senders > CHAT_SENDERS_MAX ||
	    chat.line_size < CHAT_LINE_MIN || chat.line_size > CHAT_LINE_MAX)
		load_fail("too many senders, or a size that cannot be");
	if (strcmp(mode, "stall") == 0)
		stopped = join_stopped(&chat, port);
	join_all(&chat, port);
	synchronize(&chat);
	if (strcmp(mode, "members") != 0)
		play(&chat, mode, load_number(argv[6]));
	report(&chat, stopped);
	if (stopped != -1 || strcmp(mode, "members") == 0)
		getchar();		/* measure.py reads the memory now */
	_exit(0);
}

/* The member who never reads: with a small buffer, to be full soon. */
static int
join_stopped(struct chat *chat, int port)
{
	struct chat_member member = { .number = 99999 };
	int size = 4096;

	member.fd = load_connect(port);
	if (member.fd == -1)
		load_fail("connect");
	setsockopt(member.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	chat_member_introduce(chat, &member);
	if (chat->irc)
		chat_irc_join(member.fd);
	return (member.fd);
}

static void
join_all(struct chat *chat, int port)
{
	int i, joined = 0;
	uint64_t began = load_now();

	chat->count = chat->receivers + chat->senders;
	chat->members = calloc((size_t)chat->count, sizeof(*chat->members));
	if (chat->members == NULL)
		load_fail("calloc");
	chat->epoll_fd = epoll_create1(0);
	for (i = 0; i < chat->count; i++) {
		struct chat_member *member = &chat->members[i];

		member->number = i;
		member->fd = load_connect(port);
		if (member->fd == -1)
			load_fail("connect of member %d", i);
		load_nonblock(member->fd);
		load_watch(chat->epoll_fd, member->fd, EPOLLIN, member);
		chat_member_introduce(chat, member);
		if (i % 16 == 15)
			pump(chat, 1);
		if (load_seconds(began) > JOIN_SECONDS)
			load_fail("%d members joined in %g s", i, JOIN_SECONDS);
	}
	while (chat->irc && joined < chat->count) {
		pump(chat, 20);
		for (joined = i = 0; i < chat->count; i++)
			joined += chat->members[i].joined;
		if (load_seconds(began) > JOIN_SECONDS)
			load_fail("%d members joined in %g s", joined,
			    JOIN_SECONDS);
	}
}

static void
pump(struct chat *chat, int wait_ms)
{
	struct epoll_event event[EVENTS];
	int i, n = epoll_wait(chat->epoll_fd, event, EVENTS, wait_ms);

	for (i = 0; i < n; i++)
		chat_member_read(chat, event[i].data.ptr);
}

/* Each sender's first line is sent until every receiver has heard one. */
static void
synchronize(struct chat *chat)
{
	char line[CHAT_LINE_MAX + 32];
	uint64_t began = load_now(), sent;
	int i;

	while (synced(chat) < chat->receivers) {
		if (load_seconds(began) > SYNC_SECONDS)
			load_fail("%d of %d heard a line in %g s",
			    synced(chat), chat->receivers, SYNC_SECONDS);
		for (i = 0; i < chat->senders; i++) {
			size_t len = chat_line(chat, line, 0, i);
			int fd = chat->members[chat->receivers + i].fd;

			if (load_send_all(fd, line, len) == -1)
				continue;	/* again, 500 ms later */
		}
		sent = load_now();
		while (load_seconds(sent) < .5 &&
		    synced(chat) < chat->receivers)
			pump(chat, 10);
	}
	for (sent = load_now(); load_seconds(sent) < .1;)
		pump(chat, 20);
}

static int
synced(const struct chat *chat)
{
	int i, count = 0;

	for (i = 0; i < chat->receivers; i++)
		count += chat->members[i].synced;
	return (count);
}

static void
play(struct chat *chat, const char *mode, double amount)
{
	int paced = strcmp(mode, "paced") == 0;
	int timed = paced || strcmp(mode, "flood") == 0;
	uint64_t limit = timed ? UINT64_MAX : (uint64_t)(amount * 1048576 /
	    chat->line_size / chat->senders);
	double silent;

	chat->began = chat->last_heard = load_now();
	chat->warm = chat->began + (timed ? WARM_UP_NS : 0);
	while (timed ? load_seconds(chat->began) < amount + WARM_UP_NS / 1e9 :
	    chat_slowest(chat, -1) < limit) {
		if (paced)
			send_pace(chat, load_seconds(chat->began));
		else
			send_flood(chat, limit);
		pump(chat, paced ? 1 : 0);
		silent = load_seconds(chat->last_heard);
		if (!paced && silent > chat->longest_silence)
			chat->longest_silence = silent;
		if (!paced && silent > SILENCE_SECONDS) {
			chat->stuck = 1;
			break;
		}
	}
	chat->ended = chat->stuck ? chat->last_heard : load_now();
	for (chat->began = load_now(); timed &&
	    load_seconds(chat->began) < .1;)
		pump(chat, 20);
}

static void
send_flood(struct chat *chat, uint64_t limit)
{
	uint64_t slowest;
	int i;

	for (i = 0; i < chat->senders; i++) {
		slowest = chat_slowest(chat, i);
		while (chat->sent[i] < limit &&
		    chat->sent[i] - slowest < AHEAD)
			if (chat_send(chat, i) != 1)
				break;
	}
}

static void
send_pace(struct chat *chat, double seconds)
{
	double pace = PACE_ALL / chat->receivers;

	if (pace > PACE)
		pace = PACE;
	if ((double)chat->sent[0] < seconds * pace)
		chat_send(chat, 0);
}

static void
report(struct chat *chat, int stopped)
{
	uint64_t expected = 0, heard = 0;
	double seconds = (double)(chat->ended - chat->warm) / 1e9;
	int i, j;

	for (j = 0; j < chat->senders; j++) {
		expected += chat->sent[j] * (uint64_t)chat->receivers;
		for (i = 0; i < chat->receivers; i++)
			heard += chat->members[i].heard[j];
	}
	printf("{\"deliv_s\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
	    "\"heard\": %" PRIu64 ", \"expected\": %" PRIu64 ", "
	    "\"stuck\": %d, \"silence_ms\": %.1f, \"closed\": %d, "
	    "\"dropped\": %d, \"members\": %d}\n",
	    (double)chat->latencies.count / (seconds > 0 ? seconds : 1),
	    latency_us(&chat->latencies, .5),
	    latency_us(&chat->latencies, .99), heard, expected, chat->stuck,
	    chat->longest_silence * 1e3, chat->closed,
	    stopped != -1 && was_dropped(stopped), synced(chat));
	fflush(stdout);
}

/* Has the server given the stopped member up? */
static int
was_dropped(int fd)
{
	struct pollfd one = { .fd = fd };
	struct tcp_info info;
	socklen_t len = sizeof(info);

	poll(&one, 1, 0);
	if (one.revents & (POLLHUP | POLLERR))
		return (1);
	return (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	    info.tcpi_state != TCP_ESTABLISHED);
}
