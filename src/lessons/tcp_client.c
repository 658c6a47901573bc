/* tcp_client.c - connect, send one message, print the reply.
 * Observe   ./tcp_server in one terminal, ./tcp_client in another.  Capture it:
 *               tcpdump -i lo -A tcp port 12345
 *           three packets before the first byte, FIN both ways at the end.
 *           Without a server, connect fails at once: Connection refused.
 * Weakness  it waits without end for a server that accepts and stays silent:
 *           ./tcp_client while nc -l 127.0.0.1 12345 listens. */
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
	fprintf(stderr, "tcp_client: %s: %s%s\n", what, strerror(errno), hint);
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

/*
 * TCP is a stream: nothing but its end says that a reply is complete, for it
 * may come in several pieces.  Returns how many bytes came before the end.
 */
static ssize_t
recv_to_end(int fd, unsigned char *buf, size_t buf_size)
{
	size_t len = 0;
	ssize_t got;

	while (len < buf_size) {
		got = recv(fd, buf + len, buf_size - len, 0);
		if (got == -1)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

int
main(int argc, char *argv[])
{
	static const char message[] = "Bonjour serveur TCP";
	struct sockaddr_in addr = { .sin_family = AF_INET };
	unsigned char buf[1024];
	ssize_t len;
	int fd;

	addr.sin_port = htons(parse_port(argc > 1 ? argv[1] : "12345"));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((fd = socket(AF_INET, SOCK_STREAM, 0)) == -1)
		die("socket", "");
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1)
		die("connect", " (le serveur est-il lancé, sur ce port ?)");
	if (send_all(fd, message, strlen(message)) == -1)
		die("send", "");
	/* Our half is said: the server's recv returns 0, ours still works. */
	if (shutdown(fd, SHUT_WR) == -1)
		die("shutdown", "");
	if ((len = recv_to_end(fd, buf, sizeof(buf))) == -1)
		die("recv", "");
	if (len == 0) {
		fputs("tcp_client: recv: aucune réponse\n", stderr);
		return 1;
	}
	make_safe(buf, len);
	printf("Réponse du serveur : %.*s\n", (int)len, (char *)buf);
	if (fflush(stdout) == EOF)
		die("fflush", "");
	if (close(fd) == -1)
		die("close", "");
	return 0;
}
