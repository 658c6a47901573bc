/* listing.h - what is in a folder of the server's.
 * Read by MLSD if the server has it; or else by LIST, whose lines are taken
 * for what they look like.
 * See also: proto/ftp_listing.h, tools/ftp/transfer.h */
#ifndef FTP_LISTING_H
#define FTP_LISTING_H

#include <stddef.h>

#include "proto/ftp_listing.h"
#include "tools/ftp/session.h"

#define LISTING_MAX	(64 * 1024 * 1024)	/* bytes of one, */
#define LISTING_ENTRIES	1000000			/* and names */

struct listing_entry {
	char		*name;		/* a string, in the listing's text */
	int		 is_safe;	/* ftp_listing_name_is_safe */
	struct ftp_listed is;
};

struct listing {
	char		*text;
	size_t		 len, size;
	struct listing_entry *entries;	/* by name */
	size_t		 count;
	size_t		 bad;		/* lines that were not understood */
};

/*
 * listing_get - read one folder
 *   path      NULL: the one we are in
 *   listing   listing_free in any case
 * Returns OUTCOME_DONE, or another after logging.
 * Blocks: as long as bytes come.   Threads: the session's.
 */
enum outcome listing_get(struct session *session, const char *path,
	    struct listing *listing);

/* listing_free - takes a zeroed one. */
void	listing_free(struct listing *listing);

/*
 * listing_find - the entry of this name, or NULL
 * Blocks: no.   Threads: safe.
 */
const struct listing_entry *listing_find(const struct listing *listing,
	    const char *name);

/*
 * listing_copy - what the server says to LIST or NLST, onto standard output
 * To a terminal only what can be read, into a pipe the bytes as they came.
 *   path   NULL: none
 * Returns OUTCOME_DONE, or another after logging.
 * Blocks: as long as bytes come; as standard output does.
 */
enum outcome listing_copy(struct session *session, const char *verb,
	    const char *path);

#endif
