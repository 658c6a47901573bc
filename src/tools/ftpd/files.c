/* files.c - commands that change, or ask about, one name.
 * Each takes its place (place.h), opens the folder that the name is in, and
 * makes one call there.
 * See also: tools/ftpd/commands.h, tests/system/ftpd.py */
#include "tools/ftpd/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/ftpd/place.h"

static int look(struct session *, const char *, struct stat *);
static void reply_path(struct session *, const char *, const char *);
static void reply_result(struct session *, int, const char *);

void
command_cdup(struct session *session, const char *argument)
{
	(void)argument;
	command_cwd(session, "..");
}

/* Alone it goes to the root, as "cd" does at home. */
void
command_cwd(struct session *session, const char *name)
{
	char path[CONFINE_PATH_SIZE];
	struct stat st;
	int fd;

	if (place_take(session, name[0] != '\0' ? name : "/", path) == -1 ||
	    (fd = place_look(session, path, &st)) == -1)
		return;
	if (!S_ISDIR(st.st_mode))
		session_reply_errno(session, ENOTDIR);
	else if (faccessat(fd, ".", X_OK, AT_EACCESS) == -1)
		session_reply_errno(session, errno);
	else {
		session_go(session, path);
		session_reply(session, FTP_250_FILE_ACTION_OK, "You are there");
	}
	close(fd);
}

void
command_pwd(struct session *session, const char *argument)
{
	(void)argument;
	reply_path(session, session_cwd(session), "is where you are");
}

void
command_mkd(struct session *session, const char *name)
{
	char path[CONFINE_PATH_SIZE];
	const char *leaf;
	int fd;

	if (place_take_new(session, name, path) == -1 ||
	    (fd = place_parent(session, path, &leaf)) == -1)
		return;
	if (mkdirat(fd, leaf, 0777) == -1)
		session_reply_errno(session, errno);
	else
		reply_path(session, path, "is made");
	close(fd);
}

void
command_rmd(struct session *session, const char *name)
{
	char path[CONFINE_PATH_SIZE];
	const char *leaf;
	int fd;

	if (place_take(session, name, path) == -1 ||
	    (fd = place_parent(session, path, &leaf)) == -1)
		return;
	reply_result(session, unlinkat(fd, leaf, AT_REMOVEDIR), "Removed");
	close(fd);
}

void
command_dele(struct session *session, const char *name)
{
	char path[CONFINE_PATH_SIZE];
	const char *leaf;
	int fd;

	if (place_take(session, name, path) == -1 ||
	    (fd = place_parent(session, path, &leaf)) == -1)
		return;
	reply_result(session, unlinkat(fd, leaf, 0), "Deleted");
	close(fd);
}

void
command_rnfr(struct session *session, const char *name)
{
	struct stat st;
	const char *leaf;
	int fd;

	session->renaming = 0;
	if (place_take(session, name, session->rename_from) == -1 ||
	    (fd = place_parent(session, session->rename_from, &leaf)) == -1)
		return;
	if (fstatat(fd, leaf, &st, AT_SYMLINK_NOFOLLOW) == -1)
		session_reply_errno(session, errno);
	else {
		session->renaming = 2;	/* this one, and the next */
		session_reply(session, FTP_350_PENDING, "RNTO comes next");
	}
	close(fd);
}

void
command_rnto(struct session *session, const char *name)
{
	char path[CONFINE_PATH_SIZE];
	const char *from, *to;
	int from_fd, to_fd;

	if (!session->renaming) {
		session_reply(session, FTP_503_BAD_SEQUENCE,
		    "RNFR comes before");
		return;
	}
	if (place_take_new(session, name, path) == -1 ||
	    (from_fd = place_parent(session, session->rename_from, &from)) ==
	    -1)
		return;
	if ((to_fd = place_parent(session, path, &to)) != -1) {
		reply_result(session, renameat(from_fd, from, to_fd, to),
		    "Renamed");
		close(to_fd);
	}
	close(from_fd);
}

/* RFC 3659 4: as many bytes as RETR would send.  Of text we would have to
 * count the lines: that is refused, as others do. */
