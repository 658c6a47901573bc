/* listing.c - LIST, NLST, MLSD, and what STAT and MLST tell of files.
 * The names of a folder are read, sorted, then looked at one by one while their
 * lines are on their way.
 * See also: tools/ftpd/names.h, proto/ftp_list.h, tests/system/ftpd.py */
#include "tools/ftpd/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/ftp_list.h"
#include "proto/glob.h"
#include "serve/upload.h"
#include "tools/ftpd/names.h"
#include "tools/ftpd/place.h"
#include "tools/ftpd/transfer.h"

#define OUT_SIZE	16384

enum form {
	FORM_LIST,			/* as ls -l */
	FORM_NLST,			/* names that can be used in RETR */
	FORM_MLSD
};

/* What is listed, how, and where to. */
struct listing {
	struct session	*session;
	struct transfer	*transfer;	/* NULL: to the control connection */
	enum form	 form;
	int		 dir_fd;
	char		 path[CONFINE_PATH_SIZE]; /* of the folder, or of the
						 * one file */
	char		 prefix[CONFINE_PATH_SIZE]; /* before each name: NLST */
	const char	*pattern;	/* names that match it; NULL: all */
	const char	*only;		/* one file; NULL: a folder */
	int64_t		 now;
	int		 knows_perm;	/* MLSD: of the files in it */
	char		 perm[FTP_PERM_SIZE];
	size_t		 out_len;
	char		 out[OUT_SIZE];
};

static void entry_fill(const struct stat *, struct ftp_entry *);
static void entry_perms(const struct session *, const char *,
    struct ftp_entry *);
static int listing_entry(struct listing *, const char *);
static int listing_flush(struct listing *);
static int listing_look(struct listing *, const char *, struct stat *);
static int listing_open(struct listing *, const char *);
static int listing_open_pattern(struct listing *, const char *);
static int listing_perms(struct listing *, const char *, struct ftp_entry *);
static void listing_run(struct session *, enum form, const char *);
static int listing_write(struct listing *);
static const char *skip_options(const char *);

void
command_list(struct session *session, const char *argument)
{
	listing_run(session, FORM_LIST, skip_options(argument));
}

void
command_nlst(struct session *session, const char *argument)
{
	listing_run(session, FORM_NLST, skip_options(argument));
}

void
command_mlsd(struct session *session, const char *name)
{
	listing_run(session, FORM_MLSD, name);
}

/* The facts of one file, on the control connection (RFC 3659 7.1). */
void
command_mlst(struct session *session, const char *name)
{
	char path[CONFINE_PATH_SIZE], line[FTP_ENTRY_SIZE];
	struct ftp_entry entry;
	struct stat st;
	int fd;

	if (place_take(session, name, path) == -1 ||
	    (fd = place_look(session, path, &st)) == -1)
		return;
	close(fd);
	entry_fill(&st, &entry);
	entry_perms(session, path, &entry);
	session_reply_more(session, FTP_250_FILE_ACTION_OK, "Facts:");
	session_write(session, " ", 1);
	session_write(session, line, ftp_list_format_facts(line, &entry,
	    session->facts));
	session_write(session, "/", 1);
	session_write(session, path, strlen(path));
	session_write(session, "\r\n", 2);
	session_reply(session, FTP_250_FILE_ACTION_OK, "End");
}

/* Without a name: how things stand.  With one: LIST, on the control
 * connection. */
void
command_stat(struct session *session, const char *argument)
{
	struct listing listing;
	char line[256];

	if (argument[0] != '\0') {
		listing = (struct listing){ .session = session,
		    .form = FORM_LIST, .now = time(NULL) };
		if (listing_open(&listing, skip_options(argument)) == -1)
			return;
		session_reply_more(session, FTP_213_FILE_STATUS, "It holds:");
		if (listing_write(&listing) == -1)
			session->leaving = 1;
		close(listing.dir_fd);
		session_reply(session, FTP_213_FILE_STATUS, "End");
		return;
	}
	session_reply_more(session, FTP_211_STATUS, "fil-ftpd:");
	snprintf(line, sizeof(line), "Logged in as %s, %s",
	    session->login.name, session->client->stream.tls != NULL ?
	    "under TLS" : "in the clear");
	session_text(session, line);
	snprintf(line, sizeof(line), "TYPE %s, MODE S, STRU F, PROT %s",
	    session->ascii ? "A" : "I", session->private ? "P" : "C");
	session_text(session, line);
	session_reply(session, FTP_211_STATUS, "End");
}

