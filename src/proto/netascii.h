/* netascii.h - text as TFTP sends it: a line ends in CR LF, everywhere.
 * A newline of ours becomes CR LF, and a CR alone CR NUL, so that every CR is
 * the first of a pair.  A pair may fall into two blocks: what is left of it is
 * kept from one call to the next.
 * Ref: RFC 764 (the NVT), RFC 1350 1.
 * See also: tests/check_netascii.c, tests/fuzz/fuzz_netascii.c */
#ifndef PROTO_NETASCII_H
#define PROTO_NETASCII_H

#include <stddef.h>

/* Zeroed: the beginning of a text.  One direction each. */
struct netascii {
	int		 pending;	/* encoding: the second of a pair + 1;
					 * decoding: a CR has come */
};

/* A pair may give two bytes where one came in. */
#define NETASCII_GROWTH	2

/*
 * netascii_encode - our text to the wire's
 *   in, len     what comes next; len receives how much of it was taken
 *   out, size   where to write
 * Stops when the input is taken or out is full.  At the end of the text go on
 * with len 0 until it returns 0: half a pair may be left.
 * Returns how many bytes were written.
 * Blocks: no.   Threads: each text its own.
 */
size_t	netascii_encode(struct netascii *text, const char *in, size_t *len,
	    char *out, size_t size);

/*
 * netascii_decode - the wire's text to ours
 *   out   at least len + 1 bytes
 * CR LF is a newline, CR NUL a CR; a CR before any other byte, which nobody
 * should send, stays as it is.
 * Returns how many bytes were written.
 * Blocks: no.   Threads: each text its own.
 */
size_t	netascii_decode(struct netascii *text, const char *in, size_t len,
	    char *out);

/*
 * netascii_decode_end - the text ends here
 * Returns 1 with a CR in out, if one came last and alone, else 0.
 * Blocks: no.   Threads: each text its own.
 */
size_t	netascii_decode_end(struct netascii *text, char *out);

#endif
