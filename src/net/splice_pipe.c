/* splice_pipe.c - a pipe that bytes pass through, and never leave the kernel.
 * See also: net/splice_pipe.h, tests/check_file_moves.c */
#include "config.h"

#ifdef HAVE_SPLICE
#define _GNU_SOURCE
#endif
#include "net/splice_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#ifdef HAVE_SPLICE
static ssize_t move(int, int, size_t, unsigned);

int
splice_pipe_open(struct splice_pipe *pipe, int size)
{
	if (pipe2(pipe->fds, O_CLOEXEC) == -1) {
		pipe->fds[0] = pipe->fds[1] = -1;
		return (-1);
	}
	fcntl(pipe->fds[1], F_SETPIPE_SZ, size);
	return (0);
}

ssize_t
splice_pipe_fill(const struct splice_pipe *pipe, int fd, size_t len)
{
	/* Or an old kernel waits for room in a pipe that nobody empties. */
	return (move(fd, pipe->fds[1], len, SPLICE_F_NONBLOCK));
}

ssize_t
splice_pipe_drain(const struct splice_pipe *pipe, int fd, size_t len)
{
	return (move(pipe->fds[0], fd, len, 0));
}

static ssize_t
move(int from, int to, size_t len, unsigned flags)
{
	ssize_t n;

	do
		n = splice(from, NULL, to, NULL, len, SPLICE_F_MOVE | flags);
	while (n == -1 && errno == EINTR);
	return (n);
}
#else
int
splice_pipe_open(struct splice_pipe *pipe, int size)
{
	(void)size;
	pipe->fds[0] = pipe->fds[1] = -1;
	errno = ENOSYS;
	return (-1);
}

ssize_t
splice_pipe_fill(const struct splice_pipe *pipe, int fd, size_t len)
{
	(void)pipe;
	(void)fd;
	(void)len;
	errno = ENOSYS;
	return (-1);
}

ssize_t
splice_pipe_drain(const struct splice_pipe *pipe, int fd, size_t len)
{
	return (splice_pipe_fill(pipe, fd, len));
}
#endif

void
splice_pipe_close(struct splice_pipe *pipe)
{
	for (int i = 0; i < 2; i++) {
		if (pipe->fds[i] != -1)
			close(pipe->fds[i]);
		pipe->fds[i] = -1;
	}
}
