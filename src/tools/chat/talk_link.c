/* talk_link.c - the connection of a session: begun, used, lost, begun again.
 * See also: tools/chat/talk.h, client/connection.h */
#include "tools/chat/talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "net/keepalive.h"
#include "tools/chat/backoff.h"

#define GONE_S		60		/* a server that is silent so long */
#define RETRY_LIMIT_MS	5000		/* for each address: keys wait */
#define STABLE_MS	10000		/* a connection that lasted was well */

static void ask_again(struct talk *, const char *, const char *);
static void count_sent(struct talk *, size_t);
static void drop_first(struct talk *, size_t);
static void fail_to_send(struct talk *, int);
static int is_said(const struct chat_command *);
static int is_to_be_retried(const struct talk *);
static void note_room(struct talk *, const struct chat_command *);
static void note_sent(struct talk *, const char *, size_t);
static void note_unsure(struct talk *, const char *, size_t);
static void schedule(struct talk *, const struct cause *);
static void tell_unsure(struct talk *);

int
talk_connect(struct talk *talk, struct cause *cause)
{
	struct destination to = talk->options->to;
	int is_first = talk->since_ms == 0;

	if (!is_first && (to.timeout_ms == 0 ||
	    to.timeout_ms > RETRY_LIMIT_MS))
		to.timeout_ms = RETRY_LIMIT_MS;
	if (connection_open(&to, &talk->stream, &talk->peer, cause) == -1)
		return (-1);
	keepalive_set(talk->stream.fd, GONE_S);
	talk->since_ms = talk->active_ms = clock_now_ms();
	talk->dismissed = talk->passing = 0;
	line_reader_init(&talk->reader, talk->buf, sizeof(talk->buf));
	/* What was typed meanwhile comes after these. */
	ask_again(talk, "/join", talk->room);
	ask_again(talk, "/nick", talk->wanted);
	return (0);
}

_Static_assert(2 * (sizeof("/join \r\n") + NAME_SIZE) <= TYPED_FIRST,
    "there is always room for both");

static void
ask_again(struct talk *talk, const char *command, const char *name)
{
	char line[sizeof("/join ") + NAME_SIZE];
	int len = snprintf(line, sizeof(line), "%s %s", command, name);

	if (name[0] != '\0' &&
	    typed_put_first(&talk->out, line, (size_t)len) == 0)
		talk->asked++;
}

void
talk_send(struct talk *talk)
{
	struct iovec piece;
	const char *bytes;
	ssize_t n;

	while ((piece.iov_len = typed_unsent(&talk->out, &bytes)) > 0) {
		piece.iov_base = (char *)bytes;
		n = stream_send_now(&talk->stream, &piece, 1);
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1) {
			fail_to_send(talk, errno);
			return;
		}
		talk->active_ms = clock_now_ms();
		count_sent(talk, (size_t)n);
	}
}

/* The server may have said why: that comes first. */
static void
fail_to_send(struct talk *talk, int error)
{
	while (talk->stream.fd != -1 && !talk->over && talk_hear(talk))
		continue;
	if (talk->stream.fd != -1 && !talk->over)
		talk_lose(talk, "send", error);
}

static void
count_sent(struct talk *talk, size_t n)
{
	const char *line;
	size_t at = 0, len;

	typed_count_sent(&talk->out, n);
	while (typed_next(&talk->out, &at, &line, &len) &&
	    at <= talk->out.sent) {
		note_sent(talk, line, len);
		drop_first(talk, at);
		at = 0;
	}
}

static void
drop_first(struct talk *talk, size_t len)
{
	typed_drop(&talk->out, len);
	if (talk->asked > 0)
		talk->asked--;
}

static void
note_sent(struct talk *talk, const char *line, size_t len)
{
	struct chat_command command;

	if (chat_command_parse(line, len, &command) != CHAT_COMMAND_GOOD)
		return;
	if (command.verb == CHAT_JOIN)
		note_room(talk, &command);
	else if (talk->person && talk->welcomed && is_said(&command))
		note_unsure(talk, line, len);
}

/* Only now: what was typed before /join, and waits before it, is for the room
 * that it leaves. */
static void
note_room(struct talk *talk, const struct chat_command *command)
{
	size_t len = command->word_len;

	if (name_check(talk->options->rules, command->word,
	    len) != NAME_GOOD)
		return;
	memcpy(talk->room, command->word, len);
	talk->room[len] = '\0';
}

