/* path.c - how large a block goes through the network in one piece.
 * See also: tools/tftp/path.h */
#include "config.h"

#if HAVE_DECL_IP_MTU
#define _GNU_SOURCE
#endif
#include "tools/tftp/path.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"
#include "proto/tftp_packet.h"

#define ETHERNET	1500
#define IPV4_UDP	(20 + 8)
#define IPV6_UDP	(40 + 8)

static int path_mtu(const struct address *);

size_t
path_blksize(const struct address *addr)
{
	int mtu = path_mtu(addr);
	int blksize = mtu - TFTP_HEADER_SIZE -
	    (addr->sa.sa_family == AF_INET6 ? IPV6_UDP : IPV4_UDP);

	if (blksize < TFTP_BLKSIZE_DEFAULT)
		return (TFTP_BLKSIZE_DEFAULT);
	return (blksize < TFTP_BLKSIZE_MAX ? (size_t)blksize :
	    TFTP_BLKSIZE_MAX);
}

/* The kernel tells it of a connected socket; nothing is sent. */
static int
path_mtu(const struct address *addr)
{
	int mtu = ETHERNET;
#if HAVE_DECL_IP_MTU
	socklen_t len = sizeof(mtu);
	struct cause ignored;
	int fd = udp_dial(addr, &ignored);
	int failed;

	if (fd == -1)
		return (mtu);
	failed = addr->sa.sa_family == AF_INET6 ?
	    getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &len) :
	    getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len);
	close(fd);
	if (failed == -1)
		return (ETHERNET);
#else
	(void)addr;
#endif
	return (mtu);
}
