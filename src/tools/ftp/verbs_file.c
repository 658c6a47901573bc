/* verbs_file.c - get, put, and what else is done with files.
 * See also: tools/ftp/verbs.h, tools/ftp/files.h */
#include "tools/ftp/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/glob.h"
#include "tools/ftp/expand.h"
#include "tools/ftp/files.h"
#include "tools/ftp/names.h"

static int dir_of_ours(struct cause *);
static enum outcome get(struct ftp *, const struct orders *, int);
static enum outcome get_one(struct ftp *, const struct expanded *, size_t,
    int);
static int how(const struct ftp *);
static int is_dir(const char *);
static enum outcome put(struct ftp *, const struct orders *,
    struct errand *);
static enum outcome put_one(struct ftp *, const char *, const char *);
static void unsafe(const char *, size_t);
static enum outcome worse(enum outcome, enum outcome);

enum outcome
verb_get(struct ftp *ftp, const struct orders *orders)
{
	return (get(ftp, orders, 0));
}

enum outcome
verb_reget(struct ftp *ftp, const struct orders *orders)
{
	return (get(ftp, orders, 1));
}

enum outcome
verb_cat(struct ftp *ftp, const struct orders *orders)
{
	const struct errand errand = { .remote = orders->words[1],
	    .local = "-", .how = METER_QUIET };

	fflush(stdout);
	return (files_get(&ftp->session, &errand));
}

enum outcome
verb_put(struct ftp *ftp, const struct orders *orders)
{
	struct errand errand = { .how = how(ftp) };

	return (put(ftp, orders, &errand));
}

enum outcome
verb_append(struct ftp *ftp, const struct orders *orders)
{
	struct errand errand = { .how = how(ftp), .appends = 1 };

	return (put(ftp, orders, &errand));
}

enum outcome
verb_reput(struct ftp *ftp, const struct orders *orders)
{
	struct errand errand = { .how = how(ftp), .resumes = 1 };

	return (put(ftp, orders, &errand));
}

/* Each goes into the folder where we are, under the last part of its name, if
 * that may be: the server has made it. */
enum outcome
verb_mget(struct ftp *ftp, const struct orders *orders)
{
	struct expanded expanded;
	enum outcome outcome = expand(&ftp->session, orders->words + 1,
	    &expanded), all = outcome;
	struct cause cause;
	int fd = dir_of_ours(&cause);

	if (fd == -1) {
		log_cause(_("not fetched:"), &cause);
		all = OUTCOME_HERE;
	}
	for (size_t i = 0; fd != -1 && i < expanded.count &&
	    ftp->session.is_logged_in && outcome != OUTCOME_STOPPED; i++) {
		int may = ftp_confirm(ftp, "mget", expanded.files[i].path);

		if (may == -1)
			break;
		if (may == 0)
			continue;
		outcome = get_one(ftp, &expanded, i, fd);
		all = worse(all, outcome);
	}
	if (fd != -1)
		close(fd);
	expanded_free(&expanded);
	return (all);
}

enum outcome
verb_mput(struct ftp *ftp, const struct orders *orders)
{
	enum outcome outcome = OUTCOME_DONE, all = OUTCOME_DONE;
	glob_t found = { .gl_pathc = 0 };
	char label[PROGRESS_LABEL_SIZE];

	for (size_t i = 1; i < orders->count; i++)
		glob(orders->words[i], GLOB_NOCHECK | (i > 1 ? GLOB_APPEND :
		    0), NULL, &found);
	for (size_t i = 0; i < found.gl_pathc && ftp->session.is_logged_in &&
	    outcome != OUTCOME_STOPPED; i++) {
		int may;

		if (is_dir(found.gl_pathv[i]))
			continue;
		if ((may = ftp_confirm(ftp, "mput", found.gl_pathv[i])) == -1)
			break;
		if (may == 0)
			continue;
		snprintf(label, sizeof(label), "%zu/%zu", i + 1,
		    found.gl_pathc);
		outcome = put_one(ftp, found.gl_pathv[i], label);
		all = worse(all, outcome);
	}
	globfree(&found);
	return (all);
}

