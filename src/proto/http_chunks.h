/* http_chunks.h - a chunked body, taken out of its coding.
 *	"5;name=value" CRLF "hello" CRLF ... "0" CRLF trailers CRLF
 * The pieces come as the stream gives them: a size may be cut between
 * two digits, and four chunks may come at once.  No byte is copied:
 * the data is found where it lies.
 *
 *	http_chunks_init(&chunks);
 *	while ((result = http_chunks_next(&chunks, buf, len, &piece)) ==
 *	    HTTP_CHUNKS_DATA) {
 *		write(fd, piece.bytes, piece.len);
 *		buf += piece.taken;
 *		len -= piece.taken;
 *	}
 *
 * Lines end in CRLF and nothing else: what a lenient reader takes for an end,
 * another one does not (request smuggling lives on it).
 * Ref: RFC 9112 7.1.
 * See also: proto/http_head.h, tests/check_http_chunks.c */
#ifndef PROTO_HTTP_CHUNKS_H
#define PROTO_HTTP_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#define HTTP_CHUNK_LINE_MAX	4096	/* a size with its extensions */
#define HTTP_TRAILERS_MAX	65536	/* all of them */

enum http_chunks_result {
	HTTP_CHUNKS_MORE,		/* all is taken: receive more */
	HTTP_CHUNKS_DATA,
	HTTP_CHUNKS_END,		/* the body is complete */
	HTTP_CHUNKS_BROKEN
};

struct http_chunks {
	int		 state;
	uint64_t	 left;		/* of this chunk's data */
	int		 digits;	/* of its size */
	size_t		 line_len;	/* of its line, or of the trailers */
};

/* Where a call found data, and how far it has read. */
struct http_piece {
	const char	*bytes;
	size_t		 len;
	size_t		 taken;		/* of buf, the data among it */
};

/* http_chunks_init - before the first byte of a body. */
void	http_chunks_init(struct http_chunks *chunks);

/*
 * http_chunks_next - the next data in what came
 *   buf, len   what came and was not yet taken
 *   piece      with HTTP_CHUNKS_DATA the data, in buf; len 0 otherwise
 * Extensions and trailers are read over.
 * After END or BROKEN every call says so again, and takes nothing.
 * Blocks: no.   Threads: that of the body.
 */
enum http_chunks_result http_chunks_next(struct http_chunks *chunks,
	    const char *buf, size_t len, struct http_piece *piece);

#endif