static int
is_said(const struct chat_command *command)
{
	return (command->text_len > 0 && (command->verb == CHAT_SAY ||
	    command->verb == CHAT_ME || command->verb == CHAT_MSG));
}

/* A server of the chat repeats what is said to whoever has said it. */
static void
note_unsure(struct talk *talk, const char *line, size_t len)
{
	const char *first;
	size_t at, first_len;

	while (typed_put(&talk->unsure, line, len) == -1) {
		at = 0;
		typed_next(&talk->unsure, &at, &first, &first_len);
		typed_drop(&talk->unsure, at);
	}
}

void
talk_lose(struct talk *talk, const char *primitive, int error)
{
	char text[ADDRESS_TEXT_SIZE];
	struct cause cause;

	talk->login = TALK_LOGIN_NONE;
	if (error == 0)
		stream_end(&talk->stream);
	if (error == 0 && talk->leaving && talk->out.len == 0 &&
	    !talk->dismissed) {
		talk->over = 1;
		return;
	}
	address_format(&talk->peer, text, sizeof(text));
	if (error == 0)
		cause_said(&cause, primitive,
		    N_("the server closed the connection"), text);
	else
		stream_cause(&talk->stream, primitive, error, text, &cause);
	view_log(&talk->view);
	tell_unsure(talk);
	if (is_to_be_retried(talk)) {
		connection_close(&talk->stream);
		if (clock_now_ms() - talk->since_ms >= STABLE_MS)
			talk->tries = 0;
		schedule(talk, &cause);
		return;
	}
	log_cause(_("the session ended:"), &cause);
	talk->over = 1;
	talk->status = 1;
}

/* Not by a script, which would go on after a part that is missing; and not
 * where a server never spoke as one, or has said that it is enough. */
static int
is_to_be_retried(const struct talk *talk)
{
	int64_t lasted_ms = clock_now_ms() - talk->since_ms;

	return (talk->person && !talk->leaving &&
	    (!talk->dismissed || talk->passing) &&
	    (talk->welcomed || lasted_ms >= STABLE_MS));
}

/* Of a line that went in part, nobody knows whether it was said. */
static void
tell_unsure(struct talk *talk)
{
	char safe[LOG_LINE_SIZE / 2];
	const char *line;
	size_t at = 0, len;

	if (talk->out.sent > 0 &&
	    typed_next(&talk->out, &at, &line, &len)) {
		note_sent(talk, line, len);
		drop_first(talk, at);
	}
	talk->out.sent = 0;
	/* The next connection begins with its own. */
	for (at = 0; talk->asked > 0 && typed_next(&talk->out, &at, &line,
	    &len); at = 0)
		drop_first(talk, at);
	for (at = 0; typed_next(&talk->unsure, &at, &line, &len); ) {
		text_safe(safe, sizeof(safe), line, len, TEXT_ONE_LINE);
		log_line(LOG_LEVEL_WARNING, _("perhaps nobody heard: %s"),
		    safe);
	}
	talk->unsure.len = 0;
}

static void
schedule(struct talk *talk, const struct cause *cause)
{
	char text[CAUSE_TEXT_SIZE];
	uint32_t chance = 0;
	int64_t wait_ms;

	random_fill(&chance, sizeof(chance));
	wait_ms = backoff_ms(talk->tries++, chance);
	talk->retry_ms = clock_now_ms() + wait_ms;
	log_line(LOG_LEVEL_WARNING, _("no connection: %s; trying again in "
	    "%d s"), cause_text(cause, text, sizeof(text)),
	    (int)((wait_ms + 999) / 1000));
}

void
talk_retry(struct talk *talk)
{
	char text[ADDRESS_TEXT_SIZE];
	struct cause cause;
	int got;

	view_log(&talk->view);
	/* Who does not want to wait for it need not. */
	prompt_lend(talk->prompt);
	got = talk_connect(talk, &cause);
	prompt_take_back(talk->prompt);
	if (got == 0) {
		log_line(LOG_LEVEL_EVENT, _("connected again to %s"),
		    address_format(&talk->peer, text, sizeof(text)));
		return;
	}
	if (cause.kind != CAUSE_CERTIFICATE) {
		schedule(talk, &cause);
		return;
	}
	/* Whoever answers now is somebody else. */
	log_cause(_("not to be trusted:"), &cause);
	talk->over = 1;
	talk->status = cause_exit_status(&cause);
}
