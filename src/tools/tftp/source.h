/* source.h - a file as the DATA packets that carry it.
 * Some are made at once: the file is read ahead by some tens of kilobytes, in
 * one system call.  What was lost is read from the file once more, so a window
 * costs no memory.  Text cannot be found again like that (a block begins
 * anywhere in it), nor can a pipe be read twice: there a ring keeps the packets
 * that are on their way.
 * See also: proto/netascii.h, tools/tftp/transfer.h,
 * tests/check_tftp_file.c */
#ifndef TFTP_SOURCE_H
#define TFTP_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/netascii.h"
#include "proto/tftp_packet.h"
#include "tools/tftp/burst.h"

struct source {
	int		 fd;		/* the caller's */
	enum tftp_mode	 mode;
	uint64_t	 bytes;		/* of the file, so far */
	/* since source_begin: */
	size_t		 blksize;
	size_t		 slots, chunk;	/* packets in memory; made at once */
	uint8_t		*memory;
	int		 is_ring;
	uint64_t	 oldest;	/* packet in memory, if it is no ring */
	uint64_t	 made;		/* the newest one */
	uint64_t	 last;		/* of the file; 0: not yet reached */
	size_t		 last_len;	/* bytes of data in it */
	struct netascii	 text;
	char		*unread;	/* of the file, before netascii */
	size_t		 unread_at, unread_len;
};

/*
 * source_begin - make room for packets; the file is where it begins
 * Returns 0, or -1: out of memory.
 * Blocks: no.   Threads: each transfer its own, for all below.
 */
int	source_begin(struct source *source, size_t blksize, size_t window);

/* source_end - free it.  Takes a zeroed one. */
void	source_end(struct source *source);

/*
 * source_packets - packets that stand one behind the other in memory
 *   first   a block of the present window, or the next one
 *   want    at most so many
 *   burst   receives them: at least one, good until the window has moved
 *           beyond
 * The end of the file is known once source->last is set: no more are made.
 * Returns how many, or -1 with errno of read or lseek.
 * Blocks: for the disk.
 */
int	source_packets(struct source *source, uint64_t first, size_t want,
	    struct burst *burst);

/*
 * source_read_ahead - the peer is busy with what was sent: read on, if that was
 * all that is in memory
 *   next   the block to send next
 * Returns 0, or -1 with errno of read.
 * Blocks: for the disk.
 */
int	source_read_ahead(struct source *source, uint64_t next);

#endif
