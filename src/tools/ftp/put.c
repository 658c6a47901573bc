/* put.c - one file to the server, whole.
 * See also: tools/ftp/files.h, tests/system/ftp.py */
#include "tools/ftp/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "tools/ftp/transfer.h"

struct put {
	const struct errand *errand;
	struct session	*session;
	int		 fd;
	uint64_t	 size;		/* PROGRESS_UNKNOWN: of a pipe */
	struct meter	 own_meter;
	struct meter	*meter;
};

static int open_source(struct put *, struct cause *);
static int may_again(const struct put *, enum outcome);
static enum outcome find_rest(struct put *, uint64_t *);
static enum outcome store(struct put *);

enum outcome
files_put(struct session *session, const struct errand *errand)
{
	struct put put = { .errand = errand, .session = session, .fd = -1 };
	enum outcome outcome;
	struct cause cause;

	if (errand->resumes && files_refuse_rest(session))
		return (OUTCOME_HERE);
	if (open_source(&put, &cause) == -1) {
		log_cause(_("not sent:"), &cause);
		return (OUTCOME_HERE);
	}
	put.meter = errand->meter != NULL ? errand->meter : &put.own_meter;
	if (errand->meter == NULL)
		meter_begin(put.meter, errand->label, put.size, errand->how);
	outcome = session_find_way_back(session);
	if (outcome == OUTCOME_DONE)
		outcome = store(&put);
	for (int64_t i = 0; i < session->options->retries &&
	    may_again(&put, outcome); i++) {
		log_line(LOG_LEVEL_EVENT, _("again"));
		outcome = files_pause(session, i);
		if (outcome == OUTCOME_DONE)
			outcome = session_again(session);
		if (outcome == OUTCOME_DONE)
			outcome = store(&put);
	}
	if (errand->meter == NULL)
		meter_end(put.meter, outcome == OUTCOME_DONE ?
		    errand->local : NULL);
	if (put.fd != STDIN_FILENO)
		close(put.fd);
	return (outcome);
}

/* A file that may be in any folder, for the user has named it; or a name that
 * stands in one (mirror -R): then no link is followed. */
static int
open_source(struct put *put, struct cause *cause)
{
	const struct errand *errand = put->errand;
	struct stat st;

	put->size = PROGRESS_UNKNOWN;
	if (strcmp(errand->local, "-") == 0 && !errand->is_below) {
		put->fd = STDIN_FILENO;
		return (0);
	}
	put->fd = errand->is_below ? openat(errand->dir_fd, errand->local,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) :
	    open(errand->local, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (put->fd == -1 || fstat(put->fd, &st) == -1) {
		cause_errno(cause, "open", errno, errand->local);
	} else if (S_ISDIR(st.st_mode)) {
		cause_errno(cause, "open", EISDIR, errand->local);
	} else {
		if (S_ISREG(st.st_mode))
			put->size = (uint64_t)st.st_size;
		return (0);
	}
	if (put->fd != -1)
		close(put->fd);
	return (-1);
}

/* What has arrived of a file that was broken off, nobody can say: some servers
 * keep it, some the file that was there before.  So it is sent from its
 * beginning; but for APPE, where that would add it twice. */
static int
may_again(const struct put *put, enum outcome outcome)
{
	return ((outcome == OUTCOME_LOST || outcome == OUTCOME_LATER) &&
	    !put->errand->appends && put->size != PROGRESS_UNKNOWN);
}

static enum outcome
store(struct put *put)
{
	struct session *session = put->session;
	struct transfer transfer = { .session = session,
	    .verb = put->errand->appends ? "APPE" : "STOR",
	    .path = put->errand->remote, .meter = put->meter };
	enum outcome outcome = session_set_type(session, session->is_ascii);

	if (outcome == OUTCOME_DONE && put->errand->resumes)
		outcome = find_rest(put, &transfer.offset);
	if (outcome != OUTCOME_DONE)
		return (outcome);
	if (put->size != PROGRESS_UNKNOWN &&
	    lseek(put->fd, (off_t)transfer.offset, SEEK_SET) == -1) {
		struct cause cause;

		cause_errno(&cause, "lseek", errno, put->errand->local);
		log_cause(_("not sent:"), &cause);
		return (OUTCOME_HERE);
	}
	if (put->errand->meter == NULL)
		meter_set(put->meter, transfer.offset);
	if (transfer.offset > 0 && transfer.offset == put->size) {
		log_line(LOG_LEVEL_EVENT, _("%s is complete"),
		    put->errand->local);
		return (OUTCOME_DONE);
	}
	outcome = transfer_begin(&transfer, 0);
	if (outcome != OUTCOME_DONE)
		return (outcome);
	session->changes++;
	return (transfer_end(&transfer, transfer_send(&transfer, put->fd),
	    1));
}

/* How much of it the server has. */
static enum outcome
find_rest(struct put *put, uint64_t *offset)
{
	enum outcome outcome = files_size(put->session, put->errand->remote,
	    offset);

	if (outcome == OUTCOME_REFUSED) {
		*offset = 0;
		return (OUTCOME_DONE);
	}
	if (outcome == OUTCOME_LATER)
		session_refused(put->session, "SIZE", put->errand->remote);
	if (outcome == OUTCOME_DONE && (put->size == PROGRESS_UNKNOWN ||
	    *offset > put->size)) {
		log_line(LOG_LEVEL_ERROR, _("%s cannot be continued: the "
		    "server has %" PRIu64 " bytes of it"), put->errand->local,
		    *offset);
		return (OUTCOME_HERE);
	}
	return (outcome);
}
