/* confine.h - paths below a root, and never above it.
 * A client names a file by any bytes.  First the name is made a path from the
 * root, by its letters alone: confine_path.  Then the kernel walks it below
 * the root's descriptor: no .., no symbolic link that leads out, and none of
 * it is looked at before it is opened, so nobody can swap a folder for a link
 * in between.
 *
 *	confine_path(cwd, "../pub/x", path)	"pub/x"
 *	fd = confine_open(root_fd, path, O_RDONLY, 0)
 *	parent_fd = confine_open_parent(root_fd, path, &leaf)
 *	unlinkat(parent_fd, leaf, 0)
 *
 * Linux has openat2(2) for it.  Elsewhere each component is opened by itself
 * with O_NOFOLLOW: that refuses every symbolic link, also one that stays
 * below the root, and there only do the two differ.
 * Ref: openat2(2), POSIX openat.   See also: tests/check_confine.c */
#ifndef SERVE_CONFINE_H
#define SERVE_CONFINE_H

#include <fcntl.h>
#include <stddef.h>
#include <sys/types.h>

#define CONFINE_PATH_SIZE	4096	/* of a path, with NUL */

/*
 * confine_path - what a client's name means, as a path from the root
 *   cwd    where the client is: such a path itself; "" is the root
 *   name   any text; from the root if it begins with /, else from cwd
 *   path   receives it: no leading /, no empty component, no . and no ..;
 *          "" is the root.  May be cwd's own memory, not name's
 * Above the root there is the root again.
 * Returns 0, or -1 with errno ENAMETOOLONG.
 * Blocks: no.   Threads: safe.
 */
int	confine_path(const char *cwd, const char *name,
	    char path[CONFINE_PATH_SIZE]);

/*
 * confine_open - open a regular file or a folder below a root
 *   root_fd   a folder
 *   path      of confine_path
 *   flags     as of open(2); O_CLOEXEC, O_NOCTTY and O_NONBLOCK are added: a
 *             fifo must not make anybody wait
 *   mode      of a file that O_CREAT makes
 * Returns a descriptor that the caller closes, or -1 with errno as open(2)
 * sets it; EXDEV or ELOOP: a link that leads out; EACCES also if it is
 * neither file nor folder.
 * Blocks: for the disk.   Threads: safe.
 */
int	confine_open(int root_fd, const char *path, int flags, mode_t mode);

/*
 * confine_look - the same, for fstat and for the ...at calls only: the file
 * need not be readable
 */
int	confine_look(int root_fd, const char *path);

/*
 * confine_open_parent - open the folder that a path's last component is in,
 * for unlinkat, mkdirat, renameat, which do not follow that component
 *   leaf   receives the component: in path
 * Returns as confine_open; EINVAL for the root, which is in no folder of ours.
 */
int	confine_open_parent(int root_fd, const char *path, const char **leaf);

/*
 * confine_open_walk, confine_look_walk - the same as they are where there is
 * no openat2: they follow no symbolic link at all.  For tests.
 */
int	confine_open_walk(int root_fd, const char *path, int flags,
	    mode_t mode);
int	confine_look_walk(int root_fd, const char *path);

#endif
