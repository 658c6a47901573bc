/* epoll_chat.c - each line to every other member, one thread, epoll.
 * epoll_chat PORT
 * The least that a chat can do, without names, history, limits of rate: what
 * one core of the machine gives.  Who has 256 KiB waiting is dropped.
 * See also: contenders/chat.py */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../load/load.h"

enum { EVENTS = 256, MEMBERS_MAX = 20000, WAITING_MAX = 262144 };

struct member {
	int		 fd;
	char		 in[4096];
	size_t		 in_len;
	char		*out;		/* NULL: nothing waits */
	size_t		 out_len;
	int		 writing;	/* epoll tells when there is room */
	uint32_t	 watched;
	int		 gone;
};

struct chat {
	struct member	*members[MEMBERS_MAX];
	int		 count;
	int		 epoll_fd;
};

static void	accept_all(struct chat *, int);
static void	flush_all(struct chat *);
static void	member_flush(struct chat *, struct member *);
static void	member_queue(struct member *, const char *, size_t);
static void	member_read(struct chat *, struct member *);

int
main(int argc, char *argv[])
{
	static struct chat chat;
	struct epoll_event event[EVENTS];
	struct member *member;
	int i, n, listen_fd;

	if (argc != 2)
		load_fail("usage: epoll_chat PORT");
	signal(SIGPIPE, SIG_IGN);
	chat.epoll_fd = epoll_create1(0);
	listen_fd = load_listen((int)load_number(argv[1]));
	load_nonblock(listen_fd);
	load_watch(chat.epoll_fd, listen_fd, EPOLLIN, NULL);
	for (;;) {
		n = epoll_wait(chat.epoll_fd, event, EVENTS, -1);
		for (i = 0; i < n; i++) {
			member = event[i].data.ptr;
			if (member == NULL) {
				accept_all(&chat, listen_fd);
				continue;
			}
			if (event[i].events & EPOLLOUT)
				member->writing = 0;
			if (event[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				member_read(&chat, member);
		}
		flush_all(&chat);
	}
}

static void
accept_all(struct chat *chat, int listen_fd)
{
	struct member *member;
	int fd;

	while ((fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK)) != -1) {
		member = calloc(1, sizeof(*member));
		if (member == NULL || chat->count == MEMBERS_MAX) {
			free(member);
			close(fd);
			continue;
		}
		load_nodelay(fd);
		member->fd = fd;
		member->watched = EPOLLIN;
		chat->members[chat->count++] = member;
		load_watch(chat->epoll_fd, fd, EPOLLIN, member);
	}
}

static void
member_read(struct chat *chat, struct member *member)
{
	ssize_t n = recv(member->fd, member->in + member->in_len,
	    sizeof(member->in) - member->in_len, 0);
	const char *end;
	size_t len = 0;
	int i;

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		member->gone = 1;
		return;
	}
	member->in_len += (size_t)n;
	end = memrchr(member->in, '\n', member->in_len);
	if (end != NULL)
		len = (size_t)(end + 1 - member->in);
	else if (member->in_len == sizeof(member->in))
		len = member->in_len;
	for (i = 0; len > 0 && i < chat->count; i++)
		if (chat->members[i] != member)
			member_queue(chat->members[i], member->in, len);
	memmove(member->in, member->in + len, member->in_len - len);
	member->in_len -= len;
}

static void
member_queue(struct member *member, const char *text, size_t len)
{
	if (member->out == NULL)
		member->out = malloc(WAITING_MAX);
	if (member->out == NULL || member->out_len + len > WAITING_MAX) {
		member->gone = 1;
		return;
	}
	memcpy(member->out + member->out_len, text, len);
	member->out_len += len;
}

/* After all events of a turn, so that none of them names a freed member. */
static void
flush_all(struct chat *chat)
{
	struct member *member;
	int i, kept = 0;

	for (i = 0; i < chat->count; i++) {
		member = chat->members[i];
		if (!member->gone && member->out_len > 0 && !member->writing)
			member_flush(chat, member);
		if (!member->gone) {
			chat->members[kept++] = member;
			continue;
		}
		close(member->fd);
		free(member->out);
		free(member);
	}
	chat->count = kept;
}

static void
member_flush(struct chat *chat, struct member *member)
{
	ssize_t n = send(member->fd, member->out, member->out_len,
	    MSG_NOSIGNAL);
	uint32_t wanted;

	if (n > 0) {
		member->out_len -= (size_t)n;
		memmove(member->out, member->out + n, member->out_len);
	}
	wanted = member->out_len > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
	member->writing = member->out_len > 0;
	if (wanted != member->watched)
		load_rewatch(chat->epoll_fd, member->fd, wanted, member);
	member->watched = wanted;
	if (member->out_len > 0)
		return;
	free(member->out);
	member->out = NULL;
}
