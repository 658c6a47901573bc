/* splice.h - a relay whose bytes stay in the kernel, where it has splice(2).
 * recv copies each byte to us and send copies it back.  splice moves pages from
 * a socket to a pipe and from there to a socket, and nobody copies.  The pipe
 * costs two descriptors and a few system calls, and a user has only so many
 * pages of pipes (pipe(7)): so a direction takes one only after a block that
 * was full, when bytes stream, and gives it back when they no longer do.
 * Where there is no splice, or no pipe, or TLS, it is relay_plain.
 * Ref: splice(2), pipe(7).
 * See also: net/splice_pipe.h, net/relay.h, tests/check_relay.c */
#ifndef NET_SPLICE_H
#define NET_SPLICE_H

#include "net/relay.h"

/* For relay_direction.link. */
extern const struct relay_link relay_by_splice;

#endif
