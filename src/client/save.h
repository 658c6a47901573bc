/* save.h - a file that is written as a whole, or not at all.
 * What comes is written under a temporary name in the same folder, and renamed
 * when it is complete: a transfer that fails, or is interrupted, leaves the
 * file that was there.  A device or a fifo cannot be replaced, and "-" is
 * standard output, as /dev/fd/N is a descriptor of ours: they are written in
 * place.
 *
 *	save_open(&save, "page.html", &cause)
 *	save_write(&save, buf, len, &cause)	or write(save.fd)
 *	save_commit(&save, &cause)		or save_discard(&save)
 *
 * It is not forced onto the disk: after a power cut the old file or the new
 * one may be there, as the file system keeps its promises.  After SIGKILL the
 * temporary one stays.
 * Ref: POSIX open (O_EXCL), rename.
 * See also: client/interrupt.h, tests/check_save.c */
#ifndef CLIENT_SAVE_H
#define CLIENT_SAVE_H

#include <fcntl.h>
#include <stddef.h>

#include "base/cause.h"

struct save {
	int	 fd;			/* to write to; -1: not open */
	int	 dir_fd;		/* that path begins at; not ours */
	char	*path;			/* links are followed; NULL: in place */
	char	*beside;		/* the temporary name */
};

/*
 * save_replaces - would save_open make a temporary file for this path?
 * If so signals are to be held first: see client/interrupt.h.
 * Blocks: for the disk.   Threads: safe.
 */
int	save_replaces(const char *path);

/*
 * save_open - begin a file
 *   path   where it shall be; "-": standard output
 * It gets the mode of the file that it replaces, or 0666 less the umask.  A
 * file that we may not write is not replaced, though the folder would allow it.
 * Returns 0, or -1 with cause and nothing open.
 * Blocks: for the disk; for a reader, if path is a fifo.   Threads: safe.
 */
int	save_open(struct save *save, const char *path, struct cause *cause);

/*
 * save_open_below - begin a file of this very folder
 *   name   any that a peer may have chosen: without a slash; nothing is
 *          followed, and what is there already must be a regular file
 * dir_fd stays the caller's, and must stay open until the save is closed.
 * Returns as save_open.
 * Blocks: for the disk.   Threads: safe.   Ref: POSIX openat (O_NOFOLLOW).
 */
int	save_open_below(struct save *save, int dir_fd, const char *name,
	    struct cause *cause);

/*
 * save_write - write every byte
 * Returns 0, or -1 with cause.
 * Blocks: for the disk, or as a pipe does.   Threads: the save's.
 */
int	save_write(struct save *save, const void *buf, size_t len,
	    struct cause *cause);

/*
 * save_commit - the file is complete: give it its name
 * Returns 0, or -1 with cause and the old file as it was.  Closed in any case.
 * Blocks: for the disk.   Threads: the save's.
 */
int	save_commit(struct save *save, struct cause *cause);

/* save_discard - close it, and leave the old file.  Takes one that is not
 * open. */
void	save_discard(struct save *save);

#define SAVE_NONE	{ .fd = -1, .dir_fd = AT_FDCWD }

#endif
