/* chat_threads.c - a chat room: one thread a member, one lock for the room.
 * Observe   ./chat_threads, then two or three nc 127.0.0.1 12345: what one
 *           types the others read.  ps -L -C chat_threads counts threads.
 * Weakness  send waits for a member who does not read, and keeps the lock: stop
 *           one nc by Ctrl-Z, feed another from a long file, and all freeze. */
#include <sys/select.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define NAME "chat_threads"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static fd_set members;			/* guarded by lock */

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
open_listener(const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int fd, on = 1;
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	errno = EINVAL;
	check(port, *port != '\0' && *end == '\0' && number < 65536 ? 0 : -1);
	addr.sin_port = htons((in_port_t)number);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)));
	check("bind", bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	check("listen", listen(fd, SOMAXCONN));
	check("getsockname", getsockname(fd, (struct sockaddr *)&addr, &len));
	dprintf(STDOUT_FILENO, NAME ": en attente sur 127.0.0.1:%d\n",
	    ntohs(addr.sin_port));
	return fd;
}

/* To all but the speaker, in one order for all: that is what the lock is for.
 * A send that fails is not ours to mind: that member's thread sees its end. */
static void
say(int speaker, const char *text, int len)
{
	pthread_mutex_lock(&lock);
	for (int fd = 0; fd < FD_SETSIZE; fd++)
		if (fd != speaker && FD_ISSET(fd, &members))
			send(fd, text, (size_t)len, MSG_NOSIGNAL);
	pthread_mutex_unlock(&lock);
}

/* A chunk is not a line: TCP may bring half of one, or two. */
static void *
member_main(void *arg)
{
	int fd = (int)(intptr_t)arg;
	unsigned char text[1024];
	char line[1100];
	ssize_t got;

	pthread_mutex_lock(&lock);
	FD_SET(fd, &members);
	pthread_mutex_unlock(&lock);
	say(fd, line, snprintf(line, sizeof(line), "* %d arrive\n", fd));
	while ((got = recv(fd, text, sizeof(text), 0)) > 0) {
		for (int i = 0; i < got; i++)	/* no orders to terminals */
			if ((text[i] < 0x20 && text[i] != '\n') ||
			    text[i] == 0x7f || (text[i] == 0xc2 &&
			    i + 1 < got && text[i + 1] < 0xa0))
				text[i] = '.';
		say(fd, line, snprintf(line, sizeof(line), "<%d> %.*s", fd,
		    (int)got, (char *)text));
	}
	if (got == -1)
		perror(NAME ": recv");
	pthread_mutex_lock(&lock);
	FD_CLR(fd, &members);
	pthread_mutex_unlock(&lock);
	say(fd, line, snprintf(line, sizeof(line), "* %d part\n", fd));
	check("close", close(fd));
	return NULL;
}

int
main(int argc, char *argv[])
{
	int listen_fd = open_listener(argc > 1 ? argv[1] : "12345"), fd;
	pthread_t thread;

	for (;;) {
		if ((fd = accept(listen_fd, NULL, NULL)) == -1) {
			perror(NAME ": accept");
			sleep(1);	/* no descriptor left?  Do not spin. */
		} else if (fd >= FD_SETSIZE) {
			check("close", close(fd));	/* the room is full */
		} else if ((errno = pthread_create(&thread, NULL, member_main,
		    (void *)(intptr_t)fd)) != 0) {
			perror(NAME ": pthread_create");
			check("close", close(fd));
		} else if ((errno = pthread_detach(thread)) != 0)
			perror(NAME ": pthread_detach");
	}
}
