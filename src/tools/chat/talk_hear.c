/* talk_hear.c - what the server says: shown, and remembered where it concerns
 * us.
 * See also: tools/chat/talk.h, proto/chat_heard.h */
#include "tools/chat/talk.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"

static int is_passing(const struct chat_heard *);
static int is_text(const struct chat_heard *, const char *);
static int is_us(const struct talk *, const char *, size_t);
static void note(struct talk *, const struct chat_heard *);
static void note_people(struct talk *, const struct chat_heard *);
static void note_said(struct talk *, const struct chat_heard *);
static void set_nick(struct talk *, const char *, size_t);
static void take_end(struct talk *, int);
static void take_line(struct talk *, const char *, size_t);
static void take_lines(struct talk *);
static void take_piece(struct talk *);
static int was_typed(const char *, size_t, const struct chat_heard *);

/* No waiting for more: of a TLS record, too, a part may be here first. */
int
talk_hear(struct talk *talk)
{
	size_t size;
	char *space = line_reader_space(&talk->reader, &size);
	ssize_t n = stream_recv_within(&talk->stream, space, size,
	    clock_now_ms());

	if (n == -1 && errno == ETIMEDOUT)
		return (0);
	if (n <= 0) {
		take_end(talk, n == 0 ? 0 : errno);
		return (0);
	}
	talk->active_ms = clock_now_ms();
	line_reader_filled(&talk->reader, (size_t)n);
	take_lines(talk);
	view_flush(&talk->view);
	if (talk->view.error != 0)
		talk->over = 1;
	return (1);
}

/* A pipe gets all of a line that is longer than the buffer, piece by piece. */
static void
take_lines(struct talk *talk)
{
	struct line_reader *reader = &talk->reader;
	enum line_result got;
	const char *line;
	size_t len;

	for (;;) {
		int full = line_reader_pending(reader) == reader->size;

		if (full && !talk->view.terminal && memchr(reader->buf, '\n',
		    reader->size) == NULL) {
			take_piece(talk);
			return;
		}
		if ((got = line_reader_next(reader, &line, &len)) == LINE_NONE)
			return;
		if (got == LINE_READY && (len <= VIEW_LINE_MAX ||
		    !talk->view.terminal)) {
			take_line(talk, line, len);
			continue;
		}
		view_log(&talk->view);
		log_line(LOG_LEVEL_WARNING, _("the server sent a line of more "
		    "than %d bytes; it is left out"), VIEW_LINE_MAX);
	}
}

/* A CR may be half of the line's end: it waits for what follows it. */
static void
take_piece(struct talk *talk)
{
	struct line_reader *reader = &talk->reader;
	const char *line;
	size_t len, size;
	int ends_in_cr;

	line_reader_rest(reader, &line, &len);
	ends_in_cr = line[len - 1] == '\r';
	view_piece(&talk->view, line, len - (size_t)ends_in_cr);
	if (ends_in_cr) {
		*line_reader_space(reader, &size) = '\r';
		line_reader_filled(reader, 1);
	}
}

static void
take_line(struct talk *talk, const char *line, size_t len)
{
	struct chat_heard heard = { .kind = CHAT_HEARD_OTHER };

	if (!talk->view.inside) {
		chat_heard_parse(talk->options->rules, line, len, &heard);
		note(talk, &heard);
	}
	view_line(&talk->view, line, len, &heard);
}

/* In the clear nobody says whether the end came too early; but a line that
 * breaks off does. */
static void
take_end(struct talk *talk, int error)
{
	struct chat_heard heard = { .kind = CHAT_HEARD_OTHER };
	const char *line;
	size_t len;

	if (line_reader_rest(&talk->reader, &line, &len) == LINE_READY) {
		if (talk->view.terminal)
			view_line(&talk->view, line, len < VIEW_LINE_MAX ?
			    len : VIEW_LINE_MAX, &heard);
		else
			view_piece(&talk->view, line, len);
	}
	if (len > 0 || talk->view.inside) {
		view_log(&talk->view);
		log_line(LOG_LEVEL_ERROR, _("the connection ended in the "
		    "middle of a line: more may be missing"));
		talk->status |= !talk->person;
	}
	talk->view.inside = 0;
	view_flush(&talk->view);
	talk_lose(talk, "recv", error);
}

