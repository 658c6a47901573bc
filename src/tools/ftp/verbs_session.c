/* verbs_session.c - open, user, close, and how things are set.
 * See also: tools/ftp/verbs.h */
#include "tools/ftp/verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "base/wipe.h"

#define JOINED_SIZE	4300

static int join(const struct orders *, size_t, char[JOINED_SIZE]);
static enum outcome say(struct ftp *, const char *, const char *);
static const char *yes_or_no(int);

enum outcome
verb_open(struct ftp *ftp, const struct orders *orders)
{
	const char *wrong;
	struct ftp_url place;
	uint64_t port;

	wrong = url_is(orders->words[1]) ? url_parse(orders->words[1],
	    &place) : url_parse_place(orders->words[1], &place);
	if (wrong != NULL) {
		log_line(LOG_LEVEL_ERROR, "%s", _(wrong));
		return (OUTCOME_HERE);
	}
	if (orders->count > 2) {
		if (num_parse(orders->words[2], strlen(orders->words[2]),
		    65535, &port) == -1 || port == 0)
			return (verbs_misuse(orders));
		place.host.port = (int)port;
	}
	return (ftp_connect(ftp, &place.host,
	    place.user[0] != '\0' ? place.user : NULL));
}

enum outcome
verb_user(struct ftp *ftp, const struct orders *orders)
{
	char *password = orders->words[2];
	enum outcome outcome;

	if (strlen(orders->words[1]) >= SESSION_USER_SIZE ||
	    (password != NULL && strlen(password) >= SECRET_SIZE))
		return (verbs_misuse(orders));
	outcome = ftp_login(ftp, orders->words[1], password);
	if (password != NULL)
		wipe(password, strlen(password));
	return (outcome);
}

enum outcome
verb_close(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	session_close(&ftp->session);
	return (OUTCOME_DONE);
}

enum outcome
verb_quit(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->leaving = 1;
	return (OUTCOME_DONE);
}

enum outcome
verb_binary(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->session.is_ascii = 0;
	return (OUTCOME_DONE);
}

enum outcome
verb_ascii(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->session.is_ascii = 1;
	return (OUTCOME_DONE);
}

enum outcome
verb_passive(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->session.active = 0;
	return (OUTCOME_DONE);
}

enum outcome
verb_active(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->session.active = 1;
	return (OUTCOME_DONE);
}

enum outcome
verb_status(struct ftp *ftp, const struct orders *orders)
{
	const struct session *session = &ftp->session;
	char text[256];

	(void)orders;
	if (!session->is_open)
		printf("%s\n", _("Not connected."));
	else {
		text_safe(text, sizeof(text), session->user,
		    strlen(session->user), TEXT_ONE_LINE);
		printf(_("Connected to %s, as %s.\n"),
		    session->wire.peer_text, session->is_logged_in ? text :
		    "-");
		printf(_("Encrypted: %s; files and listings: %s.\n"),
		    session->wire.stream.tls == NULL ? _("no") :
		    tls_describe(&session->wire.stream, text, sizeof(text)),
		    yes_or_no(session->is_private));
	}
	printf(_("Data connections: %s; type: %s.\n"),
	    session->active ? _("active") : _("passive"),
	    session->is_ascii ? "ascii" : "binary");
	printf(_("Prompt: %s; hash: %s; verbose: %s.\n"),
	    yes_or_no(ftp->asks), yes_or_no(ftp->hash),
	    yes_or_no(ftp->log_level == LOG_LEVEL_DETAIL));
	return (OUTCOME_DONE);
}

enum outcome
verb_stat(struct ftp *ftp, const struct orders *orders)
{
	return (say(ftp, "STAT", orders->words[1]));
}

enum outcome
verb_feat(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	return (say(ftp, "FEAT", NULL));
}

enum outcome
verb_site(struct ftp *ftp, const struct orders *orders)
{
	char argument[JOINED_SIZE];

	if (join(orders, 1, argument) == -1)
		return (verbs_misuse(orders));
	ftp->session.changes++;
	return (say(ftp, "SITE", argument));
}

/* Whatever it was, what we know of the server may no longer hold. */
enum outcome
verb_quote(struct ftp *ftp, const struct orders *orders)
{
	struct session *session = &ftp->session;
	char command[JOINED_SIZE], *argument;
	enum outcome outcome;

	if (join(orders, 1, command) == -1)
		return (verbs_misuse(orders));
	/* In quotes the verb is a part of a word; but PASS must be seen. */
	argument = strchr(command, ' ');
	if (argument != NULL)
		*argument++ = '\0';
	outcome = say(ftp, command, argument);
	wipe(command, sizeof(command));
	session->type = 0;
	session->cwd[0] = '\0';
	session->was_moved = 1;
	session->changes++;
	/* It wants a data connection, and will find none. */
	if (outcome == OUTCOME_DONE && session->wire.answer.code / 100 == 1 &&
	    (outcome = session_hear(session)) == OUTCOME_DONE)
		ftp_print_answer(ftp);
	return (outcome);
}

static enum outcome
say(struct ftp *ftp, const char *verb, const char *argument)
{
	enum outcome outcome = session_ask(&ftp->session, verb, argument);

	if (outcome == OUTCOME_DONE)
		ftp_print(ftp->session.wire.answer.text,
		    ftp->session.wire.answer.len);
	return (outcome);
}

static int
join(const struct orders *orders, size_t first, char joined[JOINED_SIZE])
{
	size_t len = 0;

	joined[0] = '\0';
	for (size_t i = first; i < orders->count; i++) {
		int n = snprintf(joined + len, JOINED_SIZE - len, "%s%s",
		    i > first ? " " : "", orders->words[i]);

		len += (size_t)n;
		if (len >= JOINED_SIZE)
			return (-1);
	}
	return (0);
}

static const char *
yes_or_no(int value)
{
	return (value ? _("yes") : _("no"));
}
