/* wrap_descriptor.c - the calls by which descriptors end, or get a new number.
 * Most descriptors are no sockets: those calls go on as they are.
 * See also: explain/wrap.h */
#include "explain/wrap.h"

#include <errno.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>

#include "explain/output.h"
#include "explain/own.h"
#include "explain/real.h"
#include "explain/thread.h"

static void close_begin(struct call *, enum call_id, int);
static void close_known(unsigned, unsigned);

static void
close_begin(struct call *call, enum call_id id, int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int unread = 0;

	call_begin(call, id, fd);
	/* Refused, broken or never made: nobody is told of an end. */
	if (call->traits & IS_STREAM && !(call->traits & PEER_ENDED) &&
	    own_getpeername(fd, (struct sockaddr *)&addr, &len) == -1)
		call->traits &= ~HAS_PEER;
	if (call->traits & IS_STREAM && call->traits & HAS_PEER &&
	    ioctl(fd, FIONREAD, &unread) == 0 && unread > 0) {
		call->traits |= UNREAD;
		words_add(&call->note, "%d", unread);
	}
	/* Before the close itself, after which another thread may have it. */
	if (sock_is_epoll(fd)) {
		call->traits |= HAS_NOTE;
		sock_forget(fd);
	} else
		sock_close(fd, call->begin_ns, thread_self());
	errno = call->saved_errno;
}

WRAPPER int
close(int fd)
{
	int saved = errno, is_socket = sock_is(fd);
	struct call call;
	struct sock sock;

	errno = saved;
	if (output_owns(fd)) {
		errno = EBADF;		/* the program has none there */
		return (-1);
	}
	if (is_socket == -1) {
		sock_get(fd, &sock);
		is_socket = (sock.traits & SOCK_CLOSED) != 0;
	}
	errno = saved;
	if ((!is_socket && !sock_is_epoll(fd)) || wrap_is_stranger())
		return (real()->close(fd));
	close_begin(&call, CALL_CLOSE, fd);
	return ((int)call_end(&call, real()->close(fd)));
}

WRAPPER int
fclose(FILE *stream)
{
	int fd = fileno(stream), saved = errno;
	struct call call;

	if (fd == -1 || sock_is(fd) != 1) {
		errno = saved;
		return (real()->fclose(stream));
	}
	close_begin(&call, CALL_FCLOSE, fd);
	return ((int)call_end(&call, real()->fclose(stream)));
}

/* Rows of what is closed without a word of each. */
static void
close_known(unsigned first, unsigned last)
{
	if (wrap_is_stranger())
		return;
	for (unsigned fd = first; fd <= last && fd < SOCK_MAX; fd++)
		sock_forget((int)fd);
}

/* Ours stay open: the parts around them are closed. */
WRAPPER int
close_range(unsigned first, unsigned last, int flags)
{
	unsigned begin = first;
	int result = 0;

	if (flags & CLOSE_RANGE_CLOEXEC || first > last)
		return (real()->close_range(first, last, flags));
	close_known(first, last);
	for (unsigned fd = first; fd <= last && fd <= OUTPUT_FD_MAX; fd++) {
		if (!output_owns((int)fd))
			continue;
		if (fd > begin)
			result |= real()->close_range(begin, fd - 1, flags);
		begin = fd + 1;
	}
	if (begin <= last)
		result |= real()->close_range(begin, last, flags);
	return (result);
}

WRAPPER void
closefrom(int first)
{
	close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0);
}

WRAPPER int
dup(int fd)
{
	int new = real()->dup(fd);

	if (new != -1 && !wrap_is_stranger())
		sock_copy(fd, new);
	return (new);
}

WRAPPER int
dup2(int fd, int as)
{
	int new = real()->dup2(fd, as);

	if (new != -1 && new != fd && !wrap_is_stranger())
		sock_copy(fd, new);
	return (new);
}

WRAPPER int
dup3(int fd, int as, int flags)
{
	int new = real()->dup3(fd, as, flags);

	if (new != -1 && !wrap_is_stranger())
		sock_copy(fd, new);
	return (new);
}

WRAPPER void
_exit(int status)
{
	wrap_finish();
	real()->_exit(status);
	__builtin_unreachable();
}
