/* chat_member.c - one member of a chat under load: its lines in and out.
 * See also: chat_member.h */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat_member.h"
#include "load.h"

enum { PREFIX_MAX = 200, TIME_DIGITS = 16 };

#define IRC_JOIN	"JOIN #b\r\n"

static int	hear_irc(struct chat_member *, const char *);
static void	hear_line(struct chat *, struct chat_member *, char *);
static uint64_t	slowest_of(const struct chat *, int);

void
chat_member_introduce(const struct chat *chat, struct chat_member *member)
{
	char text[128];
	int len;

	if (!chat->irc)
		return;
	len = snprintf(text, sizeof(text),
	    "NICK u%d\r\nUSER u%d 0 * :u\r\n", member->number,
	    member->number);
	if (load_send_all(member->fd, text, (size_t)len) == -1)
		load_fail("introduction of member %d", member->number);
}

void
chat_irc_join(int fd)
{
	char said[8192];
	size_t len = 0;
	ssize_t n;

	load_timeout(fd, 3);
	do {
		n = recv(fd, said + len, sizeof(said) - 1 - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
		said[len] = '\0';
	} while (strstr(said, " 001 ") == NULL && len < sizeof(said) - 1);
	if (load_send_all(fd, IRC_JOIN, strlen(IRC_JOIN)) == -1)
		load_fail("join");
}

void
chat_member_read(struct chat *chat, struct chat_member *member)
{
	char *start = member->buf, *end;
	ssize_t n = recv(member->fd, member->buf + member->len,
	    sizeof(member->buf) - member->len, 0);

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		member->dead = 1;
		chat->closed++;
		epoll_ctl(chat->epoll_fd, EPOLL_CTL_DEL, member->fd, NULL);
		return;
	}
	member->len += (size_t)n;
	while ((end = memchr(start, '\n',
	    (size_t)(member->buf + member->len - start))) != NULL) {
		*end = '\0';
		hear_line(chat, member, start);
		start = end + 1;
	}
	member->len -= (size_t)(start - member->buf);
	memmove(member->buf, start, member->len);
	if (member->len == sizeof(member->buf))
		member->len = 0;	/* no line of ours is so long */
}

static void
hear_line(struct chat *chat, struct chat_member *member, char *line)
{
	char *at = strstr(line, "at:");
	uint64_t now = load_now(), sent;
	int sender;

	if (chat->irc && hear_irc(member, line))
		return;
	if (at == NULL || at - line > PREFIX_MAX ||
	    strlen(at) < 3 + TIME_DIGITS + 3)
		return;
	sent = strtoull(at + 3, NULL, 16);
	sender = at[3 + TIME_DIGITS + 1] - '0';
	if (sent == 0) {
		member->synced = 1;
		return;
	}
	if (sender < 0 || sender >= chat->senders)
		return;
	member->heard[sender]++;
	chat->last_heard = now;
	if (sent > chat->warm && member->number < chat->receivers)
		latency_add(&chat->latencies, now - sent);
}

/* RFC 2812: 001 welcomes, 366 ends the list of names of a channel joined. */
static int
hear_irc(struct chat_member *member, const char *line)
{
	char answer[512];
	int len;

	if (strncmp(line, "PING", 4) == 0) {
		len = snprintf(answer, sizeof(answer), "PONG%.400s\n",
		    line + 4);
		if (load_send_all(member->fd, answer, (size_t)len) == -1)
			load_fail("PONG");
		return (1);
	}
	if (!member->joined && strstr(line, " 001 ") != NULL) {
		if (load_send_all(member->fd, IRC_JOIN, strlen(IRC_JOIN)) == -1)
			load_fail("JOIN");
		return (1);
	}
	if (strstr(line, " 366 ") == NULL)
		return (0);
	member->joined = 1;
	return (1);
}

size_t
chat_line(const struct chat *chat, char *line, uint64_t at, int sender)
{
	size_t len = (size_t)sprintf(line, "%sat:%016" PRIx64 ":%d:",
	    chat->irc ? "PRIVMSG #b :" : "", at, sender);
	size_t whole = (size_t)chat->line_size - 1 + (chat->irc ? 12 : 0);

	while (len < whole)
		line[len++] = 'x';
	if (chat->irc)
		line[len++] = '\r';
	line[len++] = '\n';
	return (len);
}

int
chat_send(struct chat *chat, int sender)
{
	struct chat_member *member = &chat->members[chat->receivers + sender];
	ssize_t n;

	if (member->dead)
		return (0);
	if (member->out_sent == member->out_len) {
		member->out_len = chat_line(chat, member->out, load_now(),
		    sender);
		member->out_sent = 0;
	}
	n = send(member->fd, member->out + member->out_sent,
	    member->out_len - member->out_sent, MSG_NOSIGNAL);
	if (n > 0)
		member->out_sent += (size_t)n;
	if (member->out_sent < member->out_len)
		return (0);
	chat->sent[sender]++;
	return (1);
}

uint64_t
chat_slowest(const struct chat *chat, int sender)
{
	uint64_t least = UINT64_MAX, one;
	int i;

	if (sender != -1)
		return (slowest_of(chat, sender));
	for (i = 0; i < chat->senders; i++) {
		one = slowest_of(chat, i);
		if (one < least)
			least = one;
	}
	return (least);
}

static uint64_t
slowest_of(const struct chat *chat, int sender)
{
	const struct chat_member *member;
	uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < chat->receivers; i++) {
		member = &chat->members[i];
		if (!member->dead && member->heard[sender] < least)
			least = member->heard[sender];
	}
	return (least == UINT64_MAX ? 0 : least);
}
