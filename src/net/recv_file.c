/* recv_file.c - a socket's bytes into a file, through a pipe.
 * See also: net/recv_file.h, tests/check_stream.c */
#define _GNU_SOURCE			/* splice, F_SETPIPE_SZ */
#include "net/recv_file.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIPE_SIZE	(1024 * 1024)
#define PIECE_SIZE	16384

#ifdef HAVE_SPLICE
static ssize_t copy_out(int, int, size_t);
#endif

int
file_pipe_open(struct file_pipe *file_pipe)
{
	file_pipe->fds[0] = file_pipe->fds[1] = -1;
#ifdef HAVE_SPLICE
	if (pipe(file_pipe->fds) == -1)
		return (-1);
	fcntl(file_pipe->fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(file_pipe->fds[1], F_SETFD, FD_CLOEXEC);
	/* What an unprivileged user's pipes may have together has a bound. */
	file_pipe->size = fcntl(file_pipe->fds[1], F_SETPIPE_SZ, PIPE_SIZE) ==
	    -1 ? PIECE_SIZE : PIPE_SIZE;
	return (0);
#else
	errno = ENOSYS;
	return (-1);
#endif
}

void
file_pipe_close(struct file_pipe *file_pipe)
{
	for (int i = 0; i < 2; i++) {
		if (file_pipe->fds[i] != -1)
			close(file_pipe->fds[i]);
		file_pipe->fds[i] = -1;
	}
}

#ifdef HAVE_SPLICE
ssize_t
recv_file(int sock_fd, struct file_pipe *file_pipe, int file_fd, size_t len)
{
	ssize_t came, n;

	do
		came = splice(sock_fd, NULL, file_pipe->fds[1], NULL,
		    len < file_pipe->size ? len : file_pipe->size,
		    SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	while (came == -1 && errno == EINTR);
	for (ssize_t left = came; left > 0; left -= n) {
		do
			n = splice(file_pipe->fds[0], NULL, file_fd, NULL,
			    (size_t)left, SPLICE_F_MOVE);
		while (n == -1 && errno == EINTR);
		/* A file system may not have it. */
		if (n == -1 && errno == EINVAL)
			n = copy_out(file_pipe->fds[0], file_fd,
			    (size_t)left);
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

	for (ssize_t at = 0, n; at < got; at += n) {
		n = write(file_fd, piece + at, (size_t)(got - at));
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1)
			return (-1);
	}
	return (got);
}
#else
ssize_t
recv_file(int sock_fd, struct file_pipe *file_pipe, int file_fd, size_t len)
{
	(void)sock_fd;
	(void)file_pipe;
	(void)file_fd;
	(void)len;
	errno = ENOSYS;
	return (-1);
}
#endif
