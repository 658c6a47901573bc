/* names.c - paths at the server, which has slashes as we do.
 * See also: tools/ftp/names.h */
#include "tools/ftp/names.h"

#include <stdio.h>
#include <string.h>

const char *
names_leaf(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (slash != NULL ? slash + 1 : path);
}

int
names_parent(const char *path, char parent[SESSION_PATH_SIZE])
{
	size_t len = (size_t)(names_leaf(path) - path);

	/* The slash of the root stays. */
	len -= len > 1;
	if (len >= SESSION_PATH_SIZE)
		return (-1);
	memcpy(parent, path, len);
	parent[len] = '\0';
	return (0);
}

int
names_join(const char *dir, const char *name, char path[SESSION_PATH_SIZE])
{
	size_t len = strlen(dir);
	int has_slash = len == 0 || dir[len - 1] == '/';

	return (snprintf(path, SESSION_PATH_SIZE, "%s%s%s", dir,
	    has_slash ? "" : "/", name) < SESSION_PATH_SIZE ? 0 : -1);
}
