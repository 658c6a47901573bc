/* transfer.h - one file from here to there, over a network that loses packets.
 * The server and the client are alike here: one of them has the file and sends
 * (transfer_send), the other one takes it (transfer_receive).  What is sent
 * when is told by tools/tftp/sender.h and receiver.h, which know no socket;
 * here are the socket, the file and the clock.
 *
 *	client	transfer_ask(&t, &request)	RRQ or WRQ until it is answered
 *	server	transfer_greet(&t, oack, len)	what a client's request is
 *						answered by, if not by DATA
 *	both	transfer_send or transfer_receive
 *	server	transfer_dally(&t)		in case the last ACK is lost
 *
 * A server sends one datagram and no more until the client has answered: the
 * request's source may be forged.  If that datagram is lost the client asks
 * again, and transfer_remind answers.
 * Ref: RFC 1350, RFC 1123 4.2, RFC 2347, RFC 7440.
 * See also: tools/tftp/wire.h, tests/system/tftp.py */
#ifndef TFTP_TRANSFER_H
#define TFTP_TRANSFER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/tftp_options.h"
#include "proto/tftp_packet.h"
#include "tools/tftp/receiver.h"
#include "tools/tftp/sender.h"
#include "tools/tftp/sink.h"
#include "tools/tftp/source.h"
#include "tools/tftp/wire.h"

#define TRANSFER_TEXT_SIZE	256
#define TRANSFER_FIRST_SIZE	(TFTP_HEADER_SIZE + TFTP_BLKSIZE_DEFAULT)

enum transfer_end {
	TRANSFER_RUNNING,
	TRANSFER_DONE,
	TRANSFER_REFUSED,		/* the peer sent ERROR: code, text */
	TRANSFER_ABORTED,		/* we sent it: the same */
	TRANSFER_SILENT,		/* nobody answers any more */
	TRANSFER_STOPPED,		/* the program wanted so */
	TRANSFER_BROKEN			/* the socket: error is its errno */
};

struct transfer {
	struct wire	 wire;
	struct tftp_terms terms;
	int		 serves;	/* a server's: see above */
	int64_t		 patience_us;	/* of the peer's silence; 0: six tries
					 * are enough */

	/* How it went. */
	enum transfer_end end;
	int		 error;
	int		 code;
	char		 text[TRANSFER_TEXT_SIZE]; /* the peer's is made safe */
	uint64_t	 bytes;		/* of the file */
	uint64_t	 resent;	/* blocks sent again, or in vain */
	int64_t		 begun_us, done_us;

	/* Only transfer.c looks at these. */
	struct timer	 timer;
	struct sender	 sender;
	struct receiver	 receiver;
	int64_t		 until_us;	/* then the timer fires */
	int64_t		 heard_us;	/* the peer's last packet */
	uint8_t		*packet;	/* that came */
	size_t		 packet_size, packet_len;
	int		 held;		/* it is to be looked at again */

	/* Other threads look at these. */
	atomic_int	 heard;		/* the peer has answered */
	atomic_int	 reminded;	/* the first packet was sent twice */
	atomic_int	 finished;	/* the file is where it shall be */
	atomic_int	 first_ready;	/* the two below are set for good */
	uint8_t		 first[TRANSFER_FIRST_SIZE];
	size_t		 first_len;
};

/*
 * transfer_init - a transfer with a peer, and the old terms
 *   wire   its fd stays the caller's
 * Returns 0, or -1 with errno.
 * Blocks: no.   Threads: a transfer belongs to one, for all below but
 * transfer_remind and the atomic members.
 */
int	transfer_init(struct transfer *transfer, const struct wire *wire);

/* transfer_fini - free its memory.  Takes a zeroed one. */
void	transfer_fini(struct transfer *transfer);

/*
 * transfer_ask - a client's request, until the server answers
 *   request   with the options that are asked for
 * The terms become what the server has granted.
 * Returns 0: go on with transfer_send or _receive; -1: end is set.
 * Blocks: for the timer's six tries.
 */
int	transfer_ask(struct transfer *transfer,
	    const struct tftp_packet *request);

/*
 * transfer_greet - a server's answer to a request: OACK, or to WRQ ACK 0
 *   packet, len   at most TRANSFER_FIRST_SIZE
 * An OACK to RRQ is acknowledged first: waits for that.
 * Returns 0, or -1: end is set.
 * Blocks: for as long as the client may ask again.
 */
int	transfer_greet(struct transfer *transfer, const void *packet,
	    size_t len, enum tftp_opcode request);

/*
 * transfer_remind - the client has asked once more: the first packet again, if
 * it has not heard that
 * Blocks: no.   Threads: safe, while fd is open.
 */
void	transfer_remind(struct transfer *transfer);

/*
 * transfer_send, transfer_receive - the file
 *   source, sink   begun here and ended here
 * end says how it went.
 * Blocks: until then.
 */
void	transfer_send(struct transfer *transfer, struct source *source);
void	transfer_receive(struct transfer *transfer, struct sink *sink);

/*
 * transfer_dally - after transfer_receive: acknowledge the last block again if
 * it comes again, for the last ACK may be lost
 *   wait_us   how long; 0: some round trips
 * Blocks: until then.   Ref: RFC 1350 6.
 */
void	transfer_dally(struct transfer *transfer, int64_t wait_us);

/*
 * transfer_abort - tell the peer by ERROR that it is over
 *   text   NULL: the RFC's words
 * end becomes TRANSFER_ABORTED, unless it ended before.
 * Blocks: no.
 */
void	transfer_abort(struct transfer *transfer, enum tftp_code code,
	    const char *text);

/*
 * transfer_code - which of the RFC's errors an errno is
 * Blocks: no.   Threads: safe.
 */
enum tftp_code transfer_code(int error);

#endif
