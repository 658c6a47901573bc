/* sink.c - what DATA packets carry, as a file.
 * See also: tools/tftp/sink.h, tests/check_tftp_file.c */
#include "tools/tftp/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/write_all.h"

/* A block of text is decoded in the same buffer, behind what is gathered. */
#define BUF_SIZE	(SINK_SIZE + TFTP_BLKSIZE_MAX + 1)

static int flush(struct sink *);
static int put(struct sink *, const char *, size_t);

int
sink_begin(struct sink *sink)
{
	sink->buf = malloc(BUF_SIZE);
	return (sink->buf != NULL ? 0 : -1);
}

void
sink_end(struct sink *sink)
{
	free(sink->buf);
	sink->buf = NULL;
}

int
sink_write(struct sink *sink, const void *data, size_t len)
{
	size_t n = len;

	if (sink->used + len > SINK_SIZE && flush(sink) == -1)
		return (-1);
	if (sink->mode == TFTP_NETASCII)
		n = netascii_decode(&sink->text, data, len,
		    sink->buf + sink->used);
	else if (sink->used == 0 && len >= SINK_SIZE / 2) {
		sink->bytes += len;
		return (put(sink, data, len));
	} else
		memcpy(sink->buf + sink->used, data, len);
	sink->used += n;
	sink->bytes += n;
	return (0);
}

int
sink_complete(struct sink *sink)
{
	size_t n = netascii_decode_end(&sink->text, sink->buf + sink->used);

	sink->used += n;
	sink->bytes += n;
	if (flush(sink) == -1)
		return (-1);
	return (sink->publish != NULL ? sink->publish(sink->context) : 0);
}

static int
flush(struct sink *sink)
{
	size_t len = sink->used;

	sink->used = 0;
	return (put(sink, sink->buf, len));
}

static int
put(struct sink *sink, const char *buf, size_t len)
{
	if (sink->bytes_max != 0 && sink->bytes > sink->bytes_max) {
		errno = EFBIG;
		return (-1);
	}
	if (sink->room != NULL && sink->room(sink->context, len) == -1)
		return (-1);
	return (write_all(sink->fd, buf, len) == len ? 0 : -1);
}
