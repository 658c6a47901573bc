/* http_chunks.c - a chunked body, taken out of its coding.
 * See also: proto/http_chunks.h, tests/check_http_chunks.c */
#include "proto/http_chunks.h"

/* What the next byte must be. */
enum chunk_state {
	SIZE_DIGIT,			/* of the size, or what ends it */
	SIZE_BLANK,			/* before an extension */
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER_BEGIN,			/* of a line */
	TRAILER,
	TRAILER_LF,
	LAST_LF,
	ENDED,
	BROKEN
};

#define DIGITS_MAX	16		/* of a size, zeros among them */

static enum chunk_state after_size_line(struct http_chunks *);
static enum chunk_state extension(char);
static int hex_digit(char);
static enum chunk_state size_digit(struct http_chunks *, char);
static enum chunk_state step(struct http_chunks *, char);
static int too_long(struct http_chunks *);

void
http_chunks_init(struct http_chunks *chunks)
{
	*chunks = (struct http_chunks){ .state = SIZE_DIGIT };
}

enum http_chunks_result
http_chunks_next(struct http_chunks *chunks, const char *buf, size_t len,
    struct http_piece *piece)
{
	size_t at = 0;

	*piece = (struct http_piece){ .bytes = buf };
	while (chunks->state < ENDED && chunks->state != DATA && at < len) {
		chunks->state = (int)step(chunks, buf[at]);
		at++;
	}
	piece->taken = at;
	if (chunks->state == BROKEN)
		return (HTTP_CHUNKS_BROKEN);
	if (chunks->state == ENDED)
		return (HTTP_CHUNKS_END);
	if (at == len)
		return (HTTP_CHUNKS_MORE);
	piece->bytes = buf + at;
	piece->len = chunks->left < len - at ? (size_t)chunks->left :
	    len - at;
	piece->taken = at + piece->len;
	chunks->left -= piece->len;
	if (chunks->left == 0)
		chunks->state = DATA_CR;
	return (HTTP_CHUNKS_DATA);
}

/* One byte between the data. */
static enum chunk_state
step(struct http_chunks *chunks, char c)
{
	if (too_long(chunks))
		return (BROKEN);
	switch ((enum chunk_state)chunks->state) {
	case SIZE_DIGIT:
		return (size_digit(chunks, c));
	case SIZE_BLANK:
		return (c == ' ' || c == '\t' ? SIZE_BLANK :
		    c == ';' || c == '\r' ? extension(c) : BROKEN);
	case EXTENSION:
		return (extension(c));
	case SIZE_LF:
		return (c == '\n' ? after_size_line(chunks) : BROKEN);
	case DATA_CR:
		return (c == '\r' ? DATA_LF : BROKEN);
	case DATA_LF:
		*chunks = (struct http_chunks){ .state = SIZE_DIGIT };
		return (c == '\n' ? SIZE_DIGIT : BROKEN);
	case TRAILER_BEGIN:
		return (c == '\r' ? LAST_LF : c == '\n' ? BROKEN : TRAILER);
	case TRAILER:
		return (c == '\r' ? TRAILER_LF : c == '\n' ? BROKEN : TRAILER);
	case TRAILER_LF:
		return (c == '\n' ? TRAILER_BEGIN : BROKEN);
	default:		/* LAST_LF: the others take no byte */
		return (c == '\n' ? ENDED : BROKEN);
	}
}

static enum chunk_state
size_digit(struct http_chunks *chunks, char c)
{
	int digit = hex_digit(c);

	if (digit == -1 && chunks->digits == 0)
		return (BROKEN);
	if (digit == -1)
		return (c == ' ' || c == '\t' ? SIZE_BLANK :
		    c == ';' || c == '\r' ? extension(c) : BROKEN);
	if (++chunks->digits > DIGITS_MAX || chunks->left > INT64_MAX >> 4)
		return (BROKEN);	/* RFC 9112 7.1: no overflow */
	chunks->left = chunks->left << 4 | (uint64_t)digit;
	return (SIZE_DIGIT);
}

/* RFC 9112 7.1.1: those that are not known are ignored, so all. */
static enum chunk_state
extension(char c)
{
	return (c == '\r' ? SIZE_LF : c == '\n' ? BROKEN : EXTENSION);
}

static enum chunk_state
after_size_line(struct http_chunks *chunks)
{
	chunks->line_len = 0;
	return (chunks->left > 0 ? DATA : TRAILER_BEGIN);
}

/* A server may send extensions, or trailers, for ever. */
static int
too_long(struct http_chunks *chunks)
{
	size_t max = chunks->state >= TRAILER_BEGIN ? HTTP_TRAILERS_MAX :
	    HTTP_CHUNK_LINE_MAX;

	return (++chunks->line_len > max);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	return (-1);
}
