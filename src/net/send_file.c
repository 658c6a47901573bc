/* send_file.c - a file's bytes into a stream, copied as seldom as can be.
 * See also: net/send_file.h, tests/check_file_moves.c */
#include "net/send_file.h"

#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef HAVE_SYS_SENDFILE_H
#include <sys/sendfile.h>
#endif

#define PIECE_SIZE	16384		/* a record of TLS */

ssize_t
stream_send_file(struct stream *stream, int fd, off_t *offset, size_t len)
{
#ifdef HAVE_SYS_SENDFILE_H
	ssize_t n;

	if (stream->tls != NULL || len <= PIECE_SIZE)
		return (stream_send_file_by_copy(stream, fd, offset, len));
	do
		n = sendfile(stream->fd, fd, offset, len);
	while (n == -1 && errno == EINTR);
	/* A file system may not have it. */
	if (n != -1 || (errno != EINVAL && errno != ENOSYS))
		return (n);
#endif
	return (stream_send_file_by_copy(stream, fd, offset, len));
}

void
stream_send_much(struct stream *stream)
{
#ifdef TCP_CORK
	int on = 1;

	if (stream->tls == NULL)
		setsockopt(stream->fd, IPPROTO_TCP, TCP_CORK, &on,
		    sizeof(on));
#else
	(void)stream;
#endif
}

ssize_t
stream_send_file_by_copy(struct stream *stream, int fd, off_t *offset,
    size_t len)
{
	char piece[PIECE_SIZE];
	struct iovec iov = { .iov_base = piece };
	ssize_t n;

	do
		n = pread(fd, piece, len < sizeof(piece) ? len : sizeof(piece),
		    *offset);
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		return (n);
	iov.iov_len = (size_t)n;
	n = stream_send_now(stream, &iov, 1);
	if (n > 0)
		*offset += n;
	return (n);
}
