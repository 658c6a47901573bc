/* splice_pipe.h - a pipe that bytes pass through, and never leave the kernel.
 * Linux moves pages from a socket to a pipe and from there to a socket or a
 * file (splice(2)): nobody copies them to us and back.  Where there is no
 * splice, splice_pipe_open says so, and the caller reads and writes.
 * See also: net/splice.h, net/recv_file.h */
#ifndef NET_SPLICE_PIPE_H
#define NET_SPLICE_PIPE_H

#include <sys/types.h>

struct splice_pipe {
	int		 fds[2];	/* out of it, into it; -1: closed */
};

/*
 * splice_pipe_open - a pipe to move bytes through
 *   size   that it may hold; it is smaller where what a user's pipes have
 *          together is used up (pipe(7))
 * Two descriptors, and a buffer in the kernel: for what is large only.
 * Returns 0, or -1 with errno and closed ends, ENOSYS where there is no splice.
 * Blocks: no.   Threads: safe.
 */
int	splice_pipe_open(struct splice_pipe *pipe, int size);

/* splice_pipe_close - takes one that was not opened, with fds of -1. */
void	splice_pipe_close(struct splice_pipe *pipe);

/*
 * splice_pipe_fill - move into an empty pipe what a socket has
 * splice_pipe_drain - move what is in the pipe on, to a file or a socket
 *   len    at most so many bytes
 * Return as splice(2) does, but never EINTR.
 * Block: as their socket or file does.   Threads: one each.
 */
ssize_t	splice_pipe_fill(const struct splice_pipe *pipe, int fd, size_t len);
ssize_t	splice_pipe_drain(const struct splice_pipe *pipe, int fd, size_t len);

#endif
