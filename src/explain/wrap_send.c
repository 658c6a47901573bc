/* wrap_send.c - the calls by which bytes go out.
 * See also: explain/wrap.h, explain/wrap_receive.c */
#include "explain/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>

#include "explain/moved.h"
#include "explain/output.h"
#include "explain/real.h"

#define FOR_EVER	(INT64_MAX / 2)		/* ns */

static void add_address(struct call *, const void *, socklen_t);
static int ms_until(int64_t);
static ssize_t send_bytes(struct call *, const struct sockaddr *, socklen_t);
static int64_t send_limit(int);
static ssize_t send_rest(struct call *, size_t);
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

/* Most sends find room, so that is tried; what was not taken at once waits. */
static ssize_t
send_bytes(struct call *call, const struct sockaddr *addr, socklen_t len)
{
	const char *buf = call->data->iov_base;
	size_t size = call->asked;
	ssize_t done;

	if (call_may_try(call)) {
		done = real()->sendto(call->fd, buf, size, call->flags |
		    MSG_DONTWAIT, addr, len);
		if ((done == -1 && errno != EAGAIN) ||
		    done == (ssize_t)size || !call_blocks(call))
			return (done);
		errno = call->saved_errno;
		call_waits(call, POLLOUT);
		if (done > 0)
			return (send_rest(call, (size_t)done));
	} else
		call_waits(call, POLLOUT);
	if (call->id == CALL_WRITE)
		return (real()->write(call->fd, buf, size));
	if (addr == NULL && call->id == CALL_SEND)
		return (real()->send(call->fd, buf, size, call->flags));
	return (real()->sendto(call->fd, buf, size, call->flags, addr, len));
}

/* One call that has sent something gives that, whatever stops it then: an error
 * is for the program's next call, and a send of ours would take it away.  poll
 * only looks, and wakes as that one call would. */
static ssize_t
send_rest(struct call *call, size_t done)
{
	struct pollfd one = { .fd = call->fd, .events = POLLOUT };
	const char *buf = call->data->iov_base;
	int64_t end_ns = call->begin_ns + send_limit(call->fd);
	unsigned signals = wrap_table_signals();
	int flags = call->flags | MSG_NOSIGNAL, ready;

	for (ssize_t more = 0; done < call->asked; done += (size_t)more) {
		do
			ready = real()->poll(&one, 1, ms_until(end_ns));
		while (wrap_again(ready, &signals));
		if (ready <= 0 || one.revents & (POLLERR | POLLHUP))
			break;
		more = real()->sendto(call->fd, buf + done, call->asked - done,
		    flags | MSG_DONTWAIT, NULL, 0);
		/* Another thread was faster, or memory is short. */
		if (more == -1 && errno == EAGAIN)
			more = real()->sendto(call->fd, buf + done,
			    call->asked - done, flags, NULL, 0);
		if (more == -1)
			break;
	}
	errno = call->saved_errno;
	return ((ssize_t)done);
}

/* SO_SNDTIMEO in nanoseconds. */
static int64_t
send_limit(int fd)
{
	struct timeval time = { 0, 0 };
	socklen_t len = sizeof(time);

	real()->getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, &len);
	if (time.tv_sec == 0 && time.tv_usec == 0)
		return (FOR_EVER);
	return ((time.tv_sec < INT32_MAX ? time.tv_sec : INT32_MAX) *
	    1000000000LL + time.tv_usec * 1000LL);
}

static int
ms_until(int64_t end_ns)
{
	int64_t left = end_ns - output_now(CLOCK_MONOTONIC);

	if (left > INT32_MAX * 1000000LL)
		return (-1);
	return (left > 0 ? (int)((left + 999999) / 1000000) : 0);
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
	return (sent(&call, send_bytes(&call, NULL, 0)));
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
	call.asked = len;
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
	call.asked = len;
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
