/* source.c - a file as the DATA packets that carry it.
 * See also: tools/tftp/source.h, tests/check_tftp_file.c */
#include "tools/tftp/source.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#define UNREAD_SIZE	16384

static int go_back(struct source *, uint64_t);
static int make_chunk(struct source *);
static ssize_t make_octets(struct source *, uint8_t *);
static ssize_t make_text(struct source *, uint8_t *);
static ssize_t text_block(struct source *, char *);

static size_t
slot_size(const struct source *source)
{
	return (TFTP_HEADER_SIZE + source->blksize);
}

int
source_begin(struct source *source, size_t blksize, size_t window)
{
	source->blksize = blksize;
	source->chunk = BURST_BYTES / slot_size(source);
	if (source->chunk > BURST_DATAGRAMS)
		source->chunk = BURST_DATAGRAMS;
	if (source->chunk < 1)
		source->chunk = 1;
	source->is_ring = source->mode == TFTP_NETASCII ||
	    lseek(source->fd, 0, SEEK_CUR) == -1;
	source->oldest = 1;
	source->slots = source->chunk;
	/* A window and what is read ahead, in whole chunks. */
	if (source->is_ring)
		source->slots *= (window + 2 * source->chunk - 1) /
		    source->chunk;
	source->memory = malloc(source->slots * slot_size(source));
	source->unread = source->mode == TFTP_NETASCII ?
	    malloc(UNREAD_SIZE) : NULL;
	if (source->memory == NULL || (source->mode == TFTP_NETASCII &&
	    source->unread == NULL)) {
		source_end(source);
		return (-1);
	}
	return (0);
}

void
source_end(struct source *source)
{
	free(source->memory);
	free(source->unread);
	source->memory = NULL;
	source->unread = NULL;
}

int
source_packets(struct source *source, uint64_t first, size_t want,
    struct burst *burst)
{
	uint64_t ready;
	size_t at;

	if (!source->is_ring && first < source->oldest &&
	    go_back(source, first) == -1)
		return (-1);
	if (first > source->made && make_chunk(source) == -1)
		return (-1);
	at = (size_t)((first - source->oldest) % source->slots);
	ready = source->made - first + 1;
	if (want > ready)
		want = (size_t)ready;
	if (want > source->slots - at)
		want = source->slots - at;
	if (want > source->chunk)
		want = source->chunk;
	burst->packets = source->memory + at * slot_size(source);
	burst->size = slot_size(source);
	burst->len = want * burst->size;
	if (first + want - 1 == source->last)
		burst->len -= source->blksize - source->last_len;
	return ((int)want);
}

int
source_read_ahead(struct source *source, uint64_t next)
{
	if (source->is_ring || source->last != 0 || next <= source->made)
		return (0);
	return (make_chunk(source));
}

/* The next packet that is made will be this one again. */
static int
go_back(struct source *source, uint64_t first)
{
	if (lseek(source->fd, (off_t)((first - 1) * source->blksize),
	    SEEK_SET) == -1)
		return (-1);
	source->made = first - 1;
	source->last = 0;
	return (0);
}

/* In a ring the window's blocks stay: it has a chunk more.  The file ends with
 * the first block that is not full, be it empty. */
static int
make_chunk(struct source *source)
{
	uint8_t *slots = source->memory + (source->is_ring ?
	    source->made % source->slots * slot_size(source) : 0);
	ssize_t n = source->mode == TFTP_NETASCII ?
	    make_text(source, slots) : make_octets(source, slots);
	size_t full;

	if (n == -1)
		return (-1);
	if (!source->is_ring)
		source->oldest = source->made + 1;
	full = (size_t)n / source->blksize;
	if (full < source->chunk) {
		source->last = source->made + full + 1;
		source->last_len = (size_t)n % source->blksize;
		full++;
	}
	for (size_t i = 0; i < full; i++)
		tftp_build_header(slots + i * slot_size(source), TFTP_DATA,
		    ++source->made);
	return (0);
}

/* Straight from the file to its place behind each header.  A read may give
 * less than is there: only 0 is the end. */
static ssize_t
make_octets(struct source *source, uint8_t *slots)
{
	size_t want = source->chunk * source->blksize, done = 0;

	while (done < want) {
		struct iovec iov[BURST_DATAGRAMS];
		size_t skip = done % source->blksize;
		int len = 0;
		ssize_t n;

		for (size_t i = done / source->blksize; i < source->chunk;
		    i++) {
			iov[len].iov_base = slots + i * slot_size(source) +
			    TFTP_HEADER_SIZE + skip;
			iov[len++].iov_len = source->blksize - skip;
			skip = 0;
		}
		n = readv(source->fd, iov, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	if (source->bytes < source->made * source->blksize + done)
		source->bytes = source->made * source->blksize + done;
	return ((ssize_t)done);
}

static ssize_t
make_text(struct source *source, uint8_t *slots)
{
	size_t done = 0;

	for (size_t i = 0; i < source->chunk; i++) {
		ssize_t n = text_block(source, (char *)slots +
		    i * slot_size(source) + TFTP_HEADER_SIZE);

		if (n == -1)
			return (-1);
		done += (size_t)n;
		if ((size_t)n < source->blksize)
			break;
	}
	return ((ssize_t)done);
}

static ssize_t
text_block(struct source *source, char *block)
{
	size_t done = 0;

	for (;;) {
		size_t len = source->unread_len - source->unread_at;
		ssize_t n;

		done += netascii_encode(&source->text,
		    source->unread + source->unread_at, &len, block + done,
		    source->blksize - done);
		source->unread_at += len;
		if (done == source->blksize)
			return ((ssize_t)done);
		do
			n = read(source->fd, source->unread, UNREAD_SIZE);
		while (n == -1 && errno == EINTR);
		if (n <= 0)
			return (n == 0 ? (ssize_t)done : -1);
		source->unread_at = 0;
		source->unread_len = (size_t)n;
		source->bytes += (uint64_t)n;
	}
}
