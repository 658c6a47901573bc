/* upload.c - a client's file, below the root as a whole or not at all.
 * See also: serve/upload.h, tests/check_upload.c */
#include "serve/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "serve/confine.h"

#define PREFIX_LEN	(sizeof(UPLOAD_PREFIX) - 1)
#define RANDOM_LEN	16		/* digits behind it */
#define MODE_BITS	0777		/* no set-user-ID from a client */
#define NUMBER_SIZE	13		/* of ".%d", with NUL */

static int check_old(const struct upload *, mode_t *);
static int check_replaced(const struct upload *, const struct stat *);
static int fail(struct upload *, void (*)(struct upload *));
static int give_name(struct upload *);
static int link_new(struct upload *);
static int link_unique(struct upload *);
static int open_temporary(struct upload *);
static int sync_folder(const struct upload *);
static void upload_close(struct upload *);

int
upload_open(struct upload *upload, int root_fd, const char *path,
    enum upload_policy policy)
{
	mode_t mode = 0;
	const char *leaf;

	*upload = (struct upload)UPLOAD_NONE;
	upload->policy = policy;
	upload->parent_fd = confine_open_parent(root_fd, path, &leaf);
	if (upload->parent_fd == -1)
		return (-1);
	if (strlen(leaf) >= sizeof(upload->leaf)) {
		errno = ENAMETOOLONG;
		return (fail(upload, upload_close));
	}
	strcpy(upload->leaf, leaf);
	if (check_old(upload, &mode) == -1 || open_temporary(upload) == -1)
		return (fail(upload, upload_close));
	/* Before there is anything in it that the old one hid. */
	if (mode != 0)
		fchmod(upload->fd, mode & MODE_BITS);
	return (0);
}

int
upload_open_in_place(struct upload *upload, int root_fd, const char *path,
    uint64_t offset)
{
	struct stat st;

	*upload = (struct upload)UPLOAD_NONE;
	upload->fd = confine_open(root_fd, path, O_WRONLY, 0);
	if (upload->fd == -1 || fstat(upload->fd, &st) == -1)
		return (fail(upload, upload_close));
	upload->begun_at = offset != UINT64_MAX ? offset :
	    (uint64_t)st.st_size;
	if (upload->begun_at > (uint64_t)st.st_size) {
		errno = EINVAL;
		return (fail(upload, upload_close));
	}
	if (lseek(upload->fd, (off_t)upload->begun_at, SEEK_SET) == -1)
		return (fail(upload, upload_close));
	return (0);
}

int
upload_publish(struct upload *upload, int durable)
{
	int in_place = upload->parent_fd == -1;

	/* What a file in place had behind our last byte is not of it. */
	if (in_place && ftruncate(upload->fd, lseek(upload->fd, 0,
	    SEEK_CUR)) == -1)
		return (fail(upload, upload_discard));
	if (durable && fsync(upload->fd) == -1)
		return (fail(upload, upload_discard));
	if (!in_place && give_name(upload) == -1)
		return (fail(upload, upload_discard));
	if (!in_place && durable && sync_folder(upload) == -1)
		return (fail(upload, upload_close));
	upload_close(upload);
	return (0);
}

void
upload_discard(struct upload *upload)
{
	if (upload->parent_fd != -1 && upload->fd != -1)
		unlinkat(upload->parent_fd, upload->temporary, 0);
	upload_close(upload);
}

int
upload_is_reserved(const char *path)
{
	for (; path != NULL; path = strchr(path, '/')) {
		path += *path == '/';
		if (strncmp(path, UPLOAD_PREFIX, PREFIX_LEN) == 0)
			return (1);
	}
	return (0);
}

int
upload_is_temporary(const char *name)
{
	return (strncmp(name, UPLOAD_PREFIX, PREFIX_LEN) == 0 &&
	    strspn(name + PREFIX_LEN, "0123456789abcdef") == RANDOM_LEN &&
	    name[PREFIX_LEN + RANDOM_LEN] == '\0');
}

