/* udp_client.c - send one datagram, wait for the answer, but not for ever.
 * Observe   ./udp_server, then ./udp_client.  Capture it:
 *               tcpdump -i lo -A udp port 12345
 *           two packets in all: no handshake before them, no goodbye after.
 *           Without a server: recv fails at once.  Stop the server (Ctrl-Z):
 *           recv fails after two seconds.
 * Weakness  a datagram lost on the way stays lost: it never asks again. */
#include <sys/socket.h>
#include <sys/time.h>
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
	fprintf(stderr, "udp_client: %s: %s%s\n", what, strerror(errno), hint);
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

int
main(int argc, char *argv[])
{
	static const char message[] = "Bonjour serveur UDP";
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct timeval deadline = { .tv_sec = 2 };
	unsigned char buf[1024];
	ssize_t len;
	int fd;

	addr.sin_port = htons(parse_port(argc > 1 ? argv[1] : "12345"));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
		die("socket", "");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline,
	    sizeof(deadline)) == -1)
		die("setsockopt", "");
	/*
	 * connect sends nothing here: it notes the peer, so that strangers'
	 * datagrams are dropped, and "nobody listens there" (an ICMP message)
	 * reaches us as an error, ECONNREFUSED.
	 */
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1)
		die("connect", "");
	if (send(fd, message, strlen(message), 0) == -1)
		die("send", "");
	do	/* EINTR: with a deadline, Ctrl-Z then fg is enough for it */
		len = recv(fd, buf, sizeof(buf), 0);
	while (len == -1 && errno == EINTR);
	if (len == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		die("recv", " (aucune réponse en 2 secondes)");
	if (len == -1)
		die("recv", " (le serveur est-il lancé, sur ce port ?)");
	make_safe(buf, len);
	printf("Réponse du serveur : %.*s\n", (int)len, (char *)buf);
	if (fflush(stdout) == EOF)
		die("fflush", "");
	if (close(fd) == -1)
		die("close", "");
	return 0;
}
