/* moved.h - a call that moves bytes: what was asked for, what became of it.
 * See also: explain/wrap_receive.c, explain/wrap_send.c */
#ifndef EXPLAIN_MOVED_H
#define EXPLAIN_MOVED_H

#include "explain/call.h"

struct mmsghdr;

/*
 * moved_ask - before the call
 *   data, count   where the bytes are or go to
 *   flags         MSG_...
 */
void	moved_ask(struct call *call, const struct iovec *data, size_t count,
	    int flags);

/* moved - after call_result: count the bytes, show them if that is wanted */
void	moved(struct call *call);

/* moved_ask_many, moved_many - the same for sendmmsg and recvmmsg */
void	moved_ask_many(struct call *call, unsigned count, int flags);
void	moved_many(struct call *call, const struct mmsghdr *messages);

#endif
