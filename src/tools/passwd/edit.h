/* edit.h - one account added to a users file, changed, or deleted.
 * All other lines stay as they are, comments too.
 * See also: serve/users.h, tools/passwd/replace.h */
#ifndef TOOLS_PASSWD_EDIT_H
#define TOOLS_PASSWD_EDIT_H

#include "base/cause.h"
#include "base/name.h"

struct edit {
	const char	*name;
	const char	*hash;		/* NULL: delete the account */
};

enum edit_outcome {
	EDIT_FAILED,
	EDIT_ADDED,
	EDIT_CHANGED,
	EDIT_DELETED,
	EDIT_NOBODY			/* to delete */
};

/*
 * edit_users - do it to a file, which is made if there is none
 * A file that a server would refuse is not touched.
 * Returns what was done, or EDIT_FAILED with cause (see replacement_commit).
 * Blocks: until others have done, and for the disk.   Threads: one.
 */
enum edit_outcome edit_users(const char *path, const struct edit *edit,
	    const struct name_rules *names, struct cause *cause);

#endif
