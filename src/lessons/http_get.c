/* http_get.c - ask a web server for its first page, print all that it answers.
 * Observe   python3 -m http.server 8000, then ./http_get localhost 8000:
 *           a line of status, a field a line, an empty line, the page.
 * Weakness  it takes the end of the stream for the end of the page: a server
 *           that dies half-way is not noticed.  fil-gethttp(1) counts. */
#include <sys/socket.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "http_get: %s: %s\n", what, why);
	exit(1);
}

/* A name may have several addresses: the first that answers will do. */
static int
connect_to(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *ai;
	int fd = -1, error = getaddrinfo(host, port, &hints, &list);

	if (error != 0)
		die(host, gai_strerror(error));
	for (ai = list; ai != NULL; ai = ai->ai_next) {
		fd = socket(ai->ai_family, ai->ai_socktype, 0);
		if (fd != -1 && connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
			break;
		if (ai->ai_next == NULL)
			die("connect", strerror(errno));
		close(fd);
	}
	freeaddrinfo(list);
	return fd;
}

int
main(int argc, char *argv[])
{
	const char *host = argc > 1 ? argv[1] : "localhost";
	int fd = connect_to(host, argc > 2 ? argv[2] : "80");
	int is_terminal = isatty(STDOUT_FILENO);
	char buf[4096];
	ssize_t got, i;

	/* HTTP/1.0: the server closes when it has said all. */
	snprintf(buf, sizeof(buf), "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", host);
	/* A new socket's buffer takes so little at once. */
	if (send(fd, buf, strlen(buf), MSG_NOSIGNAL) == -1)
		die("send", strerror(errno));
	while ((got = recv(fd, buf, sizeof(buf), 0)) > 0)
		/* Control characters could command our terminal. */
		for (i = 0; i < got; i++)
			putchar(is_terminal && buf[i] != '\n' &&
			    (unsigned char)buf[i] < ' ' ? ' ' : buf[i]);
	if (got == -1)
		die("recv", strerror(errno));
	return fflush(stdout) == EOF || ferror(stdout) ? 1 : 0;
}
