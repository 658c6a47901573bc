/* ftp_ascii.h - TYPE A: lines end in CRLF on the wire, and in LF here.
 * Ref: RFC 959 3.1.1.1.   See also: tests/check_ftp_ascii.c */
#ifndef PROTO_FTP_ASCII_H
#define PROTO_FTP_ASCII_H

#include <stddef.h>

/*
 * ftp_ascii_encode - text of ours for the wire: each LF gets a CR before it
 *   wire   receives at most 2 * len bytes
 * A file that has CRLF already goes out as CR CR LF, and comes back as it was.
 * Returns how many.
 * Blocks: no.   Threads: safe.
 */
size_t	ftp_ascii_encode(char *wire, const char *text, size_t len);

/*
 * ftp_ascii_decode - text from the wire, for us: CRLF becomes LF
 *   text       receives at most len + 1 bytes; not the same memory as wire
 *   after_cr   0 before the first piece: remembers a CR that a piece ended
 *              with.  Is it set after the last one, then a CR is still owed.
 * A CR that no LF follows stays.
 * Returns how many.
 * Blocks: no.   Threads: safe.
 */
size_t	ftp_ascii_decode(char *text, const char *wire, size_t len,
	    int *after_cr);

#endif
