/* udp_echo.c - datagrams sent back: one by one, or by 64.
 * udp_echo PORT one|many
 * See also: contenders/echo.py */
#define _GNU_SOURCE
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "../load/load.h"

enum { AT_ONCE = 64, DATAGRAM_MAX = 2048 };

_Noreturn static void	echo_many(int);
_Noreturn static void	echo_one(int);

int
main(int argc, char *argv[])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 3)
		load_fail("usage: udp_echo PORT one|many");
	at.sin_port = htons((uint16_t)load_number(argv[1]));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1)
		load_fail("bind");
	if (strcmp(argv[2], "many") == 0)
		echo_many(fd);
	echo_one(fd);
}

static void
echo_one(int fd)
{
	char buf[DATAGRAM_MAX];
	struct sockaddr_in from;
	socklen_t from_len;
	ssize_t n;

	for (;;) {
		from_len = sizeof(from);
		n = recvfrom(fd, buf, sizeof(buf), 0,
		    (struct sockaddr *)&from, &from_len);
		if (n >= 0)
			sendto(fd, buf, (size_t)n, 0,
			    (struct sockaddr *)&from, from_len);
	}
}

static void
echo_many(int fd)
{
	static struct sockaddr_in from[AT_ONCE];
	static char buf[AT_ONCE][DATAGRAM_MAX];
	static struct iovec iov[AT_ONCE];
	static struct mmsghdr message[AT_ONCE];
	int i, n, sent, done;

	for (;;) {
		for (i = 0; i < AT_ONCE; i++) {
			iov[i].iov_base = buf[i];
			iov[i].iov_len = DATAGRAM_MAX;
			message[i].msg_hdr = (struct msghdr){
			    .msg_name = &from[i],
			    .msg_namelen = sizeof(from[i]),
			    .msg_iov = &iov[i], .msg_iovlen = 1 };
		}
		n = recvmmsg(fd, message, AT_ONCE, MSG_WAITFORONE, NULL);
		for (i = 0; i < n; i++)
			iov[i].iov_len = message[i].msg_len;
		for (done = 0; done < n; done += sent) {
			sent = sendmmsg(fd, message + done,
			    (unsigned)(n - done), 0);
			if (sent <= 0)
				break;
		}
	}
}
