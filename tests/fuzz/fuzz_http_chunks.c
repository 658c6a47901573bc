/* fuzz_http_chunks.c - any bytes as a chunked body, in any pieces.
 * The reference reads the whole body at once, a line at a time.
 * The first byte is the size of the pieces; the rest is the body.
 * See also: proto/http_chunks.h, tests/check_http_chunks.c */
#include "proto/http_chunks.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* A body that is complete, as the reference reads it. */
struct reference {
	char	*data;
	size_t	 len, taken;
};

static int read_reference(const char *, size_t, struct reference *);
static const char *read_size(const char *, const char *, size_t *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum http_chunks_result result = HTTP_CHUNKS_MORE;
	struct reference expected = { .len = 0 };
	size_t step, at = 0, used = 0;
	struct http_chunks chunks;
	const char *body = (const char *)data + 1;
	int complete;

	if (size < 1)
		return (0);
	step = 1 + data[0];
	size--;
	expected.data = malloc(size + 1);
	assert(expected.data != NULL);
	complete = read_reference(body, size, &expected);
	http_chunks_init(&chunks);
	while (at < size && result != HTTP_CHUNKS_END &&
	    result != HTTP_CHUNKS_BROKEN) {
		size_t n = size - at < step ? size - at : step;
		struct http_piece piece;

		result = http_chunks_next(&chunks, body + at, n, &piece);
		assert(piece.taken <= n && piece.len <= piece.taken);
		assert(piece.len == 0 || (piece.bytes >= body + at &&
		    piece.bytes + piece.len == body + at + piece.taken));
		assert(result != HTTP_CHUNKS_DATA || piece.len > 0);
		assert(result != HTTP_CHUNKS_MORE || piece.taken == n);
		if (complete)
			assert(memcmp(expected.data + used, piece.bytes,
			    piece.len) == 0);
		used += piece.len;
		at += piece.taken;
	}
	assert((result == HTTP_CHUNKS_END) == complete);
	if (complete)
		assert(used == expected.len && at == expected.taken);
	free(expected.data);
	return (0);
}

static int
read_reference(const char *body, size_t len, struct reference *reference)
{
	const char *at = body, *end = body + len;
	size_t size;

	while ((at = read_size(at, end, &size)) != NULL && size > 0) {
		if ((size_t)(end - at) < 2 || size > (size_t)(end - at) - 2 ||
		    at[size] != '\r' || at[size + 1] != '\n')
			return (0);
		memcpy(reference->data + reference->len, at, size);
		reference->len += size;
		at += size + 2;
	}
	while (at != NULL) {		/* trailers */
		const char *cr = memchr(at, '\r', (size_t)(end - at));

		if (cr == NULL || cr + 1 == end || cr[1] != '\n' ||
		    memchr(at, '\n', (size_t)(cr - at)) != NULL)
			return (0);
		reference->taken = (size_t)(cr + 2 - body);
		if (cr == at)
			return (1);
		at = cr + 2;
	}
	return (0);
}

/* "size;extensions" CRLF; returns what follows, or NULL. */
static const char *
read_size(const char *at, const char *end, size_t *size)
{
	static const char hex[] = "0123456789abcdef0123456789ABCDEF";
	const char *cr = memchr(at, '\r', (size_t)(end - at)), *digit;
	int digits = 0;

	*size = 0;
	if (cr == NULL || cr + 1 == end || cr[1] != '\n' ||
	    memchr(at, '\n', (size_t)(cr - at)) != NULL)
		return (NULL);
	while (at < cr && (digit = memchr(hex, *at, 32)) != NULL) {
		if (++digits > 16 || *size >> 59 != 0)
			return (NULL);
		*size = *size << 4 | (size_t)((digit - hex) % 16);
		at++;
	}
	if (digits == 0)
		return (NULL);
	while (at < cr && (*at == ' ' || *at == '\t'))
		at++;
	return (at == cr || *at == ';' ? cr + 2 : NULL);
}