enum outcome
verb_mdelete(struct ftp *ftp, const struct orders *orders)
{
	struct expanded expanded;
	enum outcome outcome = expand(&ftp->session, orders->words + 1,
	    &expanded), all = outcome;

	for (size_t i = 0; i < expanded.count && ftp->session.is_logged_in &&
	    outcome != OUTCOME_STOPPED; i++) {
		const char *path = expanded.files[i].path;
		int may = ftp_confirm(ftp, "mdelete", path);

		if (may == -1)
			break;
		if (may == 0)
			continue;
		ftp->session.changes++;
		outcome = session_ask(&ftp->session, "DELE", path);
		all = worse(all, outcome);
	}
	expanded_free(&expanded);
	return (all);
}

/* Where only a remote name is typed, what stands behind its last slash is the
 * local one: typed, too, but held to the same rule. */
static enum outcome
get(struct ftp *ftp, const struct orders *orders, int resumes)
{
	const char *leaf = names_leaf(orders->words[1]);
	const char *local = orders->count > 2 ? orders->words[2] : leaf;
	char inside[SESSION_PATH_SIZE];
	struct errand errand = { .remote = orders->words[1],
	    .resumes = resumes, .how = how(ftp) };

	if (strcmp(local, "-") != 0 && (orders->count == 2 ||
	    is_dir(local))) {
		if (!ftp_listing_name_is_safe(leaf, strlen(leaf))) {
			unsafe(leaf, strlen(leaf));
			return (OUTCOME_HERE);
		}
		if (orders->count > 2 && names_join(local, leaf, inside) == 0)
			local = inside;
	}
	errand.local = local;
	if (strcmp(local, "-") == 0)
		fflush(stdout);
	return (files_get(&ftp->session, &errand));
}

static enum outcome
get_one(struct ftp *ftp, const struct expanded *expanded, size_t i, int fd)
{
	const struct expanded_file *file = &expanded->files[i];
	const char *leaf = names_leaf(file->path);
	char label[PROGRESS_LABEL_SIZE];
	const struct errand errand = { .remote = file->path, .local = leaf,
	    .is_below = 1, .dir_fd = fd, .is_known = file->is_known,
	    .size = file->size, .has_time = file->has_time,
	    .modified = file->modified, .how = how(ftp), .label = label };

	if (!ftp_listing_name_is_safe(leaf, strlen(leaf))) {
		unsafe(leaf, strlen(leaf));
		return (OUTCOME_HERE);
	}
	snprintf(label, sizeof(label), "%zu/%zu", i + 1, expanded->count);
	return (files_get(&ftp->session, &errand));
}

static enum outcome
put(struct ftp *ftp, const struct orders *orders, struct errand *errand)
{
	errand->local = orders->words[1];
	errand->remote = orders->count > 2 ? orders->words[2] :
	    names_leaf(errand->local);
	if (errand->remote[0] == '\0' || strcmp(errand->remote, "-") == 0)
		return (verbs_misuse(orders));
	return (files_put(&ftp->session, errand));
}

static enum outcome
put_one(struct ftp *ftp, const char *path, const char *label)
{
	/* A file that a pattern has found, not standard input. */
	const struct errand errand = {
	    .local = strcmp(path, "-") == 0 ? "./-" : path,
	    .remote = names_leaf(path), .how = how(ftp), .label = label };

	return (files_put(&ftp->session, &errand));
}

static int
dir_of_ours(struct cause *cause)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		cause_errno(cause, "open", errno, ".");
	return (fd);
}

static int
how(const struct ftp *ftp)
{
	return ((ftp_is_quiet(ftp) ? METER_QUIET : 0) |
	    (ftp->hash ? METER_HASH : 0));
}

static int
is_dir(const char *path)
{
	struct stat st;

	return (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static void
unsafe(const char *name, size_t len)
{
	char safe[256];

	text_safe(safe, sizeof(safe), name, len, TEXT_ONE_LINE);
	log_line(LOG_LEVEL_ERROR, _("'%s' is no name for a file here: not "
	    "fetched"), safe);
}

static enum outcome
worse(enum outcome all, enum outcome one)
{
	return (one != OUTCOME_DONE ? one : all);
}
