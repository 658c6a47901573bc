/* privilege.h - become an ordinary user once the ports are bound.
 * Ref: POSIX setgid, setuid; setgroups(2).   See also:
 * tests/system/activation.py */
#ifndef SERVE_PRIVILEGE_H
#define SERVE_PRIVILEGE_H

#include "base/cause.h"

/*
 * privilege_drop - become a user, for good
 *   user   a name of the user database; NULL, or who we are already: nothing
 *          is changed
 * Groups first: once the user is another, they can no longer be changed.
 * Then it is verified that root cannot be had back.
 * Returns 0, or -1 with cause: then the process must end.
 * Blocks: for the user database.   Threads: before any starts (each thread
 * has an identity of its own in the kernel).
 */
int	privilege_drop(const char *user, struct cause *cause);

#endif
