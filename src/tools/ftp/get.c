/* get.c - one file from the server, whole.
 * See also: tools/ftp/files.h, tests/system/ftp.py */
#include "tools/ftp/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "base/write_all.h"
#include "client/readable.h"
#include "proto/ftp_ascii.h"
#include "tools/ftp/transfer.h"

#define SHOWN_SIZE	256

struct get {
	const struct errand *errand;
	struct session	*session;
	struct save	 save;
	int		 is_terminal;
	struct readable	 readable;
	int		 after_cr;	/* of TYPE A */
	int		 is_new;	/* to be continued, and we made it */
	uint64_t	 offset;	/* bytes that we have */
	uint64_t	 size;		/* FILES_UNKNOWN */
	int		 has_time;
	int64_t		 modified;
	struct meter	 own_meter;
	struct meter	*meter;
};

static void ask(struct get *);
static int begin_again(struct get *);
static enum outcome check_size(const struct get *, const struct transfer *);
static enum outcome complete(struct get *);
static enum outcome fetch(struct get *);
static void learn(struct get *);
static int open_rest(struct get *, struct cause *);
static enum outcome open_target(struct get *);
static enum outcome reach_again(struct get *, int64_t);
static enum outcome retrieve(struct get *);
static int take(struct sink *, const char *, size_t, struct cause *);
static int take_text(struct get *, const char *, size_t, struct cause *);

enum outcome
files_get(struct session *session, const struct errand *errand)
{
	struct get get = { .errand = errand, .session = session,
	    .save = SAVE_NONE, .size = FILES_UNKNOWN };
	enum outcome outcome;

	if (errand->resumes && files_refuse_rest(session))
		return (OUTCOME_HERE);
	outcome = session_find_way_back(session);
	if (outcome == OUTCOME_DONE)
		outcome = session_set_type(session, session->is_ascii);
	if (outcome != OUTCOME_DONE)
		return (outcome);
	learn(&get);
	if (!session->is_open)
		return (OUTCOME_LOST);
	if ((outcome = open_target(&get)) != OUTCOME_DONE)
		return (outcome);
	if (errand->resumes && get.offset == get.size) {
		log_line(LOG_LEVEL_EVENT, _("%s is complete"), errand->local);
		save_discard(&get.save);
		return (OUTCOME_DONE);
	}
	get.meter = errand->meter != NULL ? errand->meter : &get.own_meter;
	if (errand->meter == NULL) {
		meter_begin(get.meter, errand->label, get.size,
		    strcmp(errand->local, "-") != 0 ? errand->how :
		    METER_QUIET);
		meter_set(get.meter, get.offset);
	}
	outcome = fetch(&get);
	if (outcome == OUTCOME_DONE)
		outcome = complete(&get);
	if (errand->meter == NULL)
		meter_end(get.meter, outcome == OUTCOME_DONE ?
		    errand->local : NULL);
	save_discard(&get.save);
	if (outcome != OUTCOME_DONE && get.is_new && get.offset == 0)
		unlink(errand->local);
	return (outcome);
}

/* A listing has said it already; but once the connection has been lost, the
 * file may be another one. */
static void
learn(struct get *get)
{
	const struct errand *errand = get->errand;

	if (!errand->is_known || get->session->is_ascii) {
		ask(get);
		return;
	}
	get->size = errand->size;
	get->has_time = errand->has_time;
	get->modified = errand->modified;
}

/* A server that cannot tell is believed when it says 226; of TYPE A the size
 * means nothing. */
static void
ask(struct get *get)
{
	const char *remote = get->errand->remote;
	struct session *session = get->session;

	get->size = FILES_UNKNOWN;
	get->has_time = 0;
	if (session->is_ascii)
		return;
	if (files_size(session, remote, &get->size) != OUTCOME_DONE)
		get->size = FILES_UNKNOWN;
	else
		get->has_time = files_modified(session, remote,
		    &get->modified) == OUTCOME_DONE;
}

