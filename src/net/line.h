/* line.h - lines out of a stream of bytes.
 * A line may arrive in pieces, or three at once (TCP keeps no message
 * boundaries); the reader keeps what follows a line for the next call.  It
 * owns a buffer and no descriptor: the caller sees the recv, or the TLS record,
 * that fills it.
 *
 *	while (line_reader_next(&reader, &line, &len) == LINE_NONE) {
 *		char *space = line_reader_space(&reader, &size);
 *		ssize_t n = recv(fd, space, size, 0);
 *		...
 *		line_reader_filled(&reader, (size_t)n);
 *	}
 *
 * Ref: RFC 959 5.3.1, RFC 5321 2.3.8 (CRLF).   See also: tests/check_line.c,
 * tests/fuzz/fuzz_line.c */
#ifndef NET_LINE_H
#define NET_LINE_H

#include <stddef.h>

struct line_reader {
	char		*buf;		/* the caller's */
	size_t		 size;
	size_t		 begin, end;	/* bytes not yet given out */
	size_t		 searched;	/* of them, known to hold no newline */
	int		 skipping;	/* the rest of a line too long */
};

enum line_result {
	LINE_NONE,			/* not yet: receive more */
	LINE_READY,
	LINE_TOO_LONG			/* told once; its bytes are skipped */
};

/*
 * line_reader_init - an empty reader over the caller's buffer
 *   size   the longest line that can be read, with its end; at least 2
 * Blocks: no.   Threads: a reader belongs to one thread.
 */
void	line_reader_init(struct line_reader *reader, char *buf, size_t size);

/*
 * line_reader_next - the next line, if it is there
 *   line, len   receive the line without its end, which is LF or CRLF; it is
 *               in the buffer, may hold NUL, and is good until the next
 *               line_reader_space
 * Blocks: no.   Threads: the reader's.
 */
enum line_result line_reader_next(struct line_reader *reader,
	    const char **line, size_t *len);

/*
 * line_reader_rest - what the stream ended with, instead of a newline
 * Returns LINE_READY with it (a CR at its end stays), or LINE_NONE if there
 * is nothing.
 * Blocks: no.   Threads: the reader's.
 */
enum line_result line_reader_rest(struct line_reader *reader,
	    const char **line, size_t *len);

/*
 * line_reader_space - where to receive into, after LINE_NONE
 *   size   receives how much fits, at least 1
 * Blocks: no.   Threads: the reader's.
 */
char	*line_reader_space(struct line_reader *reader, size_t *size);

/* line_reader_filled - n bytes were received there. */
void	line_reader_filled(struct line_reader *reader, size_t n);

/*
 * line_reader_pending - how many bytes wait in the buffer
 * A change to TLS fails if there are any: they came in the clear, and must
 * not be taken for what is said under TLS (RFC 3207 6, RFC 2595 2.1).
 */
size_t	line_reader_pending(const struct line_reader *reader);

#endif
