/* tftp_options.h - what server and client agree on before the first block.
 * The client asks, the server grants the same or less, and says so in an OACK;
 * what it leaves out, or a server of before 1995, means the old way: blocks of
 * 512 bytes, one at a time.
 * Ref: RFC 2347, 2348, 2349, 7440.
 * See also: proto/tftp_packet.h, tests/check_tftp_options.c */
#ifndef PROTO_TFTP_OPTIONS_H
#define PROTO_TFTP_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "proto/tftp_packet.h"

/* How a transfer is made, whoever has agreed on it. */
struct tftp_terms {
	size_t		 blksize;
	size_t		 window;	/* blocks */
	int		 timeout_s;	/* 0: measured (RFC 1123) */
	int		 tsize_known;
	uint64_t	 tsize;		/* if so: bytes of the file */
};

#define TFTP_TERMS_DEFAULT	{ .blksize = TFTP_BLKSIZE_DEFAULT, .window = 1 }

/*
 * tftp_options_grant - the server's answer to what a request asks for
 *   asked     any numbers: too large ones are lowered, those below the least
 *             are left out, and so is a timeout that is not 1 to 255 (the
 *             server may not change it)
 *   granted   receives the OACK; none given: send none.  It has tsize if that
 *             was asked for, with the client's number: a reader puts the
 *             file's there, or takes it out
 *   terms     receive the same
 * Blocks: no.   Threads: safe.
 */
void	tftp_options_grant(const struct tftp_options *asked,
	    struct tftp_options *granted, struct tftp_terms *terms);

/*
 * tftp_options_lower_window - as many blocks as some memory holds, at least one
 *   bytes   for the window
 *   each    what a block costs
 * Lowers both.  A window that was not granted is 1 already.
 * Blocks: no.   Threads: safe.
 */
void	tftp_options_lower_window(struct tftp_options *granted,
	    struct tftp_terms *terms, size_t bytes, size_t each);

/*
 * tftp_options_accept - does a server's OACK answer what was asked?
 *   terms   receive it
 * Returns 0; -1 if it has an option that was not asked for, known or not, one
 * that is no number or below the least, a block size or window that was raised,
 * a timeout that was changed: then the client refuses by ERROR 8.
 * Blocks: no.   Threads: safe.   Ref: RFC 2347, 2348, 7440.
 */
int	tftp_options_accept(const struct tftp_options *asked,
	    const struct tftp_options *answer, struct tftp_terms *terms);

#endif
