/* answers.c - what replies and events look like to the person who reads them.
 * See also: tools/mixed/answers.h */
#include "tools/mixed/answers.h"

#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"

struct sentence {
	const char	*code;		/* on the wire */
	const char	*said;		/* marked with N_() */
};

static void answer_message(struct talk *, const struct message *, int);
static void answer_bye(struct talk *, const struct message *);
static const char *sentence_of(const struct sentence *, size_t,
    const char *);
static const char *text_of(const struct message *, const char *);

/* What a refusal means to who types; other codes have the server's text. */
static const struct sentence refusals[] = {
	{ "already-logged-in", N_("this session is logged in: /logout first") },
	{ "bad-credentials", N_("wrong user or password") },
	{ "bad-token", N_("the server does not know the token: log in again") },
	{ "busy", N_("the server has all it can serve; try again later") },
	{ "no-accounts", N_("the server has no accounts: start it with "
	    "--users FILE or --demo") },
	{ "no-such-user", N_("nobody of that name is logged in: /who") },
	{ "no-udp", N_("the server has no UDP for this kind of address") },
	{ "not-logged-in", N_("log in first: /login USER") },
	{ "tls-required", N_("the server takes no password in the clear: "
	    "use --tls") },
	{ "too-many-attempts", N_("too many wrong passwords; "
	    "try again later") },
	{ "unknown-command", N_("the server does not know that; "
	    "/hello lists what it knows") },
};

static const struct sentence byes[] = {
	{ "idle", N_("the server closes a session that is silent for too "
	    "long (/ping keeps one)") },
	{ "line-too-long", N_("the server closes: too many lines were too "
	    "long") },
	{ "stopping", N_("the server is being stopped") },
	{ "too-many-attempts", N_("the server closes: too many wrong "
	    "passwords") },
};

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

void
answer_event(struct talk *talk, const struct message *event, int by_udp)
{
	const char *kind = text_of(event, "event");

	if (strcmp(kind, "message") == 0)
		answer_message(talk, event, by_udp);
	else if (strcmp(kind, "bye") == 0 && !by_udp)
		answer_bye(talk, event);
	/* Others may be of a newer server: they are ignored. */
}

static void
answer_message(struct talk *talk, const struct message *event, int by_udp)
{
	struct screen *screen = &talk->screen;
	const char *from = text_of(event, "from"), *to;
	int private = message_get_text(event, "to", &to) == MESSAGE_FOUND;

	names_add(&talk->names, from);
	screen_begin(screen);
	if (by_udp) {
		screen_paint(screen, SCREEN_FAINT);
		screen_say(screen, "[UDP] ");
		screen_paint(screen, SCREEN_PLAIN);
	}
	screen_paint(screen, private ? SCREEN_PRIVATE : SCREEN_NAME);
	screen_put(screen, from);
	if (private)
		screen_say(screen, " %s", _("(privately)"));
	screen_say(screen, ": ");
	screen_paint(screen, SCREEN_PLAIN);
	screen_put(screen, text_of(event, "text"));
	screen_end(screen);
}

static void
answer_bye(struct talk *talk, const struct message *event)
{
	const char *reason = text_of(event, "reason");
	const char *said = sentence_of(byes, COUNT(byes), reason);

	talk->dismissed = 1;
	screen_begin(&talk->screen);
	screen_paint(&talk->screen, SCREEN_WRONG);
	screen_say(&talk->screen, "! %s", said != NULL ? said :
	    _("the server closes: "));
	if (said == NULL)
		screen_put(&talk->screen, reason);
	screen_end(&talk->screen);
}

void
answer_error(struct talk *talk, const struct message *reply)
{
	const char *code = text_of(reply, "code");
	const char *said = sentence_of(refusals, COUNT(refusals), code);

	screen_begin(&talk->screen);
	screen_paint(&talk->screen, SCREEN_WRONG);
	screen_say(&talk->screen, "! ");
	screen_put(&talk->screen, code);
	screen_say(&talk->screen, ": ");
	if (said != NULL)
		screen_say(&talk->screen, "%s", said);
	else
		screen_put(&talk->screen, text_of(reply, "text"));
	screen_end(&talk->screen);
}

void
answer_raw(struct talk *talk, const char *line, size_t len)
{
	screen_begin(&talk->screen);
	screen_say(&talk->screen, "* ");
	screen_put_bytes(&talk->screen, line, len);
	screen_end(&talk->screen);
}

