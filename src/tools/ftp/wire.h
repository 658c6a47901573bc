/* wire.h - the control connection: commands out, replies in.
 * Under -v each line is shown, but for a password.
 * Ref: RFC 959 4, 5.3, 5.4.   See also: proto/ftp_command.h,
 * proto/ftp_reply.h, tests/system/ftp_hostile.py */
#ifndef FTP_WIRE_H
#define FTP_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "client/interrupt.h"
#include "net/address.h"
#include "net/line.h"
#include "net/stream.h"
#include "proto/ftp_reply.h"

/* What was answered.  The text is all its lines without their codes, each with
 * a newline; the last one stands again at last. */
struct answer {
	int		 code;
	char		*text;		/* a string; NULL: none yet */
	size_t		 len, size;
	const char	*last;		/* a string, without its newline */
};

struct wire {
	struct stream	 stream;
	struct line_reader reader;
	char		*buf;
	struct address	 peer;
	char		 peer_text[ADDRESS_TEXT_SIZE];
	int64_t		 timeout_ms;
	struct interrupt *interrupt;
	struct answer	 answer;	/* the last one */
};

/*
 * wire_init - over a connection that is there
 *   wire   stream, peer, timeout_ms and interrupt set; the rest is set here
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: a wire belongs to one.
 */
int	wire_init(struct wire *wire, struct cause *cause);

/* wire_close - close it.  Takes one that is not open, of fd -1. */
void	wire_close(struct wire *wire);

/*
 * wire_say - send one command
 *   argument   any bytes; NULL: none
 * Returns 0, or -1 with cause: EINVAL if the argument cannot be sent, because
 * it has CR or LF in it or is too long.
 * Blocks: as long as the peer reads nothing, the timeout at most.
 */
int	wire_say(struct wire *wire, const char *verb, const char *argument,
	    struct cause *cause);

/*
 * wire_hear - wait for a reply, and keep it in wire->answer
 * Returns its code, or -1 with cause: also if what came is no reply, and EINTR
 * after a signal.
 * Blocks: until the timeout at most.
 */
int	wire_hear(struct wire *wire, struct cause *cause);

#endif
