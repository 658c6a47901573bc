/* splice.c - a relay whose bytes stay in the kernel, where it has splice(2).
 * See also: net/splice.h, tests/check_relay.c */
#include "config.h"

#ifdef HAVE_SPLICE
#define _GNU_SOURCE
#endif
#include "net/splice.h"

#ifdef HAVE_SPLICE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/io.h"

#define PIPE_SIZE	(256 * 1024)	/* what a direction may hold */
#define STREAM_MS	20		/* without a byte, it is no stream */

static int splice_block(struct relay_direction *, const int[2]);
static int splice_out(struct relay_direction *, int, size_t);
static int splice_send(struct relay_direction *, const void *, size_t);
static int splice_stream(struct relay_direction *);

const struct relay_link relay_by_splice = { relay_recv, splice_send };

static int
splice_send(struct relay_direction *way, const void *buf, size_t len)
{
	if (relay_send(way, buf, len) == -1)
		return (-1);
	if (len < RELAY_SIZE || way->from->tls != NULL || way->to->tls != NULL)
		return (0);
	return (splice_stream(way));
}

/* Without a pipe (EMFILE) the bytes are copied, and arrive as well. */
static int
splice_stream(struct relay_direction *way)
{
	int fds[2], more;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return (0);
	/* It may be refused: then the pipe is smaller. */
	fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE);
	do
		more = splice_block(way, fds);
	while (more == 1);
	close(fds[0]);
	close(fds[1]);
	return (more);
}

/* Returns 1 if there may be more, 0 if the stream pauses or ends (recv will
 * tell which), -1 if the conversation is broken. */
static int
splice_block(struct relay_direction *way, const int fds[2])
{
	ssize_t n;

	if (atomic_load(&way->relay->broken))
		return (-1);
	if (wait_for(way->from->fd, POLLIN, clock_deadline(STREAM_MS)) == -1)
		return (0);
	do
		n = splice(way->from->fd, NULL, fds[1], NULL, PIPE_SIZE,
		    SPLICE_F_MOVE);
	while (n == -1 && errno == EINTR);
	if (n > 0)
		return (splice_out(way, fds[0], (size_t)n) == 0 ? 1 : -1);
	if (n == 0 || errno == EAGAIN)
		return (0);
	if (errno == EINVAL) {
		/* A socket that cannot do it. */
		way->link = &relay_plain;
		return (0);
	}
	relay_fail(way->relay, way->from, "splice");
	return (-1);
}

static int
splice_out(struct relay_direction *way, int fd, size_t len)
{
	while (len > 0) {
		ssize_t n;

		atomic_store(&way->sending, 1);
		n = splice(fd, NULL, way->to->fd, NULL, len, SPLICE_F_MOVE);
		atomic_store(&way->sending, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			relay_fail(way->relay, way->to, "splice");
			return (-1);
		}
		relay_moved(way, (size_t)n);
		len -= (size_t)n;
	}
	return (0);
}

#else
const struct relay_link relay_by_splice = { relay_recv, relay_send };
#endif