/* 0x15, 0x16: the first byte of TLS's own alert or handshake. */
void
answer_nonsense(struct talk *talk, const char *line, size_t len)
{
	screen_begin(&talk->screen);
	screen_paint(&talk->screen, SCREEN_WRONG);
	if (talk->greeted) {
		screen_say(&talk->screen, "! %s", _("the server sent what is "
		    "no message: "));
	} else {
		talk->over = talk->failed = 1;
		screen_say(&talk->screen, "! %s", line[0] == 0x15 ||
		    line[0] == 0x16 ? _("the server speaks TLS here, try "
		    "--tls; it says: ") : _("the server does not speak the "
		    "fil protocol; it says: "));
	}
	screen_put_bytes(&talk->screen, line, len);
	screen_end(&talk->screen);
}

void
answer_greeting(struct talk *talk, const struct message *reply)
{
	(void)talk;
	(void)reply;
	log_line(LOG_LEVEL_DETAIL, _("the server speaks the fil protocol"));
}

void
answer_hello(struct talk *talk, const struct message *reply)
{
	struct screen *screen = &talk->screen;
	int64_t max_line = 0, max_text = 0;
	int encrypted = 0;
	const char *command;

	message_get_number(reply, "max_line", &max_line);
	message_get_number(reply, "max_text", &max_text);
	message_get_flag(reply, "encrypted", &encrypted);
	screen_begin(screen);
	screen_say(screen, "* ");
	screen_put(screen, text_of(reply, "server"));
	screen_say(screen, " ");
	screen_put(screen, text_of(reply, "version"));
	screen_say(screen, _("; lines of %lld bytes, texts of %lld; %s; "
	    "commands:"), (long long)max_line, (long long)max_text,
	    encrypted ? _("encrypted") : _("in the clear"));
	for (size_t i = 0; message_list_text(reply, "commands", i,
	    &command) == MESSAGE_FOUND; i++) {
		screen_say(screen, " ");
		screen_put(screen, command);
	}
	screen_end(screen);
}

void
answer_login(struct talk *talk, const struct message *reply)
{
	const char *user = text_of(reply, "user");

	talk->logged_in = 1;
	snprintf(talk->token, sizeof(talk->token), "%s",
	    text_of(reply, "token"));
	talk_set_label(talk, user);
	screen_begin(&talk->screen);
	screen_say(&talk->screen, "* %s ", _("logged in as"));
	screen_put(&talk->screen, user);
	screen_end(&talk->screen);
}

void
answer_logout(struct talk *talk, const struct message *reply)
{
	(void)reply;
	talk->logged_in = 0;
	talk->token[0] = '\0';
	talk_set_label(talk, "");
	screen_note(&talk->screen, "%s", _("logged out"));
}

void
answer_sent(struct talk *talk, const struct message *reply)
{
	int64_t seq = 0;

	message_get_number(reply, "seq", &seq);
	if (!talk->screen.quiet)
		screen_note(&talk->screen, _("sent, as number %lld"),
		    (long long)seq);
}

void
answer_who(struct talk *talk, const struct message *reply)
{
	struct screen *screen = &talk->screen;
	struct message row;
	int64_t more;

	screen_note(screen, "%s", _("logged in:"));
	for (size_t i = 0; message_list_row(reply, "users", i, &row) ==
	    MESSAGE_FOUND; i++) {
		names_add(&talk->names, text_of(&row, "user"));
		screen_begin(screen);
		screen_say(screen, "*   ");
		screen_put(screen, text_of(&row, "user"));
		screen_say(screen, "  ");
		screen_put(screen, text_of(&row, "via"));
		screen_say(screen, "  ");
		screen_put(screen, text_of(&row, "since"));
		screen_end(screen);
	}
	if (message_get_number(reply, "more", &more) == MESSAGE_FOUND)
		screen_note(screen, _("  and %lld more"), (long long)more);
}

void
answer_subscribed(struct talk *talk, const struct message *reply)
{
	int64_t port = 0;

	message_get_number(reply, "port", &port);
	screen_note(&talk->screen, _("messages come by UDP, too: to port "
	    "%lld"), (long long)port);
}

void
answer_unsubscribed(struct talk *talk, const struct message *reply)
{
	(void)reply;
	screen_note(&talk->screen, "%s", _("no more messages by UDP"));
}

void
answer_time(struct talk *talk, const struct message *reply)
{
	screen_begin(&talk->screen);
	screen_say(&talk->screen, "* %s ", _("the server's time:"));
	screen_put(&talk->screen, text_of(reply, "time"));
	screen_end(&talk->screen);
}

/* A member that is missing, or no text, is an empty one. */
static const char *
text_of(const struct message *message, const char *name)
{
	const char *text;

	return (message_get_text(message, name, &text) == MESSAGE_FOUND ?
	    text : "");
}

static const char *
sentence_of(const struct sentence *table, size_t len, const char *code)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(table[i].code, code) == 0)
			return (_(table[i].said));
	return (NULL);
}
