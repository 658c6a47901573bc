/* below.c - folders of ours below one of them, that a server may name.
 * See also: tools/ftp/below.h */
#include "tools/ftp/below.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int enter(int, const char *, int);

int
below_open(int root_fd, const char *path, int makes, struct cause *cause)
{
	int fd = openat(root_fd, ".", FOLDER);

	while (fd != -1 && *path != '\0') {
		char name[NAME_MAX + 1];
		size_t len = strcspn(path, "/");
		int next = -1;

		errno = ENAMETOOLONG;
		if (len <= NAME_MAX) {
			memcpy(name, path, len);
			name[len] = '\0';
			next = enter(fd, name, makes);
		}
		if (next == -1)
			cause_errno(cause, "openat", errno, path);
		close(fd);
		if (next == -1)
			return (-1);
		fd = next;
		path += len;
		path += *path == '/';
	}
	if (fd == -1)
		cause_errno(cause, "openat", errno, ".");
	return (fd);
}

static int
enter(int fd, const char *name, int makes)
{
	if (makes && mkdirat(fd, name, 0777) == -1 && errno != EEXIST)
		return (-1);
	return (openat(fd, name, FOLDER));
}
