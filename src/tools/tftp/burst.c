/* burst.c - several datagrams of one size by one system call.
 * See also: tools/tftp/burst.h */
#include "config.h"

#if HAVE_DECL_UDP_SEGMENT
#define _GNU_SOURCE
#endif
#include "tools/tftp/burst.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int send_at_once(int, const struct address *, const struct burst *);
static int send_singly(int, const struct address *, const struct burst *);

int
burst_send(int fd, const struct address *to, const struct burst *burst,
    int *singly)
{
	if (burst->len > burst->size && !*singly) {
		if (send_at_once(fd, to, burst) == 0)
			return (0);
		/* A datagram that the path must cut in pieces, or a device
		 * that cannot make checksums, is refused. */
		if (errno != EINVAL && errno != EMSGSIZE && errno != EIO &&
		    errno != ENOPROTOOPT && errno != EOPNOTSUPP)
			return (-1);
		*singly = 1;
	}
	return (send_singly(fd, to, burst));
}

static int
send_singly(int fd, const struct address *to, const struct burst *burst)
{
	size_t left = burst->len;
	const uint8_t *at = burst->packets;

	while (left > 0) {
		size_t n = left < burst->size ? left : burst->size;

		if (sendto(fd, at, n, MSG_NOSIGNAL, &to->sa, to->len) == -1)
			return (-1);
		at += n;
		left -= n;
	}
	return (0);
}

#if HAVE_DECL_UDP_SEGMENT

static int
send_at_once(int fd, const struct address *to, const struct burst *burst)
{
	union {
		struct cmsghdr	 header;
		char		 room[CMSG_SPACE(sizeof(uint16_t))];
	} control;
	uint16_t size = (uint16_t)burst->size;
	struct iovec iov = { .iov_base = (void *)burst->packets,
	    .iov_len = burst->len };
	struct msghdr msg = { .msg_name = (void *)&to->storage,
	    .msg_namelen = to->len, .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control) };

	memset(&control, 0, sizeof(control));
	control.header.cmsg_level = IPPROTO_UDP;
	control.header.cmsg_type = UDP_SEGMENT;
	control.header.cmsg_len = CMSG_LEN(sizeof(size));
	memcpy(CMSG_DATA(&control.header), &size, sizeof(size));
	return (sendmsg(fd, &msg, MSG_NOSIGNAL) == -1 ? -1 : 0);
}

#else	/* The portable path: one by one. */

static int
send_at_once(int fd, const struct address *to, const struct burst *burst)
{
	(void)fd, (void)to, (void)burst;
	errno = ENOPROTOOPT;
	return (-1);
}

#endif
