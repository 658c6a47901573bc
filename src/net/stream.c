/* stream.c - a connection's bytes, in the clear or under TLS: one face.
 * See also: net/stream.h, tests/check_stream.c */
#include "net/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/intl.h"
#include "net/io.h"
#include "net/tls_session.h"

#define RECORD_SIZE	16384		/* RFC 8446 5.1 */
#define END_MS		500		/* a close_notify waits so long */

static size_t gather(char *, size_t, const struct iovec *, int);
static ssize_t recv_until(struct stream *, void *, size_t, int64_t, int);
static ssize_t send_record(struct stream *, const struct iovec *, int)
    __attribute__((noinline));

void
stream_init(struct stream *stream, int fd)
{
	*stream = (struct stream){ .fd = fd };
}

void
stream_set_patience(struct stream *stream, int64_t patience_ms)
{
	struct timeval limit = { .tv_sec = patience_ms / 1000,
	    .tv_usec = patience_ms % 1000 * 1000 };
	int yes = 1;

	stream->patience_ms = patience_ms;
	setsockopt(stream->fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
	    sizeof(limit));
	setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

void
stream_fini(struct stream *stream)
{
	tls_session_free(stream->tls);
	stream->tls = NULL;
}

ssize_t
stream_recv(struct stream *stream, void *buf, size_t size)
{
	ssize_t n;

	/* As SO_RCVTIMEO says it in the clear. */
	if (stream->tls != NULL)
		return (recv_until(stream, buf, size,
		    clock_deadline(stream->patience_ms), EAGAIN));
	do
		n = recv(stream->fd, buf, size, 0);
	while (n == -1 && errno == EINTR);
	return (n);
}

ssize_t
stream_recv_within(struct stream *stream, void *buf, size_t size,
    int64_t deadline)
{
	if (stream->tls != NULL)
		return (recv_until(stream, buf, size, deadline, ETIMEDOUT));
	return (recv_within(stream->fd, buf, size, deadline));
}

ssize_t
stream_recv_now(struct stream *stream, void *buf, size_t size)
{
	ssize_t n;

	if (stream->tls != NULL)
		return (tls_session_recv(stream->tls, buf, size));
	do
		n = recv(stream->fd, buf, size, MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EWOULDBLOCK)
		errno = EAGAIN;
	return (n);
}

int
stream_send_all(struct stream *stream, const void *buf, size_t len)
{
	const char *at = buf;

	if (stream->tls == NULL)
		return (send_all(stream->fd, buf, len));
	while (len > 0) {
		ssize_t n = tls_session_send(stream->tls, at, len);

		if (n >= 0) {
			at += n;
			len -= (size_t)n;
			continue;
		}
		if (errno != EAGAIN)
			return (-1);
		if (wait_for(stream->fd, POLLOUT,
		    clock_deadline(stream->patience_ms)) == -1) {
			if (errno == ETIMEDOUT)
				errno = EAGAIN;
			return (-1);
		}
	}
	return (0);
}

ssize_t
stream_send_now(struct stream *stream, const struct iovec *iov, int iov_len)
{
	struct msghdr message = { .msg_iov = (struct iovec *)iov,
	    .msg_iovlen = (size_t)iov_len };
	ssize_t n;

	if (stream->tls != NULL && iov_len == 1)
		return (tls_session_send(stream->tls, iov->iov_base,
		    iov->iov_len));
	if (stream->tls != NULL)
		return (send_record(stream, iov, iov_len));
	do
		n = sendmsg(stream->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EWOULDBLOCK)
		errno = EAGAIN;
	return (n);
}

size_t
stream_pending(const struct stream *stream)
{
	return (stream->tls != NULL ? tls_session_pending(stream->tls) : 0);
}

int
stream_end_now(struct stream *stream)
{
	if (stream->tls != NULL && tls_session_end(stream->tls) == -1)
		return (-1);
	return (shutdown(stream->fd, SHUT_WR));
}

int
stream_end(struct stream *stream)
{
	int64_t deadline = clock_deadline(END_MS);
	int error = 0;

	while (stream->tls != NULL && error == 0 &&
	    tls_session_end(stream->tls) == -1)
		if (errno != EAGAIN ||
		    wait_for(stream->fd, POLLOUT, deadline) == -1)
			error = errno;
	/* Whatever TLS had to say: TCP's end is told in any case. */
	if (shutdown(stream->fd, SHUT_WR) == -1 && error == 0)
		error = errno;
	errno = error;
	return (error == 0 ? 0 : -1);
}

int
stream_half_closes(const struct stream *stream)
{
	return (stream->tls == NULL ||
	    tls_session_half_closes(stream->tls));
}

void
stream_cause(const struct stream *stream, const char *primitive, int error,
    const char *object, struct cause *cause)
{
	if (stream->tls != NULL && error == EPROTO)
		cause_said(cause, primitive, tls_session_failure(stream->tls),
		    object);
	else if (stream->tls != NULL && error == ECONNABORTED)
		cause_said(cause, primitive, N_("the connection was cut off: "
		    "no close_notify, so more may be missing"), object);
	else
		cause_errno(cause, primitive, error == EAGAIN ||
		    error == EWOULDBLOCK ? ETIMEDOUT : error, object);
}

/* Under TLS; late: the errno that tells of the deadline. */
static ssize_t
recv_until(struct stream *stream, void *buf, size_t size, int64_t deadline,
    int late)
{
	for (;;) {
		ssize_t n = tls_session_recv(stream->tls, buf, size);

		if (n >= 0 || errno != EAGAIN)
			return (n);
		/* Records without data may come for ever: look at the clock. */
		if (clock_poll_ms(deadline) == 0)
			errno = ETIMEDOUT;
		else if (wait_for(stream->fd, POLLIN, deadline) == 0)
			continue;
		if (errno == ETIMEDOUT)
			errno = late;
		return (-1);
	}
}

/* Not inlined: the record would lie on the stack of threads that send in the
 * clear, too, and cost each of them a page. */
static ssize_t
send_record(struct stream *stream, const struct iovec *iov, int iov_len)
{
	char record[RECORD_SIZE];

	return (tls_session_send(stream->tls, record,
	    gather(record, sizeof(record), iov, iov_len)));
}

static size_t
gather(char *buf, size_t size, const struct iovec *iov, int iov_len)
{
	size_t len = 0;

	for (int i = 0; i < iov_len && len < size; i++) {
		size_t n = iov[i].iov_len < size - len ? iov[i].iov_len :
		    size - len;

		memcpy(buf + len, iov[i].iov_base, n);
		len += n;
	}
	return (len);
}
