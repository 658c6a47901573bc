/* splice.c - a relay whose bytes stay in the kernel, where it has splice(2).
 * See also: net/splice.h, tests/check_relay.c */
#include "config.h"

#include "net/splice.h"

#ifdef HAVE_SPLICE
#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "net/io.h"
#include "net/splice_pipe.h"

#define PIPE_SIZE	(256 * 1024)	/* what a direction may hold */
#define STREAM_MS	20		/* without a byte, it is no stream */

static int splice_block(struct relay_direction *, const struct splice_pipe *);
static int splice_out(struct relay_direction *, const struct splice_pipe *,
    size_t);
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
	struct splice_pipe pipe;
	int more;

	if (splice_pipe_open(&pipe, PIPE_SIZE) == -1)
		return (0);
	do
		more = splice_block(way, &pipe);
	while (more == 1);
	splice_pipe_close(&pipe);
	return (more);
}

/* Returns 1 if there may be more, 0 if the stream pauses or ends (recv will
 * tell which), -1 if the conversation is broken. */
static int
splice_block(struct relay_direction *way, const struct splice_pipe *pipe)
{
	ssize_t n;

	if (atomic_load(&way->relay->broken))
		return (-1);
	if (wait_for(way->from->fd, POLLIN, clock_deadline(STREAM_MS)) == -1)
		return (0);
	n = splice_pipe_fill(pipe, way->from->fd, PIPE_SIZE);
	if (n > 0)
		return (splice_out(way, pipe, (size_t)n) == 0 ? 1 : -1);
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
splice_out(struct relay_direction *way, const struct splice_pipe *pipe,
    size_t len)
{
	while (len > 0) {
		ssize_t n;

		atomic_store(&way->sending, 1);
		n = splice_pipe_drain(pipe, way->to->fd, len);
		atomic_store(&way->sending, 0);
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
