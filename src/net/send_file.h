/* send_file.h - a file's bytes into a stream, copied as seldom as can be.
 * Linux has sendfile(2) for a socket in the clear; under TLS, and elsewhere,
 * the bytes are read and sent.  So are few: that is quicker then.
 * See also: net/stream.h, tests/check_file_moves.c */
#ifndef NET_SEND_FILE_H
#define NET_SEND_FILE_H

#include <sys/types.h>

#include "net/stream.h"

/*
 * stream_send_file - send what the socket takes at once of a file
 *   stream   over a non-blocking descriptor
 *   offset   where in the file; moves on
 *   len      at most so many bytes
 * Returns how many bytes went, 0 at the file's end, or -1 with errno: EAGAIN
 * when the socket is full: then poll(2) for POLLOUT, and call it again with
 * the same offset.
 * Blocks: for the disk.   Threads: one sender.   Ref: sendfile(2).
 */
ssize_t	stream_send_file(struct stream *stream, int fd, off_t *offset,
	    size_t len);

/*
 * stream_send_much - hold back what does not fill a segment, for what ends with
 * the connection
 * What is held back at last goes when the descriptor is closed; or after a
 * moment.
 * Blocks: no.   Threads: one sender.   Ref: tcp(7), TCP_CORK.
 */
void	stream_send_much(struct stream *stream);

/* stream_send_file_by_copy - the same without sendfile.  For tests. */
ssize_t	stream_send_file_by_copy(struct stream *stream, int fd,
	    off_t *offset, size_t len);

#endif
