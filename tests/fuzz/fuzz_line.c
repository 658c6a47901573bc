/* fuzz_line.c - any bytes, in any pieces, give the lines that they hold.
 * The first byte is the size of the pieces, the second that of the buffer;
 * the rest is the stream.
 * See also: net/line.h, tests/check_line.c */
#include "net/line.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* What must come next, told from the whole stream. */
struct expected {
	const char	*at, *end;
	size_t		 size;		/* of the reader's buffer */
};

static void
expect_line(struct expected *expected, enum line_result result,
    const char *line, size_t len)
{
	const char *newline = memchr(expected->at, '\n',
	    (size_t)(expected->end - expected->at));
	size_t full = newline != NULL ? (size_t)(newline - expected->at) :
	    (size_t)(expected->end - expected->at);

	if (result == LINE_TOO_LONG) {
		assert(full >= expected->size);
	} else {
		assert(newline != NULL && full < expected->size);
		assert(len == full || (len + 1 == full &&
		    newline[-1] == '\r'));
		assert(memcmp(line, expected->at, len) == 0);
	}
	expected->at = newline != NULL ? newline + 1 : expected->end;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader reader;
	struct expected expected;
	size_t piece, buf_size, len, room;
	const char *line;
	char *buf;

	if (size < 2)
		return (0);
	piece = 1 + data[0];
	buf_size = 2 + data[1];
	buf = malloc(buf_size);		/* exactly: a byte beyond is found */
	assert(buf != NULL);
	line_reader_init(&reader, buf, buf_size);
	expected = (struct expected){ (const char *)data + 2,
	    (const char *)data + size, buf_size };
	for (const char *in = expected.at; ; ) {
		size_t left = (size_t)(expected.end - in);
		size_t n = left < piece ? left : piece;
		enum line_result result;
		char *space;

		while ((result = line_reader_next(&reader, &line, &len)) !=
		    LINE_NONE)
			expect_line(&expected, result, line, len);
		space = line_reader_space(&reader, &room);
		assert(room >= 1);
		if (left == 0)
			break;
		n = n < room ? n : room;
		memcpy(space, in, n);
		line_reader_filled(&reader, n);
		in += n;
	}
	if (line_reader_rest(&reader, &line, &len) == LINE_READY)
		assert(len == (size_t)(expected.end - expected.at) &&
		    memcmp(line, expected.at, len) == 0);
	free(buf);
	return (0);
}
