/* ftp_list.h - a folder's entries as LIST, MLSD and NLST tell them.
 *	-rw-r--r--   1 1000     1000         2048 Nov 22 04:15 name
 *	type=file;size=2048;modify=20261122041500;perm=adfrw;... name
 * A name with control characters could forge a line, or obey a terminal: LIST
 * shows ? in their place, the other two have to leave it out.
 * Ref: RFC 3659 7.   See also: tests/check_ftp_list.c,
 * tests/fuzz/fuzz_ftp_list.c */
#ifndef PROTO_FTP_LIST_H
#define PROTO_FTP_LIST_H

#include <stddef.h>
#include <stdint.h>

#define FTP_NAME_MAX	255		/* bytes of one name */
#define FTP_ENTRY_SIZE	768		/* the longest line of one, with NUL */
#define FTP_PERM_SIZE	12

/* The facts of MLST; their order is that of the lines. */
enum ftp_fact {
	FTP_FACT_TYPE = 1,
	FTP_FACT_SIZE = 2,
	FTP_FACT_MODIFY = 4,
	FTP_FACT_PERM = 8,
	FTP_FACT_UNIQUE = 16,
	FTP_FACT_MODE = 32,
	FTP_FACT_UID = 64,
	FTP_FACT_GID = 128,
	FTP_FACTS_ALL = 255
};

struct ftp_entry {
	const char	*name;
	int		 is_dir;
	unsigned	 mode;		/* the nine bits, and set-ID's */
	uint64_t	 size, links, uid, gid;
	uint64_t	 device, inode;	/* unique, together */
	int64_t		 modified;	/* seconds since 1970 */
	char		 perm[FTP_PERM_SIZE]; /* RFC 3659 7.5.5 */
};

/*
 * ftp_list_name_is_plain - has this name no control character?
 * C0, DEL, and C1 as UTF-8 writes it.
 * Blocks: no.   Threads: safe.
 */
int	ftp_list_name_is_plain(const char *name);

/*
 * ftp_list_format_ls - the line of LIST, with CRLF
 *   line   FTP_ENTRY_SIZE bytes; what is longer than FTP_NAME_MAX is cut
 *   now    seconds since 1970: what is older than half a year has its year in
 *          place of the time of day
 * Returns its length.
 * Blocks: no.   Threads: safe.
 */
size_t	ftp_list_format_ls(char *line, const struct ftp_entry *entry,
	    int64_t now);

/*
 * ftp_list_format_facts - the line of MLSD, with CRLF
 *   entry   name NULL: the facts alone, and the space behind them (MLST)
 *   facts   of enum ftp_fact
 * Returns its length, NUL-terminated.
 * Blocks: no.   Threads: safe.
 */
size_t	ftp_list_format_facts(char *line, const struct ftp_entry *entry,
	    unsigned facts);

/*
 * ftp_list_fact - the fact of this name, in any case; 0: none of ours
 * ftp_list_fact_name - the name of one fact, and NULL behind the last
 *   number   from 0
 */
unsigned ftp_list_fact(const char *name, size_t len);
const char *ftp_list_fact_name(unsigned number);

#endif
