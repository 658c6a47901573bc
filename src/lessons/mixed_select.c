/* mixed_select.c - mixed_naive cured by select: diff the two.
 * Observe   ./mixed_select, then as for mixed_naive: udp_client is answered.
 * Weakness  1024 descriptors (FD_SETSIZE); one long answer delays everybody. */
#include <sys/socket.h>
#include <sys/select.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define NAME "mixed_select"

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
open_socket(int type, const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int is_tcp = type == SOCK_STREAM, fd;
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	errno = EINVAL;
	check(port, *port != '\0' && *end == '\0' && number < 65536 ? 0 : -1);
	addr.sin_port = htons((in_port_t)number);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = check("socket", socket(AF_INET, type, 0));
	check("fcntl", fcntl(fd, F_SETFL, O_NONBLOCK));	/* select waits */
	/* Else a restart finds its port taken; on UDP two would share it. */
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &is_tcp,
	    sizeof(is_tcp)));
	check("bind", bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	if (is_tcp)
		check("listen", listen(fd, SOMAXCONN));
	check("getsockname", getsockname(fd, (struct sockaddr *)&addr, &len));
	dprintf(STDOUT_FILENO, NAME ": en attente sur 127.0.0.1:%d (%s)\n",
	    ntohs(addr.sin_port), is_tcp ? "TCP" : "UDP");
	return fd;
}

/* One recv, one answer.  0: the client has left, or does not read. */
static int
tcp_answer(int client_fd)
{
	static const char reply[] = "Message reçu via TCP";
	char buf[1024];
	ssize_t got, sent;

	if ((sent = got = recv(client_fd, buf, sizeof(buf), 0)) > 0)
		sent = send(client_fd, reply, strlen(reply), MSG_NOSIGNAL);
	if (sent == -1)
		perror(got == -1 ? NAME ": recv" : NAME ": send");
	fprintf(stderr, "TCP : recv renvoie %zd\n", got);
	return sent == (ssize_t)strlen(reply);
}

static void
udp_answer(int udp_fd)
{
	static const char reply[] = "Message reçu via UDP";
	char buf[1024];
	struct sockaddr peer;		/* an IPv4 address fits */
	socklen_t len = sizeof(peer);
	ssize_t got, sent = 0;

	if ((got = recvfrom(udp_fd, buf, sizeof(buf), 0, &peer, &len)) != -1)
		sent = sendto(udp_fd, reply, strlen(reply), 0, &peer, len);
	if (got == -1 || sent == -1)
		perror(got == -1 ? NAME ": recvfrom" : NAME ": sendto");
	fprintf(stderr, "UDP : recvfrom renvoie %zd\n", got);
}

int
main(int argc, char *argv[])
{
	int listen_fd = open_socket(SOCK_STREAM, argc > 1 ? argv[1] : "12345");
	int udp_fd = open_socket(SOCK_DGRAM, argc > 2 ? argv[2] : "12346");
	int client_fd, fd;
	fd_set watched, ready;

	FD_ZERO(&watched);
	FD_SET(listen_fd, &watched);
	FD_SET(udp_fd, &watched);
	for (;;) {
		/* The only call that waits, and it waits for everybody. */
		ready = watched;
		check("select", select(FD_SETSIZE, &ready, NULL, NULL, NULL));
		for (fd = 0; fd < FD_SETSIZE; fd++)
			if (!FD_ISSET(fd, &ready))
				continue;
			else if (fd == udp_fd)
				udp_answer(fd);
			else if (fd != listen_fd) {
				if (tcp_answer(fd))
					continue;
				FD_CLR(fd, &watched);
				FD_SET(listen_fd, &watched);
				check("close", close(fd));
			} else if ((client_fd = accept(fd, NULL, NULL)) == -1) {
				if (errno != EAGAIN)	/* full: wait */
					FD_CLR(fd, &watched);
				perror(NAME ": accept");
			} else if (client_fd < FD_SETSIZE &&
			    fcntl(client_fd, F_SETFL, O_NONBLOCK) != -1)
				FD_SET(client_fd, &watched);
			else
				check("close", close(client_fd));
	}
}
