/* place.c - a client's names become places.
 * See also: tools/ftpd/place.h, tests/system/ftpd.py */
#include "tools/ftpd/place.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "proto/ftp_list.h"
#include "serve/upload.h"
#include "tools/ftpd/commands.h"

static int is_below(const char *, const char *);

int
place_take(struct session *session, const char *name,
    char path[CONFINE_PATH_SIZE])
{
	if (confine_path(session_cwd(session), name, path) == -1)
		session_reply_errno(session, errno);
	else if (!place_allows(session, session->command->perm, path))
		session_reply_errno(session, EACCES);
	else if (upload_is_reserved(path))
		session_reply_errno(session, ENOENT);
	else
		return (0);
	return (-1);
}

int
place_take_new(struct session *session, const char *name,
    char path[CONFINE_PATH_SIZE])
{
	if (place_take(session, name, path) == -1)
		return (-1);
	if (ftp_list_name_is_plain(path))
		return (0);
	session_reply(session, FTP_553_BAD_NAME,
	    "A name has no control characters");
	return (-1);
}

/* Whoever is anonymous reads; and in the folder for uploads, which nobody
 * shall use to pass things on, only puts. */
int
place_allows(const struct session *session, char perm, const char *path)
{
	const char *upload = session->ftpd->upload;

	if (perm == '\0')
		return (1);
	if (session->login.anonymous &&
	    session->ftpd->options->anonymous_upload != NULL &&
	    is_below(path, upload)) {
		if (perm == 'w')
			return (1);
		if (perm == 'r')
			return (0);
	}
	return (strchr(session->login.perms, perm) != NULL);
}

int
place_open(struct session *session, const char *path, int flags)
{
	int fd = confine_open(session->login.root_fd, path, flags, 0);

	if (fd == -1)
		session_reply_errno(session, errno);
	return (fd);
}

int
place_look(struct session *session, const char *path, struct stat *st)
{
	int fd = confine_look(session->login.root_fd, path);

	if (fd != -1 && fstat(fd, st) == 0)
		return (fd);
	session_reply_errno(session, errno);
	if (fd != -1)
		close(fd);
	return (-1);
}

int
place_parent(struct session *session, const char *path, const char **leaf)
{
	int fd = confine_open_parent(session->login.root_fd, path, leaf);

	if (fd == -1)
		session_reply_errno(session, errno);
	return (fd);
}

static int
is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return (len == 0 ? path[0] != '\0' :
	    strncmp(path, folder, len) == 0 && path[len] == '/');
}
