/* upload.h - a client's file, below the root as a whole or not at all.
 * It is written under a reserved name in its own folder and gets its name when
 * it is complete: an upload that is interrupted leaves the old file, and nobody
 * reads half of the new one.
 *
 *	upload_open(&upload, root_fd, "pub/x", UPLOAD_OVERWRITE)
 *	write(upload.fd)
 *	upload_publish(&upload, durable)	or upload_discard(&upload)
 *
 * Whoever writes it holds a lock on it, which ends with the process: what has
 * a reserved name and no lock is left from a server that was killed, and
 * serve/sweep.h removes it.
 * Ref: POSIX open (O_EXCL), linkat, renameat; flock(2).
 * See also: serve/confine.h, tests/check_upload.c */
#ifndef SERVE_UPLOAD_H
#define SERVE_UPLOAD_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#define UPLOAD_PREFIX		".fil-"	/* of every reserved name */
#define UPLOAD_RESERVED_SIZE	32	/* of a whole one, with NUL */
#define UPLOAD_NAME_SIZE	(NAME_MAX + 1)
#define UPLOAD_UNIQUE_MAX	1000	/* numbers that are tried */

/* What may happen to a file that has the name already. */
enum upload_policy {
	UPLOAD_OVERWRITE,		/* it is replaced */
	UPLOAD_CREATE,			/* it stays: EEXIST */
	UPLOAD_EXISTING,		/* replaced, and there must be one */
	UPLOAD_UNIQUE			/* it stays: x, then x.1, x.2 ... */
};

struct upload {
	int		 fd;		/* to write to; -1: not open */
	int		 parent_fd;	/* -1: it is continued in place */
	enum upload_policy policy;
	uint64_t	 begun_at;	/* what was in place, and stays */
	char		 leaf[UPLOAD_NAME_SIZE];	/* the name */
	char		 temporary[UPLOAD_RESERVED_SIZE];
};

#define UPLOAD_NONE	{ .fd = -1, .parent_fd = -1 }

/*
 * upload_open - begin a file
 *   path   of confine_path
 * It gets the mode of the file that it replaces, or 0666 less the umask.  A
 * symbolic link is replaced, never what it leads to.
 * Returns 0, or -1 with errno and nothing open: as confine_open_parent;
 * EEXIST, ENOENT as the policy says; EISDIR; EACCES: we may not write the old
 * file, or it is none.
 * Blocks: for the disk.   Threads: safe; an upload belongs to one.
 */
int	upload_open(struct upload *upload, int root_fd, const char *path,
	    enum upload_policy policy);

/*
 * upload_open_in_place - go on with a file that is there: what an earlier
 * upload left is seen by all, and grows before their eyes
 *   offset   from where; UINT64_MAX: from its end
 * Returns as upload_open; EINVAL: offset is behind its end.
 */
int	upload_open_in_place(struct upload *upload, int root_fd,
	    const char *path, uint64_t offset);

/*
 * upload_publish - the file is complete: give it its name, or end it where it
 * was written last
 *   durable   wait until it is on the disk
 * leaf is then the name that it got.
 * Returns 0, or -1 with errno; EEXIST: there is one now, or too many.  Closed
 * in any case.
 * Blocks: for the disk.   Threads: the upload's.
 */
int	upload_publish(struct upload *upload, int durable);

/* upload_discard - close it and remove it; one in place keeps what it has.
 * Takes one that is not open. */
void	upload_discard(struct upload *upload);

/*
 * upload_is_reserved - has a part of this path the name of an upload under way?
 * Whoever serves the folder shows none of them, and opens none.
 *   path   of confine_path; or a name
 * Blocks: no.   Threads: safe.
 */
int	upload_is_reserved(const char *path);

/* upload_is_temporary - is this name one that upload_open makes up? */
int	upload_is_temporary(const char *name);

#endif