static void
upload_close(struct upload *upload)
{
	if (upload->fd != -1)
		close(upload->fd);
	if (upload->parent_fd != -1)
		close(upload->parent_fd);
	upload->fd = upload->parent_fd = -1;
}

/* End it, and keep errno; returns -1. */
static int
fail(struct upload *upload, void (*end)(struct upload *))
{
	int error = errno;

	end(upload);
	errno = error;
	return (-1);
}

/* The answer may be another one when the file is complete; then the call that
 * gives it its name decides.  mode is that of the file that is replaced. */
static int
check_old(const struct upload *upload, mode_t *mode)
{
	struct stat old;

	if (fstatat(upload->parent_fd, upload->leaf, &old,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT &&
		    upload->policy != UPLOAD_EXISTING ? 0 : -1);
	if (upload->policy == UPLOAD_UNIQUE)
		return (0);
	if (S_ISREG(old.st_mode))
		*mode = old.st_mode;
	return (check_replaced(upload, &old));
}

/* Renaming would ask neither what is replaced nor whether we may write it. */
static int
check_replaced(const struct upload *upload, const struct stat *old)
{
	if (S_ISDIR(old->st_mode))
		errno = EISDIR;
	else if (upload->policy == UPLOAD_CREATE)
		errno = EEXIST;
	else if (S_ISREG(old->st_mode))
		return (faccessat(upload->parent_fd, upload->leaf, W_OK,
		    AT_EACCESS));
	else if (S_ISLNK(old->st_mode))
		return (0);
	else
		errno = EACCES;
	return (-1);
}

/* Nobody can foresee the name, so nobody has made a link of it. */
static int
open_temporary(struct upload *upload)
{
	uint64_t number;

	if (random_fill(&number, sizeof(number)) == -1)
		return (-1);
	snprintf(upload->temporary, sizeof(upload->temporary),
	    UPLOAD_PREFIX "%016" PRIx64, number);
	upload->fd = openat(upload->parent_fd, upload->temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (upload->fd == -1)
		return (-1);
	/* Ours, for as long as we live. */
	flock(upload->fd, LOCK_EX | LOCK_NB);
	return (0);
}

static int
give_name(struct upload *upload)
{
	if (upload->policy == UPLOAD_CREATE)
		return (link_new(upload));
	if (upload->policy == UPLOAD_UNIQUE)
		return (link_unique(upload));
	return (renameat(upload->parent_fd, upload->temporary,
	    upload->parent_fd, upload->leaf));
}

/* A rename would replace what has come there meanwhile; a link is refused. */
static int
link_new(struct upload *upload)
{
	if (linkat(upload->parent_fd, upload->temporary, upload->parent_fd,
	    upload->leaf, 0) == -1)
		return (-1);
	unlinkat(upload->parent_fd, upload->temporary, 0);
	return (0);
}

static int
link_unique(struct upload *upload)
{
	char name[UPLOAD_NAME_SIZE];

	strcpy(name, upload->leaf);
	for (int i = 1; link_new(upload) == -1; i++) {
		if (errno != EEXIST || i > UPLOAD_UNIQUE_MAX)
			return (-1);
		/* The end of a long name makes room for the number. */
		snprintf(upload->leaf, sizeof(upload->leaf), "%.*s.%d",
		    UPLOAD_NAME_SIZE - NUMBER_SIZE, name, i);
	}
	return (0);
}

/* A name, too, is on the disk only when its folder is.  parent_fd is for looks
 * only (confine_open_parent), and cannot be synced itself. */
static int
sync_folder(const struct upload *upload)
{
	int fd = openat(upload->parent_fd, ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC), error, result;

	if (fd == -1)
		return (-1);
	result = fsync(fd);
	error = errno;
	close(fd);
	errno = error;
	return (result);
}
