/* jail.h - a thread that can touch nothing but one folder's files.
 * serve/confine.h keeps a client's paths below a root; if it had a bug, the
 * kernel would still refuse: Landlock binds the calling thread for good, and no
 * other.  It guards against mistakes with paths, not against foreign code in
 * the process: that could let another thread do the work.
 * Ref: landlock(7).   See also: tests/check_confine.c */
#ifndef SERVE_JAIL_H
#define SERVE_JAIL_H

#include "base/cause.h"

/*
 * jail_prepare - let no program that we might start gain rights, for good; and
 * have libc read what it could not read in a jail
 * jail_enter needs it.
 * Returns 0, or -1 with cause.  Where there is no such call: 0.
 * Blocks: no.   Threads: before any starts.   Ref: prctl(2).
 */
int	jail_prepare(struct cause *cause);

/*
 * jail_enter - from now on this thread opens, makes, removes and renames files
 * below root_fd only
 * What is open stays open.
 * Returns 1, 0 where the kernel has no Landlock, or -1 with cause.
 * Blocks: no.   Threads: binds the calling one.
 */
int	jail_enter(int root_fd, struct cause *cause);

#endif
