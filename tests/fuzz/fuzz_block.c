/* fuzz_block.c - any bytes that pass a relay, as they are shown.
 * No payload passes for a header, nor does one byte of it reach a terminal as a
 * control character; what is shown in hexadecimal is read back.
 * The first byte chooses direction and colour, eight more are the offset; the
 * rest is the block.
 * See also: tools/proxy/block.h, tests/check_block.c */
#include "tools/proxy/block.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define HEAD	9			/* of the input */
#define ROW	16

static const char *check_colour(const char *, size_t *);
static void check_hex(const struct block *, const char *, const char *);
static void check_lines(const struct block *, const char *, const char *);
static char *shown(const struct block *, enum block_form, int, size_t *);
static size_t unhex(const char *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct block block = { .number = 3, .client = "127.0.0.1:51234",
	    .upstream = "[2001:db8::1]:4000" };
	enum block_form forms[] = { BLOCK_TEXT, BLOCK_HEX };
	size_t len, auto_len;
	char *text, *by_itself;

	if (size < HEAD)
		return (0);
	memcpy(&block.offset, data + 1, sizeof(block.offset));
	block.offset &= 0xffffffff;	/* so that eight digits are enough */
	block.down = data[0] & 1;
	block.bytes = (const char *)data + HEAD;
	block.len = size - HEAD;
	by_itself = shown(&block, BLOCK_AUTO, data[0] & 2, &auto_len);
	for (size_t i = 0; i < FUZZ_COUNT(forms); i++) {
		const char *at, *end;

		at = text = shown(&block, forms[i], data[0] & 2, &len);
		if (block_is_text(block.bytes, block.len) ==
		    (forms[i] == BLOCK_TEXT))
			assert(len == auto_len &&
			    memcmp(text, by_itself, len) == 0);
		if (data[0] & 2)
			at = check_colour(text, &len);
		end = at + len;
		assert(len > 0 && *at == '#' && end[-1] == '\n');
		at = (const char *)memchr(at, '\n', len) + 1;
		if (forms[i] == BLOCK_TEXT)
			check_lines(&block, at, end);
		else
			check_hex(&block, at, end);
		free(text);
	}
	free(by_itself);
	return (0);
}

/* In memory of just the size that is promised to be enough. */
static char *
shown(const struct block *block, enum block_form form, int colored,
    size_t *len)
{
	char *text = malloc(BLOCK_TEXT_SIZE(block->len));

	assert(text != NULL);
	*len = block_format(block, form, colored, text);
	assert(*len <= BLOCK_TEXT_SIZE(block->len));
	return (text);
}

/* The two escapes are ours; without them it is as if they had never been. */
static const char *
check_colour(const char *text, size_t *len)
{
	static const char reset[] = "\033[0m\n";
	size_t reset_len = sizeof(reset) - 1;
	char *end = (char *)text + *len;

	assert(*len > 5 + reset_len && memcmp(text, "\033[3", 3) == 0 &&
	    text[4] == 'm');
	assert(memcmp(end - reset_len, reset, reset_len) == 0);
	end[-(int)reset_len] = '\n';
	*len -= 5 + reset_len - 1;
	return (text + 5);
}

/* A line for each that ended in the block, and one for what has not. */
static void
check_lines(const struct block *block, const char *at, const char *end)
{
	const char *in = block->bytes, *in_end = in + block->len;

	while (in < in_end) {
		const char *newline = memchr(in, '\n', (size_t)(in_end - in));

		assert(end - at >= 3 && at[0] == '|' &&
		    at[1] == (newline != NULL ? ' ' : '~'));
		for (at += 2; *at != '\n'; at++)
			assert((unsigned char)*at >= 0x20 && *at != 0x7f ?
			    1 : *at == '\t');
		at++;
		in = newline != NULL ? newline + 1 : in_end;
	}
	assert(at == end);
}

/* "  00000010  72 6c 64 ... |rld...|": the numbers are the bytes. */
static void
check_hex(const struct block *block, const char *at, const char *end)
{
	for (size_t i = 0; i < block->len; i += ROW) {
		size_t n = block->len - i < ROW ? block->len - i : ROW;
		const char *line_end = memchr(at, '\n', (size_t)(end - at));

		assert(line_end != NULL && memcmp(at, "  ", 2) == 0);
		if (block->offset + i <= 0xffffffff)
			assert(unhex(at + 2, 8) == block->offset + i);
		for (size_t k = 0; k < n; k++)
			assert(unhex(line_end - ROW * 3 - 4 - n +
			    3 * k + k / 8, 2) ==
			    (unsigned char)block->bytes[i + k]);
		for (const char *c = line_end - n - 1; c < line_end - 1; c++)
			assert(*c >= 0x20 && *c < 0x7f);
		at = line_end + 1;
	}
	assert(at == end);
}

static size_t
unhex(const char *text, size_t len)
{
	size_t value = 0;

	for (size_t i = 0; i < len; i++) {
		assert(isdigit((unsigned char)text[i]) ||
		    (text[i] >= 'a' && text[i] <= 'f'));
		value = value * 16 + (size_t)(text[i] <= '9' ? text[i] - '0' :
		    text[i] - 'a' + 10);
	}
	return (value);
}
