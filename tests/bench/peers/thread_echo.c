/* thread_echo.c - echo, a thread with a small stack for each connection.
 * thread_echo PORT
 * The least that a server of fil's kind can do: what fil adds shows beside it.
 * See also: contenders/echo.py */
#include <sys/socket.h>

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "../load/load.h"

enum { STACK_SIZE = 65536 };

static void	*echo_main(void *);

int
main(int argc, char *argv[])
{
	pthread_attr_t attr;
	pthread_t thread;
	int fd, listen_fd;

	if (argc != 2)
		load_fail("usage: thread_echo PORT");
	signal(SIGPIPE, SIG_IGN);
	listen_fd = load_listen((int)load_number(argv[1]));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (;;) {
		fd = accept(listen_fd, NULL, NULL);
		if (fd == -1)
			continue;
		load_nodelay(fd);
		if (pthread_create(&thread, &attr, echo_main,
		    (void *)(intptr_t)fd) != 0)
			close(fd);
	}
}

static void *
echo_main(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[4096];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		if (load_send_all(fd, buf, (size_t)n) == -1)
			break;
	close(fd);
	return (NULL);
}
