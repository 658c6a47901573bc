/* fetch.c - one URL: a file fetched or sent, a folder listed.
 * See also: tools/ftp/ftp.h, tools/ftp/files.h */
#include "tools/ftp/ftp.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "tools/ftp/files.h"
#include "tools/ftp/names.h"
#include "tools/ftp/show.h"

static enum outcome fetch(struct ftp *);
static int is_dir(const char *);
static enum outcome list(struct ftp *);
static enum outcome upload(struct ftp *);

int
fetch_run(struct ftp *ftp)
{
	const struct ftp_options *options = ftp->options;
	const struct ftp_url *place = &options->place;
	const char *user = place->user[0] != '\0' ? place->user :
	    options->login;
	enum outcome outcome;

	outcome = ftp_connect(ftp, &place->host, user);
	/* Nobody was named, by whatever way: then by the way of the many. */
	if (outcome == OUTCOME_DONE && !ftp->session.is_logged_in)
		outcome = ftp_login(ftp, "anonymous", NULL);
	if (outcome == OUTCOME_DONE) {
		interrupt_hold(&ftp->interrupt);
		outcome = options->upload != NULL ? upload(ftp) :
		    is_dir(place->path) ? list(ftp) : fetch(ftp);
		interrupt_release(&ftp->interrupt);
	}
	session_close(&ftp->session);
	interrupt_obey(&ftp->interrupt);
	return (outcome == OUTCOME_DONE ? 0 :
	    outcome == OUTCOME_UNTRUSTED ? 3 : 1);
}

static enum outcome
fetch(struct ftp *ftp)
{
	const struct ftp_options *options = ftp->options;
	const char *leaf = names_leaf(options->place.path);
	const struct errand errand = { .remote = options->place.path,
	    .local = options->output != NULL ? options->output : leaf,
	    .resumes = options->resumes,
	    .how = ftp_is_quiet(ftp) ? METER_QUIET : 0 };

	if (options->output == NULL && !ftp_listing_name_is_safe(leaf,
	    strlen(leaf))) {
		log_line(LOG_LEVEL_ERROR, _("the file needs a name here: "
		    "--output"));
		return (OUTCOME_HERE);
	}
	return (files_get(&ftp->session, &errand));
}

/* To a folder, under its own name. */
static enum outcome
upload(struct ftp *ftp)
{
	const struct ftp_options *options = ftp->options;
	char remote[SESSION_PATH_SIZE];
	const char *leaf = is_dir(options->place.path) ?
	    names_leaf(options->upload) : "";
	const struct errand errand = { .local = options->upload,
	    .remote = remote, .resumes = options->resumes,
	    .how = ftp_is_quiet(ftp) ? METER_QUIET : 0 };

	snprintf(remote, sizeof(remote), "%s", options->place.path);
	if ((is_dir(remote) && names_join(options->place.path, leaf,
	    remote) == -1) || is_dir(remote) || strcmp(leaf, "-") == 0) {
		log_line(LOG_LEVEL_ERROR, _("the file needs a name there: a "
		    "URL that does not end in /"));
		return (OUTCOME_HERE);
	}
	return (files_put(&ftp->session, &errand));
}

static enum outcome
list(struct ftp *ftp)
{
	int colored = log_wants_color((enum log_color)ftp->options->color,
	    STDOUT_FILENO);
	const char *path = ftp->options->place.path;
	struct listing listing;
	enum outcome outcome;

	if (path[0] == '\0')
		path = NULL;
	if (!isatty(STDOUT_FILENO))
		return (listing_copy(&ftp->session, "LIST", path));
	outcome = listing_get(&ftp->session, path, &listing);
	if (outcome == OUTCOME_DONE)
		show_lines(&listing, colored);
	listing_free(&listing);
	return (outcome);
}

static int
is_dir(const char *path)
{
	return (names_leaf(path)[0] == '\0');
}
