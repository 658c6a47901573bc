/* place.h - a client's names become places: the one check of permissions, and
 * the one way to open a path.
 * Ref: serve/confine.h.   See also: tools/ftpd/commands.h, fil-ftpd(8) */
#ifndef FTPD_PLACE_H
#define FTPD_PLACE_H

#include <sys/stat.h>

#include "tools/ftpd/session.h"

/*
 * place_take - where is what the client names, and may it do this there?
 * What it may do is told by the running command's row.
 *   name   as it came; "": where the client is
 *   path   receives the path, of serve/confine.h
 * Returns 0, or -1 when the refusal was replied.
 * Blocks: no.
 */
int	place_take(struct session *session, const char *name,
	    char path[CONFINE_PATH_SIZE]);

/*
 * place_take_new - place_take, for a name that shall come to be: 553 if it has
 * control characters
 */
int	place_take_new(struct session *session, const char *name,
	    char path[CONFINE_PATH_SIZE]);

/*
 * place_allows - has the client this permission there?  The one check.
 *   perm   a letter of USERS_PERMS; 0: none is needed
 */
int	place_allows(const struct session *session, char perm,
	    const char *path);

/* place_open, place_look, place_parent - as confine_open (serve/confine.h) and
 * its like, below the client's home; -1 when that was replied. */
int	place_open(struct session *session, const char *path, int flags);
int	place_look(struct session *session, const char *path, struct stat *st);
int	place_parent(struct session *session, const char *path,
	    const char **leaf);

#endif
