/* replace.h - a file in the place of another: all of it, or nothing.
 * The new text is written beside the old file and renamed over it, so a reader,
 * a power cut, a full disk find one or the other.  The file beside is the lock,
 * too: of two that change the same file the second waits, and then reads what
 * the first has written.  The rename takes it away; after SIGKILL it may stay,
 * locked by nobody, and the next one uses it.
 * Ref: POSIX rename, fsync, fcntl (F_SETLKW).   See also: fil-passwd(1) */
#ifndef TOOLS_PASSWD_REPLACE_H
#define TOOLS_PASSWD_REPLACE_H

#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/cause.h"

struct replacement {
	char		*path;		/* the file; links are followed */
	char		*beside;	/* the new one; NULL: it is in place */
	int		 fd;		/* of it, locked; -1: none */
	sigset_t	 mask;		/* of signals, before */
};

/*
 * replacement_begin - be the only one that replaces this file
 *   path   there need be no file; a symbolic link stays, and what it leads to
 *          is replaced
 * Until replacement_end the signals are blocked that would leave the file
 * beside.
 * Returns 0, or -1 with cause and nothing begun.
 * Blocks: until others have done.   Threads: one.
 */
int	replacement_begin(struct replacement *new, const char *path,
	    struct cause *cause);

/*
 * replacement_commit - put a text in the file's place and onto the disk, with
 * mode 0600 and the old file's owner
 *   old   the file that is there; NULL: none is
 * Returns 0, or -1 with cause and the old file as it was.  Only where the cause
 * is fsync of the folder the new file is in place, and a power cut may undo it.
 * Blocks: for the disk.   Threads: one.
 */
int	replacement_commit(struct replacement *new, const char *text,
	    size_t len, const struct stat *old, struct cause *cause);

/* replacement_end - clean up, after success and failure. */
void	replacement_end(struct replacement *new);

#endif
