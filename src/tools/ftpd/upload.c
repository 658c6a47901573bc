/* upload.c - a file that appears whole, or not at all.
 * See also: tools/ftpd/upload.h, tests/system/ftpd_hostile.py */
#include "tools/ftpd/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/ftpd/place.h"

static int may_begin(struct upload *);
static int name_it(struct upload *);

int
upload_open(struct upload *upload, struct session *session, const char *path,
    int may_replace)
{
	*upload = (struct upload){ .fd = -1, .may_replace = may_replace };
	upload->dir_fd = place_parent(session, path, &upload->leaf);
	if (upload->dir_fd == -1)
		return (-1);
	if (may_begin(upload) == 0 && reserved_name(upload->temporary) == 0 &&
	    (upload->fd = openat(upload->dir_fd, upload->temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666)) !=
	    -1) {
		/* Ours, for as long as we live: see sweep.h. */
		flock(upload->fd, LOCK_EX | LOCK_NB);
		return (0);
	}
	session_reply_errno(session, errno);
	upload_close(upload);
	return (-1);
}

int
upload_open_in_place(struct upload *upload, struct session *session,
    const char *path, uint64_t offset)
{
	uint64_t size;
	struct stat st;

	*upload = (struct upload){ .dir_fd = -1 };
	upload->fd = place_open(session, path, O_WRONLY);
	if (upload->fd == -1)
		return (-1);
	if (fstat(upload->fd, &st) == -1) {
		session_reply_errno(session, errno);
		goto fail;
	}
	size = (uint64_t)st.st_size;
	upload->begun_at = offset != UINT64_MAX ? offset : size;
	if (upload->begun_at > size)
		session_reply(session, FTP_554_BAD_RESTART,
		    "REST is beyond the file's end");
	else if (lseek(upload->fd, (off_t)upload->begun_at, SEEK_SET) == -1)
		session_reply_errno(session, errno);
	else
		return (0);
fail:
	upload_close(upload);
	return (-1);
}

int
upload_commit(struct upload *upload, int durable)
{
	/* What a file in place had behind our last byte is not of it. */
	if (upload->dir_fd == -1 && ftruncate(upload->fd,
	    lseek(upload->fd, 0, SEEK_CUR)) == -1)
		return (-1);
	if (upload->replaces && fchmod(upload->fd, upload->mode) == -1)
		return (-1);
	if (durable && fsync(upload->fd) == -1)
		return (-1);
	if (upload->dir_fd == -1)
		return (0);
	if (name_it(upload) == -1)
		return (-1);
	upload->temporary[0] = '\0';
	if (durable) {
		int fd = openat(upload->dir_fd, ".", O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC);

		if (fd == -1 || fsync(fd) == -1) {
			if (fd != -1)
				close(fd);
			return (-1);
		}
		close(fd);
	}
	return (0);
}

void
upload_close(struct upload *upload)
{
	int error = errno;

	if (upload->fd != -1)
		close(upload->fd);
	if (upload->dir_fd != -1) {
		if (upload->temporary[0] != '\0')
			unlinkat(upload->dir_fd, upload->temporary, 0);
		close(upload->dir_fd);
	}
	upload->fd = upload->dir_fd = -1;
	errno = error;
}

/* Renaming would ask neither what is replaced nor whether it may be. */
static int
may_begin(struct upload *upload)
{
	struct stat st;

	if (fstatat(upload->dir_fd, upload->leaf, &st, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return (errno == ENOENT ? 0 : -1);
	if (!upload->may_replace)
		errno = EEXIST;
	else if (S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (S_ISREG(st.st_mode)) {
		upload->replaces = 1;
		upload->mode = st.st_mode & 0777;
		return (faccessat(upload->dir_fd, upload->leaf, W_OK,
		    AT_EACCESS));
	} else
		return (0);		/* a link is replaced by a file */
	return (-1);
}

/* link does not replace what somebody else has made meanwhile. */
static int
name_it(struct upload *upload)
{
	if (upload->may_replace)
		return (renameat(upload->dir_fd, upload->temporary,
		    upload->dir_fd, upload->leaf));
	if (linkat(upload->dir_fd, upload->temporary, upload->dir_fd,
	    upload->leaf, 0) == -1)
		return (-1);
	return (unlinkat(upload->dir_fd, upload->temporary, 0));
}
