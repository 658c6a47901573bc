/* mime.h - text in the 7 bits that mail began with.
 * A header may hold printable ASCII only; anything else is written as encoded
 * words, "=?UTF-8?Q?d=C3=A9j=C3=A0_vu?=".  A body is written as
 * quoted-printable where a server does not take 8 bits, or a line is too long.
 * Each function makes one piece, and tells how much text it took.
 * Ref: RFC 2045 6.7 (quoted-printable), RFC 2047 (encoded words).
 * See also: tests/check_mime.c, tests/fuzz/fuzz_mime.c */
#ifndef PROTO_MIME_H
#define PROTO_MIME_H

#include <stddef.h>

#define MIME_LINE_MAX	76		/* of both, without CRLF */
#define MIME_LINE_SIZE	(MIME_LINE_MAX + 1)
#define MIME_WORD_MIN	24		/* room for any one character */

/*
 * mime_is_plain - may this text stand in a header as it is?
 * Not if it is empty, or holds what is not printable ASCII, or could be taken
 * for an encoded word, or begins or ends with a blank, which would be lost.
 * Blocks: no.   Threads: safe.
 */
int	mime_is_plain(const char *text, size_t len);

/*
 * mime_word - one encoded word, of whole characters
 *   text, len   UTF-8; len >= 1
 *   room        the longest word wanted: MIME_WORD_MIN to 75 (RFC 2047 2)
 *   word        receives a string
 * Words that stand in a row, with a blank or a folded line between them, are
 * read as one text.
 * Returns how many bytes of the text are in it, at least 1.
 * Blocks: no.   Threads: safe.
 */
size_t	mime_word(const char *text, size_t len, size_t room,
	    char word[MIME_LINE_SIZE]);

/*
 * mime_quoted - one line of quoted-printable
 *   text, len   what is left of a line of the text: any bytes
 *   line        receives a string; it ends with = if more of the same line
 *               follows
 * Returns how many bytes of the text are in it; at least 1, if len is.
 * Blocks: no.   Threads: safe.
 */
size_t	mime_quoted(const char *text, size_t len, char line[MIME_LINE_SIZE]);

#endif
