/* talk.c - a session of the fil protocol: what is typed, what is answered.
 * See also: tools/mixed/talk.h */
#include "tools/mixed/talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "tools/mixed/requests.h"
#include "tools/mixed/talk_udp.h"
#include "tools/mixed/verbs.h"

#define END_MS		2000		/* the server's end follows ours */

static void converse(struct talk *);
static void finish(struct talk *);
static void hear(struct talk *);
static int is_greeting_wrong(struct talk *);
static int open_talk(struct talk *, const struct talk_options *,
    struct cause *);
static void settle(struct talk *);
static void take_end(struct talk *, int);
static void take_late(struct talk *);
static enum prompt_wait talk_wait(void *, int, const sigset_t *);

int
talk_run(const struct talk_options *options)
{
	struct talk talk;
	struct cause cause;

	if (open_talk(&talk, options, &cause) == -1) {
		log_cause(cause.kind == CAUSE_CERTIFICATE ?
		    _("not to be trusted:") : _("no session with"), &cause);
		return (cause_exit_status(&cause));
	}
	verbs_greet(&talk);
	settle(&talk);
	if (!talk.over && options->user != NULL) {
		verbs_login(&talk, options->user);
		settle(&talk);
		talk.failed |= !talk.logged_in;
	}
	if (!talk.over && !talk.failed)
		converse(&talk);
	finish(&talk);
	if (talk.screen.error != 0) {
		cause_errno(&cause, "write", talk.screen.error, NULL);
		log_cause(_("not everything was printed:"), &cause);
		talk.failed = 1;
	}
	prompt_close(talk.prompt);
	if (talk.udp_fd != -1)
		close(talk.udp_fd);
	connection_close(&talk.stream);
	wipe(talk.token, sizeof(talk.token));
	/* A person has read why; a script has not. */
	return (talk.failed || (talk.refused && !isatty(STDIN_FILENO)));
}

static int
open_talk(struct talk *talk, const struct talk_options *options,
    struct cause *cause)
{
	memset(talk, 0, sizeof(*talk));
	talk->options = options;
	talk->udp_fd = -1;
	talk->deadline = CLOCK_NEVER;
	line_reader_init(&talk->reader, talk->buf, sizeof(talk->buf));
	screen_init(&talk->screen, options->color, options->quiet);
	talk_set_label(talk, "");
	return (connection_open(&options->to, &talk->stream, &talk->peer,
	    cause));
}

/* Lines, until nobody types any more. */
static void
converse(struct talk *talk)
{
	const struct prompt_caller caller = { .wait = talk_wait,
	    .word = verbs_word, .context = talk };
	const char *line;
	struct cause cause;
	size_t len;

	talk->prompt = prompt_open(&caller, talk->options->plain, &cause);
	if (talk->prompt == NULL) {
		log_cause(_("nothing can be typed:"), &cause);
		talk->failed = 1;
		return;
	}
	talk->screen.prompt = talk->prompt;
	prompt_set_label(talk->prompt, talk->label);
	while (!talk->over && !talk->leaving) {
		enum prompt_result result = prompt_read(talk->prompt, &line,
		    &len);

		if (result == PROMPT_FAILED) {
			cause_errno(&cause, "read", errno, NULL);
			log_cause(_("standard input:"), &cause);
			talk->failed = 1;
		}
		settle(talk);
		if (result == PROMPT_TOO_LONG)
			request_refuse(talk, _("a line of more than 8192 bytes "
			    "is not sent"));
		else if (result != PROMPT_LINE)
			break;
		else if (!talk->over)
			verbs_obey(talk, line, len);
	}
}

/* Our own end is told to the server, and then its end is waited for: replies
 * and events may be on their way still. */
static void
finish(struct talk *talk)
{
	settle(talk);
	if (talk->over)
		return;
	talk->ending = 1;
	talk->deadline = clock_deadline(END_MS);
	stream_end(&talk->stream);
	while (!talk->over)
		talk_wait(talk, -1, NULL);
}

/* The answer to what was sent comes before the next thing is. */
static void
settle(struct talk *talk)
{
	while (!talk->over && talk->waiting.verb != NULL)
		talk_wait(talk, -1, NULL);
}

/* The one place where a session waits: for what is typed, for what the server
 * sends, for datagrams, and for the time to be up. */
