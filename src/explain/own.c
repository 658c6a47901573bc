/* own.c - system calls of our own.
 * See also: explain/own.h */
#include "explain/own.h"

#include <sys/syscall.h>
#include <time.h>

int
own_close(int fd)
{
	return ((int)syscall(SYS_close, fd));
}

int
own_getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	return ((int)syscall(SYS_getpeername, fd, addr, len));
}

int
own_getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	return ((int)syscall(SYS_getsockname, fd, addr, len));
}

int
own_getsockopt(int fd, int option, int *value)
{
	socklen_t len = sizeof(*value);

	return ((int)syscall(SYS_getsockopt, fd, SOL_SOCKET, option, value,
	    &len));
}

ssize_t
own_read(int fd, void *buf, size_t len)
{
	return (syscall(SYS_read, fd, buf, len));
}

ssize_t
own_write(int fd, const void *buf, size_t len)
{
	return (syscall(SYS_write, fd, buf, len));
}

int
own_poll(struct pollfd *fds, nfds_t count, int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	return ((int)syscall(SYS_ppoll, fds, count, &time, NULL, (size_t)0));
}

int
own_select(int count, fd_set *in, fd_set *out, fd_set *other)
{
	struct timespec at_once = { 0, 0 };

	return ((int)syscall(SYS_pselect6, count, in, out, other, &at_once,
	    NULL));
}
