/* listen.c - passive sockets: TCP listeners and bound UDP sockets.
 * See also: net/listen.h, tests/check_listen.c */
#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/datagram.h"

#define SAME_PORT_TRIES	64

static int address_covers(const struct address *, const struct address *);
static int listen_once(listen_open *, struct address_list *, int *,
    struct cause *);
static int passive_socket(int, const struct address *, struct cause *);

int
tcp_listen(struct address *addr, struct cause *cause)
{
	int on = 1;
	int fd = passive_socket(SOCK_STREAM, addr, cause);

	if (fd == -1)
		return (-1);
	/* A restart need not wait for old connections' TIME_WAIT. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
		return (address_fail(fd, "setsockopt", addr, cause));
	if (bind(fd, &addr->sa, addr->len) == -1)
		return (address_fail(fd, "bind", addr, cause));
	/* A short queue loses clients without a word: as long as allowed. */
	if (listen(fd, SOMAXCONN) == -1)
		return (address_fail(fd, "listen", addr, cause));
	if (getsockname(fd, &addr->sa, &addr->len) == -1)
		return (address_fail(fd, "getsockname", addr, cause));
	return (fd);
}

int
udp_bind(struct address *addr, struct cause *cause)
{
	int fd = passive_socket(SOCK_DGRAM, addr, cause);

	if (fd == -1)
		return (-1);
	if (address_is_wildcard(addr) &&
	    datagram_ask_destination(fd, addr->sa.sa_family) == -1)
		return (address_fail(fd, "setsockopt", addr, cause));
	if (bind(fd, &addr->sa, addr->len) == -1)
		return (address_fail(fd, "bind", addr, cause));
	if (getsockname(fd, &addr->sa, &addr->len) == -1)
		return (address_fail(fd, "getsockname", addr, cause));
	return (fd);
}

int
listen_everywhere(listen_open *open, struct address_list *addrs,
    int fds[ADDRESSES_MAX], struct cause *cause)
{
	struct address_list wanted = { .len = 0 };

	/* The wildcards first: they cover whatever else is named. */
	for (size_t i = 0; i < 2 * addrs->len; i++) {
		const struct address *addr = &addrs->items[i % addrs->len];
		size_t twin = 0;

		if (i < addrs->len && !address_is_wildcard(addr))
			continue;
		while (twin < wanted.len && !address_covers(
		    &wanted.items[twin], addr))
			twin++;
		if (twin == wanted.len)
			wanted.items[wanted.len++] = *addr;
	}
	/* The port that the kernel chose on the first address may be taken
	 * on the second: then begin again with another. */
	for (int tries = 0; tries < SAME_PORT_TRIES; tries++) {
		*addrs = wanted;
		if (listen_once(open, addrs, fds, cause) == 0)
			return (0);
		if (cause->error != EADDRINUSE || wanted.len < 2 ||
		    address_port(&wanted.items[0]) != 0)
			break;
	}
	return (-1);
}

/* Would a socket on a take what is sent to b? */
static int
address_covers(const struct address *a, const struct address *b)
{
	return (address_equal(a, b) || (address_is_wildcard(a) &&
	    a->sa.sa_family == b->sa.sa_family));
}

/* Open all of addrs, leaving out those that this machine lacks. */
static int
listen_once(listen_open *open, struct address_list *addrs, int *fds,
    struct cause *cause)
{
	size_t wanted = addrs->len;

	addrs->len = 0;
	for (size_t i = 0; i < wanted; i++) {
		struct address addr = addrs->items[i];
		int fd;

		if (address_port(&addr) == 0 && addrs->len > 0)
			address_set_port(&addr,
			    address_port(&addrs->items[0]));
		fd = open(&addr, cause);
		if (fd == -1 && (cause->error == EADDRNOTAVAIL ||
		    cause->error == EAFNOSUPPORT))
			continue;
		if (fd == -1) {
			while (addrs->len > 0)
				close(fds[--addrs->len]);
			return (-1);
		}
		fds[addrs->len] = fd;
		addrs->items[addrs->len++] = addr;
	}
	return (addrs->len > 0 ? 0 : -1);
}

/* A socket of addr's family, non-blocking, closed on exec, IPv6 only if IPv6:
 * IPv4 has a socket of its own. */
static int
passive_socket(int type, const struct address *addr, struct cause *cause)
{
	int on = 1;
	int fd = socket(addr->sa.sa_family, type, 0);

	if (fd == -1)
		return (address_fail(-1, "socket", addr, cause));
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		return (address_fail(fd, "fcntl", addr, cause));
	if (addr->sa.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6,
	    IPV6_V6ONLY, &on, sizeof(on)) == -1)
		return (address_fail(fd, "setsockopt", addr, cause));
	return (fd);
}