static void
listing_run(struct session *session, enum form form, const char *name)
{
	struct transfer transfer;
	struct listing listing;

	command_take_rest(session);
	/* Not all of it: its buffers need no zeros. */
	listing.session = session;
	listing.transfer = &transfer;
	listing.form = form;
	listing.now = time(NULL);
	listing.knows_perm = 0;
	listing.out_len = 0;
	if (listing_open(&listing, name) == -1)
		return;
	if (transfer_begin(&transfer, session, TRANSFER_SENDS,
	    "Here it comes") == 0)
		transfer_end(&transfer, listing_write(&listing) == -1 ?
		    errno : 0);
	close(listing.dir_fd);
}

/* Find out what is to be listed; dir_fd is then to be closed.  Returns -1 when
 * that was replied. */
static int
listing_open(struct listing *listing, const char *name)
{
	struct session *session = listing->session;
	const char *slash = strrchr(name, '/');
	struct stat st;
	int fd;

	listing->pattern = listing->only = NULL;
	listing->prefix[0] = '\0';
	if (listing->form != FORM_MLSD &&
	    glob_is_pattern(slash != NULL ? slash + 1 : name) &&
	    listing_open_pattern(listing, name) == 0)
		return (0);
	if (place_take(session, name, listing->path) == -1 ||
	    (fd = place_look(session, listing->path, &st)) == -1)
		return (-1);
	close(fd);
	if (S_ISDIR(st.st_mode)) {
		if (listing->form == FORM_NLST && name[0] != '\0')
			snprintf(listing->prefix, sizeof(listing->prefix),
			    "%s%s", name, name[strlen(name) - 1] == '/' ? "" :
			    "/");
		listing->dir_fd = place_open(session, listing->path,
		    O_RDONLY | O_DIRECTORY);
		return (listing->dir_fd == -1 ? -1 : 0);
	}
	if (listing->form == FORM_MLSD) {
		session_reply(session, FTP_501_BAD_ARGUMENT, "Not a folder");
		return (-1);
	}
	if (slash != NULL)
		snprintf(listing->prefix, sizeof(listing->prefix), "%.*s",
		    (int)(slash + 1 - name), name);
	listing->dir_fd = place_parent(session, listing->path,
	    &listing->only);
	return (listing->dir_fd == -1 ? -1 : 0);
}

/* The folder that a pattern is in.  -1, and nothing replied: it is a name
 * after all, or there is none such. */
static int
listing_open_pattern(struct listing *listing, const char *name)
{
	struct session *session = listing->session;
	const char *slash = strrchr(name, '/');
	int fd = confine_path(session_cwd(session), name, listing->path) == 0 ?
	    confine_look(session->login.root_fd, listing->path) : -1;

	if (fd != -1) {
		close(fd);
		return (-1);
	}
	snprintf(listing->prefix, sizeof(listing->prefix), "%.*s",
	    slash != NULL ? (int)(slash + 1 - name) : 0, name);
	listing->pattern = slash != NULL ? slash + 1 : name;
	if (confine_path(session_cwd(session), listing->prefix,
	    listing->path) == -1 ||
	    !place_allows(session, session->command->perm, listing->path))
		return (-1);
	listing->dir_fd = confine_open(session->login.root_fd, listing->path,
	    O_RDONLY | O_DIRECTORY, 0);
	return (listing->dir_fd == -1 ? -1 : 0);
}

/* All lines; 0, or -1 with errno. */
static int
listing_write(struct listing *listing)
{
	struct names names;
	int more;

	if (listing->only != NULL)
		return (listing_entry(listing, listing->only) == -1 ? -1 :
		    listing_flush(listing));
	if (names_open(&names, listing->dir_fd) == -1)
		return (-1);
	while ((more = names_fill(&names)) == 1)
		for (size_t i = 0; i < names.len; i++)
			if (listing_entry(listing, names.items[i]) == -1) {
				more = -1;
				goto out;
			}
	if (more == 0)
		more = listing_flush(listing);
out:
	names_close(&names);
	return (more);
}

