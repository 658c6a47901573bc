/* verbs.c - what can be typed in a session: a table.
 * See also: tools/mixed/verbs.h */
#include "tools/mixed/verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "tools/mixed/answers.h"
#include "tools/mixed/requests.h"
#include "tools/mixed/talk_udp.h"

#define REASON_SIZE	256

static int may_send_password(struct talk *);
static int may_send_text(struct talk *, const char *);
static void run_command(struct talk *, const struct verb *, char *);
static void run_help(struct talk *, const struct verb *, char *);
static void run_login(struct talk *, const struct verb *, char *);
static void run_message(struct talk *, const struct verb *, char *);
static void run_private(struct talk *, const struct verb *, char *);
static void run_quit(struct talk *, const struct verb *, char *);
static void run_raw(struct talk *, const struct verb *, char *);
static void run_subscribe(struct talk *, const struct verb *, char *);
static void run_udp(struct talk *, const struct verb *, char *);
static void run_verb(struct talk *, char *);

static const struct verb verbs[] = {
	{ "/who", "", N_("who is logged in"), "WHO", 0,
	    run_command, answer_who },
	{ "/msg", N_("USER TEXT"), N_("a text for USER alone"), "MESSAGE", 0,
	    run_private, answer_sent },
	{ "/login", N_("USER"), N_("log in; the password is asked"), "LOGIN",
	    VERB_SECRET, run_login, answer_login },
	{ "/logout", "", N_("log out"), "LOGOUT", 0,
	    run_command, answer_logout },
	{ "/subscribe", "", N_("have messages sent by UDP, too"),
	    "SUBSCRIBE", 0, run_subscribe, answer_subscribed },
	{ "/unsubscribe", "", N_("no longer"), "UNSUBSCRIBE", 0,
	    run_command, answer_unsubscribed },
	{ "/udp", N_("TEXT"), N_("send a text by UDP, once"), "MESSAGE",
	    VERB_SECRET | VERB_BY_UDP, run_udp, answer_sent },
	{ "/hello", "", N_("what the server is, and can do"), "HELLO", 0,
	    run_command, answer_hello },
	{ "/ping", "", N_("the server's time"), "PING", 0,
	    run_command, answer_time },
	{ "/raw", N_("JSON"), N_("send this line as it is"), NULL,
	    VERB_SECRET | VERB_ANY_ID, run_raw, NULL },
	{ "/help", "", N_("this list"), NULL, 0, run_help, NULL },
	{ "/quit", "", N_("leave, as Ctrl-D does"), NULL, 0, run_quit, NULL },
};

#define VERBS	(sizeof(verbs) / sizeof(verbs[0]))

static const struct verb greeting = { .name = "", .command = "HELLO",
    .run = run_command, .answered = answer_greeting };
static const struct verb login = { .name = "", .command = "LOGIN",
    .flags = VERB_SECRET, .run = run_login, .answered = answer_login };
static const struct verb saying = { .name = "", .command = "MESSAGE",
    .run = run_message, .answered = answer_sent };

void
verbs_obey(struct talk *talk, const char *line, size_t len)
{
	char typed[PROMPT_LINE_MAX + 1];

	if (memchr(line, '\0', len) != NULL) {
		request_refuse(talk, _("a line with a NUL is not sent"));
		return;
	}
	memcpy(typed, line, len);
	typed[len] = '\0';
	if (len == 0)
		return;
	if (typed[0] != '/')
		saying.run(talk, &saying, typed);
	else if (typed[1] == '/')
		saying.run(talk, &saying, typed + 1);
	else
		run_verb(talk, typed);
}

void
verbs_greet(struct talk *talk)
{
	greeting.run(talk, &greeting, NULL);
}

void
verbs_login(struct talk *talk, const char *user)
{
	char name[PROMPT_LINE_MAX + 1];

	snprintf(name, sizeof(name), "%s", user);
	login.run(talk, &login, name);
}

const char *
verbs_word(void *context, const char *before, size_t i)
{
	const struct talk *talk = context;

	if (before[0] == '\0')
		return (i < VERBS ? verbs[i].name : NULL);
	if (strcmp(before, "/msg ") == 0 || strcmp(before, "/login ") == 0)
		return (names_at(&talk->names, i));
	return (NULL);
}

static void
run_verb(struct talk *talk, char *typed)
{
	size_t name_len = strcspn(typed, " ");
	char *operands = typed + name_len + strspn(typed + name_len, " ");
	char reason[REASON_SIZE];

	typed[name_len] = '\0';
	for (size_t i = 0; i < VERBS; i++) {
		const struct verb *verb = &verbs[i];

		if (strcmp(verb->name, typed) != 0)
			continue;
		if ((operands[0] != '\0') == (verb->operands[0] != '\0')) {
			verb->run(talk, verb, operands);
			return;
		}
		snprintf(reason, sizeof(reason), _("this is typed: %s %s"),
		    verb->name, verb->operands[0] != '\0' ?
		    _(verb->operands) : "");
		request_refuse(talk, reason);
		return;
	}
	request_refuse(talk, _("no such command: /help lists them; a text "
	    "that begins with / is typed with //"));
}

/* A command that has no members. */
static void
run_command(struct talk *talk, const struct verb *verb, char *operands)
{
	struct message request;

	(void)operands;
	request_init(talk, &request, verb->command);
	request_send(talk, verb, &request);
}