static enum outcome
open_target(struct get *get)
{
	const struct errand *errand = get->errand;
	struct cause cause;
	int result;

	if (errand->resumes)
		result = open_rest(get, &cause);
	else if (errand->is_below)
		result = save_open_below(&get->save, errand->dir_fd,
		    errand->local, &cause);
	else
		result = save_open(&get->save, errand->local, &cause);
	if (result == -1) {
		log_cause(_("not fetched:"), &cause);
		return (OUTCOME_HERE);
	}
	get->is_terminal = isatty(get->save.fd);
	if (errand->resumes && get->size != FILES_UNKNOWN &&
	    get->offset > get->size) {
		log_line(LOG_LEVEL_ERROR, _("%s has more bytes than the "
		    "server's file: %" PRIu64 ", not %" PRIu64),
		    errand->local, get->offset, get->size);
		save_discard(&get->save);
		return (OUTCOME_HERE);
	}
	return (OUTCOME_DONE);
}

/* It grows in its place: what came stays, if more does not.  A fifo that
 * nobody reads is not waited for. */
static int
open_rest(struct get *get, struct cause *cause)
{
	const int how = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	const char *local = get->errand->local;
	int fd = open(local, how), is_dash = strcmp(local, "-") == 0;
	struct stat st;

	if (fd == -1 && errno == ENOENT && !is_dash) {
		fd = open(local, how | O_CREAT | O_EXCL, 0666);
		get->is_new = fd != -1;
	}
	get->save.fd = fd;
	if (!is_dash && (fd == -1 || fstat(fd, &st) == -1)) {
		cause_errno(cause, "open", errno, local);
		save_discard(&get->save);
		return (-1);
	}
	if (is_dash || !S_ISREG(st.st_mode)) {
		cause_said(cause, "open", N_("only a file can be continued"),
		    local);
		save_discard(&get->save);
		return (-1);
	}
	get->offset = (uint64_t)lseek(fd, 0, SEEK_END);
	return (0);
}

static enum outcome
fetch(struct get *get)
{
	struct session *session = get->session;
	uint64_t before = get->offset;
	enum outcome outcome = retrieve(get);

	for (int64_t i = 0, in_vain = 0; i < session->options->retries &&
	    (outcome == OUTCOME_LOST || outcome == OUTCOME_LATER); i++) {
		/* As long as it gets on, it need not wait longer and longer. */
		in_vain = get->offset > before ? 0 : in_vain + 1;
		before = get->offset;
		meter_pause(get->meter);
		log_line(LOG_LEVEL_EVENT, _("again, from byte %" PRIu64),
		    get->offset);
		outcome = reach_again(get, in_vain);
		if (outcome == OUTCOME_DONE)
			outcome = retrieve(get);
	}
	return (outcome);
}

/* A file that is another one by now is fetched from its beginning. */
static enum outcome
reach_again(struct get *get, int64_t attempt)
{
	struct get before = *get;
	enum outcome outcome = files_pause(get->session, attempt);

	if (outcome == OUTCOME_DONE)
		outcome = session_again(get->session);
	if (outcome == OUTCOME_DONE)
		outcome = session_set_type(get->session,
		    get->session->is_ascii);
	if (outcome != OUTCOME_DONE)
		return (outcome);
	ask(get);
	if (!get->session->is_open)
		return (OUTCOME_LOST);
	if (get->session->is_ascii || get->size != before.size ||
	    get->has_time != before.has_time ||
	    (get->has_time && get->modified != before.modified) ||
	    (get->size != FILES_UNKNOWN && get->offset > get->size))
		return (begin_again(get) == 0 ? OUTCOME_DONE : OUTCOME_HERE);
	return (OUTCOME_DONE);
}

