/* wrap_socket.c - the calls that make a socket and give it its ends.
 * See also: explain/wrap.h */
#include "explain/wrap.h"

#include <errno.h>
#include <poll.h>

#include "explain/neighbour.h"
#include "explain/real.h"

static int accepted(struct call *, int);
static void add_address(struct call *, const struct sockaddr *, socklen_t);
static void connect_over(struct call *);
static void name_over(struct call *, const struct sockaddr *, socklen_t);

/* As strace names them. */
static const char *
domain_name(int domain)
{
	return (domain == AF_INET ? "AF_INET" : domain == AF_INET6 ?
	    "AF_INET6" : domain == AF_UNIX ? "AF_UNIX" :
	    domain == AF_NETLINK ? "AF_NETLINK" : "AF_...");
}

static void
add_kind(struct call *call, int domain, int type)
{
	int kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);

	words_add(&call->args, "%s, %s%s%s", domain_name(domain),
	    kind == SOCK_STREAM ? "SOCK_STREAM" : kind == SOCK_DGRAM ?
	    "SOCK_DGRAM" : "SOCK_...",
	    type & SOCK_CLOEXEC ? "|SOCK_CLOEXEC" : "",
	    type & SOCK_NONBLOCK ? "|SOCK_NONBLOCK" : "");
	if (kind == SOCK_STREAM)
		call->traits |= IS_STREAM;
	if (kind == SOCK_DGRAM)
		call->traits |= IS_DATAGRAM;
	if (domain == AF_INET || domain == AF_INET6)
		call->traits |= IS_INTERNET;
}

static void
add_address(struct call *call, const struct sockaddr *addr, socklen_t len)
{
	place_set(&call->other, addr, len);
	words_add(&call->args, ", ");
	place_add(&call->args, &call->other);
}

WRAPPER int
socket(int domain, int type, int protocol)
{
	struct call call;
	int fd;

	call_begin(&call, CALL_SOCKET, -1);
	add_kind(&call, domain, type);
	fd = real()->socket(domain, type, protocol);
	call_result(&call, fd);
	if (fd != -1)
		sock_new(fd, 0);
	call.new_fd = fd;
	return ((int)call_end(&call, fd));
}

WRAPPER int
socketpair(int domain, int type, int protocol, int fds[2])
{
	struct call call;
	int result;

	call_begin(&call, CALL_SOCKETPAIR, -1);
	add_kind(&call, domain, type);
	call.traits |= HAS_NOTE;
	result = real()->socketpair(domain, type, protocol, fds);
	call_result(&call, result);
	for (int i = 0; i < 2 && result == 0; i++) {
		sock_new(fds[i], SOCK_HAS_PEER);
		words_add(&call.args, "%s%d%s", i == 0 ? ", [" : ", ", fds[i],
		    i == 0 ? "" : "]");
	}
	return ((int)call_end(&call, result));
}

WRAPPER int
bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct call call;
	int result;

	call_begin(&call, CALL_BIND, fd);
	add_address(&call, addr, len);
	if (call.other.port == 0)
		call.traits |= ANY_PORT;
	if (place_is_any(&call.other))
		call.traits |= ANY_ADDRESS;
	if (place_is_loopback(&call.other))
		call.traits |= LOOPBACK;
	result = real()->bind(fd, addr, len);
	call_result(&call, result);
	if (result == 0) {
		sock_set_local(fd);
		sock_get(fd, &call.sock);
	} else if (call.error == EADDRINUSE && call.traits & IS_STREAM)
		call.traits |= neighbour_find(&call.other);
	return ((int)call_end(&call, result));
}

WRAPPER int
listen(int fd, int backlog)
{
	struct call call;
	int result;

	call_begin(&call, CALL_LISTEN, fd);
	words_add(&call.args, ", %d", backlog);
	call.asked = backlog > 0 ? (size_t)backlog : 0;
	result = real()->listen(fd, backlog);
	call_result(&call, result);
	if (result == 0) {
		sock_mark(fd, SOCK_LISTENS);
		sock_set_local(fd);
		sock_get(fd, &call.sock);
	}
	return ((int)call_end(&call, result));
}

