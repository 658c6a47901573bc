/* replace.c - a file in the place of another: all of it, or nothing.
 * See also: tools/passwd/replace.h, tests/system/passwd.py */
#include "tools/passwd/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/write_all.h"
#include "client/beside.h"

#define SUFFIX	".fil-passwd"

/* Is the file that was locked the one that has the name? */
enum lock_state { LOCK_HELD, LOCK_LOST, LOCK_REFUSED };

static int fail(struct cause *, const char *, const char *);
static int keep_owner(int, const struct stat *);
static enum lock_state lock_check(int, const char *, struct cause *);
static int open_locked(const char *, struct cause *);
static int sync_folder(const char *, struct cause *);
static int wait_for_lock(int);

int
replacement_begin(struct replacement *new, const char *path,
    struct cause *cause)
{
	static const int leaving[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM,
	    SIGTSTP };
	sigset_t blocked;

	*new = (struct replacement){ .fd = -1 };
	if ((new->path = beside_follow(path, cause)) == NULL ||
	    (new->beside = beside_name(new->path, SUFFIX, cause)) == NULL ||
	    (new->fd = open_locked(new->beside, cause)) == -1) {
		free(new->path);
		free(new->beside);
		return (-1);
	}
	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(leaving) / sizeof(leaving[0]); i++)
		sigaddset(&blocked, leaving[i]);
	pthread_sigmask(SIG_BLOCK, &blocked, &new->mask);
	return (0);
}

int
replacement_commit(struct replacement *new, const char *text, size_t len,
    const struct stat *old, struct cause *cause)
{
	/* Somebody may have been killed in the middle of it. */
	if (ftruncate(new->fd, 0) == -1)
		return (fail(cause, "ftruncate", new->beside));
	if (write_all(new->fd, text, len) < len)
		return (fail(cause, "write", new->beside));
	if (fchmod(new->fd, S_IRUSR | S_IWUSR) == -1)
		return (fail(cause, "fchmod", new->beside));
	if (old != NULL && keep_owner(new->fd, old) == -1)
		return (fail(cause, "fchown", new->beside));
	/* The text first: a name for what is not on the disk is worth
	 * nothing after a power cut. */
	if (fsync(new->fd) == -1)
		return (fail(cause, "fsync", new->beside));
	if (rename(new->beside, new->path) == -1)
		return (fail(cause, "rename", new->path));
	free(new->beside);
	new->beside = NULL;
	return (sync_folder(new->path, cause));
}

void
replacement_end(struct replacement *new)
{
	/* While it is locked: who waits for it must find it gone. */
	if (new->beside != NULL)
		unlink(new->beside);
	close(new->fd);
	free(new->path);
	free(new->beside);
	pthread_sigmask(SIG_SETMASK, &new->mask, NULL);
}

/* Who waited for the lock may have got that of a file which was renamed or
 * removed meanwhile: then again, with the one that has the name now. */
static int
open_locked(const char *beside, struct cause *cause)
{
	for (;;) {
		enum lock_state state;
		int fd = open(beside, O_RDWR | O_CREAT | O_NOFOLLOW |
		    O_NOCTTY | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR);

		if (fd == -1)
			return (fail(cause, "open", beside));
		if (wait_for_lock(fd) == -1) {
			fail(cause, "fcntl", beside);
			close(fd);
			return (-1);
		}
		state = lock_check(fd, beside, cause);
		if (state == LOCK_HELD)
			return (fd);
		close(fd);
		if (state == LOCK_REFUSED)
			return (-1);
	}
}

static int
wait_for_lock(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int result;

	do
		result = fcntl(fd, F_SETLKW, &lock);
	while (result == -1 && errno == EINTR);
	return (result);
}

/* Only a file of our own, with one name: who made another could still write
 * into it, or has it lead to a file that we may write and he may not. */
static enum lock_state
lock_check(int fd, const char *beside, struct cause *cause)
{
	struct stat ours, named;

	if (fstat(fd, &ours) == -1) {
		fail(cause, "fstat", beside);
		return (LOCK_REFUSED);
	}
	if (lstat(beside, &named) == -1 || named.st_ino != ours.st_ino ||
	    named.st_dev != ours.st_dev)
		return (LOCK_LOST);
	if (S_ISREG(ours.st_mode) && ours.st_uid == geteuid() &&
	    ours.st_nlink == 1)
		return (LOCK_HELD);
	cause_said(cause, "open", N_("somebody else's file: remove it"),
	    beside);
	return (LOCK_REFUSED);
}

/* The group has no rights in a file of mode 0600: kept if that is allowed. */
static int
keep_owner(int fd, const struct stat *old)
{
	if (fchown(fd, (uid_t)-1, old->st_gid) == -1 && errno != EPERM)
		return (-1);
	if (old->st_uid == geteuid())
		return (0);
	return (fchown(fd, old->st_uid, (gid_t)-1));
}

/* The name itself is on the disk when its folder is. */
static int
sync_folder(const char *path, struct cause *cause)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") :
	    strndup(path, (size_t)(slash - path) + 1);
	int fd, result = 0;

	if (folder == NULL)
		return (fail(cause, "strdup", path));
	fd = open(folder, O_RDONLY | O_CLOEXEC);
	/* EINVAL: this file system knows no such thing. */
	if (fd == -1 || (fsync(fd) == -1 && errno != EINVAL))
		result = fail(cause, "fsync", folder);
	if (fd != -1)
		close(fd);
	free(folder);
	return (result);
}

static int
fail(struct cause *cause, const char *primitive, const char *object)
{
	cause_errno(cause, primitive, errno, object);
	return (-1);
}
