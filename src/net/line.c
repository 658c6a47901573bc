/* line.c - lines out of a stream of bytes.
 * See also: net/line.h, tests/check_line.c */
#include "net/line.h"

#include <string.h>

void
line_reader_init(struct line_reader *reader, char *buf, size_t size)
{
	*reader = (struct line_reader){ .buf = buf, .size = size };
}

enum line_result
line_reader_next(struct line_reader *reader, const char **line, size_t *len)
{
	for (;;) {
		char *from = reader->buf + reader->begin;
		size_t have = reader->end - reader->begin;
		char *newline = memchr(from + reader->searched, '\n',
		    have - reader->searched);

		if (newline == NULL)
			break;
		*line = from;
		*len = (size_t)(newline - from);
		reader->begin += *len + 1;
		reader->searched = 0;
		if (reader->skipping) {
			/* The end of the line that was too long. */
			reader->skipping = 0;
			continue;
		}
		if (*len > 0 && from[*len - 1] == '\r')
			(*len)--;
		return (LINE_READY);
	}
	reader->searched = reader->end - reader->begin;
	if (reader->searched < reader->size)
		return (LINE_NONE);
	/* Full, and no newline: forget the bytes, say so once. */
	reader->begin = reader->end = reader->searched = 0;
	if (reader->skipping)
		return (LINE_NONE);
	reader->skipping = 1;
	return (LINE_TOO_LONG);
}

enum line_result
line_reader_rest(struct line_reader *reader, const char **line, size_t *len)
{
	*line = reader->buf + reader->begin;
	*len = reader->end - reader->begin;
	reader->begin = reader->end = reader->searched = 0;
	return (*len > 0 && !reader->skipping ? LINE_READY : LINE_NONE);
}

char *
line_reader_space(struct line_reader *reader, size_t *size)
{
	/* Lines given out leave a gap at the front: move what follows. */
	if (reader->begin > 0) {
		memmove(reader->buf, reader->buf + reader->begin,
		    reader->end - reader->begin);
		reader->end -= reader->begin;
		reader->begin = 0;
	}
	*size = reader->size - reader->end;
	return (reader->buf + reader->end);
}

void
line_reader_filled(struct line_reader *reader, size_t n)
{
	reader->end += n;
}

size_t
line_reader_pending(const struct line_reader *reader)
{
	return (reader->end - reader->begin);
}
