/* dial.c - active sockets: a TCP connection, a connected UDP socket.
 * See also: net/dial.h, tests/check_dial.c */
#include "net/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/io.h"

static int active_socket(const struct address *, int, int, struct cause *);
static int dial_fail(int, const char *, const struct address *,
    struct cause *);
static int finish_connect(int, int64_t);

/* Only a non-blocking connect has a deadline of our own choice; the socket
 * is made blocking again as soon as it is connected. */
int
tcp_dial(const struct address_list *addrs, int64_t timeout_ms,
    struct cause *cause)
{
	cause->kind = CAUSE_NONE;
	for (size_t i = 0; i < addrs->len; i++) {
		const struct address *addr = &addrs->items[i];
		int64_t deadline = clock_deadline(timeout_ms);
		int fd = active_socket(addr, SOCK_STREAM, O_NONBLOCK, cause);

		if (fd == -1)
			continue;
		if (connect(fd, &addr->sa, addr->len) == -1 &&
		    finish_connect(fd, deadline) == -1)
			dial_fail(fd, "connect", addr, cause);
		else if (fcntl(fd, F_SETFL, 0) == -1)
			dial_fail(fd, "fcntl", addr, cause);
		else
			return (fd);
	}
	return (-1);
}

int
udp_dial(const struct address *addr, struct cause *cause)
{
	int fd;

	cause->kind = CAUSE_NONE;
	if ((fd = active_socket(addr, SOCK_DGRAM, 0, cause)) == -1)
		return (-1);
	if (connect(fd, &addr->sa, addr->len) == -1)
		return (dial_fail(fd, "connect", addr, cause));
	return (fd);
}

static int
active_socket(const struct address *addr, int type, int flags,
    struct cause *cause)
{
	int fd = socket(addr->sa.sa_family, type, 0);

	if (fd == -1)
		return (dial_fail(-1, "socket", addr, cause));
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(fd, F_SETFL, flags) == -1)
		return (dial_fail(fd, "fcntl", addr, cause));
	return (fd);
}

/* EINPROGRESS: writable means decided, and SO_ERROR tells how. */
static int
finish_connect(int fd, int64_t deadline)
{
	socklen_t len = sizeof(int);
	int error;

	if (errno != EINPROGRESS && errno != EINTR)
		return (-1);
	if (wait_for(fd, POLLOUT, deadline) == -1)
		return (-1);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return (-1);
	errno = error;
	return (error == 0 ? 0 : -1);
}

/* The cause that is told is the first one, unless that says only that this
 * machine does not speak the address's family. */
static int
dial_fail(int fd, const char *primitive, const struct address *addr,
    struct cause *cause)
{
	char text[ADDRESS_TEXT_SIZE];

	if (cause->kind == CAUSE_NONE || cause->error == ENETUNREACH ||
	    cause->error == EAFNOSUPPORT || cause->error == EADDRNOTAVAIL)
		cause_errno(cause, primitive, errno,
		    address_format(addr, text, sizeof(text)));
	if (fd != -1)
		close(fd);
	return (-1);
}