WRAPPER int
accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct call call;
	int new;

	call_begin(&call, CALL_ACCEPT, fd);
	call_waits(&call, POLLIN);
	new = real()->accept(fd, addr, len);
	return (accepted(&call, new));
}

WRAPPER int
accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	struct call call;
	int new;

	call_begin(&call, CALL_ACCEPT4, fd);
	words_add(&call.args, ", %s%s", flags & SOCK_CLOEXEC ? "SOCK_CLOEXEC" :
	    "0", flags & SOCK_NONBLOCK ? "|SOCK_NONBLOCK" : "");
	call_waits(&call, POLLIN);
	new = real()->accept4(fd, addr, len, flags);
	return (accepted(&call, new));
}

static int
accepted(struct call *call, int new)
{
	struct sock sock;

	call_result(call, new);
	if (new != -1) {
		sock_new(new, SOCK_HAS_PEER | SOCK_ACCEPTED);
		sock_set_local(new);
		sock_set_peer(new, NULL);
		sock_get(new, &sock);
		call->other = sock.peer;
		call->new_fd = new;
		wrap_set_last_client(new);
	}
	return ((int)call_end(call, new));
}

WRAPPER int
connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct call call;
	int result;

	call_begin(&call, CALL_CONNECT, fd);
	add_address(&call, addr, len);
	if (call.traits & IS_STREAM && call.traits & IS_INTERNET)
		call_waits(&call, 0);
	result = real()->connect(fd, addr, len);
	call_result(&call, result);
	connect_over(&call);
	return ((int)call_end(&call, result));
}

static void
connect_over(struct call *call)
{
	int is_unspec = call->other.family == AF_UNSPEC;

	/* A signal ends the wait, not the attempt. */
	if (call->error == EINPROGRESS || call->error == EINTR) {
		sock_mark(call->fd, SOCK_CONNECTING | SOCK_HAS_PEER);
		sock_set_peer(call->fd, &call->other);
		sock_set_local(call->fd);
	}
	if (call->error != 0)
		return;
	/* AF_UNSPEC: a datagram socket forgets its peer. */
	if (is_unspec)
		sock_unmark(call->fd, SOCK_HAS_PEER);
	else
		sock_mark(call->fd, SOCK_HAS_PEER);
	sock_set_peer(call->fd, &call->other);
	sock_set_local(call->fd);
	sock_get(call->fd, &call->sock);
	/* What is written is the call as it was made. */
	call->sock.traits &= ~(unsigned)SOCK_HAS_PEER;
}

WRAPPER int
shutdown(int fd, int how)
{
	static const char *const names[] = { "SHUT_RD", "SHUT_WR",
	    "SHUT_RDWR" };
	struct call call;
	int result;

	call_begin(&call, CALL_SHUTDOWN, fd);
	words_add(&call.args, ", %s", how >= 0 && how < 3 ? names[how] : "?");
	if (how != SHUT_WR)
		call.traits |= HOW_READ;
	if (how != SHUT_RD)
		call.traits |= HOW_WRITE;
	result = real()->shutdown(fd, how);
	call_result(&call, result);
	if (result == 0 && how != SHUT_RD)
		sock_mark(fd, SOCK_WE_ENDED);
	return ((int)call_end(&call, result));
}

WRAPPER int
getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	socklen_t room = len != NULL ? *len : 0;
	struct call call;
	int result;

	call_begin(&call, CALL_GETSOCKNAME, fd);
	result = real()->getsockname(fd, addr, len);
	call_result(&call, result);
	if (result == 0)
		name_over(&call, addr, *len < room ? *len : room);
	return ((int)call_end(&call, result));
}

WRAPPER int
getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	socklen_t room = len != NULL ? *len : 0;
	struct call call;
	int result;

	call_begin(&call, CALL_GETPEERNAME, fd);
	call.traits |= HAS_NOTE;
	result = real()->getpeername(fd, addr, len);
	call_result(&call, result);
	if (result == 0)
		name_over(&call, addr, *len < room ? *len : room);
	return ((int)call_end(&call, result));
}

static void
name_over(struct call *call, const struct sockaddr *addr, socklen_t len)
{
	add_address(call, addr, len);
	if (call->other.port == 0)
		call->traits |= ANY_PORT;
}
