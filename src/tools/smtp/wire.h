/* wire.h - one connection to a mail server: lines out, replies in.
 * Every line of either side goes to the transcript.
 * Ref: RFC 5321 2.3.7 (lines), 4.5.2 (dots), 4.5.3.2 (time limits).
 * See also: net/line.h, net/stream.h, proto/smtp_reply.h */
#ifndef SMTP_WIRE_H
#define SMTP_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "net/address.h"
#include "net/line.h"
#include "net/stream.h"
#include "proto/smtp_reply.h"
#include "tools/smtp/transcript.h"

#define WIRE_LINE_SIZE	4096		/* RFC 5321 4.5.3.1.5: 512 and more */

struct wire {
	struct stream	 stream;
	struct line_reader reader;
	char		 buf[WIRE_LINE_SIZE];
	char		 peer[ADDRESS_TEXT_SIZE];
	int64_t		 timeout_ms;	/* caps each limit; 0: no cap */
	const struct transcript *transcript;
};

/*
 * wire_open - connect to one address
 *   wire   timeout_ms and transcript set; the rest is set here
 * Returns 0, or -1 with cause.  wire_close in both cases.
 * Blocks: for half a minute at most.  Threads: a wire belongs to one.
 */
int	wire_open(struct wire *wire, const struct address *addr,
	    struct cause *cause);

/* wire_close - close it.  Takes one that is not open. */
void	wire_close(struct wire *wire);

/* wire_limit_ms - how long something may take that may take limit_s seconds, if
 * the user gives it so much. */
int64_t	wire_limit_ms(const struct wire *wire, int limit_s);

/*
 * wire_say - send one command
 *   line    without its end; less than WIRE_LINE_SIZE - 2 bytes
 *   shown   what the transcript has instead; NULL: the line
 * Returns 0, or -1 with cause.
 * Blocks: as long as the peer reads nothing.   Threads: the wire's.
 */
int	wire_say(struct wire *wire, const char *line, const char *shown,
	    struct cause *cause);

/*
 * wire_say_text - send a message, and the dot that ends it
 *   text, len   lines of at most 998 bytes and CRLF, the last one too
 * Returns 0, or -1 with cause.
 * Blocks: as wire_say.   Threads: the wire's.
 */
int	wire_say_text(struct wire *wire, const char *text, size_t len,
	    struct cause *cause);

/*
 * wire_hear - wait for a reply, of one line or several
 *   limit_s    for all of them
 *   features   receives what a reply to EHLO tells; NULL: it is to another
 * Returns 0, or -1 with cause: also if what came is no reply.
 * Blocks: until the limit at most.   Threads: the wire's.
 */
int	wire_hear(struct wire *wire, int limit_s, struct smtp_reply *reply,
	    struct smtp_features *features, struct cause *cause);

#endif
