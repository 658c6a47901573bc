/* fuzz_mime.c - any bytes as words of a header, and as a quoted line.
 * What is written is short and of 7 bits, and reads as what it was.
 * See also: proto/mime.h, tests/check_mime.c */
#include "proto/mime.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* Compare what a reader makes of a piece with the text. */
static void
check_piece(const char *piece, size_t len, const char *text, int is_word)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++, text++) {
		char byte = piece[i];

		assert(byte == '\t' || (byte >= ' ' && byte <= '~'));
		if (byte == '=') {
			assert(i + 2 < len);
			byte = (char)((strchr(digits, piece[i + 1]) - digits)
			    << 4 | (strchr(digits, piece[i + 2]) - digits));
			i += 2;
		} else if (is_word && byte == '_')
			byte = ' ';
		assert(byte == *text);
	}
}

static void
check_words(const char *text, size_t len, size_t room)
{
	char word[MIME_LINE_SIZE];

	while (len > 0) {
		size_t taken = mime_word(text, len, room, word);

		assert(taken >= 1 && taken <= len && strlen(word) <= room);
		check_piece(word + 10, strlen(word) - 12, text, 1);
		text += taken;
		len -= taken;
	}
}

static void
check_quoted(const char *text, size_t len)
{
	char line[MIME_LINE_SIZE];

	while (len > 0) {
		size_t taken = mime_quoted(text, len, line);
		size_t line_len = strlen(line);

		assert(taken >= 1 && taken <= len && line_len <= MIME_LINE_MAX);
		assert(taken == len || line[--line_len] == '=');
		check_piece(line, line_len, text, 0);
		text += taken;
		len -= taken;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size > 0 ? size : 1);

	assert(exact != NULL);
	if (size > 0)
		memcpy(exact, data, size);
	(void)mime_is_plain(exact, size);
	for (size_t room = MIME_WORD_MIN; room <= 75; room += 17)
		check_words(exact, size, room);
	check_quoted(exact, size);
	free(exact);
	return (0);
}