static enum prompt_wait
talk_wait(void *context, int typed_fd, const sigset_t *signals)
{
	struct talk *talk = context;
	int highest = talk->stream.fd, pending, left_ms;
	struct timespec left;
	fd_set readable;

	if (talk->over)
		return (PROMPT_LEAVE);
	FD_ZERO(&readable);
	FD_SET(talk->stream.fd, &readable);
	if (typed_fd != -1)
		FD_SET(typed_fd, &readable);
	if (talk->udp_fd != -1)
		FD_SET(talk->udp_fd, &readable);
	highest = typed_fd > highest ? typed_fd : highest;
	highest = talk->udp_fd > highest ? talk->udp_fd : highest;

	/* What is decrypted already, select does not see. */
	pending = stream_pending(&talk->stream) > 0;
	left_ms = pending ? 0 : clock_poll_ms(talk->deadline);
	left = clock_timespec(left_ms);
	if (pselect(highest + 1, &readable, NULL, NULL,
	    left_ms == -1 ? NULL : &left, signals) == -1) {
		if (errno != EINTR)
			talk_fail(talk, "select", errno);
		return (talk->over ? PROMPT_LEAVE : PROMPT_AGAIN);
	}
	if (pending || FD_ISSET(talk->stream.fd, &readable))
		hear(talk);
	if (talk->udp_fd != -1 && FD_ISSET(talk->udp_fd, &readable))
		talk_udp_hear(talk);
	if (!talk->over && clock_poll_ms(talk->deadline) == 0)
		take_late(talk);
	if (talk->over)
		return (PROMPT_LEAVE);
	prompt_show(talk->prompt);
	return (typed_fd != -1 && FD_ISSET(typed_fd, &readable) ?
	    PROMPT_READ : PROMPT_AGAIN);
}

/* What has come, and no waiting for more: of a TLS record, too, a part may be
 * here first. */
static void
hear(struct talk *talk)
{
	enum line_result got;
	const char *line;
	size_t size, len;
	char *space = line_reader_space(&talk->reader, &size);
	ssize_t n = stream_recv_within(&talk->stream, space, size,
	    clock_now_ms());

	if (n == -1 && errno == ETIMEDOUT)
		return;
	if (n <= 0) {
		take_end(talk, n == 0 ? 0 : errno);
		return;
	}
	line_reader_filled(&talk->reader, (size_t)n);
	while (!talk->over && (got = line_reader_next(&talk->reader, &line,
	    &len)) != LINE_NONE) {
		if (got == LINE_TOO_LONG)
			screen_warn(&talk->screen, _("the server sent a line "
			    "of more than %d bytes; it is left out"),
			    TALK_LINE_MAX);
		else if (len > 0)
			request_take(talk, line, len, 0);
	}
	if (!talk->over && is_greeting_wrong(talk)) {
		line_reader_rest(&talk->reader, &line, &len);
		request_take(talk, line, len, 0);
	}
}

/* A server of sheet A answers without a newline: do not wait for one. */
static int
is_greeting_wrong(struct talk *talk)
{
	return (!talk->greeted && talk->waiting.verb != NULL &&
	    line_reader_pending(&talk->reader) > 0 &&
	    talk->reader.buf[talk->reader.begin] != '{');
}

static void
take_end(struct talk *talk, int error)
{
	const char *line;
	size_t len;

	talk->over = 1;
	if (error != 0) {
		talk_fail(talk, "recv", error);
		return;
	}
	if (line_reader_rest(&talk->reader, &line, &len) == LINE_READY) {
		screen_log(&talk->screen);
		log_line(LOG_LEVEL_ERROR, _("the connection ended in the "
		    "middle of a line: more may be missing"));
	} else if (talk->ending) {
		return;
	} else if (!talk->dismissed) {
		screen_log(&talk->screen);
		log_line(LOG_LEVEL_ERROR, _("the server closed the "
		    "connection"));
	}
	talk->failed = 1;
}

static void
take_late(struct talk *talk)
{
	const struct verb *verb = talk->waiting.verb;

	screen_log(&talk->screen);
	if (talk->ending) {
		log_line(LOG_LEVEL_WARNING, _("the server did not close the "
		    "connection within %d s"), END_MS / 1000);
		talk->over = 1;
	} else if (verb != NULL && (verb->flags & VERB_BY_UDP) != 0) {
		request_refuse(talk, _("no answer over UDP: the message may be "
		    "lost, or its answer; it is not sent again, which could "
		    "make two of it"));
		request_forget(talk);
	} else {
		talk->over = 1;
		talk_fail(talk, "recv", ETIMEDOUT);
	}
}

void
talk_fail(struct talk *talk, const char *primitive, int error)
{
	char text[ADDRESS_TEXT_SIZE];
	struct cause cause;

	talk->over = 1;
	talk->failed = 1;
	stream_cause(&talk->stream, primitive, error,
	    address_format(&talk->peer, text, sizeof(text)), &cause);
	screen_log(&talk->screen);
	log_cause(_("the session ended:"), &cause);
}

void
talk_set_label(struct talk *talk, const char *user)
{
	char safe[PROMPT_LABEL_SIZE - 2];

	text_safe(safe, sizeof(safe), user, strlen(user), TEXT_ONE_LINE);
	snprintf(talk->label, sizeof(talk->label), "%s> ", safe);
	if (talk->prompt != NULL)
		prompt_set_label(talk->prompt, talk->label);
}
