/* tcp_server.c - the smallest honest TCP server: one client at a time.
 * Observe   ./tcp_server, then ./tcp_client, or lines in nc 127.0.0.1 12345:
 *           each recv is answered.  ss -tna shows two sockets of the server.
 * Weakness  while one client is served, the next is connected by the kernel
 *           (see the backlog in listen) but heard by nobody: try two nc. */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Name the primitive that failed, why, and what to do about it. */
static void
die(const char *what, const char *hint)
{
	fprintf(stderr, "tcp_server: %s: %s%s\n", what, strerror(errno), hint);
	exit(1);
}

/* Strict: "80x", "-1" and "70000" are refused, not guessed at. */
static in_port_t
parse_port(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	errno = EINVAL;
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || port > 65535)
		die(text, " (un port va de 0 à 65535)");
	return (in_port_t)port;
}

/* A peer's control characters could command our terminal: show them as '.'. */
static void
make_safe(unsigned char *text, ssize_t len)
{
	ssize_t i;

	for (i = 0; i < len; i++)	/* C2 80 to C2 9F: controls in UTF-8 */
		if (text[i] < 0x20 || text[i] == 0x7f || (text[i] == 0xc2 &&
		    i + 1 < len && text[i + 1] < 0xa0))
			text[i] = '.';
}

/*
 * send may take less than it was given: go on with the rest.  A peer that left
 * would end us by SIGPIPE, but for MSG_NOSIGNAL.  EINTR comes to programs that
 * catch signals; this one catches none.
 */
static int
send_all(int fd, const char *text, size_t len)
{
	ssize_t sent;

	for (; len > 0; text += sent, len -= (size_t)sent)
		if ((sent = send(fd, text, len, MSG_NOSIGNAL)) == -1)
			return -1;
	return 0;
}

/* Answer every recv, until it returns 0: the client has left. */
static void
serve(int client_fd)
{
	static const char reply[] = "Message reçu";
	unsigned char buf[1024];
	ssize_t len;

	while ((len = recv(client_fd, buf, sizeof(buf), 0)) > 0) {
		make_safe(buf, len);
		printf("reçu : « %.*s »\n", (int)len, (char *)buf);
		if (send_all(client_fd, reply, strlen(reply)) == -1) {
			perror("tcp_server: send");
			return;
		}
	}
	if (len == -1)
		perror("tcp_server: recv");
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t addr_len = sizeof(addr);
	int listen_fd, client_fd, on = 1;

	addr.sin_port = htons(parse_port(argc > 1 ? argv[1] : "12345"));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((listen_fd = socket(AF_INET, SOCK_STREAM, 0)) == -1)
		die("socket", "");
	/* Else a restart within a minute finds its port in TIME_WAIT. */
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		die("setsockopt", "");
	if (bind(listen_fd, (struct sockaddr *)&addr, sizeof(addr)) == -1)
		die("bind", " (port pris, ou < 1024 ? Prenez-en un autre)");
	if (listen(listen_fd, SOMAXCONN) == -1)
		die("listen", "");
	if (getsockname(listen_fd, (struct sockaddr *)&addr, &addr_len) == -1)
		die("getsockname", "");		/* port 0: the kernel chose */
	if (setvbuf(stdout, NULL, _IOLBF, 0) != 0)
		die("setvbuf", "");
	printf("tcp_server: en attente sur 127.0.0.1:%d\n",
	    ntohs(addr.sin_port));
	for (;;) {
		if ((client_fd = accept(listen_fd, NULL, NULL)) == -1) {
			perror("tcp_server: accept");
			sleep(1);	/* whatever it is, do not spin */
			continue;
		}
		puts("un client est connecté");
		serve(client_fd);
		puts("le client est parti");
		if (close(client_fd) == -1)
			perror("tcp_server: close");
	}
}
