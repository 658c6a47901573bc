/* path.h - how large a block goes through the network in one piece.
 * See also: tools/tftp/client.h */
#ifndef TFTP_PATH_H
#define TFTP_PATH_H

#include <stddef.h>

#include "net/address.h"

/*
 * path_blksize - the largest block whose packet need not be cut on the way to
 * an address, as far as this machine knows
 * One that is cut in pieces is lost if any of them is.
 * Returns TFTP_BLKSIZE_DEFAULT to _MAX; what Ethernet takes if it is not
 * known.
 * Blocks: no.   Threads: safe.   Ref: ip(7), ipv6(7).
 */
size_t	path_blksize(const struct address *addr);

#endif
