/* text.c - bytes from a peer made safe for a terminal or a log.
 * See also: base/text.h, tests/check_text.c */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT	"\xef\xbf\xbd"		/* U+FFFD in UTF-8 */

static int text_is_bidi_control(uint32_t);
static size_t text_piece(char *, size_t, const char *, size_t, enum text_form,
    size_t *);
static size_t text_plain(const char *, size_t);

size_t
text_utf8_next(const char *bytes, size_t len, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *in = (const unsigned char *)bytes;
	size_t need;
	uint32_t sum;

	if (in[0] < 0x80) {
		*code = in[0];
		return (1);
	}
	if (in[0] < 0xc2 || in[0] > 0xf4)
		return (0);
	need = in[0] < 0xe0 ? 2 : in[0] < 0xf0 ? 3 : 4;
	if (need > len)
		return (0);
	sum = in[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return (0);
		sum = sum << 6 | (in[i] & 0x3fu);
	}
	if (sum < smallest[need] || sum > 0x10ffff ||
	    (sum >= 0xd800 && sum <= 0xdfff))
		return (0);
	*code = sum;
	return (need);
}

size_t
text_utf8_put(char *bytes, uint32_t code)
{
	static const unsigned char firsts[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 :
	    code < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--, code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)(firsts[len] | code);
	return (len);
}

/* RFC 3629 lets C1 through, and some terminals obey it. */
int
text_is_control(uint32_t code)
{
	return (code < 0x20 || (code >= 0x7f && code <= 0x9f));
}

size_t
text_safe(char *safe, size_t size, const char *bytes, size_t len,
    enum text_form form)
{
	size_t used = 0, fit = 0;	/* fit: where "..." still fits */

	for (size_t i = 0; i < len; ) {
		size_t room = size - used, taken, piece_len;
		char piece[16];

		/* Most text is plain, and a chat says a lot of it. */
		if (room > 4 && (taken = text_plain(bytes + i,
		    len - i < room - 4 ? len - i : room - 4)) > 0) {
			memcpy(safe + used, bytes + i, taken);
			fit = used += taken;
			i += taken;
			continue;
		}
		piece_len = text_piece(piece, sizeof(piece), bytes + i,
		    len - i, form, &taken);

		if (used + piece_len >= size) {
			memcpy(safe + fit, "...", 4);
			return (fit + 3);
		}
		memcpy(safe + used, piece, piece_len);
		used += piece_len;
		i += taken;
		if (used + 4 <= size)
			fit = used;
	}
	safe[used] = '\0';
	return (used);
}

size_t
text_columns(const char *text)
{
	size_t columns = 0;

	/* All bytes but the continuations of UTF-8 begin a character. */
	for (; *text != '\0'; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return (columns);
}

/* How many bytes from here on are printable ASCII: they stay as they are. */
static size_t
text_plain(const char *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && bytes[n] >= ' ' && bytes[n] <= '~')
		n++;
	return (n);
}

/* One character made safe; taken: how many input bytes it was. */
static size_t
text_piece(char *piece, size_t size, const char *bytes, size_t len,
    enum text_form form, size_t *taken)
{
	uint32_t code;

	*taken = text_utf8_next(bytes, len, &code);
	if (*taken == 0) {
		*taken = 1;
		if (form == TEXT_BYTES)
			return ((size_t)snprintf(piece, size, "\\x%02x",
			    (unsigned char)*bytes));
		memcpy(piece, REPLACEMENT, 3);
		return (3);
	}
	if (code == '\n' && form != TEXT_LINES)
		return ((size_t)snprintf(piece, size, "\\n"));
	if (code == '\r')
		return ((size_t)snprintf(piece, size, "\\r"));
	if (code != '\n' && code != '\t' && text_is_control(code))
		return ((size_t)snprintf(piece, size, "\\x%02x", code));
	if (text_is_bidi_control(code))
		return ((size_t)snprintf(piece, size, "\\u%04x", code));
	memcpy(piece, bytes, *taken);
	return (*taken);
}

/* Unicode UAX 9: marks, embeddings, overrides and isolates; and the line and
 * paragraph separators, which a log reader takes for a new line. */
static int
text_is_bidi_control(uint32_t code)
{
	return (code == 0x061c || code == 0x200e || code == 0x200f ||
	    (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069));
}
