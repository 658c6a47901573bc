/* shell.c - orders from standard input: typed by a person, or a script's.
 * See also: tools/ftp/ftp.h, tools/ftp/verbs.h, client/prompt.h */
#include "tools/ftp/ftp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "tools/ftp/complete.h"
#include "tools/ftp/verbs.h"

static int converse(struct ftp *);
static int is_over(const struct ftp *, enum outcome);
static enum outcome obey(struct ftp *, const char *, size_t);
static void set_label(struct ftp *);
static int status_of(enum outcome);
static enum prompt_wait wait_typed(void *, int, const sigset_t *);

int
shell_run(struct ftp *ftp)
{
	const struct ftp_url *place = &ftp->options->place;
	const struct prompt_caller caller = { .wait = wait_typed,
	    .word = complete_word, .look_up = complete_look_up,
	    .context = ftp };
	enum outcome outcome = OUTCOME_DONE;
	struct cause cause;
	int status = 0;

	ftp->is_person = ftp->asks = isatty(STDIN_FILENO);
	if (place->host.host[0] != '\0')
		outcome = ftp_connect(ftp, &place->host,
		    place->user[0] != '\0' ? place->user : NULL);
	if (is_over(ftp, outcome)) {
		session_close(&ftp->session);
		return (status_of(outcome));
	}
	ftp->prompt = prompt_open(&caller, ftp->options->plain, &cause);
	if (ftp->prompt == NULL) {
		log_cause(_("nothing can be typed:"), &cause);
		return (1);
	}
	status = converse(ftp);
	prompt_close(ftp->prompt);
	complete_free(&ftp->completion);
	session_close(&ftp->session);
	if (!ftp->is_person)
		interrupt_obey(&ftp->interrupt);
	return (status);
}

/* Lines, until nobody types any more, or one fails that nobody watches. */
static int
converse(struct ftp *ftp)
{
	int status = 0;

	while (!ftp->leaving) {
		enum prompt_result result;
		enum outcome outcome;
		const char *line;
		size_t len;

		set_label(ftp);
		result = prompt_read(ftp->prompt, &line, &len);
		if (result == PROMPT_END || result == PROMPT_LEFT)
			break;
		if (result == PROMPT_FAILED) {
			log_line(LOG_LEVEL_ERROR, _("standard input: %s"),
			    strerror(errno));
			return (1);
		}
		if (result == PROMPT_TOO_LONG) {
			log_line(LOG_LEVEL_ERROR, _("a line is too long"));
			outcome = OUTCOME_HERE;
		} else
			outcome = obey(ftp, line, len);
		if (outcome != OUTCOME_DONE && !ftp->is_person)
			status = status_of(outcome);
		if (is_over(ftp, outcome))
			break;
	}
	return (status);
}

/* A person has read what went wrong, and goes on. */
static int
is_over(const struct ftp *ftp, enum outcome outcome)
{
	return (!ftp->is_person && outcome != OUTCOME_DONE &&
	    (!ftp->options->goes_on || outcome == OUTCOME_STOPPED));
}

static enum outcome
obey(struct ftp *ftp, const char *line, size_t len)
{
	char typed[PROMPT_LINE_MAX + 1];
	enum outcome outcome;

	if (memchr(line, '\0', len) != NULL) {
		log_line(LOG_LEVEL_ERROR, _("a line with a NUL in it"));
		return (OUTCOME_HERE);
	}
	memcpy(typed, line, len);
	typed[len] = '\0';
	/* Of a script that was written elsewhere. */
	if (len > 0 && typed[len - 1] == '\r')
		typed[len - 1] = '\0';
	outcome = verbs_obey(ftp, typed);
	/* Whoever cannot be told what a script printed must not go on. */
	if (fflush(stdout) == EOF || ferror(stdout)) {
		log_line(LOG_LEVEL_ERROR, _("standard output: %s"),
		    strerror(errno));
		ftp->leaving = 1;
		return (OUTCOME_HERE);
	}
	return (outcome);
}

static void
set_label(struct ftp *ftp)
{
	char where[PROMPT_LABEL_SIZE - 16];

	text_safe(where, sizeof(where), ftp->session.cwd,
	    strlen(ftp->session.cwd), TEXT_ONE_LINE);
	snprintf(ftp->label, sizeof(ftp->label), "ftp%s%s> ",
	    ftp->session.is_open && where[0] != '\0' ? " " : "",
	    ftp->session.is_open ? where : "");
	prompt_set_label(ftp->prompt, ftp->label);
}

static int
status_of(enum outcome outcome)
{
	return (outcome == OUTCOME_DONE ? 0 :
	    outcome == OUTCOME_UNTRUSTED ? 3 : 1);
}

/* Between two orders the server has nothing to say but good-bye. */
static enum prompt_wait
wait_typed(void *context, int fd, const sigset_t *signals)
{
	struct ftp *ftp = context;
	fd_set readable;

	(void)ftp;
	FD_ZERO(&readable);
	FD_SET(fd, &readable);
	if (pselect(fd + 1, &readable, NULL, NULL, NULL, signals) == -1)
		return (errno == EINTR ? PROMPT_AGAIN : PROMPT_LEAVE);
	return (PROMPT_READ);
}
