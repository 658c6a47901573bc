/* splice_proxy.c - two threads a connection, splice() through a pipe.
 * splice_proxy PORT UPSTREAM-PORT
 * The least that a proxy of fil's kind can do.
 * See also: contenders/proxy.py */
#define _GNU_SOURCE
#include <sys/socket.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "../load/load.h"

enum { STACK_SIZE = 65536, PIPE_SIZE = 1048576 };

struct pair {
	int		 client_fd, upstream_fd;
	atomic_int	 halves;	/* the last one closes both */
};

struct half {
	struct pair	*pair;
	int		 from_fd, to_fd;
};

static void	 move_all(int, int, const int *);
static void	*half_main(void *);
static void	 half_start(struct pair *, int, int);
static void	 pair_start(int, int);

int
main(int argc, char *argv[])
{
	int fd, upstream_fd, listen_fd;

	if (argc != 3)
		load_fail("usage: splice_proxy PORT UPSTREAM-PORT");
	signal(SIGPIPE, SIG_IGN);
	listen_fd = load_listen((int)load_number(argv[1]));
	for (;;) {
		fd = accept(listen_fd, NULL, NULL);
		if (fd == -1)
			continue;
		load_nodelay(fd);
		upstream_fd = load_connect((int)load_number(argv[2]));
		if (upstream_fd == -1)
			close(fd);
		else
			pair_start(fd, upstream_fd);
	}
}

static void
pair_start(int client_fd, int upstream_fd)
{
	struct pair *pair = malloc(sizeof(*pair));

	if (pair == NULL)
		load_fail("malloc");
	pair->client_fd = client_fd;
	pair->upstream_fd = upstream_fd;
	atomic_init(&pair->halves, 2);
	half_start(pair, client_fd, upstream_fd);
	half_start(pair, upstream_fd, client_fd);
}

static void
half_start(struct pair *pair, int from_fd, int to_fd)
{
	struct half *half = malloc(sizeof(*half));
	pthread_attr_t attr;
	pthread_t thread;

	if (half == NULL)
		load_fail("malloc");
	*half = (struct half){ pair, from_fd, to_fd };
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attr, half_main, half) != 0)
		load_fail("pthread_create");
}

static void *
half_main(void *arg)
{
	struct half half = *(struct half *)arg;
	int ends[2];

	free(arg);
	if (pipe(ends) == 0) {
		fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
		move_all(half.from_fd, half.to_fd, ends);
		close(ends[0]);
		close(ends[1]);
	}
	shutdown(half.to_fd, SHUT_WR);
	if (atomic_fetch_sub(&half.pair->halves, 1) > 1)
		return (NULL);
	close(half.pair->client_fd);
	close(half.pair->upstream_fd);
	free(half.pair);
	return (NULL);
}

static void
move_all(int from_fd, int to_fd, const int *ends)
{
	ssize_t in, out;

	while ((in = splice(from_fd, NULL, ends[1], NULL, PIPE_SIZE,
	    SPLICE_F_MOVE)) > 0)
		for (; in > 0; in -= out) {
			out = splice(ends[0], NULL, to_fd, NULL, (size_t)in,
			    SPLICE_F_MOVE);
			if (out <= 0)
				return;
		}
}
