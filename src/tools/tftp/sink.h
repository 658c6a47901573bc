/* sink.h - what DATA packets carry, as a file.
 * Small blocks are gathered before they are written.
 * See also: proto/netascii.h, tools/tftp/transfer.h, tests/check_tftp_file.c */
#ifndef TFTP_SINK_H
#define TFTP_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "proto/netascii.h"
#include "proto/tftp_packet.h"

#define SINK_SIZE	65536

struct sink {
	int		 fd;		/* the caller's */
	enum tftp_mode	 mode;
	uint64_t	 bytes_max;	/* of the file; 0: any */
	/* Before so many bytes more are written: is there room?  -1 with errno
	 * if not.  NULL: the file system knows. */
	int		(*room)(void *context, uint64_t more);
	/* All has come: give the file its name.  -1 with errno. */
	int		(*publish)(void *context);
	void		*context;
	/* since sink_begin: */
	uint64_t	 bytes;		/* of the file, so far */
	struct netascii	 text;
	char		*buf;		/* to be written */
	size_t		 used;
};

/*
 * sink_begin - make room for what is gathered
 * Returns 0, or -1: out of memory.
 * Blocks: no.   Threads: each transfer its own, for all below.
 */
int	sink_begin(struct sink *sink);

/* sink_end - free it; what was gathered is forgotten.  Takes a zeroed one. */
void	sink_end(struct sink *sink);

/*
 * sink_write - the next block of the file
 * Returns 0, or -1 with errno: EFBIG beyond bytes_max.
 * Blocks: for the disk.
 */
int	sink_write(struct sink *sink, const void *data, size_t len);

/*
 * sink_complete - that was the last one: write what is left, and publish
 * Returns 0, or -1 with errno.
 * Blocks: for the disk.
 */
int	sink_complete(struct sink *sink);

#endif
