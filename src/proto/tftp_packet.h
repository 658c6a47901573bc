/* tftp_packet.h - the six packets of TFTP.
 *	RRQ, WRQ   2 bytes opcode, name, 0, mode, 0, { option, 0, value, 0 }
 *	DATA       opcode, 2 bytes block, at most blksize bytes
 *	ACK        opcode, block
 *	ERROR      opcode, 2 bytes code, text, 0
 *	OACK       opcode, { option, 0, value, 0 }
 * A packet is parsed in place: names and data point into the caller's buffer.
 * Whatever it holds, no byte beyond its length is looked at.
 * Ref: RFC 1350 5, RFC 2347 (options), 2348 (blksize), 2349 (timeout, tsize),
 * 7440 (windowsize).
 * See also: proto/tftp_options.h, tests/check_tftp_packet.c,
 * tests/fuzz/fuzz_tftp_packet.c */
#ifndef PROTO_TFTP_PACKET_H
#define PROTO_TFTP_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define TFTP_BLKSIZE_MIN	8
#define TFTP_BLKSIZE_DEFAULT	512
#define TFTP_BLKSIZE_MAX	65464
#define TFTP_WINDOW_MAX		32768	/* RFC 7440 says 65535; but in half of
					 * the numbers old and new ones cannot
					 * be taken for each other */
#define TFTP_TIMEOUT_MAX	255	/* seconds */
#define TFTP_HEADER_SIZE	4	/* of DATA, before the data */
#define TFTP_ACK_SIZE		4
#define TFTP_REQUEST_MAX	512	/* that we build: RFC 2347 */
#define TFTP_TEXT_SIZE		700	/* of tftp_packet_text */

enum tftp_opcode {
	TFTP_RRQ = 1,
	TFTP_WRQ = 2,
	TFTP_DATA = 3,
	TFTP_ACK = 4,
	TFTP_ERROR = 5,
	TFTP_OACK = 6
};

/* RFC 1350, Appendix; 8 is of RFC 2347. */
enum tftp_code {
	TFTP_SEE_TEXT = 0,
	TFTP_NOT_FOUND = 1,
	TFTP_ACCESS_VIOLATION = 2,
	TFTP_DISK_FULL = 3,
	TFTP_ILLEGAL_OPERATION = 4,
	TFTP_UNKNOWN_TRANSFER = 5,
	TFTP_FILE_EXISTS = 6,
	TFTP_NO_SUCH_USER = 7,
	TFTP_BAD_OPTIONS = 8
};

enum tftp_mode {
	TFTP_OCTET,
	TFTP_NETASCII,
	TFTP_MODE_UNKNOWN		/* mail, too: nobody has it any more */
};

/* Each is a row of the codec's table of options. */
enum tftp_option {
	TFTP_BLKSIZE,
	TFTP_TIMEOUT,
	TFTP_TSIZE,
	TFTP_WINDOWSIZE,
	TFTP_OPTIONS			/* how many there are */
};

/* The options of one packet, as they stand there: any number. */
struct tftp_options {
	int		 given[TFTP_OPTIONS];
	uint64_t	 values[TFTP_OPTIONS];
	int		 unreadable;	/* a value of ours was no number */
	int		 unknown;	/* there was one that we do not know */
};

struct tftp_packet {
	enum tftp_opcode opcode;
	const char	*name;		/* RRQ, WRQ: ends with NUL, in buf */
	enum tftp_mode	 mode;
	struct tftp_options options;	/* RRQ, WRQ, OACK */
	uint16_t	 block;		/* DATA, ACK */
	const uint8_t	*data;		/* DATA; ERROR: its text, no NUL */
	size_t		 data_len;
	int		 code;		/* ERROR: any of 0 to 65535 */
};

enum tftp_verdict {
	TFTP_GOOD,
	TFTP_SHORT,			/* under 4 bytes: no packet at all */
	TFTP_MALFORMED			/* opcode is set, and nothing else */
};

/*
 * tftp_packet_parse - read a datagram
 *   buf, len   any bytes; the packet points into it
 * Malformed are: an opcode that is none, a name or mode that does not end or is
 * empty, an option without its value.  Options that we do not know are left
 * out, and told by options.unknown; of one given twice the first counts.
 * Blocks: no.   Threads: safe.
 */
enum tftp_verdict tftp_packet_parse(const void *buf, size_t len,
	    struct tftp_packet *packet);

/*
 * tftp_build_request, _oack, _error - write a packet
 *   buf, size   where to; never a byte beyond
 *   text        NULL: the RFC's words for the code; cut to fit
 * Returns its length, or 0 if it does not fit.
 * Blocks: no.   Threads: safe.
 */
size_t	tftp_build_request(void *buf, size_t size,
	    const struct tftp_packet *request);
size_t	tftp_build_oack(void *buf, size_t size,
	    const struct tftp_options *options);
size_t	tftp_build_error(void *buf, size_t size, enum tftp_code code,
	    const char *text);

/*
 * tftp_build_header - the 4 bytes of an ACK, or those that begin DATA
 *   block   its last 16 bits are sent
 * Blocks: no.   Threads: safe.
 */
void	tftp_build_header(uint8_t header[TFTP_HEADER_SIZE],
	    enum tftp_opcode opcode, uint64_t block);

/*
 * tftp_mode_name, tftp_code_text - as they are on the wire
 *   code   any number; unknown ones have the words of 0
 * Blocks: no.   Threads: safe.
 */
const char *tftp_mode_name(enum tftp_mode mode);
const char *tftp_code_text(int code);

/*
 * tftp_packet_text - a packet as the classic client traces it,
 *	"DATA <block=1, 512 bytes>"
 * with a peer's bytes made safe.  Never translated: these are the RFC's words.
 *   text, size   where to write; TFTP_TEXT_SIZE is enough
 * Returns text.
 * Blocks: no.   Threads: safe.
 */
const char *tftp_packet_text(const void *buf, size_t len, char *text,
	    size_t size);

/*
 * tftp_options_text - " blksize=1428 windowsize=16", or ""
 * Returns the length written, as snprintf counts.
 * Blocks: no.   Threads: safe.
 */
size_t	tftp_options_text(const struct tftp_options *options, char *text,
	    size_t size);

#endif
