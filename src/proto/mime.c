/* mime.c - text in the 7 bits that mail began with.
 * See also: proto/mime.h, tests/check_mime.c */
#include "proto/mime.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define WORD_BEGIN	"=?UTF-8?Q?"
#define WORD_END	"?="

static int is_printable(char);
static int is_word_letter(char);
static size_t put_byte(char *, char, int);

int
mime_is_plain(const char *text, size_t len)
{
	if (len == 0 || text[0] == ' ' || text[len - 1] == ' ')
		return (0);
	for (size_t i = 0; i < len; i++)
		if (!is_printable(text[i]) ||
		    (text[i] == '=' && i + 1 < len && text[i + 1] == '?'))
			return (0);
	return (1);
}

size_t
mime_word(const char *text, size_t len, size_t room,
    char word[MIME_LINE_SIZE])
{
	size_t taken = 0, used = sizeof(WORD_BEGIN) - 1;

	memcpy(word, WORD_BEGIN, used);
	while (taken < len) {
		char piece[4 * 3];
		uint32_t code;
		size_t n = text_utf8_next(text + taken, len - taken, &code);
		size_t piece_len = 0;

		/* What is no UTF-8 goes on its own: nothing is lost. */
		for (size_t i = 0; i < (n > 0 ? n : 1); i++)
			piece_len += put_byte(piece + piece_len,
			    text[taken + i], is_word_letter(text[taken + i]));
		if (used + piece_len + sizeof(WORD_END) - 1 > room)
			break;
		memcpy(word + used, piece, piece_len);
		used += piece_len;
		taken += n > 0 ? n : 1;
	}
	for (size_t i = sizeof(WORD_BEGIN) - 1; i < used; i++)
		if (word[i] == ' ')
			word[i] = '_';
	memcpy(word + used, WORD_END, sizeof(WORD_END));
	return (taken);
}

size_t
mime_quoted(const char *text, size_t len, char line[MIME_LINE_SIZE])
{
	size_t taken = 0, used = 0;

	while (taken < len) {
		char byte = text[taken], piece[3];
		int is_last = taken + 1 == len;
		/* A blank at the end of a line may be lost on the way. */
		size_t n = put_byte(piece, byte, byte != '=' &&
		    (is_printable(byte) || byte == '\t') &&
		    !(is_last && (byte == ' ' || byte == '\t')));

		if (used + n > MIME_LINE_MAX - (is_last ? 0 : 1)) {
			line[used++] = '=';
			break;
		}
		memcpy(line + used, piece, n);
		used += n;
		taken++;
	}
	line[used] = '\0';
	return (taken);
}

static size_t
put_byte(char *at, char byte, int as_it_is)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned value = (unsigned char)byte;

	*at = byte;
	if (as_it_is)
		return (1);
	at[0] = '=';
	at[1] = digits[value >> 4];
	at[2] = digits[value & 15];
	return (3);
}

static int
is_printable(char byte)
{
	return (byte >= ' ' && byte <= '~');
}

/* RFC 2047 5 (3): what may stand in a word wherever the word stands; a blank
 * becomes _, which therefore may not. */
static int
is_word_letter(char byte)
{
	return ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	    (byte >= '0' && byte <= '9') ||
	    (byte != '\0' && strchr(" !*+-/", byte) != NULL));
}