/* What concerns us. */
static void
note(struct talk *talk, const struct chat_heard *heard)
{
	note_people(talk, heard);
	switch (heard->kind) {
	case CHAT_HEARD_WELCOME:
		/* It will repeat what we say. */
		talk->welcomed = 1;
		if (talk->prompt != NULL)
			prompt_set_fleeting(talk->prompt, 1);
		set_nick(talk, heard->name, heard->name_len);
		break;
	case CHAT_HEARD_RENAMED:
		if (!is_us(talk, heard->name, heard->name_len))
			break;
		set_nick(talk, heard->text, heard->text_len);
		memcpy(talk->wanted, talk->nick, sizeof(talk->wanted));
		break;
	case CHAT_HEARD_PASSWORD:
	case CHAT_HEARD_NO_PASSWORD:
		if (talk->login == TALK_LOGIN_ASKED)
			talk->login = heard->kind == CHAT_HEARD_PASSWORD ?
			    TALK_LOGIN_PASSWORD : TALK_LOGIN_REFUSED;
		break;
	case CHAT_HEARD_GOODBYE:
		talk->dismissed = !is_text(heard, "quit");
		talk->passing = is_passing(heard);
		break;
	case CHAT_HEARD_SAID:
	case CHAT_HEARD_DONE:
	case CHAT_HEARD_SENT:
		note_said(talk, heard);
		break;
	default:
		break;
	}
}

/* Who is in the room, or speaks to us. */
static void
note_people(struct talk *talk, const struct chat_heard *heard)
{
	struct people *people = &talk->people;
	struct chat_heard list = *heard;

	if (heard->kind == CHAT_HEARD_HERE) {
		people->len = 0;
		while (chat_heard_next(talk->options->rules, &list))
			people_add(people, list.name, list.name_len);
		return;
	}
	if (heard->name_len == 0)
		return;
	if (heard->kind == CHAT_HEARD_LEFT ||
	    heard->kind == CHAT_HEARD_RENAMED)
		people_remove(people, heard->name, heard->name_len);
	if (heard->kind == CHAT_HEARD_RENAMED)
		people_add(people, heard->text, heard->text_len);
	else if (heard->kind != CHAT_HEARD_LEFT)
		people_add(people, heard->name, heard->name_len);
}

/* The server has said what we typed: it, and what was typed before, is not
 * lost. */
static void
note_said(struct talk *talk, const struct chat_heard *heard)
{
	int is_sent = heard->kind == CHAT_HEARD_SENT;
	const char *line;
	size_t at = 0, len;

	if (!is_us(talk, is_sent ? heard->sender : heard->name,
	    is_sent ? heard->sender_len : heard->name_len))
		return;
	while (typed_next(&talk->unsure, &at, &line, &len))
		if (was_typed(line, len, heard)) {
			typed_drop(&talk->unsure, at);
			talk->ending_ms = clock_now_ms();
			return;
		}
}

/* As it was typed, made safe by the server. */
static int
was_typed(const char *line, size_t len, const struct chat_heard *heard)
{
	char safe[TEXT_SAFE_GROWTH * CHAT_LINE_MAX + 1];
	struct chat_command command;
	size_t safe_len;

	if (chat_command_parse(line, len, &command) != CHAT_COMMAND_GOOD)
		return (0);
	safe_len = text_safe(safe, sizeof(safe), command.text,
	    command.text_len, TEXT_ONE_LINE);
	return (safe_len == heard->text_len &&
	    memcmp(safe, heard->text, safe_len) == 0);
}

static int
is_us(const struct talk *talk, const char *name, size_t len)
{
	return (talk->nick[0] != '\0' && len == strlen(talk->nick) &&
	    memcmp(name, talk->nick, len) == 0);
}

/* Why a server ends that may take us back. */
static int
is_passing(const struct chat_heard *heard)
{
	static const char *const reasons[] = { "the server stops",
	    "idle for too long" };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (is_text(heard, reasons[i]))
			return (1);
	return (0);
}

static int
is_text(const struct chat_heard *heard, const char *text)
{
	return (heard->text_len == strlen(text) &&
	    memcmp(heard->text, text, heard->text_len) == 0);
}

static void
set_nick(struct talk *talk, const char *name, size_t len)
{
	memcpy(talk->nick, name, len);
	talk->nick[len] = '\0';
	talk_set_label(talk);
}
