/* users.h - the file of accounts: lines of name:hash.
 *
 *	# blank lines and comments stay
 *	pc3:$y$j9T$...
 *	pc4:$y$j9T$...:home:perms	both are fil-ftpd's, both optional
 *	server:!			locked: nobody logs in
 *
 * Two names that differ in case only are one (base/name.h).  A file with one
 * bad line is refused whole: half of it would lock out the rest without a word.
 * Ref: crypt(5).   See also: serve/account.h, tests/check_users.c,
 * tests/fuzz/fuzz_users.c */
#ifndef SERVE_USERS_H
#define SERVE_USERS_H

#include <stddef.h>
#include <sys/stat.h>

#include "base/cause.h"
#include "base/name.h"

#define USERS_LINE_MAX	1024		/* bytes, without the line end */
#define USERS_FILE_MAX	(1024 * 1024)
#define USERS_PERMS	"elradfmwMT"	/* fil-ftpd(8) says what each allows */

struct user {
	const char	*name;		/* as the file spells it */
	const char	*hash;		/* begins with ! or *: locked */
	const char	*more;		/* what follows hash and colon, or "":
					 * home, and maybe a colon and perms */
	size_t		 home_len;	/* of more */
	const char	*perms;		/* letters of USERS_PERMS; "": all */
	size_t		 line;		/* from 1 */
	char		 folded[NAME_SIZE];
};

/* What a file says; it has copied all of it. */
struct users {
	const char	*path;		/* for causes, kept */
	const struct name_rules *names;	/* kept */
	struct user	*rows;		/* by folded name */
	size_t		 len, room;
	char		*text;		/* that the rows' strings lie in */
	size_t		 text_len;
};

/* A file as it was read. */
struct users_text {
	char		*bytes;		/* NULL: nothing */
	size_t		 len;
	struct stat	 st;
};

/*
 * users_read - a file's bytes
 * Only a regular file of USERS_FILE_MAX bytes at most.
 * Returns 0; or -1 with cause, whose error is ENOENT if there is none.
 * Blocks: for the disk.   Threads: safe.
 */
int	users_read(struct users_text *text, const char *path,
	    struct cause *cause);

/* users_text_fini - wipe and free the bytes.  Takes a zeroed one. */
void	users_text_fini(struct users_text *text);

/*
 * users_parse - what the bytes of a file say
 *   users      path and names set, all else zero
 *   buf, len   any bytes at all; not kept
 * Returns 0, or -1 with cause, "PATH:LINE: what: why"; users then hold nothing.
 * Blocks: no.   Threads: safe.
 */
int	users_parse(struct users *users, const char *buf, size_t len,
	    struct cause *cause);

/* users_fini - wipe and free it.  Takes a zeroed one. */
void	users_fini(struct users *users);

/*
 * users_find - the account of this name, in any case, or NULL
 *   name, len   any bytes at all
 * Blocks: no.   Threads: safe.
 */
const struct user *users_find(const struct users *users, const char *name,
	    size_t len);

/* user_is_locked - can nobody log in as this one? */
int	user_is_locked(const struct user *user);

#endif
