/* readable.c - a stream of bytes made safe for a terminal.
 * See also: client/readable.h */
#include "client/readable.h"

#include <string.h>

#include "base/text.h"

#define SLICE		4096

static size_t drop_returns(char *, size_t);
static int put(struct save *, char *, size_t, struct cause *);
static size_t unfinished(const char *, size_t);

int
readable_write(struct readable *readable, struct save *to, const char *bytes,
    size_t len, struct cause *cause)
{
	char slice[SLICE + READABLE_HELD];

	while (len > 0) {
		size_t n = len < SLICE ? len : SLICE, whole;

		memcpy(slice, readable->held, readable->len);
		memcpy(slice + readable->len, bytes, n);
		bytes += n;
		len -= n;
		n += readable->len;
		readable->len = unfinished(slice, n);
		whole = n - readable->len;
		memcpy(readable->held, slice + whole, readable->len);
		if (put(to, slice, whole, cause) == -1)
			return (-1);
	}
	return (0);
}

int
readable_end(struct readable *readable, struct save *to, struct cause *cause)
{
	size_t len = readable->len;

	readable->len = 0;
	return (put(to, readable->held, len, cause));
}

static int
put(struct save *to, char *slice, size_t len, struct cause *cause)
{
	char safe[TEXT_SAFE_GROWTH * (SLICE + READABLE_HELD) + 1];

	len = text_safe(safe, sizeof(safe), slice, drop_returns(slice, len),
	    TEXT_LINES);
	return (save_write(to, safe, len, cause));
}

/* How many bytes at the end are the beginning of something longer: of a
 * character, or of CR LF. */
static size_t
unfinished(const char *bytes, size_t len)
{
	if (bytes[len - 1] == '\r')
		return (1);
	for (size_t n = 1; n <= READABLE_HELD && n <= len; n++) {
		unsigned char c = (unsigned char)bytes[len - n];

		if (c < 0x80)
			return (0);
		if (c >= 0xc0)		/* the first of 2, 3 or 4 */
			return ((c < 0xe0 ? 2u : c < 0xf0 ? 3u : 4u) > n ?
			    n : 0);
	}
	return (0);
}

static size_t
drop_returns(char *bytes, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len; i++)
		if (bytes[i] != '\r' || i + 1 == len || bytes[i + 1] != '\n')
			bytes[out++] = bytes[i];
	return (out);
}
