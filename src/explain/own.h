/* own.h - what the library itself asks of the kernel.
 * It asks directly: other libraries that are preloaded behind it, which count
 * or change the program's calls, are not to take ours for the program's.
 * See also: syscall(2), explain/real.h */
#ifndef EXPLAIN_OWN_H
#define EXPLAIN_OWN_H

#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

/* As the calls of these names; errno too.
 * Blocks: own_read and own_write as long as fd does.
 * Threads: safe.   Signal handlers: safe. */
int	own_close(int fd);
int	own_getpeername(int fd, struct sockaddr *addr, socklen_t *len);
int	own_getsockname(int fd, struct sockaddr *addr, socklen_t *len);
int	own_getsockopt(int fd, int option, int *value);	/* of SOL_SOCKET */
ssize_t	own_read(int fd, void *buf, size_t len);
ssize_t	own_write(int fd, const void *buf, size_t len);

/* own_poll - poll, for at most so many milliseconds */
int	own_poll(struct pollfd *fds, nfds_t count, int ms);

/* own_select - select, without waiting */
int	own_select(int count, fd_set *in, fd_set *out, fd_set *other);

#endif
