/* beside.c - the name of a new file that will take the place of an old one.
 * See also: client/beside.h, tests/check_save.c, tests/system/passwd.py */
#define _XOPEN_SOURCE 700		/* realpath */
#include "client/beside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LEAF_SHOWN	200		/* of the 255 bytes that most take */

char *
beside_follow(const char *path, struct cause *cause)
{
	char *real = realpath(path, NULL);
	struct stat st;

	if (real != NULL)
		return (real);
	if (errno != ENOENT || lstat(path, &st) == 0) {
		cause_errno(cause, "realpath", errno, path);
		return (NULL);
	}
	if ((real = strdup(path)) == NULL)
		cause_errno(cause, "strdup", errno, path);
	return (real);
}

/* A name may be as long as a folder takes, and this one is longer: its end is
 * cut off then.  Whoever must have it alone opens it with O_EXCL. */
char *
beside_name(const char *path, const char *suffix, struct cause *cause)
{
	const char *slash = strrchr(path, '/');
	const char *leaf = slash != NULL ? slash + 1 : path;
	size_t size = strlen(path) + strlen(suffix) + sizeof(".");
	char *beside = malloc(size);

	if (beside == NULL) {
		cause_errno(cause, "malloc", errno, path);
		return (NULL);
	}
	snprintf(beside, size, "%.*s.%.*s%s", (int)(leaf - path), path,
	    LEAF_SHOWN, leaf, suffix);
	return (beside);
}
