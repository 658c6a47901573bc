/* beside.h - the name of a new file that will take the place of an old one.
 * It is in the same folder, for a rename goes no further than its file system,
 * and in the folder that a symbolic link leads to: a rename would put a file in
 * the place of the link.
 * Ref: POSIX rename, realpath.   See also: client/save.h */
#ifndef CLIENT_BESIDE_H
#define CLIENT_BESIDE_H

#include "base/cause.h"

/*
 * beside_follow - what a path leads to; there need be no file
 * Returns a path that the caller frees, or NULL with cause: also for a link
 * that leads nowhere.
 * Blocks: for the disk.   Threads: safe.
 */
char	*beside_follow(const char *path, struct cause *cause);

/*
 * beside_name - "etc/users" and ".new" give "etc/.users.new"
 * Of a long name only the beginning is in it: it has to fit, too.
 * Returns a path that the caller frees, or NULL with cause.
 * Blocks: no.   Threads: safe.
 */
char	*beside_name(const char *path, const char *suffix, struct cause *cause);

#endif
