/* confine.c - paths below a root, and never above it.
 * See also: serve/confine.h, tests/check_confine.c */
#define _GNU_SOURCE			/* syscall, O_PATH: only for openat2 */
#include "serve/confine.h"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_LINUX_OPENAT2_H
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#define FLAGS_ALWAYS	(O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
#ifdef O_PATH
#define LOOK	O_PATH			/* to look at, not to open */
#else
#define LOOK	O_RDONLY
#endif
#define RACES_MAX	64		/* renames beside us; then EAGAIN */

static int append(char *, size_t *, const char *, size_t);
static int keep_if_plain(int);
static int open_beneath(int, const char *, int, mode_t);
static int step_into(int, const char *, size_t);

int
confine_path(const char *cwd, const char *name, char path[CONFINE_PATH_SIZE])
{
	size_t len = 0;

	if (name[0] != '/' && (len = strlen(cwd)) >= CONFINE_PATH_SIZE) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	memmove(path, cwd, len);
	path[len] = '\0';
	while (*name != '\0') {
		size_t part = strcspn(name, "/");

		if (part == 2 && memcmp(name, "..", 2) == 0) {
			while (len > 0 && path[--len] != '/')
				;
			path[len] = '\0';
		} else if (part > 0 && !(part == 1 && *name == '.') &&
		    append(path, &len, name, part) == -1) {
			errno = ENAMETOOLONG;
			return (-1);
		}
		name += part;
		name += *name == '/';
	}
	return (0);
}

int
confine_open(int root_fd, const char *path, int flags, mode_t mode)
{
	int fd;

	flags |= FLAGS_ALWAYS;
	if (*path == '\0')
		path = ".";
	fd = open_beneath(root_fd, path, flags, mode);
	/* Old kernels, and filters of system calls that know no openat2. */
	if (fd == -1 && errno == ENOSYS)
		return (confine_open_walk(root_fd, path, flags, mode));
	return (keep_if_plain(fd));
}

int
confine_look(int root_fd, const char *path)
{
	return (confine_open(root_fd, path, LOOK, 0));
}

int
confine_look_walk(int root_fd, const char *path)
{
	return (confine_open_walk(root_fd, path, LOOK, 0));
}

int
confine_open_parent(int root_fd, const char *path, const char **leaf)
{
	char parent[CONFINE_PATH_SIZE];
	const char *slash = strrchr(path, '/');
	size_t len = slash != NULL ? (size_t)(slash - path) : 0;

	*leaf = slash != NULL ? slash + 1 : path;
	if (**leaf == '\0' || len >= sizeof(parent)) {
		errno = **leaf == '\0' ? EINVAL : ENAMETOOLONG;
		return (-1);
	}
	memcpy(parent, path, len);
	parent[len] = '\0';
	return (confine_open(root_fd, parent, LOOK | O_DIRECTORY, 0));
}

int
confine_open_walk(int root_fd, const char *path, int flags, mode_t mode)
{
	int at = root_fd, fd;

	flags |= FLAGS_ALWAYS | O_NOFOLLOW;
	for (;;) {
		size_t part = strcspn(path, "/");
		int next;

		if (path[part] == '\0')
			break;
		next = step_into(at, path, part);
		if (at != root_fd)
			close(at);
		if ((at = next) == -1)
			return (-1);
		path += part + 1;
	}
	if (strcmp(path, "..") == 0) {
		errno = EXDEV;
		fd = -1;
	} else
		fd = openat(at, *path != '\0' ? path : ".", flags, mode);
	if (at != root_fd) {
		int error = errno;

		close(at);
		errno = error;
	}
	return (keep_if_plain(fd));
}

static int
append(char *path, size_t *len, const char *name, size_t part)
{
	size_t slash = *len > 0;

	if (*len + slash + part >= CONFINE_PATH_SIZE)
		return (-1);
	if (slash)
		path[(*len)++] = '/';
	memmove(path + *len, name, part);
	*len += part;
	path[*len] = '\0';
	return (0);
}

/* ENOSYS: this machine cannot. */
static int
open_beneath(int root_fd, const char *path, int flags, mode_t mode)
{
#if defined(HAVE_LINUX_OPENAT2_H) && defined(SYS_openat2)
	struct open_how how = { .flags = (unsigned)flags,
	    .mode = flags & O_CREAT ? mode : 0,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
	long fd;
	int races = 0;

	/* O_PATH takes few companions; openat2 says so, open did not. */
	if (flags & O_PATH)
		how.flags &= O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW;
	do
		fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	while (fd == -1 && (errno == EINTR ||
	    (errno == EAGAIN && ++races < RACES_MAX)));
	return ((int)fd);
#else
	(void)root_fd;
	(void)path;
	(void)flags;
	(void)mode;
	errno = ENOSYS;
	return (-1);
#endif
}

/* The folder of this name, which is no link; part of path. */
static int
step_into(int at, const char *path, size_t part)
{
	char name[256];			/* NAME_MAX, with NUL */

	if (part >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	memcpy(name, path, part);
	name[part] = '\0';
	if (strcmp(name, "..") == 0) {
		errno = EXDEV;
		return (-1);
	}
	return (openat(at, part > 0 ? name : ".", LOOK | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC));
}

/* A fifo or a device is closed again; so is a link, which O_PATH opens. */
static int
keep_if_plain(int fd)
{
	struct stat st;
	int error;

	if (fd == -1)
		return (-1);
	if (fstat(fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return (fd);
	error = S_ISLNK(st.st_mode) ? ELOOP : EACCES;
	close(fd);
	errno = error;
	return (-1);
}
