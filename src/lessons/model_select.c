/* model_select.c - the plain exchange, one thread and select: diff model_one.c.
 * Observe   ./model_select, then ./model_clients: as quick as with threads, and
 *           one call waits for all.  This is what the loop of asyncio does.
 * Weakness  1024 descriptors (FD_SETSIZE); one long answer delays everybody. */
#include <sys/select.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define NAME "model_select"

/* What we cannot do without ends us.  No signal is caught: no EINTR. */
static int
check(const char *primitive, int result)
{
	if (result != -1)
		return result;
	fprintf(stderr, NAME ": %s: %s\n", primitive, strerror(errno));
	exit(1);
}

static int
open_socket(const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int fd, on = 1;
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	errno = EINVAL;
	check(port, *port != '\0' && *end == '\0' && number < 65536 ? 0 : -1);
	addr.sin_port = htons((in_port_t)number);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)));
	check("bind", bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	check("listen", listen(fd, SOMAXCONN));
	check("getsockname", getsockname(fd, (struct sockaddr *)&addr, &len));
	dprintf(STDOUT_FILENO, NAME ": en attente sur 127.0.0.1:%d\n",
	    ntohs(addr.sin_port));
	return fd;
}

/* One recv, one answer.  0: the client has left, or does not read. */
static int
answer(int client_fd)
{
	static const char reply[] = "Message reçu via TCP";
	char buf[1024];
	ssize_t got, sent;

	if ((sent = got = recv(client_fd, buf, sizeof(buf), 0)) > 0)
		sent = send(client_fd, reply, strlen(reply), MSG_NOSIGNAL);
	if (sent == -1)
		perror(got == -1 ? NAME ": recv" : NAME ": send");
	return sent == (ssize_t)strlen(reply);
}

int
main(int argc, char *argv[])
{
	int listen_fd = open_socket(argc > 1 ? argv[1] : "12345"), client_fd;
	fd_set watched, ready;

	FD_ZERO(&watched);
	FD_SET(listen_fd, &watched);
	for (;;) {
		/* The only call that waits, and it waits for everybody. */
		ready = watched;
		check("select", select(FD_SETSIZE, &ready, NULL, NULL, NULL));
		for (int fd = 0; fd < FD_SETSIZE; fd++) {
			if (!FD_ISSET(fd, &ready))
				continue;
			if (fd != listen_fd) {
				if (answer(fd))
					continue;
				FD_CLR(fd, &watched);
				check("close", close(fd));
				continue;
			}
			client_fd = check("accept", accept(fd, NULL, NULL));
			if (client_fd < FD_SETSIZE)
				FD_SET(client_fd, &watched);
			else
				check("close", close(client_fd));
		}
	}
}
