/* ftp_listing.h - what a server's listing says of one file: the reader's side.
 *	-rw-r--r--   1 1000     1000         2048 Nov 22 04:15 name	UNIX
 *	11-22-26  04:15AM                2048 name			DOS
 *	type=file;size=2048;modify=20261122041500; name			MLSD
 * LIST was meant for people: there is no rule for it, each server has its own
 * way, and most write what ls -l does.  Which way it is, is seen in the line,
 * whatever SYST says.
 * Names are given as they came: any bytes but NUL; who uses one as a name of
 * his own asks ftp_listing_name_is_safe first.
 * Ref: RFC 3659 7 (MLSD).   See also: proto/ftp_list.h (the writer's side),
 * tests/check_ftp_listing.c, tests/fuzz/fuzz_ftp_listing.c */
#ifndef PROTO_FTP_LISTING_H
#define PROTO_FTP_LISTING_H

#include <stddef.h>
#include <stdint.h>

enum ftp_kind {
	FTP_KIND_FILE,
	FTP_KIND_DIR,
	FTP_KIND_LINK,			/* a symbolic one */
	FTP_KIND_OTHER			/* a device, a socket, a fifo */
};

/* Of one line; the pointers lead into it. */
struct ftp_listed {
	enum ftp_kind	 kind;
	const char	*name;
	size_t		 name_len;
	int		 has_size;
	uint64_t	 size;
	int		 has_time;	/* MLSD only: elsewhere it has no zone,
					 * and often no year */
	int64_t		 modified;	/* seconds since 1970 */
};

enum ftp_listing_verdict {
	FTP_LISTING_ENTRY,
	FTP_LISTING_NOTHING,		/* "total 8", ".", "..", an empty one */
	FTP_LISTING_BAD			/* not understood */
};

/*
 * ftp_listing_parse - one line of LIST
 *   line, len   without its CRLF; any bytes
 * Of a link, what it leads to is not a part of the name.
 * Blocks: no.   Threads: safe.
 */
enum ftp_listing_verdict ftp_listing_parse(struct ftp_listed *listed,
	    const char *line, size_t len);

/* ftp_listing_parse_facts - the same, of MLSD */
enum ftp_listing_verdict ftp_listing_parse_facts(struct ftp_listed *listed,
	    const char *line, size_t len);

/*
 * ftp_listing_name_is_safe - may a name of the server's become one of ours?
 * It must name something in the very folder that it is to be in: not ".", "..",
 * nothing with a slash, a NUL or a control character (a name could forge a line
 * of a listing), and no more bytes than a file system takes.
 * Blocks: no.   Threads: safe.
 */
int	ftp_listing_name_is_safe(const char *name, size_t len);

#endif
