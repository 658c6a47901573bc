/* talk_login.c - /login NAME: the password is asked with echo off, and never
 * is a line like others: not in the history, nor among those that wait.
 * The server takes the next line for it whatever it answers, but it says
 * first whether it wants one: so a password that it would refuse stays here.
 * See also: tools/chat/talk.h, client/secret.h, fil-chatd(8) */
#include "tools/chat/talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"

#define QUESTION_SIZE	256
#define ANSWER_MS	30000	/* at most: nothing can be typed meanwhile */

static int await_answer(struct talk *, const char *, size_t);
static int ask_password(struct talk *, const struct chat_command *, char *);
static int is_overheard(const struct talk *);
static void send_password(struct talk *, char *);

void
talk_login(struct talk *talk, const char *line, size_t len)
{
	struct chat_command command;
	char password[SECRET_SIZE + 2];

	if (chat_command_parse(line, len, &command) != CHAT_COMMAND_GOOD) {
		log_line(LOG_LEVEL_ERROR, _("this is typed: %s"),
		    chat_command_usage(CHAT_LOGIN));
		return;
	}
	if (talk->stream.fd == -1 || !await_answer(talk, line, len)) {
		log_line(LOG_LEVEL_ERROR, _("not connected: log in later"));
		return;
	}
	switch (talk->login) {
	case TALK_LOGIN_PASSWORD:
		if (ask_password(talk, &command, password) == -1)
			password[0] = '\0';
		send_password(talk, password);
		break;
	case TALK_LOGIN_REFUSED:
		if (is_overheard(talk))
			log_line(LOG_LEVEL_ERROR, _("this connection is in "
			    "the clear: --tls encrypts it"));
		password[0] = '\0';
		send_password(talk, password);
		break;
	default:
		log_line(LOG_LEVEL_ERROR, _("the server asks for no "
		    "password"));
	}
	talk->login = TALK_LOGIN_NONE;
}

/* Could somebody on the way read it? */
static int
is_overheard(const struct talk *talk)
{
	return (talk->stream.tls == NULL && !address_is_loopback(&talk->peer));
}

/* Returns 0 if the connection is lost instead. */
static int
await_answer(struct talk *talk, const char *line, size_t len)
{
	int64_t timeout_ms = talk->options->to.timeout_ms;

	if (timeout_ms == 0 || timeout_ms > ANSWER_MS)
		timeout_ms = ANSWER_MS;
	while (!talk->over && talk->stream.fd != -1 && talk->out.len > 0)
		talk_wait(talk, -1, NULL);
	if (talk->over || talk->stream.fd == -1)
		return (0);
	typed_put(&talk->out, line, len);
	talk->login = TALK_LOGIN_ASKED;
	talk->login_deadline = clock_deadline(timeout_ms);
	while (!talk->over && talk->login == TALK_LOGIN_ASKED)
		talk_wait(talk, -1, NULL);
	return (!talk->over && talk->login != TALK_LOGIN_NONE);
}

/* Returns -1 if there is none, and that is said. */
static int
ask_password(struct talk *talk, const struct chat_command *command,
    char *password)
{
	char question[QUESTION_SIZE], peer[ADDRESS_TEXT_SIZE];
	char name[TEXT_SAFE_GROWTH * NAME_SIZE];
	struct cause cause;

	text_safe(name, sizeof(name), command->word, command->word_len,
	    TEXT_ONE_LINE);
	if (is_overheard(talk))
		snprintf(question, sizeof(question), _("Password of %s, which "
		    "will go in the clear to %s: "), name,
		    address_format(&talk->peer, peer, sizeof(peer)));
	else
		snprintf(question, sizeof(question), _("Password of %s: "),
		    name);
	if (secret_get(&talk->options->secret, question, password,
	    &cause) == 0)
		return (0);
	log_cause(_("no password:"), &cause);
	talk->status |= !talk->person;
	return (-1);
}

/* At once and whole; nothing else is on its way (await_answer). */
static void
send_password(struct talk *talk, char *password)
{
	size_t len = strlen(password);

	memcpy(password + len, "\r\n", 2);
	if (stream_send_all(&talk->stream, password, len + 2) == -1)
		talk_lose(talk, "send", errno);
	wipe(password, SECRET_SIZE + 2);
}
