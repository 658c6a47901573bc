/* io.h - whole sends and waits with a deadline.
 * send may take less than it was given, and a signal may end any call early:
 * both are normal, and both are dealt with here, once.
 * See also: tests/check_io.c */
#ifndef NET_IO_H
#define NET_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * send_all - send every byte, however many sends it takes
 * Returns 0, or -1 with errno: EPIPE when the peer is gone (no SIGPIPE),
 * EAGAIN when the socket's send time-out ended the wait.
 * Blocks: until the last byte is in the socket's buffer.
 * Threads: safe, but two senders on one socket mix their bytes.
 */
int	send_all(int fd, const void *buf, size_t len);

/*
 * recv_within - recv, but only until a deadline
 *   deadline   of base/clock.h
 * Returns what recv does: a count, 0 at the end of the stream (or for an
 * empty datagram), -1 with errno: ETIMEDOUT at the deadline.
 * Blocks: until the deadline at most.   Threads: safe.
 */
ssize_t	recv_within(int fd, void *buf, size_t size, int64_t deadline);

/*
 * wait_for - poll one descriptor
 *   events     POLLIN or POLLOUT
 * Returns 0 when it is ready (or broken: the next call will tell), or -1 with
 * errno: ETIMEDOUT at the deadline.
 * Blocks: until the deadline at most.   Threads: safe.
 */
int	wait_for(int fd, short events, int64_t deadline);

#endif
