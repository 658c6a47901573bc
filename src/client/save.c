/* save.c - a file that is written as a whole, or not at all.
 * See also: client/save.h, tests/check_save.c */
#include "client/save.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/num.h"
#include "base/random.h"
#include "base/write_all.h"
#include "client/beside.h"

#define TRIES		16		/* names that somebody else has */

static int adopt_mode(int, const struct stat *);
static void close_all(struct save *);
static int fail(struct cause *, const char *, const char *);
static int open_beside(struct save *, mode_t, struct cause *);
static int open_in_place(struct save *, const char *, struct cause *);
static int open_new(struct save *, const struct stat *, struct cause *);
static int own_descriptor(const char *);

int
save_replaces(const char *path)
{
	struct stat st;

	return (own_descriptor(path) == -1 &&
	    (stat(path, &st) == -1 || S_ISREG(st.st_mode)));
}

int
save_open(struct save *save, const char *path, struct cause *cause)
{
	int own = own_descriptor(path), is_new;
	struct stat old;

	*save = (struct save)SAVE_NONE;
	if (own != -1) {
		save->fd = fcntl(own, F_DUPFD_CLOEXEC, 0);
		return (save->fd != -1 ? 0 : fail(cause, "fcntl", path));
	}
	is_new = stat(path, &old) == -1;
	if (is_new && errno != ENOENT)
		return (fail(cause, "stat", path));
	if (!is_new && !S_ISREG(old.st_mode))
		return (open_in_place(save, path, cause));
	/* As it would be if it were written in place. */
	if (!is_new && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == -1)
		return (fail(cause, "open", path));
	if ((save->path = beside_follow(path, cause)) == NULL)
		return (-1);
	return (open_new(save, is_new ? NULL : &old, cause));
}

int
save_open_below(struct save *save, int dir_fd, const char *name,
    struct cause *cause)
{
	struct stat old;
	int is_new;

	*save = (struct save)SAVE_NONE;
	save->dir_fd = dir_fd;
	is_new = fstatat(dir_fd, name, &old, AT_SYMLINK_NOFOLLOW) == -1;
	if (is_new && errno != ENOENT)
		return (fail(cause, "fstatat", name));
	if (!is_new && !S_ISREG(old.st_mode)) {
		cause_said(cause, "fstatat",
		    N_("there is something else of that name"), name);
		return (-1);
	}
	if (!is_new && faccessat(dir_fd, name, W_OK, AT_EACCESS) == -1)
		return (fail(cause, "openat", name));
	if ((save->path = strdup(name)) == NULL)
		return (fail(cause, "strdup", name));
	return (open_new(save, is_new ? NULL : &old, cause));
}

int
save_write(struct save *save, const void *buf, size_t len,
    struct cause *cause)
{
	if (write_all(save->fd, buf, len) == len)
		return (0);
	return (fail(cause, "write", save->path != NULL ? save->path : ""));
}

/* Some file systems tell only here that the disk is full. */
int
save_commit(struct save *save, struct cause *cause)
{
	int result = 0, fd = save->fd;

	save->fd = -1;
	if (close(fd) == -1 && errno != EINTR)
		result = fail(cause, "close", save->path);
	else if (save->path != NULL && renameat(save->dir_fd,
	    save->beside, save->dir_fd, save->path) == -1)
		result = fail(cause, "rename", save->path);
	if (result == 0) {
		free(save->beside);
		save->beside = NULL;
	}
	close_all(save);
	return (result);
}

void
save_discard(struct save *save)
{
	close_all(save);
}

/* The temporary name goes, if it is still there. */
static void
close_all(struct save *save)
{
	if (save->fd != -1)
		close(save->fd);
	if (save->beside != NULL)
		unlinkat(save->dir_fd, save->beside, 0);
	free(save->beside);
	free(save->path);
	*save = (struct save)SAVE_NONE;
}

/* The descriptor of ours that a path stands for, or -1.  Opened by its name it
 * would be the file behind it: "-o /dev/stdout >>log" would replace the log. */
static int
own_descriptor(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	uint64_t fd;

	if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
		return (STDOUT_FILENO);
	if (strcmp(path, "/dev/stderr") == 0)
		return (STDERR_FILENO);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t len = strlen(folders[i]);

		if (strncmp(path, folders[i], len) == 0 && num_parse(path +
		    len, strlen(path + len), INT_MAX, &fd) == 0)
			return ((int)fd);
	}
	return (-1);
}

static int
open_in_place(struct save *save, const char *path, struct cause *cause)
{
	save->fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return (save->fd != -1 ? 0 : fail(cause, "open", path));
}

static int
open_new(struct save *save, const struct stat *old, struct cause *cause)
{
	/* Private until it has the old one's mode. */
	mode_t mode = old != NULL ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR |
	    S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;

	if (open_beside(save, mode, cause) == 0 &&
	    (old == NULL || adopt_mode(save->fd, old) == 0 ||
	    fail(cause, "fchmod", save->beside) == 0))
		return (0);
	close_all(save);
	return (-1);
}

/* A name that nobody could foresee, so that nobody has put a link there; and
 * where somebody has all the same, O_EXCL refuses it. */
static int
open_beside(struct save *save, mode_t mode, struct cause *cause)
{
	for (int i = 0; i < TRIES; i++) {
		char suffix[20];
		uint64_t dice;

		if (random_fill(&dice, sizeof(dice)) == -1)
			return (fail(cause, "getrandom", save->path));
		snprintf(suffix, sizeof(suffix), ".%016" PRIx64, dice);
		save->beside = beside_name(save->path, suffix, cause);
		if (save->beside == NULL)
			return (-1);
		save->fd = openat(save->dir_fd, save->beside, O_WRONLY |
		    O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (save->fd != -1)
			return (0);
		fail(cause, "open", save->beside);
		free(save->beside);	/* never unlinked: not ours */
		save->beside = NULL;
		if (cause->error != EEXIST)
			return (-1);
	}
	return (-1);
}

/* Owner and group too, where that is allowed; rights that the old group had
 * are not for ours. */
static int
adopt_mode(int fd, const struct stat *old)
{
	mode_t mode = old->st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);

	if (fchown(fd, (uid_t)-1, old->st_gid) == -1)
		mode &= ~(mode_t)S_IRWXG;
	if (fchmod(fd, mode) == -1)
		return (-1);
	return (fchown(fd, old->st_uid, (gid_t)-1) == 0 || errno == EPERM ?
	    0 : -1);
}

static int
fail(struct cause *cause, const char *primitive, const char *object)
{
	cause_errno(cause, primitive, errno, object);
	return (-1);
}
