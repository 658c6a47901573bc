/* model_clients.c - five clients at once for the models; one thinks first.
 * Observe   ./model_one, then ./model_clients: the second client says nothing
 *           for a second, and it prints who had to wait for that.  The same
 *           with model_threads, model_select and model_asyncio.py.
 * Weakness  it measures what it sees: a slow machine is seen, too. */
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#define NAME "model_clients"
#define CLIENTS 5
#define THINKER 1		/* the second one */

static struct sockaddr_in server = { .sin_family = AF_INET };

/* What we cannot do without ends us.  No signal is caught: no EINTR. */
static int
check(const char *primitive, int result)
{
	if (result != -1)
		return result;
	fprintf(stderr, NAME ": %s: %s\n", primitive, strerror(errno));
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void *
client_main(void *arg)
{
	int number = (int)(intptr_t)arg, fd;
	char buf[1024];
	double begin;
	ssize_t got;

	/* One after the other, so that each run is the same. */
	pause_ms(60 * number);
	fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&server,
	    sizeof(server)));
	if (number == THINKER)
		pause_ms(1000);
	begin = now();
	check("send", (int)send(fd, "Bonjour", 7, MSG_NOSIGNAL));
	got = check("recv", (int)recv(fd, buf, sizeof(buf), 0));
	/* One write a line: five threads do not mix. */
	dprintf(STDOUT_FILENO, "client %d%s: %.*s après %.2f s\n", number + 1,
	    number == THINKER ? " (lent)" : "", (int)got, buf, now() - begin);
	check("close", close(fd));
	return NULL;
}

int
main(int argc, char *argv[])
{
	pthread_t threads[CLIENTS];

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = htons((in_port_t)atoi(argc > 1 ? argv[1] : "12345"));
	for (int i = 0; i < CLIENTS; i++) {
		errno = pthread_create(&threads[i], NULL, client_main,
		    (void *)(intptr_t)i);
		check("pthread_create", errno == 0 ? 0 : -1);
	}
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
}
