/* notice.c - odd calls of a C program, whose results it prints: fil-explain must
 * not change one of them.  Where it runs under it, it asks for the table in the
 * middle of its waits.   See also: tests/system/explain.py */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int table;			/* the signal that asks for it, or 0 */
static volatile sig_atomic_t handled;
static volatile pid_t tid;

static void on_signal(int number)
{
	(void)number;
	handled++;
}
/* until that thread sleeps, and stays so */
static void asleep(pid_t whose)
{
	char path[64], line[512];
	for (int still = 0; still < 20; usleep(1000)) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", whose);
		FILE *file = fopen(path, "r");
		still = file != NULL && fgets(line, sizeof(line), file) &&
		    strstr(line, ") S ") ? still + 1 : 0;
		if (file != NULL)
			fclose(file);
	}
}
static void tell(const char *name, long result)
{
	int error = errno;
	printf("%s %ld %s\n", name, result, result == -1 ? strerror(error) : "");
	fflush(stdout);
}
static int pair[2];
static void *write_later(void *arg)
{
	asleep(getpid());
	if (table != 0)
		pthread_kill(*(pthread_t *)arg, table);
	asleep(getpid());
	if (write(pair[1], "x", 1) != 1)
		abort();
	return (NULL);
}
static void long_waits(void)
{
	struct timespec ages = { 10000000000LL, 0 }, wrong = { 0, 1000000000 };
	struct timeval years = { 10000000000LL, 0 };
	struct pollfd one;
	pthread_t thread, self = pthread_self();
	fd_set set;
	char c;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		abort();
	one = (struct pollfd){ pair[0], POLLIN, 0 };
	FD_ZERO(&set);
	tell("ppoll wrong", ppoll(&one, 1, &wrong, NULL));
	tell("pselect wrong", pselect(1, &set, NULL, NULL, &wrong, NULL));
	for (int i = 0; i < 3; i++) {
		FD_ZERO(&set);
		FD_SET(pair[0], &set);
		pthread_create(&thread, NULL, write_later, &self);
		tell("long", i == 0 ? ppoll(&one, 1, &ages, NULL) : i == 1 ?
		    pselect(pair[0] + 1, &set, NULL, NULL, &ages, NULL) :
		    select(pair[0] + 1, &set, NULL, NULL, &years));
		pthread_join(thread, NULL);
		tell("read", read(pair[0], &c, 1));
	}
}
static void many_descriptors(void)
{
	struct rlimit limit;
	unsigned long *set = calloc(1, 1024);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (dup2(pair[0], 4000) == -1 || write(pair[1], "x", 1) != 1) {
		printf("few descriptors\n");
		return;
	}
	set[4000 / 64] = 1ul << 4000 % 64;
	tell("select 4001", select(4001, (fd_set *)set, NULL, (fd_set *)(set + 64), NULL));
	printf("%d\n", set[4000 / 64] == 1ul << 4000 % 64);
	close(4000);
}
static void *poller(void *nothing)
{
	struct pollfd one = { pair[0], POLLIN, 0 };
	int before = handled, result;
	(void)nothing;
	tid = gettid();
	result = poll(&one, 1, 10000);
	tell("poll", result);
	printf("signals %d\n", handled - before);
	return (NULL);
}
static void signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t thread;
	sigaction(SIGUSR2, &action, NULL);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	pthread_create(&thread, NULL, poller, NULL);
	while (tid == 0)
		usleep(1000);
	asleep(tid);
	if (table != 0)
		raise(table);
	pthread_kill(thread, SIGUSR2);
	pthread_join(thread, NULL);
}
static void *asker(void *arg)
{
	asleep(getpid());
	if (table != 0)
		pthread_kill(*(pthread_t *)arg, table);
	return (NULL);
}
static void timed(void)
{
	struct timeval time = { 0, 500000 };
	pthread_t thread, self = pthread_self();
	char c;
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	for (int i = 0; i < 2; i++) {
		pthread_create(&thread, NULL, asker, &self);
		tell("timed", i ? read(pair[0], &c, 1) : recv(pair[0], &c, 1, 0));
		pthread_join(thread, NULL);
	}
}
static int client;
static void *reset(void *nothing)
{
	(void)nothing;
	asleep(getpid());
	close(client);			/* with bytes unread: RST */
	return (NULL);
}
static void broken_send(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), server;
	const size_t size = 64 << 20;
	char *much = calloc(1, size);
	pthread_t thread;
	ssize_t sent;
	bind(listener, (struct sockaddr *)&at, len);
	listen(listener, 1);
	getsockname(listener, (struct sockaddr *)&at, &len);
	client = socket(AF_INET, SOCK_STREAM, 0);
	connect(client, (struct sockaddr *)&at, len);
	server = accept(listener, NULL, NULL);
	signal(SIGPIPE, SIG_IGN);
	pthread_create(&thread, NULL, reset, NULL);
	sent = send(server, much, size, 0);
	printf("sent a part %d\n", sent > 0 && sent < (ssize_t)size);
	pthread_join(thread, NULL);
	tell("send", send(server, "x", 1, 0));
	tell("send", send(server, "x", 1, 0));
	tell("recv", recv(server, much, 1, 0));
	tell("close", close(server));
	free(much);
}
static void short_address(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct { char room[4], behind[60]; } small;
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char c;
	memset(&small, 66, sizeof(small));
	bind(fd, (struct sockaddr *)&at, len);
	getsockname(fd, (struct sockaddr *)&at, &len);
	sendto(fd, "x", 1, 0, (struct sockaddr *)&at, len);
	len = sizeof(small.room);
	tell("recvfrom", recvfrom(fd, &c, 1, 0, (struct sockaddr *)&small, &len));
	printf("%d\n", (int)len);
	len = sizeof(small.room);
	tell("getsockname", getsockname(fd, (struct sockaddr *)&small, &len));
	printf("%d\n", (int)len);
}
int main(void)
{
	table = getenv("FIL_EXPLAIN_PID") != NULL ? SIGRTMAX - 3 : 0;
	long_waits();
	many_descriptors();
	signals();
	timed();
	broken_send();
	short_address();
	tell("close_range", close_range(5, 4, 0));
	return (0);
}
