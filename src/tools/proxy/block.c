/* block.c - one block of a conversation, as people read it.
 * See also: tools/proxy/block.h, tests/check_block.c */
#include "tools/proxy/block.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/text.h"

#define ROW	16			/* bytes a line, in hexadecimal */
#define CUT_MAX	3			/* bytes of a character cut off */

static size_t block_header(const struct block *, char *, size_t);
static size_t block_hex(const struct block *, char *);
static size_t block_lines(const struct block *, char *);
static size_t hex_row(char *, uint64_t, const unsigned char *, size_t);

static const char *const colors[] = { "\033[36m", "\033[33m" };
static const char reset[] = "\033[0m";

size_t
block_format(const struct block *block, enum block_form form, int colored,
    char *text)
{
	size_t used = 0;

	if (form == BLOCK_AUTO)
		form = block_is_text(block->bytes, block->len) ? BLOCK_TEXT :
		    BLOCK_HEX;
	if (colored)
		used = (size_t)sprintf(text, "%s", colors[block->down != 0]);
	used += block_header(block, text + used, 512);
	used += form == BLOCK_TEXT ? block_lines(block, text + used) :
	    block_hex(block, text + used);
	if (!colored)
		return (used);
	/* Before the newline: the next line begins without colour. */
	memcpy(text + used - 1, reset, sizeof(reset) - 1);
	used += sizeof(reset) - 2;
	text[used++] = '\n';
	return (used);
}

int
block_is_text(const char *bytes, size_t len)
{
	size_t i = 0;

	while (i < len && i < CUT_MAX && ((unsigned char)bytes[i] & 0xc0) ==
	    0x80)
		i++;
	while (i < len) {
		uint32_t code;
		size_t taken = text_utf8_next(bytes + i, len - i, &code);

		if (taken == 0)
			return (len - i <= CUT_MAX &&
			    (unsigned char)bytes[i] >= 0xc2);
		/* BEL to CR, and ESC. */
		if (text_is_control(code) && (code < 7 || code > 13) &&
		    code != 27)
			return (0);
		i += taken;
	}
	return (1);
}

const char *
block_count(uint64_t count, char *text)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, count);
	size_t used = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			/* What stands between thousands. */
			used += (size_t)snprintf(text + used,
			    BLOCK_COUNT_SIZE - used, "%s", _(","));
		text[used++] = digits[i];
	}
	text[used] = '\0';
	return (text);
}

const char *
block_bytes(uint64_t count, char *text)
{
	char digits[BLOCK_COUNT_SIZE];

	snprintf(text, BLOCK_COUNT_SIZE, plural("%s byte", "%s bytes", count),
	    block_count(count, digits));
	return (text);
}

static size_t
block_header(const struct block *block, char *text, size_t size)
{
	char bytes[BLOCK_COUNT_SIZE], time[16] = "";
	struct tm local;

	if (localtime_r(&block->time.tv_sec, &local) != NULL)
		strftime(time, sizeof(time), "%H:%M:%S", &local);
	return ((size_t)snprintf(text, size, "#%lu %s.%06ld %s %s %s  %s @%"
	    PRIu64 "\n", block->number, time, block->time.tv_nsec / 1000,
	    block->client, block->down ? "<-" : "->", block->upstream,
	    block_bytes(block->len, bytes), block->offset));
}

static size_t
block_lines(const struct block *block, char *text)
{
	const char *at = block->bytes, *end = at + block->len;
	size_t used = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline != NULL ? newline : end) - at);

		text[used++] = '|';
		text[used++] = newline != NULL ? ' ' : '~';
		used += text_safe(text + used, TEXT_SAFE_GROWTH * len + 1, at,
		    len, TEXT_BYTES);
		text[used++] = '\n';
		at += len + 1;
	}
	return (used);
}

static size_t
block_hex(const struct block *block, char *text)
{
	const unsigned char *bytes = (const unsigned char *)block->bytes;
	size_t used = 0;

	for (size_t i = 0; i < block->len; i += ROW) {
		size_t n = block->len - i < ROW ? block->len - i : ROW;

		used += hex_row(text + used, block->offset + i, bytes + i, n);
	}
	return (used);
}

/* "  00000010  47 45 54 20 2f 20 48 54  54 50 ...  |GET / HT...|", by hand:
 * snprintf for each byte would be what a fast conversation waits for. */
static size_t
hex_row(char *text, uint64_t offset, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *at = text + sprintf(text, "  %08" PRIx64 " ", offset);

	for (size_t i = 0; i < ROW; i++) {
		if (i % 8 == 0)
			*at++ = ' ';
		*at++ = i < len ? digits[bytes[i] >> 4] : ' ';
		*at++ = i < len ? digits[bytes[i] & 15] : ' ';
		*at++ = ' ';
	}
	*at++ = ' ';
	*at++ = '|';
	for (size_t i = 0; i < len; i++)
		*at++ = bytes[i] >= 0x20 && bytes[i] < 0x7f ?
		    (char)bytes[i] : '.';
	*at++ = '|';
	*at++ = '\n';
	return ((size_t)(at - text));
}
