/* names.h - paths at the server, which has slashes as we do.
 * See also: proto/ftp_listing.h (which names may become ours) */
#ifndef FTP_NAMES_H
#define FTP_NAMES_H

#include <stddef.h>

#include "tools/ftp/session.h"

/* names_leaf - what stands behind the last slash; "" if nothing does. */
const char *names_leaf(const char *path);

/*
 * names_parent - what stands before it: "a" of "a/b", "/" of "/b", "" of "b"
 * Returns 0, or -1: it does not fit.
 * Blocks: no.   Threads: safe.
 */
int	names_parent(const char *path, char parent[SESSION_PATH_SIZE]);

/*
 * names_join - a name in a folder
 *   dir   "": none
 * Returns 0, or -1: it does not fit.
 * Blocks: no.   Threads: safe.
 */
int	names_join(const char *dir, const char *name,
	    char path[SESSION_PATH_SIZE]);

#endif
