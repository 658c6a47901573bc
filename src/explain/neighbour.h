/* neighbour.h - who has the port that bind was refused.
 * See also: proc(5), explain/wrap_socket.c */
#ifndef EXPLAIN_NEIGHBOUR_H
#define EXPLAIN_NEIGHBOUR_H

#include "explain/place.h"

/*
 * neighbour_find - look for the TCP sockets of this machine on a port
 * Returns FOUND_LISTENER, FOUND_TIME_WAIT or 0 (explain/call.h).
 * Blocks: for the kernel's table.   Threads: safe.   Signal handlers: safe.
 */
int	neighbour_find(const struct place *place);

#endif
