/* target.c - what stands behind a proxy.
 * target PORT
 * A connection's first byte says what it is for:
 *   E             echo everything, this byte too
 *   U and a count swallow so many bytes, then answer 8 bytes
 *   D and a count send so many bytes, then close
 * The count has 8 bytes, in this machine's order.
 * See also: bulkload.c, benches/proxy.py */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

enum { CHUNK = 262144, SWALLOW = 1048576, EVENTS = 512, FD_MAX = 70000 };

static void	 accept_all(int, int);
static void	 bulk(int, char, uint64_t);
static void	*bulk_main(void *);
static void	 bulk_start(int, int);
static void	 echo(int);
static int	 fd_of(const void *);
static int	 is_bulk(int);
static void	*pointer_of(int);

/* Descriptors below FD_MAX stand for themselves, as pointers into this. */
static char numbers[FD_MAX];

int
main(int argc, char *argv[])
{
	struct epoll_event event[EVENTS];
	int i, n, fd, listen_fd, epoll_fd = epoll_create1(0);

	if (argc != 2)
		load_fail("usage: target PORT");
	signal(SIGPIPE, SIG_IGN);
	listen_fd = load_listen((int)load_number(argv[1]));
	load_nonblock(listen_fd);
	load_watch(epoll_fd, listen_fd, EPOLLIN, pointer_of(listen_fd));
	for (;;) {
		n = epoll_wait(epoll_fd, event, EVENTS, -1);
		for (i = 0; i < n; i++) {
			fd = fd_of(event[i].data.ptr);
			if (fd == listen_fd)
				accept_all(listen_fd, epoll_fd);
			else if (is_bulk(fd))
				bulk_start(fd, epoll_fd);
			else
				echo(fd);
		}
	}
}

static void *
pointer_of(int fd)
{
	return (&numbers[fd]);
}

static int
fd_of(const void *pointer)
{
	return ((int)((const char *)pointer - numbers));
}

static void
accept_all(int listen_fd, int epoll_fd)
{
	int fd;

	while ((fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK)) != -1) {
		if (fd >= FD_MAX) {
			close(fd);
			continue;
		}
		load_nodelay(fd);
		numbers[fd] = 0;	/* nothing has come yet */
		load_watch(epoll_fd, fd, EPOLLIN, pointer_of(fd));
	}
}

/* Looked at once: later bytes of an echo may be anything. */
static int
is_bulk(int fd)
{
	char first;

	if (numbers[fd] != 0 || recv(fd, &first, 1, MSG_PEEK) != 1)
		return (0);
	numbers[fd] = 1;
	return (first != 'E');
}

static void
echo(int fd)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0 || send(fd, buf, (size_t)n, MSG_NOSIGNAL) == -1)
		close(fd);
}

static void
bulk_start(int fd, int epoll_fd)
{
	pthread_t thread;

	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	if (pthread_create(&thread, NULL, bulk_main, pointer_of(fd)) != 0)
		close(fd);
	else
		pthread_detach(thread);
}

static void *
bulk_main(void *arg)
{
	unsigned char head[1 + sizeof(uint64_t)];
	uint64_t count;
	int fd = fd_of(arg);

	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	if (recv(fd, head, sizeof(head), MSG_WAITALL) == sizeof(head)) {
		memcpy(&count, head + 1, sizeof(count));
		bulk(fd, (char)head[0], count);
	}
	close(fd);
	return (NULL);
}

static void
bulk(int fd, char direction, uint64_t left)
{
	static const char zeros[CHUNK];
	uint64_t count = left;
	ssize_t n;

	while (left > 0 && direction == 'U') {
		n = recv(fd, NULL, left < SWALLOW ? (size_t)left : SWALLOW,
		    MSG_TRUNC);
		if (n <= 0)
			return;
		left -= (uint64_t)n;
	}
	while (left > 0) {
		n = left < CHUNK ? (ssize_t)left : CHUNK;
		if (load_send_all(fd, zeros, (size_t)n) == -1)
			return;
		left -= (uint64_t)n;
	}
	/* The client closes first: TIME_WAIT is its port's, not the target's. */
	if (direction == 'U' &&
	    load_send_all(fd, &count, sizeof(count)) == 0)
		recv(fd, &count, 1, 0);
}
