/* proxy_threads.c - a relay: two threads a client, one a direction.
 * Observe   ./tcp_server, then ./proxy_threads, then ./tcp_client 12340: the
 *           client has its answer, and what was said is shown here.  ss -tn
 *           tells two connections, ps -L -C proxy_threads two threads more.
 * Weakness  a reset arrives as an ordinary end: half a file passes for all of
 *           it.  Out of descriptors or threads, it ends, and all with it. */
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define NAME "proxy_threads"

struct direction { int from, to; const char *label; };

static struct sockaddr_in server;	/* set before any thread starts */

/* What we cannot do without ends us.  No signal is caught: no EINTR. */
static int
check(const char *primitive, int result)
{
	if (result != -1)
		return result;
	fprintf(stderr, NAME ": %s: %s\n", primitive, strerror(errno));
	exit(1);
}

static struct sockaddr_in
local_address(const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	errno = EINVAL;
	check(port, *port != '\0' && *end == '\0' && number < 65536 ? 0 : -1);
	addr.sin_port = htons((in_port_t)number);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

/* Blocking calls are enough: the other direction has its own thread. */
static void *
direction_main(void *arg)
{
	const struct direction *way = arg;
	unsigned char buf[1024], text[1024];
	ssize_t got, sent = 0, i;

	while (sent != -1 && (got = recv(way->from, buf, sizeof(buf), 0)) > 0) {
		for (i = 0; i < got; i++)	/* controls, as '.' */
			text[i] = buf[i] < 0x20 || buf[i] == 0x7f || (i > 0 &&
			    buf[i - 1] == 0xc2 && buf[i] < 0xa0) ? '.' : buf[i];
		dprintf(STDOUT_FILENO, "%s : %.*s\n", way->label, (int)got,
		    (char *)text);
		for (i = 0; i < got && sent != -1; i += sent)
			sent = send(way->to, buf + i, (size_t)(got - i),
			    MSG_NOSIGNAL);
	}
	/* This side has said all.  Pass on just that: its peer may still have
	 * a long answer to give, and close would cut that off. */
	shutdown(way->to, SHUT_WR);
	return NULL;
}

/* Who closes?  Not the first direction to end: the other still uses the same
 * two descriptors, whose numbers accept would give to the next client.  The
 * last one out closes; join makes sure that it is this thread. */
static void *
client_main(void *arg)
{
	int client_fd = (int)(intptr_t)arg;
	int server_fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	struct direction up = { client_fd, server_fd, "client -> serveur" };
	struct direction down = { server_fd, client_fd, "serveur -> client" };
	pthread_t thread;

	if (connect(server_fd, (struct sockaddr *)&server, sizeof(server)) != 0)
		perror(NAME ": connect");
	else {
		errno = pthread_create(&thread, NULL, direction_main, &down);
		check("pthread_create", errno == 0 ? 0 : -1);
		direction_main(&up);
		errno = pthread_join(thread, NULL);
		check("pthread_join", errno == 0 ? 0 : -1);
	}
	check("close", close(server_fd));
	check("close", close(client_fd));
	return NULL;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in here = local_address(argc > 1 ? argv[1] : "12340");
	socklen_t len = sizeof(here);
	int fd = check("socket", socket(AF_INET, SOCK_STREAM, 0)), on = 1;
	pthread_t thread;

	server = local_address(argc > 2 ? argv[2] : "12345");
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)));
	check("bind", bind(fd, (struct sockaddr *)&here, len));
	check("listen", listen(fd, SOMAXCONN));
	check("getsockname", getsockname(fd, (struct sockaddr *)&here, &len));
	dprintf(STDOUT_FILENO, NAME ": en attente sur 127.0.0.1:%d\n",
	    ntohs(here.sin_port));
	for (;;) {
		int client_fd = check("accept", accept(fd, NULL, NULL));

		if ((errno = pthread_create(&thread, NULL, client_main,
		    (void *)(intptr_t)client_fd)) == 0)
			errno = pthread_detach(thread);
		check("pthread_create", errno == 0 ? 0 : -1);
	}
}