static int
begin_again(struct get *get)
{
	struct cause cause;

	if (get->offset == 0)
		return (0);
	/* Of standard output the beginning may be somebody else's. */
	if (get->save.path != NULL && ftruncate(get->save.fd, 0) == 0 &&
	    lseek(get->save.fd, 0, SEEK_SET) == 0) {
		get->meter->done -= get->offset;
		get->offset = 0;
		get->after_cr = 0;
		return (0);
	}
	cause_said(&cause, "lseek", N_("the server's file has changed, and "
	    "what came of the old one cannot be taken back"),
	    get->errand->local);
	log_cause(_("not fetched:"), &cause);
	return (-1);
}

static enum outcome
retrieve(struct get *get)
{
	int is_plain = !get->is_terminal && !get->session->is_ascii;
	struct transfer transfer = { .session = get->session,
	    .verb = "RETR", .path = get->errand->remote,
	    .offset = get->offset, .meter = get->meter };
	struct sink sink = { .fd = is_plain ? get->save.fd : -1,
	    .take = take, .context = get };
	enum outcome outcome = transfer_begin(&transfer, 0);

	/* A server without REST: then all of it, once more. */
	if (outcome == OUTCOME_REFUSED && transfer.lacks_rest &&
	    begin_again(get) == 0) {
		transfer.offset = 0;
		outcome = transfer_begin(&transfer, 0);
	}
	if (outcome != OUTCOME_DONE)
		return (outcome);
	outcome = transfer_receive(&transfer, &sink);
	get->offset += transfer.bytes;
	outcome = transfer_end(&transfer, outcome, 0);
	return (outcome == OUTCOME_DONE ? check_size(get, &transfer) :
	    outcome);
}

/* A TCP connection that ends looks the same after all of a file and after
 * half of it. */
static enum outcome
check_size(const struct get *get, const struct transfer *transfer)
{
	char shown[SHOWN_SIZE];

	text_safe(shown, sizeof(shown), get->errand->remote,
	    strlen(get->errand->remote), TEXT_ONE_LINE);
	if (get->size == FILES_UNKNOWN && transfer->is_cut) {
		log_line(LOG_LEVEL_ERROR, _("%s was cut off: TLS ended "
		    "without its goodbye"), shown);
		return (OUTCOME_LOST);
	}
	if (get->size == FILES_UNKNOWN || get->offset == get->size)
		return (OUTCOME_DONE);
	log_line(LOG_LEVEL_ERROR, _("%s: %" PRIu64 " bytes came, and it has "
	    "%" PRIu64), shown, get->offset, get->size);
	return (get->offset < get->size ? OUTCOME_LOST : OUTCOME_REFUSED);
}

static enum outcome
complete(struct get *get)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT },
	    { .tv_sec = (time_t)get->modified } };
	struct cause cause;
	int result = 0;

	if (get->after_cr)
		result = take_text(get, "\r", 1, &cause);
	if (result == 0 && get->is_terminal)
		result = readable_end(&get->readable, &get->save, &cause);
	/* Not of a terminal, nor of a pipe. */
	if (get->has_time && (get->save.path != NULL || get->errand->resumes))
		futimens(get->save.fd, times);
	if (result == 0)
		result = save_commit(&get->save, &cause);
	if (result == 0)
		return (OUTCOME_DONE);
	log_cause(_("what came cannot be kept:"), &cause);
	return (OUTCOME_HERE);
}

static int
take(struct sink *sink, const char *bytes, size_t len, struct cause *cause)
{
	struct get *get = sink->context;
	char text[4096 + 1];

	if (!get->session->is_ascii)
		return (take_text(get, bytes, len, cause));
	while (len > 0) {
		size_t n = len < 4096 ? len : 4096;
		size_t text_len = ftp_ascii_decode(text, bytes, n,
		    &get->after_cr);

		if (take_text(get, text, text_len, cause) == -1)
			return (-1);
		bytes += n;
		len -= n;
	}
	return (0);
}

/* A terminal might obey it. */
static int
take_text(struct get *get, const char *bytes, size_t len, struct cause *cause)
{
	if (get->is_terminal)
		return (readable_write(&get->readable, &get->save, bytes, len,
		    cause));
	return (save_write(&get->save, bytes, len, cause));
}
