/* recv_file.c - a socket's bytes into a file, through a pipe.
 * See also: net/recv_file.h, tests/check_file_moves.c */
#include "net/recv_file.h"

#include <errno.h>
#include <unistd.h>

#include "base/write_all.h"

#define PIECE_SIZE	16384

static ssize_t copy_out(int, int, size_t);

ssize_t
recv_file(int sock_fd, const struct splice_pipe *pipe, int file_fd, size_t len)
{
	ssize_t came = splice_pipe_fill(pipe, sock_fd, len), n;

	for (ssize_t left = came; left > 0; left -= n) {
		n = splice_pipe_drain(pipe, file_fd, (size_t)left);
		/* A file system may not have it. */
		if (n == -1 && errno == EINVAL)
			n = copy_out(pipe->fds[0], file_fd, (size_t)left);
		if (n <= 0)
			return (-1);
	}
	return (came);
}

static ssize_t
copy_out(int pipe_fd, int file_fd, size_t len)
{
	char piece[PIECE_SIZE];
	ssize_t got = read(pipe_fd, piece, len < sizeof(piece) ? len :
	    sizeof(piece));

	if (got > 0 && write_all(file_fd, piece, (size_t)got) < (size_t)got)
		return (-1);
	return (got);
}
