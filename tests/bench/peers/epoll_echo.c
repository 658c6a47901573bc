/* epoll_echo.c - echo, one thread, epoll: what one core of the machine gives.
 * epoll_echo PORT
 * See also: contenders/echo.py */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "../load/load.h"

enum { EVENTS = 512 };

static void	accept_all(int, int);
static void	echo(int);
static void	watch(int, int);

int
main(int argc, char *argv[])
{
	struct epoll_event event[EVENTS];
	int i, n, listen_fd, epoll_fd = epoll_create1(0);

	if (argc != 2)
		load_fail("usage: epoll_echo PORT");
	signal(SIGPIPE, SIG_IGN);
	listen_fd = load_listen((int)load_number(argv[1]));
	load_nonblock(listen_fd);
	watch(epoll_fd, listen_fd);
	for (;;) {
		n = epoll_wait(epoll_fd, event, EVENTS, -1);
		for (i = 0; i < n; i++) {
			if (event[i].data.fd == listen_fd)
				accept_all(listen_fd, epoll_fd);
			else
				echo(event[i].data.fd);
		}
	}
}

static void
watch(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		close(fd);
}

static void
accept_all(int listen_fd, int epoll_fd)
{
	int fd;

	while ((fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK)) != -1) {
		load_nodelay(fd);
		watch(epoll_fd, fd);
	}
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
