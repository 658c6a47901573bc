/* base64.h - bytes as letters, digits, + and /.
 * Ref: RFC 4648 4.   See also: tests/check_mime.c */
#ifndef PROTO_BASE64_H
#define PROTO_BASE64_H

#include <stddef.h>

/* What len bytes become, with NUL. */
#define BASE64_SIZE(len)	(((len) + 2) / 3 * 4 + 1)

/*
 * base64_encode - write bytes as text, with = at its end where needed
 *   text   receives a string: BASE64_SIZE(len) bytes
 * Blocks: no.   Threads: safe.
 */
void	base64_encode(const void *buf, size_t len, char *text);

#endif
