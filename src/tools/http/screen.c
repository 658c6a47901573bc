/* screen.c - a stream of bytes made safe for a terminal.
 * See also: tools/http/screen.h */
#include "tools/http/screen.h"

#include <string.h>

#include "base/text.h"

#define SLICE		4096

static size_t drop_returns(char *, size_t);
static int put(struct save *, char *, size_t, struct cause *);
static size_t unfinished(const char *, size_t);

int
screen_write(struct screen *screen, struct save *to, const char *bytes,
    size_t len, struct cause *cause)
{
	char slice[SLICE + SCREEN_HELD];

	while (len > 0) {
		size_t n = len < SLICE ? len : SLICE, whole;

		memcpy(slice, screen->held, screen->len);
		memcpy(slice + screen->len, bytes, n);
		bytes += n;
		len -= n;
		n += screen->len;
		screen->len = unfinished(slice, n);
		whole = n - screen->len;
		memcpy(screen->held, slice + whole, screen->len);
		if (put(to, slice, whole, cause) == -1)
			return (-1);
	}
	return (0);
}

int
screen_end(struct screen *screen, struct save *to, struct cause *cause)
{
	size_t len = screen->len;

	screen->len = 0;
	return (put(to, screen->held, len, cause));
}

static int
put(struct save *to, char *slice, size_t len, struct cause *cause)
{
	char safe[TEXT_SAFE_GROWTH * (SLICE + SCREEN_HELD) + 1];

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
	for (size_t n = 1; n <= SCREEN_HELD && n <= len; n++) {
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