/* What has gone meanwhile, or cannot be opened, is left out. */
static int
listing_entry(struct listing *listing, const char *name)
{
	struct ftp_entry entry;
	struct stat st;
	char *line;

	if (upload_is_reserved(name) || (listing->pattern != NULL &&
	    !glob_matches(listing->pattern, name)) ||
	    (listing->form != FORM_LIST && !ftp_list_name_is_plain(name)))
		return (0);
	if (sizeof(listing->out) - listing->out_len < FTP_ENTRY_SIZE +
	    strlen(listing->prefix) && listing_flush(listing) == -1)
		return (-1);
	line = listing->out + listing->out_len;
	if (listing_look(listing, name, &st) == -1)
		return (0);
	if (listing->form == FORM_NLST) {
		listing->out_len += (size_t)snprintf(line,
		    sizeof(listing->out) - listing->out_len, "%s%s\r\n",
		    listing->prefix, name);
		return (0);
	}
	entry_fill(&st, &entry);
	if (listing->form == FORM_MLSD &&
	    listing_perms(listing, name, &entry) == -1)
		return (0);
	entry.name = name;
	listing->out_len += listing->form == FORM_LIST ?
	    ftp_list_format_ls(line, &entry, listing->now) :
	    ftp_list_format_facts(line, &entry, listing->session->facts);
	return (0);
}

/* The files of a folder have the same; a folder may be the one for uploads. */
static int
listing_perms(struct listing *listing, const char *name,
    struct ftp_entry *entry)
{
	char path[CONFINE_PATH_SIZE];

	if (entry->is_dir || !listing->knows_perm) {
		if (confine_path(listing->path, name, path) == -1)
			return (-1);
		entry_perms(listing->session, path, entry);
		if (entry->is_dir)
			return (0);
		memcpy(listing->perm, entry->perm, sizeof(listing->perm));
		listing->knows_perm = 1;
	}
	memcpy(entry->perm, listing->perm, sizeof(entry->perm));
	return (0);
}

/* A link is shown as what it leads to: nobody sees where that is. */
static int
listing_look(struct listing *listing, const char *name, struct stat *st)
{
	char joined[CONFINE_PATH_SIZE];
	const char *path = listing->path;
	int fd;

	if (fstatat(listing->dir_fd, name, st, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode))
		return (0);
	if (!S_ISLNK(st->st_mode))
		return (-1);
	if (listing->only == NULL) {
		if (confine_path(listing->path, name, joined) == -1)
			return (-1);
		path = joined;
	}
	fd = confine_look(listing->session->login.root_fd, path);
	if (fd == -1)
		return (-1);
	fstat(fd, st);
	close(fd);
	return (0);
}

static int
listing_flush(struct listing *listing)
{
	size_t len = listing->out_len;

	listing->out_len = 0;
	if (listing->transfer != NULL)
		return (transfer_send(listing->transfer, listing->out, len));
	session_write(listing->session, listing->out, len);
	return (listing->session->lost == 0 ? 0 : -1);
}

static void
entry_fill(const struct stat *st, struct ftp_entry *entry)
{
	*entry = (struct ftp_entry){ .is_dir = S_ISDIR(st->st_mode),
	    .mode = st->st_mode & 07777, .size = (uint64_t)st->st_size,
	    .links = st->st_nlink, .uid = st->st_uid, .gid = st->st_gid,
	    .device = st->st_dev, .inode = st->st_ino,
	    .modified = st->st_mtime };
}

/* RFC 3659 7.5.5, from what the account may do.  What may be created in a
 * folder is asked of a place in it. */
static void
entry_perms(const struct session *session, const char *path,
    struct ftp_entry *entry)
{
	static const struct {
		char	 perm, of_file, of_dir;
	} rows[] = { { 'a', 'a', 0 }, { 'w', 'w', 'c' }, { 'd', 'd', 'd' },
	    { 'd', 0, 'p' }, { 'e', 0, 'e' }, { 'f', 'f', 'f' },
	    { 'l', 0, 'l' }, { 'm', 0, 'm' }, { 'r', 'r', 0 } };
	char inside[CONFINE_PATH_SIZE + 1] = "";
	size_t len = 0;

	if (entry->is_dir)
		snprintf(inside, sizeof(inside), "%s/", path);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char letter = entry->is_dir ? rows[i].of_dir :
		    rows[i].of_file;

		/* Nobody who is anonymous replaces a file. */
		if (letter == 0 || (letter == 'w' && session->login.anonymous))
			continue;
		if (place_allows(session, rows[i].perm, letter == 'c' ?
		    inside : path))
			entry->perm[len++] = letter;
	}
	entry->perm[len] = '\0';
}

/* Clients send "-la" as if we were ls; "--" ends that. */
static const char *
skip_options(const char *argument)
{
	while (argument[0] == '-') {
		size_t len = strcspn(argument, " ");
		int is_last = len == 2 && argument[1] == '-';

		argument += len;
		argument += strspn(argument, " ");
		if (is_last)
			break;
	}
	return (argument);
}
