/* datagram.c - datagrams on a wildcard socket, answered from the right address.
 * See also: net/datagram.h, tests/check_datagram.c */
#define _GNU_SOURCE		/* struct in6_pktinfo on Linux */
#include "net/datagram.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "config.h"

#if defined(HAVE_STRUCT_IN_PKTINFO_IPI_SPEC_DST) && \
    defined(HAVE_STRUCT_IN6_PKTINFO_IPI6_ADDR)

/* Room for either kind of control message, aligned as the macros need. */
union control {
	struct cmsghdr	 header;
	char		 in[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char		 in6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static void destination_get(struct msghdr *, struct address *);
static void source_put(struct msghdr *, const struct address *);

int
datagram_ask_destination(int fd, int family)
{
	int on = 1;

	if (family == AF_INET6)
		return (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on,
		    sizeof(on)));
	return (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
}

ssize_t
datagram_recv(int fd, void *buf, size_t size, struct address *from,
    struct address *to)
{
	union control control;
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = { .msg_name = &from->storage,
	    .msg_namelen = sizeof(from->storage),
	    .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &msg, 0);

	if (n == -1)
		return (-1);
	from->len = msg.msg_namelen;
	destination_get(&msg, to);
	return (n);
}

ssize_t
datagram_send(int fd, const void *buf, size_t len, const struct address *peer,
    const struct address *source)
{
	union control control;
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = { .msg_name = (void *)&peer->storage,
	    .msg_namelen = peer->len, .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control) };

	memset(&control, 0, sizeof(control));
	source_put(&msg, source);
	return (sendmsg(fd, &msg, MSG_NOSIGNAL));
}

static void
destination_get(struct msghdr *msg, struct address *to)
{
	struct in_pktinfo info;
	struct in6_pktinfo info6;
	struct cmsghdr *c;

	memset(to, 0, sizeof(*to));
	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			to->len = sizeof(to->in);
			to->in.sin_family = AF_INET;
			/* The local address: of a broadcast, ours. */
			to->in.sin_addr = info.ipi_spec_dst;
		}
		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info6, CMSG_DATA(c), sizeof(info6));
			if (IN6_IS_ADDR_MULTICAST(&info6.ipi6_addr))
				continue;	/* no address of ours */
			to->len = sizeof(to->in6);
			to->in6.sin6_family = AF_INET6;
			to->in6.sin6_addr = info6.ipi6_addr;
			/* Only such an address needs its interface. */
			if (IN6_IS_ADDR_LINKLOCAL(&info6.ipi6_addr))
				to->in6.sin6_scope_id = info6.ipi6_ifindex;
		}
	}
}

static void
source_put(struct msghdr *msg, const struct address *source)
{
	struct in_pktinfo info = { .ipi_ifindex = 0 };
	struct in6_pktinfo info6 = { .ipi6_ifindex = 0 };
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);

	if (source->len == 0) {
		msg->msg_control = NULL;
		msg->msg_controllen = 0;
	} else if (source->sa.sa_family == AF_INET) {
		info.ipi_spec_dst = source->in.sin_addr;
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		msg->msg_controllen = CMSG_SPACE(sizeof(info));
	} else {
		info6.ipi6_addr = source->in6.sin6_addr;
		info6.ipi6_ifindex = source->in6.sin6_scope_id;
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info6));
		memcpy(CMSG_DATA(c), &info6, sizeof(info6));
		msg->msg_controllen = CMSG_SPACE(sizeof(info6));
	}
}

#else	/* The portable path: the kernel picks the source address. */

int
datagram_ask_destination(int fd, int family)
{
	(void)fd, (void)family;
	return (0);
}

ssize_t
datagram_recv(int fd, void *buf, size_t size, struct address *from,
    struct address *to)
{
	to->len = 0;
	from->len = sizeof(from->storage);
	return (recvfrom(fd, buf, size, 0, &from->sa, &from->len));
}

ssize_t
datagram_send(int fd, const void *buf, size_t len, const struct address *peer,
    const struct address *source)
{
	(void)source;
	return (sendto(fd, buf, len, MSG_NOSIGNAL, &peer->sa, peer->len));
}

#endif
