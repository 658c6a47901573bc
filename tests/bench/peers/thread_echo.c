/* thread_echo.c - echo, a thread with a small stack for each connection.
 * thread_echo PORT
 * The least that a server of fil's kind can do: what fil adds shows beside it.
 * See also: contenders/echo.py */
#include <sys/socket.h>

#include <stdint.h>
#include <unistd.h>

#include "../load/load.h"

static void	*echo_main(void *);

int
main(int argc, char *argv[])
{
	if (argc != 2)
		load_fail("usage: thread_echo PORT");
	load_serve((int)load_number(argv[1]), echo_main);
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
