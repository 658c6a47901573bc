/* io.c - whole sends and waits with a deadline.
 * See also: net/io.h, tests/check_io.c */
#include "net/io.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"

int
send_all(int fd, const void *buf, size_t len)
{
	const char *at = buf;

	while (len > 0) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		at += n;
		len -= (size_t)n;
	}
	return (0);
}

ssize_t
recv_within(int fd, void *buf, size_t size, int64_t deadline)
{
	for (;;) {
		ssize_t n;

		if (wait_for(fd, POLLIN, deadline) == -1)
			return (-1);
		/* DONTWAIT: what poll saw may be gone (a bad checksum). */
		n = recv(fd, buf, size, MSG_DONTWAIT);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return (n);
	}
}

int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	for (;;) {
		int n = poll(&pfd, 1, clock_poll_ms(deadline));

		if (n > 0)
			return (0);
		if (n == 0 && clock_poll_ms(deadline) == 0) {
			errno = ETIMEDOUT;
			return (-1);
		}
		if (n == -1 && errno != EINTR)
			return (-1);
	}
}
