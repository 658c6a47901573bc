/* payload.h - the bytes that a call moves, shown if they were asked for.
 * Secrets are not shown: of lines that begin with PASS or AUTH (in any case) or
 * hold "password" the rest is masked, also if the line comes in pieces, and the
 * two lines after AUTH, which answer the server's questions, too.
 * See also: explain/call.h */
#ifndef EXPLAIN_PAYLOAD_H
#define EXPLAIN_PAYLOAD_H

#include "explain/call.h"

/*
 * payload_add - add the first bytes, quoted: "PASS ****\r\n"...
 *   call   its data, bytes and direction
 * Every byte is looked at, so that the next call knows where its line stands.
 * Blocks: no.   Threads: safe.   Signal handlers: safe.
 */
void	payload_add(struct words *words, const struct call *call);

#endif
