/* expand.h - the remote files that some patterns stand for.
 * See also: proto/glob.h, tools/ftp/listing.h */
#ifndef FTP_EXPAND_H
#define FTP_EXPAND_H

#include <stddef.h>
#include <stdint.h>

#include "tools/ftp/session.h"

struct expanded_file {
	char		*path;		/* as the server is asked for it */
	int		 is_known;	/* by the listing: */
	uint64_t	 size;
	int		 has_time;
	int64_t		 modified;
};

struct expanded {
	struct expanded_file *files;
	size_t		 count, size;
};

/*
 * expand - what each word stands for: itself, or the files of a folder whose
 * names match
 *   words      "a.txt", "pub/[ab].c"; NULL behind the last
 *   expanded   expanded_free in any case
 * Names with a slash in them, and the like, are left out, and that is told: a
 * server has no reason to send them.
 * Returns OUTCOME_DONE, or another after logging.
 * Blocks: as long as bytes come.   Threads: the session's.
 */
enum outcome expand(struct session *session, char *const *words,
	    struct expanded *expanded);

/* expanded_free - takes a zeroed one. */
void	expanded_free(struct expanded *expanded);

#endif
