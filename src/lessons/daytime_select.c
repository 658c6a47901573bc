/* daytime_select.c - the date for whoever asks (RFC 867): TCP and UDP.
 * Observe   ./daytime_select, then nc localhost 1313: the line comes though
 *           nothing was typed.  nc -u localhost 1313: type Enter first, for
 *           without a datagram the server does not know that you are there.
 * Weakness  two such servers answer each other for ever, once a forged datagram
 *           has brought them together (CVE-2024-2169).  A client that speaks
 *           first may lose the line: our close is a reset then. */
#include <sys/socket.h>
#include <sys/select.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#define NAME "daytime_select"

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

/* -1: the client is gone already, or there is no descriptor for it. */
static int
answer(int fd, int is_tcp)
{
	char line[64], unread[1];	/* what it says does not matter */
	time_t now = time(NULL);
	size_t len = strftime(line, sizeof(line), "%c\r\n", localtime(&now));
	struct sockaddr peer;		/* an IPv4 address fits */
	socklen_t peer_len = sizeof(peer);
	ssize_t n;

	if (!is_tcp) {
		n = recvfrom(fd, unread, 1, 0, &peer, &peer_len);
		return n == -1 || sendto(fd, line, len, 0, &peer,
		    peer_len) == -1 ? -1 : 0;
	}
	/* So short a line fits into a new socket's buffer: no waiting. */
	if ((fd = accept(fd, NULL, NULL)) == -1)
		return -1;
	n = send(fd, line, len, MSG_NOSIGNAL);
	check("close", close(fd));
	return n == -1 ? -1 : 0;
}

int
main(int argc, char *argv[])
{
	int tcp_fd = open_socket(SOCK_STREAM, argc > 1 ? argv[1] : "1313");
	int udp_fd = open_socket(SOCK_DGRAM, argc > 2 ? argv[2] : "1313");
	fd_set ready;

	for (;;) {
		FD_ZERO(&ready);
		FD_SET(tcp_fd, &ready);
		FD_SET(udp_fd, &ready);
		/* The only call that waits, and it waits for both. */
		check("select", select(FD_SETSIZE, &ready, NULL, NULL, NULL));
		if (FD_ISSET(tcp_fd, &ready) && answer(tcp_fd, 1) == -1)
			perror(NAME ": TCP");
		if (FD_ISSET(udp_fd, &ready) && answer(udp_fd, 0) == -1)
			perror(NAME ": UDP");
	}
}
