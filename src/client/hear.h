/* hear.h - what a server says, line by line.
 * See also: net/line.h, tools/ftp/wire.h, tools/smtp/wire.h */
#ifndef CLIENT_HEAR_H
#define CLIENT_HEAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "client/interrupt.h"
#include "net/line.h"
#include "net/stream.h"

/* Whose lines, and how. */
struct hearing {
	struct stream	*stream;
	struct line_reader *reader;
	struct interrupt *interrupt;	/* ends a wait; NULL: nothing does */
	const char	*name;		/* its address, for causes */
};

/*
 * hear_line - wait for the next line
 *   deadline    of base/clock.h
 *   line, len   receive it, without its end; good until the next call
 * Returns 0, or -1 with cause: also if the server hung up, or sent more than
 * the reader holds.
 * Blocks: until the deadline at most.   Threads: the stream's receiver.
 */
int	hear_line(const struct hearing *server, int64_t deadline,
	    const char **line, size_t *len, struct cause *cause);

/*
 * hear_has_more - has the server said more than was taken?
 * What came in the clear must not be taken for what is said under TLS.
 * Ref: RFC 3207 6; RFC 4217 10.1.
 */
int	hear_has_more(const struct line_reader *reader);

#endif
