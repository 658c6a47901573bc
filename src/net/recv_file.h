/* recv_file.h - a socket's bytes into a file, through a pipe.
 * Linux moves pages from socket to pipe and from pipe to file (splice(2)): one
 * copy instead of two.  Where it cannot, file_pipe_open says so, and the caller
 * reads and writes.
 * See also: net/send_file.h, tests/check_stream.c */
#ifndef NET_RECV_FILE_H
#define NET_RECV_FILE_H

#include <sys/types.h>

struct file_pipe {
	int		 fds[2];	/* -1: closed */
	size_t		 size;
};

/*
 * file_pipe_open - a pipe to move bytes through
 * Two descriptors, and a buffer in the kernel: for what is large only.
 * Returns 0, or -1 with errno, ENOSYS where there is no splice.
 * Blocks: no.   Threads: safe.
 */
int	file_pipe_open(struct file_pipe *pipe);

/* file_pipe_close - takes one that was not opened, with fds of -1. */
void	file_pipe_close(struct file_pipe *pipe);

/*
 * recv_file - move what a socket has into a file, at the file's position
 *   pipe   empty, as it is between two calls that did well
 *   len    at most so many bytes
 * Returns how many, 0 at the end of the stream, or -1 with errno: EAGAIN if
 * poll(2) has to be asked (POLLIN); after another error what was in the pipe
 * is lost.
 * Blocks: for the disk.   Threads: one receiver.   Ref: splice(2).
 */
ssize_t	recv_file(int sock_fd, struct file_pipe *pipe, int file_fd,
	    size_t len);

#endif
