/* ftp_ascii.c - TYPE A: lines end in CRLF on the wire, and in LF here.
 * See also: proto/ftp_ascii.h, tests/check_ftp_ascii.c */
#include "proto/ftp_ascii.h"

#include <string.h>

size_t
ftp_ascii_encode(char *wire, const char *text, size_t len)
{
	size_t out = 0;

	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline != NULL ? (size_t)(newline - text) : len;

		memcpy(wire + out, text, n);
		out += n;
		if (newline == NULL)
			break;
		wire[out++] = '\r';
		wire[out++] = '\n';
		text += n + 1;
		len -= n + 1;
	}
	return (out);
}

size_t
ftp_ascii_decode(char *text, const char *wire, size_t len, int *after_cr)
{
	size_t out = 0;

	if (len > 0 && *after_cr && wire[0] != '\n')
		text[out++] = '\r';
	if (len > 0)
		*after_cr = 0;
	while (len > 0) {
		const char *cr = memchr(wire, '\r', len);
		size_t n = cr != NULL ? (size_t)(cr - wire) : len;

		memcpy(text + out, wire, n);
		out += n;
		if (cr == NULL)
			break;
		wire += n + 1;
		len -= n + 1;
		if (len == 0)
			*after_cr = 1;
		else if (*wire != '\n')
			text[out++] = '\r';
	}
	return (out);
}
