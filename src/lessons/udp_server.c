/* udp_server.c - one socket for all clients: no listen, no accept.
 * Observe   ./udp_server, then ./udp_client, or lines typed in several
 *               nc -u 127.0.0.1 12345
 *           at once: all are answered, none waits for another.  The sender's
 *           address comes with each datagram, and nobody ever "leaves".
 * Weakness  a datagram longer than buf is cut without a word; whoever forges
 *           a sender's address makes us write to a third party, and two such
 *           servers, each believing the other asked, would never stop. */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Name the primitive that failed, why, and what to do about it. */
static void
die(const char *what, const char *hint)
{
	fprintf(stderr, "udp_server: %s: %s%s\n", what, strerror(errno), hint);
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

/* One datagram in, one out.  0 bytes is an empty datagram here, not an end. */
static void
answer(int udp_fd)
{
	static const char reply[] = "Message reçu";
	unsigned char buf[1024];
	struct sockaddr_in peer;
	socklen_t peer_len = sizeof(peer);
	ssize_t len;

	len = recvfrom(udp_fd, buf, sizeof(buf), 0, (struct sockaddr *)&peer,
	    &peer_len);
	if (len == -1)
		die("recvfrom", "");
	make_safe(buf, len);
	printf("reçu de 127.0.0.1:%d : « %.*s »\n", ntohs(peer.sin_port),
	    (int)len, (char *)buf);
	/* One client that cannot be answered is no reason to stop. */
	if (sendto(udp_fd, reply, strlen(reply), 0, (struct sockaddr *)&peer,
	    peer_len) == -1)
		perror("udp_server: sendto");
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t addr_len = sizeof(addr);
	int udp_fd;

	addr.sin_port = htons(parse_port(argc > 1 ? argv[1] : "12345"));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((udp_fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
		die("socket", "");
	/* No SO_REUSEADDR: on UDP it lets a second server steal the port. */
	if (bind(udp_fd, (struct sockaddr *)&addr, sizeof(addr)) == -1)
		die("bind", " (port pris, ou < 1024 ? Prenez-en un autre)");
	if (getsockname(udp_fd, (struct sockaddr *)&addr, &addr_len) == -1)
		die("getsockname", "");		/* port 0: the kernel chose */
	if (setvbuf(stdout, NULL, _IOLBF, 0) != 0)
		die("setvbuf", "");
	printf("udp_server: en attente sur 127.0.0.1:%d\n",
	    ntohs(addr.sin_port));
	for (;;)
		answer(udp_fd);
}
