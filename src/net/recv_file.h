/* recv_file.h - a socket's bytes into a file, through a pipe.
 * One copy instead of two.
 * See also: net/splice_pipe.h, net/send_file.h, tests/check_file_moves.c */
#ifndef NET_RECV_FILE_H
#define NET_RECV_FILE_H

#include <sys/types.h>

#include "net/splice_pipe.h"

/*
 * recv_file - move what a socket has into a file, at the file's position
 *   pipe   empty, as it is between two calls that did well
 *   len    at most so many bytes
 * Returns how many, 0 at the end of the stream, or -1 with errno: EAGAIN if
 * poll(2) has to be asked (POLLIN); after another error what was in the pipe
 * is lost.
 * Blocks: for the disk.   Threads: one receiver.   Ref: splice(2).
 */
ssize_t	recv_file(int sock_fd, const struct splice_pipe *pipe, int file_fd,
	    size_t len);

#endif
