/* mirror_put.c - make a folder of the server's as one of ours is.
 * See also: tools/ftp/mirror.h, mirror.c, tests/system/ftp_mirror.py */
#include "tools/ftp/mirror.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "tools/ftp/files.h"
#include "tools/ftp/names.h"

struct folder {
	char		 path[SESSION_PATH_SIZE]; /* at the server */
	int		 depth;
	int		 is_there;	/* at the server */
	struct listing	 listing;	/* of it */
	DIR		*stream;	/* of ours */
};

static struct folder *folder_new(const char *, int);
static void folder_free(struct folder *);
static enum outcome make_remote(struct mirror *, const struct folder *);
static int is_same(const struct folder *, const char *, const struct stat *);
static int is_there(struct mirror *);
static int put_entries(struct mirror *, struct folder *);
static int put_entry(struct mirror *, struct folder *, const char *);
static int put_file(struct mirror *, struct folder *, const char *);
static int put_folder(struct mirror *, int, struct folder *);

enum outcome
mirror_put(struct mirror *mirror)
{
	int fd = open(mirror->local, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct folder *root = folder_new(mirror->remote, 0);
	struct cause cause;

	if (fd == -1 || root == NULL) {
		cause_errno(&cause, "open", errno, mirror->local);
		log_cause(_("not sent:"), &cause);
		folder_free(root);
		if (fd != -1)
			close(fd);
		return (OUTCOME_HERE);
	}
	root->is_there = is_there(mirror);
	meter_begin(&mirror->meter, NULL, PROGRESS_UNKNOWN,
	    ftp_is_quiet(mirror->ftp) ? METER_QUIET : 0);
	put_folder(mirror, fd, root);
	meter_end(&mirror->meter, NULL);
	if (!mirror->is_dry)
		log_line(LOG_LEVEL_EVENT, _("files sent: %zu; as they were "
		    "already: %zu"), mirror->moved, mirror->same);
	return (mirror->worst);
}

/* Only trying shows it. */
static int
is_there(struct mirror *mirror)
{
	struct session *session = &mirror->ftp->session;
	char before[SESSION_PATH_SIZE];

	if (session_find_cwd(session) != OUTCOME_DONE)
		return (0);
	snprintf(before, sizeof(before), "%s", session->cwd);
	return (session_try(session, "CWD", mirror->remote) == OUTCOME_DONE &&
	    session_ask(session, "CWD", before) == OUTCOME_DONE);
}

/* Takes fd and folder.  Returns whether it can go on. */
static int
put_folder(struct mirror *mirror, int fd, struct folder *folder)
{
	enum outcome outcome = OUTCOME_DONE;
	int goes_on;

	if (!folder->is_there)
		outcome = make_remote(mirror, folder);
	else
		outcome = listing_get(&mirror->ftp->session, folder->path,
		    &folder->listing);
	goes_on = mirror_note(mirror, outcome);
	folder->stream = fdopendir(fd);
	if (folder->stream == NULL)
		close(fd);
	else if (outcome == OUTCOME_DONE)
		goes_on = put_entries(mirror, folder);
	folder_free(folder);
	return (goes_on);
}

static enum outcome
make_remote(struct mirror *mirror, const struct folder *folder)
{
	if (mirror->is_dry) {
		mirror_print("mkdir", folder->path);
		return (OUTCOME_DONE);
	}
	mirror->ftp->session.changes++;
	return (session_ask(&mirror->ftp->session, "MKD", folder->path));
}

static int
put_entries(struct mirror *mirror, struct folder *folder)
{
	const struct dirent *entry;
	int goes_on = 1;

	while (goes_on && (entry = readdir(folder->stream)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			goes_on = put_entry(mirror, folder, entry->d_name);
	return (goes_on);
}

/* A folder of ours or a file; links are not followed: they may lead to what
 * nobody wanted to be sent. */
static int
put_entry(struct mirror *mirror, struct folder *folder, const char *name)
{
	int fd = dirfd(folder->stream), inside;
	const struct listing_entry *there;
	char path[SESSION_PATH_SIZE];
	struct folder *next;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (mirror_note(mirror, OUTCOME_HERE));
	if (S_ISREG(st.st_mode)) {
		if (!is_same(folder, name, &st))
			return (put_file(mirror, folder, name));
		mirror->same++;
		return (1);
	}
	if (!S_ISDIR(st.st_mode))
		return (1);
	inside = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (inside == -1 || folder->depth == MIRROR_DEPTH_MAX ||
	    names_join(folder->path, name, path) == -1 ||
	    (next = folder_new(path, folder->depth + 1)) == NULL) {
		if (inside != -1)
			close(inside);
		return (mirror_note(mirror, OUTCOME_HERE));
	}
	there = listing_find(&folder->listing, name);
	next->is_there = there != NULL && there->is.kind == FTP_KIND_DIR;
	return (put_folder(mirror, inside, next));
}

/* What was sent is younger there than here; its own time it need not have. */
static int
is_same(const struct folder *folder, const char *name, const struct stat *st)
{
	const struct listing_entry *there = listing_find(&folder->listing,
	    name);

	return (there != NULL && there->is.kind == FTP_KIND_FILE &&
	    there->is.has_size && there->is.size == (uint64_t)st->st_size &&
	    (!there->is.has_time ||
	    there->is.modified >= (int64_t)st->st_mtime));
}

static int
put_file(struct mirror *mirror, struct folder *folder, const char *name)
{
	char path[SESSION_PATH_SIZE];
	const struct errand errand = { .remote = path, .local = name,
	    .is_below = 1, .dir_fd = dirfd(folder->stream),
	    .meter = &mirror->meter };
	enum outcome outcome;

	if (names_join(folder->path, name, path) == -1)
		return (mirror_note(mirror, OUTCOME_HERE));
	if (mirror->is_dry) {
		mirror_print("put", path);
		return (1);
	}
	outcome = files_put(&mirror->ftp->session, &errand);
	mirror->moved += outcome == OUTCOME_DONE;
	snprintf(mirror->meter.progress.label,
	    sizeof(mirror->meter.progress.label), "%zu  ", mirror->moved);
	return (mirror_note(mirror, outcome));
}

static struct folder *
folder_new(const char *path, int depth)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	if (folder != NULL) {
		snprintf(folder->path, sizeof(folder->path), "%s", path);
		folder->depth = depth;
	}
	return (folder);
}

static void
folder_free(struct folder *folder)
{
	if (folder == NULL)
		return;
	listing_free(&folder->listing);
	if (folder->stream != NULL)
		closedir(folder->stream);
	free(folder);
}
