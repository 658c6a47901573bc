/* verbs_folder.c - cd, ls, mkdir, and what else is done to folders and names.
 * See also: tools/ftp/verbs.h */
#include "tools/ftp/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "proto/glob.h"
#include "tools/ftp/files.h"
#include "tools/ftp/names.h"
#include "tools/ftp/show.h"

static enum outcome change(struct ftp *, const char *, const char *);
static enum outcome go(struct ftp *, const char *, const char *);
static void keep_matching(struct listing *, const char *);
static enum outcome list(struct ftp *, const char *,
    void (*)(const struct listing *, int));

enum outcome
verb_pwd(struct ftp *ftp, const struct orders *orders)
{
	struct session *session = &ftp->session;
	enum outcome outcome;

	(void)orders;
	session->cwd[0] = '\0';
	outcome = session_find_cwd(session);
	if (outcome == OUTCOME_DONE) {
		ftp_print(session->cwd, strlen(session->cwd));
		putchar('\n');
	}
	return (outcome);
}

/* Without a word: to the top. */
enum outcome
verb_cd(struct ftp *ftp, const struct orders *orders)
{
	return (go(ftp, "CWD", orders->count > 1 ? orders->words[1] : "/"));
}

enum outcome
verb_cdup(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	return (go(ftp, "CDUP", NULL));
}

enum outcome
verb_ls(struct ftp *ftp, const struct orders *orders)
{
	return (list(ftp, orders->words[1], show_columns));
}

enum outcome
verb_dir(struct ftp *ftp, const struct orders *orders)
{
	return (list(ftp, orders->words[1], show_lines));
}

enum outcome
verb_nlist(struct ftp *ftp, const struct orders *orders)
{
	return (listing_copy(&ftp->session, "NLST", orders->words[1]));
}

enum outcome
verb_delete(struct ftp *ftp, const struct orders *orders)
{
	return (change(ftp, "DELE", orders->words[1]));
}

enum outcome
verb_mkdir(struct ftp *ftp, const struct orders *orders)
{
	return (change(ftp, "MKD", orders->words[1]));
}

enum outcome
verb_rmdir(struct ftp *ftp, const struct orders *orders)
{
	return (change(ftp, "RMD", orders->words[1]));
}

enum outcome
verb_rename(struct ftp *ftp, const struct orders *orders)
{
	enum outcome outcome = session_ask(&ftp->session, "RNFR",
	    orders->words[1]);

	return (outcome == OUTCOME_DONE ? change(ftp, "RNTO",
	    orders->words[2]) : outcome);
}

/* RFC 3659 4: of the bytes as they are, so TYPE I. */
enum outcome
verb_size(struct ftp *ftp, const struct orders *orders)
{
	enum outcome outcome = session_set_type(&ftp->session, 0);
	uint64_t size;

	if (outcome == OUTCOME_DONE)
		outcome = files_size(&ftp->session, orders->words[1], &size);
	if (outcome == OUTCOME_DONE)
		printf("%" PRIu64 "\n", size);
	else if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_LATER)
		session_refused(&ftp->session, "SIZE", orders->words[1]);
	return (outcome);
}

enum outcome
verb_modtime(struct ftp *ftp, const struct orders *orders)
{
	int64_t modified;
	enum outcome outcome = files_modified(&ftp->session, orders->words[1],
	    &modified);
	time_t seconds = (time_t)modified;
	struct tm local;
	char when[32];

	if (outcome == OUTCOME_DONE && localtime_r(&seconds, &local) != NULL) {
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", &local);
		printf("%s\n", when);
	} else if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_LATER)
		session_refused(&ftp->session, "MDTM", orders->words[1]);
	return (outcome);
}

static enum outcome
change(struct ftp *ftp, const char *verb, const char *argument)
{
	ftp->session.changes++;
	return (session_ask(&ftp->session, verb, argument));
}

/* Who may have to come back to it, and who shows it, has to know where it
 * is. */
static enum outcome
go(struct ftp *ftp, const char *verb, const char *argument)
{
	struct session *session = &ftp->session;
	enum outcome outcome = session_ask(session, verb, argument);

	if (outcome != OUTCOME_DONE)
		return (outcome);
	session->cwd[0] = '\0';
	session->was_moved = 1;
	session->changes++;
	return (ftp->is_person || session->options->retries > 0 ?
	    session_find_cwd(session) : outcome);
}

/* On a terminal for a person; into a pipe, what the server says. */
static enum outcome
list(struct ftp *ftp, const char *path,
    void (*show)(const struct listing *, int))
{
	int colored = log_wants_color((enum log_color)ftp->options->color,
	    STDOUT_FILENO);
	char parent[SESSION_PATH_SIZE];
	const char *pattern = NULL;
	struct listing listing;
	enum outcome outcome;

	if (!isatty(STDOUT_FILENO))
		return (listing_copy(&ftp->session, "LIST", path));
	if (path != NULL && glob_is_pattern(names_leaf(path)) &&
	    names_parent(path, parent) == 0) {
		pattern = names_leaf(path);
		path = parent[0] != '\0' ? parent : NULL;
	}
	outcome = listing_get(&ftp->session, path, &listing);
	if (outcome == OUTCOME_DONE) {
		if (pattern != NULL)
			keep_matching(&listing, pattern);
		show(&listing, colored);
		if (listing.bad > 0)
			log_line(LOG_LEVEL_WARNING, plural("%zu line of the "
			    "listing was not understood", "%zu lines of the "
			    "listing were not understood", listing.bad),
			    listing.bad);
	}
	listing_free(&listing);
	return (outcome);
}

static void
keep_matching(struct listing *listing, const char *pattern)
{
	size_t kept = 0;

	for (size_t i = 0; i < listing->count; i++)
		if (glob_matches(pattern, listing->entries[i].name))
			listing->entries[kept++] = listing->entries[i];
	listing->count = kept;
}
