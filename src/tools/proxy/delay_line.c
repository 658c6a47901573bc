/* delay_line.c - bytes on their way through a long wire.
 * See also: tools/proxy/delay_line.h, tests/check_proxy.c */
#include "tools/proxy/delay_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct delay_line *
delay_line_new(void)
{
	struct delay_line *line = calloc(1, sizeof(*line));

	if (line == NULL || (line->bytes = malloc(DELAY_LINE_SIZE)) == NULL) {
		free(line);
		return (NULL);
	}
	return (line);
}

void
delay_line_free(struct delay_line *line)
{
	if (line == NULL)
		return;
	free(line->bytes);
	free(line);
}

int
delay_line_put(struct delay_line *line, const void *bytes, size_t len,
    int64_t due)
{
	size_t end = (line->begin + line->len) % DELAY_LINE_SIZE;
	size_t whole = DELAY_LINE_SIZE - end < len ? DELAY_LINE_SIZE - end :
	    len;
	struct delay_piece *piece, *last;

	if (len > DELAY_LINE_SIZE - line->len || line->count == DELAY_PIECES)
		return (-1);
	memcpy(line->bytes + end, bytes, whole);
	memcpy(line->bytes, (const char *)bytes + whole, len - whole);
	line->len += len;
	last = &line->pieces[(line->first + line->count + DELAY_PIECES - 1) %
	    DELAY_PIECES];
	piece = &line->pieces[(line->first + line->count) % DELAY_PIECES];
	*piece = (struct delay_piece){ due, len };
	if (line->count > 0 && last->due > due)
		piece->due = last->due;
	line->count++;
	return (0);
}

int64_t
delay_line_due(const struct delay_line *line)
{
	return (line->count > 0 ? line->pieces[line->first].due : CLOCK_NEVER);
}

size_t
delay_line_take(struct delay_line *line, void *buf, size_t size)
{
	struct delay_piece *piece = &line->pieces[line->first];
	size_t whole, len;

	if (line->count == 0)
		return (0);
	len = piece->len < size ? piece->len : size;
	whole = DELAY_LINE_SIZE - line->begin < len ?
	    DELAY_LINE_SIZE - line->begin : len;
	memcpy(buf, line->bytes + line->begin, whole);
	memcpy((char *)buf + whole, line->bytes, len - whole);
	line->begin = (line->begin + len) % DELAY_LINE_SIZE;
	line->len -= len;
	piece->len -= len;
	if (piece->len == 0) {
		line->first = (line->first + 1) % DELAY_PIECES;
		line->count--;
	}
	return (len);
}
