/* wrap_send.c - the calls by which bytes go out.
 * See also: explain/wrap.h, explain/wrap_receive.c */
#include "explain/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>

#include "explain/moved.h"
#include "explain/real.h"

static void add_address(struct call *, const void *, socklen_t);
static ssize_t send_bytes(struct call *, const struct sockaddr *, socklen_t);
static ssize_t sent(struct call *, ssize_t);

static ssize_t
sent(struct call *call, ssize_t result)
{
	call_result(call, result);
	moved(call);
	/* The first datagram has given the socket its port. */
	if (result != -1 && call->sock.local.port == 0 &&
	    call->traits & IS_INTERNET) {
		sock_set_local(call->fd);
		sock_get(call->fd, &call->sock);
	}
	return (call_end(call, result));
}

static void
add_address(struct call *call, const void *addr, socklen_t len)
{
	if (addr != NULL)
		place_set(&call->other, addr, len);
}

WRAPPER ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	struct iovec data = { (void *)buf, len };
	struct call call;

	call_begin(&call, CALL_SEND, fd);
	moved_ask(&call, &data, 1, flags);
	return (sent(&call, send_bytes(&call, NULL, 0)));
}

WRAPPER ssize_t
sendto(int fd, const void *buf, size_t len, int flags,
    const struct sockaddr *addr, socklen_t addr_len)
{
	struct iovec data = { (void *)buf, len };
	struct call call;

	call_begin(&call, CALL_SENDTO, fd);
	add_address(&call, addr, addr_len);
	moved_ask(&call, &data, 1, flags);
	return (sent(&call, send_bytes(&call, addr, addr_len)));
}

/* One for send and sendto.  Both seldom wait, so that is tried: what was not
 * taken at once is sent by a second call, which waits.  One that has sent
 * something fails with the next: so the kernel has it, without a SIGPIPE. */
static ssize_t
send_bytes(struct call *call, const struct sockaddr *addr, socklen_t len)
{
	const char *buf = call->data->iov_base;
	size_t size = call->asked;
	ssize_t done = 0, rest;
	int flags = call->flags;

	if (call_may_try(call)) {
		done = real()->sendto(call->fd, buf, size, flags |
		    MSG_DONTWAIT, addr, len);
		if ((done == -1 && errno != EAGAIN) ||
		    done == (ssize_t)size || !call_blocks(call))
			return (done);
		errno = call->saved_errno;
		done = done == -1 ? 0 : done;
		flags |= done > 0 ? MSG_NOSIGNAL : 0;
	}
	call_waits(call, POLLOUT);
	if (addr == NULL && call->id == CALL_SEND)
		rest = real()->send(call->fd, buf + done, size - (size_t)done,
		    flags);
	else
		rest = real()->sendto(call->fd, buf + done, size -
		    (size_t)done, flags, addr, len);
	return (rest != -1 ? done + rest : done > 0 ? done : -1);
}

WRAPPER ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct call call;

	call_begin(&call, CALL_SENDMSG, fd);
	add_address(&call, message->msg_name, message->msg_namelen);
	moved_ask(&call, message->msg_iov, message->msg_iovlen, flags);
	call_waits(&call, POLLOUT);
	return (sent(&call, real()->sendmsg(fd, message, flags)));
}

WRAPPER int
sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	struct call call;
	int result;

	call_begin(&call, CALL_SENDMMSG, fd);
	moved_ask_many(&call, count, flags);
	call_waits(&call, POLLOUT);
	result = real()->sendmmsg(fd, messages, count, flags);
	call_result(&call, result);
	moved_many(&call, messages);
	return ((int)call_end(&call, result));
}

WRAPPER ssize_t
write(int fd, const void *buf, size_t len)
{
	struct iovec data = { (void *)buf, len };
	struct call call;

	if (sock_is(fd) != 1)
		return (real()->write(fd, buf, len));
	call_begin(&call, CALL_WRITE, fd);
	moved_ask(&call, &data, 1, 0);
	call_waits(&call, POLLOUT);
	return (sent(&call, real()->write(fd, buf, len)));
}

WRAPPER ssize_t
writev(int fd, const struct iovec *data, int count)
{
	struct call call;

	if (sock_is(fd) != 1)
		return (real()->writev(fd, data, count));
	call_begin(&call, CALL_WRITEV, fd);
	moved_ask(&call, data, (size_t)count, 0);
	call_waits(&call, POLLOUT);
	return (sent(&call, real()->writev(fd, data, count)));
}

WRAPPER ssize_t
sendfile(int out, int in, off_t *offset, size_t len)
{
	struct call call;

	if (sock_is(out) != 1)
		return (real()->sendfile(out, in, offset, len));
	call_begin(&call, CALL_SENDFILE, out);
	words_add(&call.args, ", %d, %zu", in, len);
	call_waits(&call, POLLOUT);
	return (sent(&call, real()->sendfile(out, in, offset, len)));
}

WRAPPER ssize_t
sendfile64(int out, int in, off64_t *offset, size_t len)
{
	struct call call;

	if (sock_is(out) != 1)
		return (real()->sendfile64(out, in, offset, len));
	call_begin(&call, CALL_SENDFILE, out);
	words_add(&call.args, ", %d, %zu", in, len);
	call_waits(&call, POLLOUT);
	return (sent(&call, real()->sendfile64(out, in, offset, len)));
}

/* One of the two is a pipe; from or to it, the other may be a socket. */
WRAPPER ssize_t
splice(int in, off64_t *in_at, int out, off64_t *out_at, size_t len,
    unsigned flags)
{
	int is_out = sock_is(out) == 1;
	struct call call;

	if (!is_out && sock_is(in) != 1)
		return (real()->splice(in, in_at, out, out_at, len, flags));
	call_begin(&call, CALL_SPLICE, is_out ? out : in);
	call.asked = len;
	if (!is_out)
		call.direction = -1;
	words_add(&call.args, is_out ? ", from pipe %d, %zu" :
	    ", into pipe %d, %zu", is_out ? in : out, len);
	if (flags & SPLICE_F_NONBLOCK)
		call.traits |= NON_BLOCKING;
	call_waits(&call, is_out ? POLLOUT : POLLIN);
	return (sent(&call, real()->splice(in, in_at, out, out_at, len,
	    flags)));
}
