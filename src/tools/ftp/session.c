/* session.c - a session at one FTP server: commands and their replies.
 * See also: tools/ftp/session.h, login.c, tests/system/ftp_hostile.py */
#include "tools/ftp/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"

#define SHOWN_SIZE	512
#define GOODBYE_MS	2000

static enum outcome classify(int);
static void read_features(struct session *);

void
session_init(struct session *session, const struct session_options *options,
    struct interrupt *interrupt)
{
	memset(session, 0, sizeof(*session));
	session->options = options;
	session->interrupt = interrupt;
	session->active = options->active;
	session->wire.stream.fd = -1;
}

void
session_close(struct session *session)
{
	struct cause cause;

	/* A server that does not say good-bye is not waited for. */
	if (session->wire.timeout_ms == 0 ||
	    session->wire.timeout_ms > GOODBYE_MS)
		session->wire.timeout_ms = GOODBYE_MS;
	if (session->is_open && wire_say(&session->wire, "QUIT", NULL,
	    &cause) == 0)
		(void)wire_hear(&session->wire, &cause);
	session_drop(session);
	wipe(session->password, sizeof(session->password));
	tls_client_free(session->tls);
	session->tls = NULL;
	session->user[0] = '\0';
	session->cwd[0] = '\0';
	session->was_moved = 0;
	session->was_encrypted = session->was_protected = 0;
	session->told_clear = 0;
	session->knows_features = 0;
	session->lacks_epsv = session->lacks_eprt = session->lacks_all = 0;
	session->changes++;
}

void
session_drop(struct session *session)
{
	if (session->tls != NULL)
		tls_client_resume(session->tls, NULL);
	wire_close(&session->wire);
	session->is_open = session->is_logged_in = 0;
	session->is_private = session->resumes = session->type = 0;
}

enum outcome
session_ask(struct session *session, const char *verb, const char *argument)
{
	enum outcome outcome = session_try(session, verb, argument);

	if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_LATER)
		session_refused(session, verb, argument);
	return (outcome);
}

enum outcome
session_try(struct session *session, const char *verb, const char *argument)
{
	struct cause cause;

	if (!session->is_open) {
		log_line(LOG_LEVEL_ERROR, _("not connected: open HOST [PORT]"));
		return (OUTCOME_HERE);
	}
	if (wire_say(&session->wire, verb, argument, &cause) == -1) {
		if (cause.error == EINVAL) {
			log_cause(_("not sent:"), &cause);
			return (OUTCOME_HERE);
		}
		return (session_lost(session, _("the session broke off:"),
		    &cause));
	}
	return (session_hear(session));
}

enum outcome
session_hear(struct session *session)
{
	struct cause cause;
	int code = wire_hear(&session->wire, &cause);

	if (code == -1)
		return (session_lost(session, _("the session broke off:"),
		    &cause));
	if (code == FTP_421_CLOSING) {
		session_refused(session, "", NULL);
		session_drop(session);
		return (OUTCOME_LOST);
	}
	return (classify(code));
}

enum outcome
session_refused(struct session *session, const char *verb,
    const char *argument)
{
	const struct answer *answer = &session->wire.answer;
	char said[SHOWN_SIZE], asked[SHOWN_SIZE] = "";

	text_safe(said, sizeof(said), answer->last, strlen(answer->last),
	    TEXT_ONE_LINE);
	if (argument != NULL && strcasecmp(verb, "PASS") != 0)
		text_safe(asked, sizeof(asked), argument, strlen(argument),
		    TEXT_ONE_LINE);
	if (verb[0] == '\0')
		log_line(LOG_LEVEL_ERROR, "%s: %d %s",
		    session->wire.peer_text, answer->code, said);
	else
		log_line(LOG_LEVEL_ERROR, "%s%s%s: %d %s", verb,
		    asked[0] != '\0' ? " " : "", asked, answer->code, said);
	return (classify(answer->code));
}

enum outcome
session_lost(struct session *session, const char *doing,
    const struct cause *cause)
{
	if (cause->kind == CAUSE_ERRNO && cause->error == EINTR) {
		session_drop(session);
		/* Of its threads nobody has heard. */
		if (session->interrupt->held)
			log_line(LOG_LEVEL_EVENT, _("interrupted, before the "
			    "server has answered: the session is closed"));
		return (OUTCOME_STOPPED);
	}
	log_cause(doing, cause);
	session_drop(session);
	return (cause->kind == CAUSE_CERTIFICATE ? OUTCOME_UNTRUSTED :
	    OUTCOME_LOST);
}

/* RFC 2389 3.2: a feature a line, each after a blank.  What FEAT says may
 * depend on who asks, so it is asked when it is wanted. */
int
session_has(struct session *session, enum session_feature feature)
{
	if (!session->knows_features) {
		enum outcome outcome = session_try(session, "FEAT", NULL);

		session->features = 0;
		if (outcome == OUTCOME_DONE)
			read_features(session);
		if (!session->is_open)
			return (0);
		session->knows_features = 1;
		/* Some servers send names in another encoding until asked. */
		if (session->features & SESSION_UTF8)
			(void)session_try(session, "OPTS", "UTF8 ON");
	}
	return ((session->features & feature) != 0);
}

enum outcome
session_set_type(struct session *session, int is_ascii)
{
	int type = is_ascii ? 'A' : 'I';
	enum outcome outcome;

	if (session->type == type)
		return (OUTCOME_DONE);
	outcome = session_ask(session, "TYPE", is_ascii ? "A" : "I");
	if (outcome == OUTCOME_DONE)
		session->type = type;
	return (outcome);
}

enum outcome
session_find_cwd(struct session *session)
{
	enum outcome outcome;

	if (session->cwd[0] != '\0')
		return (OUTCOME_DONE);
	outcome = session_ask(session, "PWD", NULL);
	if (outcome == OUTCOME_DONE && ftp_reply_unquote(session->cwd,
	    sizeof(session->cwd), session->wire.answer.last) == -1) {
		session->cwd[0] = '\0';
		log_line(LOG_LEVEL_ERROR, _("%s: no path is in its answer to "
		    "PWD"), session->wire.peer_text);
		return (OUTCOME_REFUSED);
	}
	return (outcome);
}

enum outcome
session_find_way_back(struct session *session)
{
	return (session->was_moved && session->options->retries > 0 ?
	    session_find_cwd(session) : OUTCOME_DONE);
}

static void
read_features(struct session *session)
{
	static const struct { const char *line; unsigned feature; } rows[] = {
		{ "MLST", SESSION_MLSD }, { "MDTM", SESSION_MDTM },
		{ "SIZE", SESSION_SIZE }, { "REST STREAM", SESSION_REST },
		{ "UTF8", SESSION_UTF8 },
	};
	const char *line = session->wire.answer.text;

	for (; *line != '\0'; line += strcspn(line, "\n"),
	    line += *line == '\n') {
		const char *name = line + strspn(line, " ");

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			size_t len = strlen(rows[i].line);

			if (strncasecmp(name, rows[i].line, len) == 0 &&
			    strchr(" \n", name[len]) != NULL)
				session->features |= rows[i].feature;
		}
	}
}

static enum outcome
classify(int code)
{
	return (code < 400 ? OUTCOME_DONE : code < 500 ? OUTCOME_LATER :
	    OUTCOME_REFUSED);
}