static void
run_message(struct talk *talk, const struct verb *verb, char *text)
{
	struct message request;

	if (!may_send_text(talk, text))
		return;
	request_init(talk, &request, verb->command);
	message_set_text(&request, "text", text);
	request_send(talk, verb, &request);
}

static void
run_private(struct talk *talk, const struct verb *verb, char *operands)
{
	size_t user_len = strcspn(operands, " ");
	char *text = operands + user_len + (operands[user_len] == ' ');
	struct message request;

	operands[user_len] = '\0';
	if (!may_send_text(talk, text))
		return;
	request_init(talk, &request, verb->command);
	message_set_text(&request, "to", operands);
	message_set_text(&request, "text", text);
	request_send(talk, verb, &request);
}

static void
run_login(struct talk *talk, const struct verb *verb, char *user)
{
	char password[SECRET_SIZE], question[REASON_SIZE], safe[128];
	struct message request;
	struct cause cause;

	if (!may_send_password(talk))
		return;
	text_safe(safe, sizeof(safe), user, strlen(user), TEXT_ONE_LINE);
	snprintf(question, sizeof(question), _("Password of %s: "), safe);
	if (secret_get(&talk->options->secret, question, password,
	    &cause) == -1) {
		log_cause(_("no password:"), &cause);
		talk->refused = 1;
		return;
	}
	request_init(talk, &request, verb->command);
	message_set_text(&request, "user", user);
	message_set_text(&request, "password", password);
	wipe(password, sizeof(password));
	request_send(talk, verb, &request);
}

static void
run_subscribe(struct talk *talk, const struct verb *verb, char *operands)
{
	struct message request;
	struct cause cause;

	(void)operands;
	if (talk_udp_open(talk, &cause) == -1) {
		log_cause(_("no UDP:"), &cause);
		talk->refused = 1;
		return;
	}
	request_init(talk, &request, verb->command);
	message_set_number(&request, "port", talk_udp_port(talk));
	request_send(talk, verb, &request);
}

static void
run_udp(struct talk *talk, const struct verb *verb, char *text)
{
	struct message request;
	struct cause cause;

	if (!may_send_text(talk, text))
		return;
	if (talk->token[0] == '\0') {
		request_refuse(talk, _("over UDP a message needs the token "
		    "that /login brings"));
		return;
	}
	if (talk_udp_open(talk, &cause) == -1) {
		log_cause(_("no UDP:"), &cause);
		talk->refused = 1;
		return;
	}
	request_init(talk, &request, verb->command);
	message_set_text(&request, "token", talk->token);
	message_set_text(&request, "text", text);
	request_send(talk, verb, &request);
}

static void
run_raw(struct talk *talk, const struct verb *verb, char *json)
{
	char line[MESSAGE_LINE_MAX + 1];
	size_t len = strlen(json);

	/* A blank line is never answered. */
	if (strspn(json, " \t") == len) {
		request_refuse(talk, _("a blank line is not sent"));
		return;
	}
	if (len > MESSAGE_LINE_MAX) {
		request_refuse(talk, _("a line of more than 8192 bytes is "
		    "not sent"));
		return;
	}
	memcpy(line, json, len);
	line[len] = '\n';
	request_send_line(talk, verb, line, len + 1);
	wipe(line, sizeof(line));
}

static void
run_help(struct talk *talk, const struct verb *verb, char *operands)
{
	struct screen *screen = &talk->screen;

	(void)verb;
	(void)operands;
	for (size_t i = 0; i < VERBS; i++) {
		const char *after = verbs[i].operands[0] != '\0' ?
		    _(verbs[i].operands) : "";
		size_t used = strlen(verbs[i].name) + 1 + text_columns(after);

		screen_note(screen, "%s %s%*s  %s", verbs[i].name, after,
		    used < 18 ? (int)(18 - used) : 0, "", _(verbs[i].help));
	}
	screen_note(screen, "%s", _("any other line is a text for everybody; "
	    "//x sends /x"));
}

static void
run_quit(struct talk *talk, const struct verb *verb, char *operands)
{
	(void)verb;
	(void)operands;
	talk->leaving = 1;
}

/* What the server would refuse is not sent; and the limit is named. */
static int
may_send_text(struct talk *talk, const char *text)
{
	char reason[REASON_SIZE];

	switch (message_text_check(text, strlen(text))) {
	case MESSAGE_OK:
		return (1);
	case MESSAGE_TEXT_TOO_LONG:
		snprintf(reason, sizeof(reason), _("a text of %zu bytes is "
		    "not sent: %d is the limit"), strlen(text),
		    MESSAGE_TEXT_MAX);
		request_refuse(talk, reason);
		return (0);
	default:
		request_refuse(talk, _("a text is UTF-8, not empty, and has no "
		    "control characters but tab"));
		return (0);
	}
}

/* In the clear anybody on the way reads it. */
static int
may_send_password(struct talk *talk)
{
	char peer[ADDRESS_TEXT_SIZE];

	if (talk->stream.tls != NULL || address_is_loopback(&talk->peer))
		return (1);
	address_format(&talk->peer, peer, sizeof(peer));
	if (!talk->options->clear_password) {
		request_refuse(talk, _("no password is sent in the clear to "
		    "another machine: use --tls, or --tcp if you mean it"));
		return (0);
	}
	log_line(LOG_LEVEL_WARNING, _("the password goes in the clear to %s: "
	    "anybody on the way can read it (--tls hides it)"), peer);
	return (1);
}
