/* below.h - folders of ours below one of them, that a server may name.
 * Each is opened from the one above it, and no link is followed: so nothing
 * that is done there is done elsewhere.
 * Ref: POSIX openat, mkdirat (O_NOFOLLOW).   See also: client/save.h */
#ifndef FTP_BELOW_H
#define FTP_BELOW_H

#include "base/cause.h"

/*
 * below_open - open a folder
 *   root_fd   where the path begins
 *   path      names with slashes between; "": root_fd itself, once more
 *   makes     the folders that are not there
 * Returns a descriptor that the caller closes, or -1 with cause.
 * Blocks: for the disk.   Threads: safe.
 */
int	below_open(int root_fd, const char *path, int makes,
	    struct cause *cause);

#endif
