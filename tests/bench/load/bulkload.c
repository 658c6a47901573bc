/* bulkload.c - move bytes through connections to a target, all at once.
 * bulkload PORT up|down MIB STREAMS
 * What comes is thrown away by the kernel (MSG_TRUNC), so that the client's
 * copying is not what is measured.
 * See also: load.h, target.c, benches/proxy.py */
#include <sys/socket.h>

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

enum { STREAMS_MAX = 256, CHUNK = 262144, SWALLOW = 1048576 };

struct stream {
	pthread_t	 thread;
	uint64_t	 bytes;
	int		 port;
	char		 direction;
	const char	*failed;
};

static void	*stream_main(void *);
static const char *stream_down(const struct stream *, int);
static const char *stream_up(const struct stream *, int);

int
main(int argc, char *argv[])
{
	static struct stream streams[STREAMS_MAX];
	uint64_t bytes, began;
	int i, count;

	if (argc != 5)
		load_fail("usage: bulkload PORT up|down MIB STREAMS");
	count = (int)load_number(argv[4]);
	if (count < 1 || count > STREAMS_MAX)
		load_fail("1 to %d streams", STREAMS_MAX);
	bytes = (uint64_t)(load_number(argv[3]) * 1048576) / (uint64_t)count;
	began = load_now();
	for (i = 0; i < count; i++) {
		streams[i].port = (int)load_number(argv[1]);
		streams[i].direction = argv[2][0] == 'u' ? 'U' : 'D';
		streams[i].bytes = bytes;
		if (pthread_create(&streams[i].thread, NULL, stream_main,
		    &streams[i]) != 0)
			load_fail("pthread_create");
	}
	for (i = 0; i < count; i++) {
		pthread_join(streams[i].thread, NULL);
		if (streams[i].failed != NULL)
			load_fail("stream %d: %s", i, streams[i].failed);
	}
	printf("{\"gb_s\": %.4f}\n", (double)bytes * count / 1e9 /
	    load_seconds(began));
	return (0);
}

static void *
stream_main(void *arg)
{
	struct stream *stream = arg;
	unsigned char head[1 + sizeof(stream->bytes)];
	int fd = load_connect(stream->port);

	if (fd == -1) {
		stream->failed = "connect";
		return (NULL);
	}
	load_timeout(fd, 20);
	head[0] = (unsigned char)stream->direction;
	memcpy(head + 1, &stream->bytes, sizeof(stream->bytes));
	if (load_send_all(fd, head, sizeof(head)) == -1)
		stream->failed = "send";
	else if (stream->direction == 'U')
		stream->failed = stream_up(stream, fd);
	else
		stream->failed = stream_down(stream, fd);
	close(fd);
	return (NULL);
}

/* The target says when it has all of it: only then is it measured. */
static const char *
stream_up(const struct stream *stream, int fd)
{
	static const char zeros[CHUNK];
	char said[sizeof(uint64_t)];
	uint64_t left = stream->bytes;
	size_t len;

	while (left > 0) {
		len = left < CHUNK ? (size_t)left : CHUNK;
		if (load_send_all(fd, zeros, len) == -1)
			return ("send");
		left -= len;
	}
	if (recv(fd, said, sizeof(said), MSG_WAITALL) != sizeof(said))
		return ("the target's answer");
	return (NULL);
}

static const char *
stream_down(const struct stream *stream, int fd)
{
	uint64_t left = stream->bytes;
	ssize_t n;

	while (left > 0) {
		n = recv(fd, NULL, left < SWALLOW ? (size_t)left : SWALLOW,
		    MSG_TRUNC);
		if (n <= 0)
			return ("recv");
		left -= (uint64_t)n;
	}
	return (NULL);
}