void
command_size(struct session *session, const char *name)
{
	struct stat st;

	if (session->ascii)
		session_reply(session, FTP_550_FILE_UNAVAILABLE,
		    "SIZE needs TYPE I");
	else if (look(session, name, &st) == -1)
		return;
	else if (!S_ISREG(st.st_mode))
		session_reply_errno(session, EISDIR);
	else
		session_reply(session, FTP_213_FILE_STATUS, "%jd",
		    (intmax_t)st.st_size);
}

void
command_mdtm(struct session *session, const char *name)
{
	char text[FTP_TIME_SIZE];
	struct stat st;

	if (look(session, name, &st) == 0)
		session_reply(session, FTP_213_FILE_STATUS, "%s",
		    ftp_time_format(st.st_mtime, text));
}

/* "20261122041500 name" */
void
command_mfmt(struct session *session, const char *argument)
{
	size_t len = strcspn(argument, " ");
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };
	char path[CONFINE_PATH_SIZE], text[FTP_TIME_SIZE];
	const char *leaf;
	int64_t seconds;
	int fd;

	if (argument[len] == '\0' || argument[len + 1] == '\0' ||
	    ftp_time_parse(argument, len, &seconds) == -1) {
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "MFMT YYYYMMDDHHMMSS FILE");
		return;
	}
	times[1].tv_sec = (time_t)seconds;
	if (place_take(session, argument + len + 1, path) == -1 ||
	    (fd = place_parent(session, path, &leaf)) == -1)
		return;
	if (utimensat(fd, leaf, times, AT_SYMLINK_NOFOLLOW) == -1)
		session_reply_errno(session, errno);
	else
		session_reply(session, FTP_213_FILE_STATUS, "Modify=%s; %s",
		    ftp_time_format(seconds, text), argument + len + 1);
	close(fd);
}

/* "644 name"; neither set-ID nor sticky bits. */
void
command_site_chmod(struct session *session, const char *argument)
{
	size_t len = strspn(argument, "01234567");
	char path[CONFINE_PATH_SIZE];
	mode_t mode = 0;
	int fd;

	for (size_t i = 0; i < len && len <= 4; i++)
		mode = mode * 8 + (mode_t)(argument[i] - '0');
	if (len < 3 || len > 4 || argument[len] != ' ' ||
	    argument[len + 1] == '\0' || mode > 0777) {
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "SITE CHMOD MODE FILE, the mode from 000 to 777");
		return;
	}
	if (place_take(session, argument + len + 1, path) == -1)
		return;
	/* By a descriptor, so that it follows no link out. */
	fd = confine_open(session->login.root_fd, path, O_RDONLY, 0);
	if (fd == -1 && errno == EACCES)
		fd = confine_open(session->login.root_fd, path, O_WRONLY, 0);
	if (fd == -1)
		session_reply_errno(session, errno);
	else
		reply_result(session, fchmod(fd, mode), "Done");
	if (fd != -1)
		close(fd);
}

static int
look(struct session *session, const char *name, struct stat *st)
{
	char path[CONFINE_PATH_SIZE];
	int fd;

	if (place_take(session, name, path) == -1 ||
	    (fd = place_look(session, path, st)) == -1)
		return (-1);
	close(fd);
	return (0);
}

/* Of a call that returned result; errno is still its own. */
static void
reply_result(struct session *session, int result, const char *text)
{
	if (result == -1)
		session_reply_errno(session, errno);
	else
		session_reply(session, FTP_250_FILE_ACTION_OK, "%s", text);
}

/* 257 "/path" text */
static void
reply_path(struct session *session, const char *path, const char *text)
{
	char from_root[CONFINE_PATH_SIZE + 1];
	char quoted[2 * CONFINE_PATH_SIZE + 4];

	snprintf(from_root, sizeof(from_root), "/%s", path);
	ftp_reply_quote(quoted, sizeof(quoted), from_root);
	session_write(session, "257 ", 4);
	session_write(session, quoted, strlen(quoted));
	session_write(session, " ", 1);
	session_write(session, text, strlen(text));
	session_write(session, "\r\n", 2);
}
