/* talk.c - a client's session: what is typed goes, what the server says comes.
 * See also: tools/chat/talk.h */
#include "tools/chat/talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"

#define END_MS		2000		/* a person does not wait longer for
					 * the server's end */

static void converse(struct talk *);
static int64_t deadline_of(const struct talk *);
static void finish(struct talk *);
static void take_late(struct talk *);
static void tell_unsent(struct talk *);

int
talk_run(const struct talk_options *options)
{
	struct talk talk = { .options = options, .stream = { .fd = -1 },
	    .person = isatty(STDIN_FILENO), .login_deadline = CLOCK_NEVER };
	struct cause cause;

	view_init(&talk.view, options->rules, options->color);
	if (options->nick != NULL)
		snprintf(talk.wanted, sizeof(talk.wanted), "%s",
		    options->nick);
	if (talk_connect(&talk, &cause) == -1) {
		log_cause(cause.kind == CAUSE_CERTIFICATE ?
		    _("not to be trusted:") : _("no connection:"), &cause);
		return (cause_exit_status(&cause));
	}
	converse(&talk);
	finish(&talk);
	if (talk.view.error != 0) {
		cause_errno(&cause, "write", talk.view.error, NULL);
		log_cause(_("not everything was printed:"), &cause);
		talk.status = 1;
	}
	prompt_close(talk.prompt);
	connection_close(&talk.stream);
	return (talk.status);
}

/* Lines, until nobody types any more. */
static void
converse(struct talk *talk)
{
	const struct prompt_caller caller = { .wait = talk_wait,
	    .word = talk_word, .context = talk };
	enum prompt_result result = PROMPT_LINE;
	const char *line;
	struct cause cause;
	size_t len;

	talk->prompt = prompt_open(&caller, talk->options->plain, &cause);
	if (talk->prompt == NULL) {
		log_cause(_("nothing can be typed:"), &cause);
		talk->status = 1;
		return;
	}
	talk->view.prompt = talk->prompt;
	talk_set_label(talk);
	while (!talk->over && !talk->leaving) {
		result = prompt_read(talk->prompt, &line, &len);
		if (result == PROMPT_LINE)
			talk_obey(talk, line, len);
		else if (result == PROMPT_TOO_LONG)
			talk_obey(talk, NULL, PROMPT_LINE_MAX + 1);
		else
			break;
	}
	if (result == PROMPT_FAILED) {
		cause_errno(&cause, "read", errno, NULL);
		log_cause(_("standard input:"), &cause);
		talk->status = 1;
	}
}

/* What is still to be sent is sent, then the server is told that this was all,
 * and its end is waited for: answers may be on their way still. */
static void
finish(struct talk *talk)
{
	talk->leaving = 1;
	while (!talk->over && talk->stream.fd != -1 && talk->out.len > 0)
		talk_wait(talk, -1, NULL);
	if (talk->over || talk->stream.fd == -1) {
		tell_unsent(talk);
		return;
	}
	talk->ending = 1;
	talk->active_ms = talk->ending_ms = clock_now_ms();
	if (stream_half_closes(&talk->stream))
		stream_end(&talk->stream);
	else if (!talk->quit)
		typed_put(&talk->out, "/quit", strlen("/quit"));
	while (!talk->over)
		talk_wait(talk, -1, NULL);
}

static void
tell_unsent(struct talk *talk)
{
	if (talk->out.len == 0)
		return;
	talk->status = 1;
	log_line(LOG_LEVEL_ERROR, _("not connected; lines that were typed and "
	    "never sent: %zu"), typed_lines(&talk->out));
}

enum prompt_wait
talk_wait(void *context, int typed_fd, const sigset_t *signals)
{
	struct talk *talk = context;
	int fd = talk->stream.fd, pending, left_ms;
	struct timespec left;
	fd_set readable, writable;

	if (talk->over || (talk->leaving && typed_fd != -1))
		return (PROMPT_LEAVE);
	if (typed_fd != -1 && fd != -1 &&
	    !typed_has_room(&talk->out, CHAT_LINE_MAX))
		typed_fd = -1;		/* what is typed has to wait */
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	if (fd != -1)
		FD_SET(fd, &readable);
	if (fd != -1 && talk->out.len > 0)
		FD_SET(fd, &writable);
	if (typed_fd != -1)
		FD_SET(typed_fd, &readable);

	/* What is decrypted already, select does not see. */
	pending = fd != -1 && stream_pending(&talk->stream) > 0;
	left_ms = pending ? 0 : clock_poll_ms(deadline_of(talk));
	left = clock_timespec(left_ms);
	if (pselect((fd > typed_fd ? fd : typed_fd) + 1, &readable, &writable,
	    NULL, left_ms == -1 ? NULL : &left, signals) == -1) {
		if (errno != EINTR)
			talk_lose(talk, "select", errno);
		return (talk->over ? PROMPT_LEAVE : PROMPT_AGAIN);
	}
	if (pending || (fd != -1 && FD_ISSET(fd, &readable)))
		talk_hear(talk);
	if (fd != -1 && talk->stream.fd == fd && FD_ISSET(fd, &writable))
		talk_send(talk);
	if (!talk->over && clock_poll_ms(deadline_of(talk)) == 0)
		take_late(talk);
	if (talk->over)
		return (PROMPT_LEAVE);
	prompt_show(talk->prompt);
	return (typed_fd != -1 && FD_ISSET(typed_fd, &readable) ?
	    PROMPT_READ : PROMPT_AGAIN);
}

/* When something has to be done, whatever comes or does not come. */
static int64_t
deadline_of(const struct talk *talk)
{
	int64_t timeout_ms = talk->options->to.timeout_ms;

	if (talk->stream.fd == -1)
		return (talk->retry_ms);
	if (talk->login == TALK_LOGIN_ASKED)
		return (talk->login_deadline);
	if (talk->ending && talk->person)
		return (talk->ending_ms + END_MS);
	if ((talk->ending || talk->out.len > 0) && timeout_ms > 0)
		return (talk->active_ms + timeout_ms);
	return (CLOCK_NEVER);
}

static void
take_late(struct talk *talk)
{
	if (talk->stream.fd == -1)
		talk_retry(talk);
	else if (talk->login == TALK_LOGIN_ASKED)
		talk->login = TALK_LOGIN_LATE;
	else if (talk->ending && talk->person)
		talk->over = 1;
	else
		talk_lose(talk, talk->ending ? "recv" : "send", ETIMEDOUT);
}

void
talk_set_label(struct talk *talk)
{
	char label[PROMPT_LABEL_SIZE];

	if (talk->prompt == NULL)
		return;
	snprintf(label, sizeof(label), "%s> ", talk->nick);
	prompt_hide(talk->prompt);
	prompt_set_label(talk->prompt, label);
}
