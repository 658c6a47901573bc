/* target.h - can a library be preloaded into this program?
 * The dynamic linker does it, where there is one, and where it may.
 * Ref: ld.so(8), elf(5).   See also: explain/fil-explain.c */
#ifndef EXPLAIN_TARGET_H
#define EXPLAIN_TARGET_H

#include <stddef.h>

enum target_verdict {
	TARGET_GOOD,
	TARGET_MISSING,			/* no such program; errno says why */
	TARGET_STATIC,			/* no dynamic linker */
	TARGET_PRIVILEGED,		/* set-uid, set-gid, or capabilities */
	TARGET_FOREIGN			/* of another machine or word size */
};

/*
 * target_find - where the shell would find a program
 *   name         as typed: with a slash, a path; else PATH is searched
 *   path, size   receives it
 * Returns 0, or -1 with errno.
 * Blocks: for files.   Threads: safe, if nobody sets the environment.
 */
int	target_find(const char *name, char *path, size_t size);

/*
 * target_check - look into the file; into a script's interpreter, if it is one
 *   path, size   the program; becomes the file that the verdict is about
 * Blocks: for files.   Threads: safe.
 */
enum target_verdict target_check(char *path, size_t size);

#endif
