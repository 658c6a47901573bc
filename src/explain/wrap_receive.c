/* wrap_receive.c - the calls by which bytes come in.
 * See also: explain/wrap.h, explain/wrap_send.c */
#include "explain/wrap.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "explain/moved.h"
#include "explain/real.h"

static ssize_t receive(struct call *, struct sockaddr *, socklen_t *);
static void received(struct call *, ssize_t *);
static void rights_received(struct msghdr *);

/* One for recv and recvfrom.  Of a datagram we ask for its whole length, too,
 * and for its sender where that is not known; the program gets what it asked
 * for.  Else the call goes on by its own name: another library that is
 * preloaded may wait for it. */
static ssize_t
receive(struct call *call, struct sockaddr *addr, socklen_t *len)
{
	struct sockaddr_storage sender;
	socklen_t sender_len = sizeof(sender), room = 0;
	void *buf = call->data->iov_base;
	size_t size = call->data->iov_len;
	int is_datagram = (call->traits & IS_DATAGRAM) != 0;
	int flags = call->flags | (is_datagram ? MSG_TRUNC : 0);
	unsigned signals = wrap_table_signals();
	ssize_t result = -1;
	int is_over = 0;

	if (is_datagram && addr == NULL && !(call->traits & HAS_PEER)) {
		addr = (struct sockaddr *)&sender;
		len = &sender_len;
	}
	/* The kernel says how long the address is, not how much of it had
	 * room. */
	if (len != NULL)
		room = *len;
	if (!call_is_worn(call) && call_may_try(call)) {
		result = real()->recvfrom(call->fd, buf, size, flags |
		    MSG_DONTWAIT, addr, len);
		is_over = result != -1 || errno != EAGAIN ||
		    !call_blocks(call);
	}
	if (!is_over) {
		errno = call->saved_errno;
		call_waits(call, POLLIN);
		do
			result = addr == NULL && call->id == CALL_RECV ?
			    real()->recv(call->fd, buf, size, flags) :
			    real()->recvfrom(call->fd, buf, size, flags, addr,
			    len);
		while (wrap_again(result, &signals));
	}
	if (result != -1 && addr != NULL)
		place_set(&call->other, addr, *len < room ? *len : room);
	received(call, &result);
	call_end(call, result);
	return (result);
}

static void
received(struct call *call, ssize_t *result)
{
	call_result(call, *result);
	if (call->traits & IS_DATAGRAM && *result > (ssize_t)call->asked) {
		words_add(&call->note, "%zu", (size_t)*result);
		call->traits |= IS_CUT;
		if (!(call->flags & MSG_TRUNC))
			call->result = *result = (ssize_t)call->asked;
	}
	moved(call);
}

WRAPPER ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	struct iovec data = { buf, len };
	struct call call;

	call_begin(&call, CALL_RECV, fd);
	moved_ask(&call, &data, 1, flags);
	return (receive(&call, NULL, NULL));
}

WRAPPER ssize_t
recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *addr,
    socklen_t *addr_len)
{
	struct iovec data = { buf, len };
	struct call call;

	call_begin(&call, CALL_RECVFROM, fd);
	moved_ask(&call, &data, 1, flags);
	return (receive(&call, addr, addr_len));
}

/* A program built with _FORTIFY_SOURCE calls these; an overflow is theirs. */
WRAPPER ssize_t
__recv_chk(int fd, void *buf, size_t len, size_t size, int flags)
{
	if (len > size)
		return (real()->__recv_chk(fd, buf, len, size, flags));
	return (recv(fd, buf, len, flags));
}

WRAPPER ssize_t
__recvfrom_chk(int fd, void *buf, size_t len, size_t size, int flags,
    struct sockaddr *addr, socklen_t *addr_len)
{
	if (len > size)
		return (real()->__recvfrom_chk(fd, buf, len, size, flags,
		    addr, addr_len));
	return (recvfrom(fd, buf, len, flags, addr, addr_len));
}

WRAPPER ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	socklen_t room = message->msg_namelen;
	struct call call;
	ssize_t result;

	call_begin(&call, CALL_RECVMSG, fd);
	moved_ask(&call, message->msg_iov, message->msg_iovlen, flags);
	if (flags & MSG_ERRQUEUE)
		call.traits |= NON_BLOCKING;
	call_waits(&call, POLLIN);
	result = real()->recvmsg(fd, message, call.traits & IS_DATAGRAM ?
	    flags | MSG_TRUNC : flags);
	if (result != -1) {
		if (message->msg_name != NULL)
			place_set(&call.other, message->msg_name,
			    message->msg_namelen < room ?
			    message->msg_namelen : room);
		rights_received(message);
	}
	received(&call, &result);
	call_end(&call, result);
	return (result);
}

/* Descriptors that another process has given us. */
static void
rights_received(struct msghdr *message)
{
	struct cmsghdr *part;
	size_t count;
	int fd;

	for (part = CMSG_FIRSTHDR(message); part != NULL;
	    part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET ||
		    part->cmsg_type != SCM_RIGHTS)
			continue;
		count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		for (size_t i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd),
			    sizeof(fd));
			sock_forget(fd);
		}
	}
}

WRAPPER int
recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
    struct timespec *timeout)
{
	struct call call;
	int result;

	call_begin(&call, CALL_RECVMMSG, fd);
	moved_ask_many(&call, count, flags);
	call_waits(&call, POLLIN);
	result = real()->recvmmsg(fd, messages, count, flags, timeout);
	call_result(&call, result);
	moved_many(&call, messages);
	return ((int)call_end(&call, result));
}

WRAPPER ssize_t
read(int fd, void *buf, size_t len)
{
	unsigned signals = wrap_table_signals();
	struct iovec data = { buf, len };
	struct call call;
	ssize_t result;

	if (sock_is(fd) != 1)
		return (real()->read(fd, buf, len));
	call_begin(&call, CALL_READ, fd);
	moved_ask(&call, &data, 1, 0);
	call_waits(&call, POLLIN);
	do
		result = real()->read(fd, buf, len);
	while (wrap_again(result, &signals));
	received(&call, &result);
	call_end(&call, result);
	return (result);
}

WRAPPER ssize_t
__read_chk(int fd, void *buf, size_t len, size_t size)
{
	if (len > size)
		return (real()->__read_chk(fd, buf, len, size));
	return (read(fd, buf, len));
}

WRAPPER ssize_t
readv(int fd, const struct iovec *data, int count)
{
	struct call call;
	ssize_t result;

	if (sock_is(fd) != 1)
		return (real()->readv(fd, data, count));
	call_begin(&call, CALL_READV, fd);
	moved_ask(&call, data, (size_t)count, 0);
	call_waits(&call, POLLIN);
	result = real()->readv(fd, data, count);
	received(&call, &result);
	call_end(&call, result);
	return (result);
}
