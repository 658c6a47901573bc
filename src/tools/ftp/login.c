/* login.c - how a session begins: connected, greeted, encrypted, logged in.
 * See also: tools/ftp/session.h, tests/system/ftp_tls.py */
#include "tools/ftp/session.h"

#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "client/connection.h"
#include "client/hear.h"

#define FTP_PORT	21
#define FTPS_PORT	990
#define DELAYS_MAX	8		/* each takes as long as the timeout */

static enum outcome authenticate(struct session *);
static enum outcome encrypt(struct session *);
static enum outcome greet(struct session *);
static int is_anonymous(const struct session *);
static int open_tls(struct session *, struct cause *);
static enum outcome protect_data(struct session *);
static enum outcome refuse_greeting(struct session *);
static enum outcome start_tls(struct session *);

enum outcome
session_open(struct session *session, const char *host, int port)
{
	int implicit = session->options->tls == SESSION_TLS_IMPLICIT;
	struct destination to = { .family = session->options->family,
	    .timeout_ms = session->options->timeout_ms };
	struct wire *wire = &session->wire;
	struct cause cause;

	if (host != NULL) {
		session_close(session);
		snprintf(session->host, sizeof(session->host), "%s", host);
		session->port = port != 0 ? port : implicit ? FTPS_PORT :
		    FTP_PORT;
	}
	if (implicit && open_tls(session, &cause) == -1) {
		log_cause(_("no TLS with"), &cause);
		return (OUTCOME_HERE);
	}
	to.host = session->host;
	to.port = session->port;
	to.tls = implicit ? session->tls : NULL;
	wire->timeout_ms = to.timeout_ms;
	wire->interrupt = session->interrupt;
	if (connection_open(&to, &wire->stream, &wire->peer, &cause) == -1 ||
	    wire_init(wire, &cause) == -1)
		return (session_lost(session, cause.kind == CAUSE_CERTIFICATE ?
		    _("not to be trusted:") : _("cannot connect to"),
		    &cause));
	session->is_open = 1;
	return (greet(session));
}

/* RFC 959 5.4: 120 comes before 220, and 421 in its place. */
static enum outcome
greet(struct session *session)
{
	enum outcome outcome = session_hear(session);

	for (int i = 0; i < DELAYS_MAX && outcome == OUTCOME_DONE &&
	    session->wire.answer.code / 100 == 1; i++)
		outcome = session_hear(session);
	if (outcome == OUTCOME_LOST || outcome == OUTCOME_STOPPED)
		return (outcome);
	if (session->wire.answer.code != FTP_220_READY)
		return (refuse_greeting(session));
	if (session->options->tls == SESSION_TLS_REQUIRE)
		return (start_tls(session));
	return (OUTCOME_DONE);
}

/* A 230 in place of a greeting would have us go on as if we were logged in,
 * before any TLS (PREAUTH did so in IMAP: CVE-2020-12398). */
static enum outcome
refuse_greeting(struct session *session)
{
	enum outcome outcome = session_refused(session, "", NULL);

	log_line(LOG_LEVEL_ERROR, _("%s: that is no greeting of a server that "
	    "is ready"), session->wire.peer_text);
	session_drop(session);
	return (outcome == OUTCOME_DONE ? OUTCOME_REFUSED : outcome);
}

enum outcome
session_login(struct session *session, const char *user, const char *password)
{
	int wanted = session->options->tls;
	enum outcome outcome = OUTCOME_DONE;

	if (!session->is_open) {
		log_line(LOG_LEVEL_ERROR, _("not connected: open HOST [PORT]"));
		return (OUTCOME_HERE);
	}
	if (user != NULL) {
		snprintf(session->user, sizeof(session->user), "%s", user);
		snprintf(session->password, sizeof(session->password), "%s",
		    password);
		session->cwd[0] = '\0';
		session->was_moved = 0;
	}
	session->is_logged_in = 0;
	session->knows_features = 0;
	session->changes++;
	if (session->wire.stream.tls == NULL && wanted == SESSION_TLS_AUTO &&
	    !is_anonymous(session))
		outcome = start_tls(session);
	if (outcome == OUTCOME_DONE)
		outcome = authenticate(session);
	if (outcome == OUTCOME_DONE && session->wire.stream.tls != NULL)
		outcome = protect_data(session);
	session->is_logged_in = outcome == OUTCOME_DONE;
	return (outcome);
}

enum outcome
session_again(struct session *session)
{
	enum outcome outcome;

	session_drop(session);
	if ((outcome = session_open(session, NULL, 0)) == OUTCOME_DONE)
		outcome = session_login(session, NULL, NULL);
	if (outcome == OUTCOME_DONE && session->was_moved &&
	    session->cwd[0] != '\0')
		outcome = session_ask(session, "CWD", session->cwd);
	return (outcome);
}

/* RFC 4217 4: AUTH TLS, and 234 before the handshake.  What was encrypted
 * before, and is made again, does not go on in the clear: whoever broke it off
 * could want just that. */
static enum outcome
start_tls(struct session *session)
{
	int is_needed = session->options->tls == SESSION_TLS_REQUIRE ||
	    session->was_encrypted;
	enum outcome outcome = session_try(session, "AUTH", "TLS");

	if (outcome == OUTCOME_DONE &&
	    session->wire.answer.code == FTP_234_TLS_BEGINS)
		return (encrypt(session));
	if (outcome != OUTCOME_DONE && outcome != OUTCOME_REFUSED &&
	    outcome != OUTCOME_LATER)
		return (outcome);
	if (!is_needed) {
		log_line(session->told_clear ? LOG_LEVEL_DETAIL :
		    LOG_LEVEL_EVENT, _("%s has no TLS: the password and all "
		    "else goes in the clear"), session->wire.peer_text);
		session->told_clear = 1;
		return (OUTCOME_DONE);
	}
	session_refused(session, "AUTH", "TLS");
	log_line(LOG_LEVEL_ERROR, _("%s: nothing is said without TLS"),
	    session->wire.peer_text);
	session_drop(session);
	return (OUTCOME_REFUSED);
}

static enum outcome
encrypt(struct session *session)
{
	struct wire *wire = &session->wire;
	const struct destination to = { .host = session->host,
	    .timeout_ms = session->options->timeout_ms };
	struct destination with;
	struct cause cause;

	if (hear_has_more(&wire->reader)) {
		cause_said(&cause, "recv", N_("more was said in the clear "
		    "than the answer to AUTH TLS: somebody may have put it "
		    "there"), wire->peer_text);
		return (session_lost(session, _("not to be trusted:"),
		    &cause));
	}
	if (open_tls(session, &cause) == -1) {
		log_cause(_("no TLS with"), &cause);
		session_drop(session);
		return (OUTCOME_HERE);
	}
	with = to;
	with.tls = session->tls;
	if (connection_encrypt(&with, &wire->stream, wire->peer_text,
	    &cause) == -1)
		return (session_lost(session, cause.kind == CAUSE_CERTIFICATE ?
		    _("not to be trusted:") : _("no TLS with"), &cause));
	session->was_encrypted = 1;
	return (OUTCOME_DONE);
}

static int
open_tls(struct session *session, struct cause *cause)
{
	if (session->tls == NULL)
		session->tls = tls_client_open(&session->options->tls_options,
		    cause);
	return (session->tls != NULL ? 0 : -1);
}

/* RFC 959 5.4: USER may be enough; ACCT is asked for by nobody any more. */
static enum outcome
authenticate(struct session *session)
{
	enum outcome outcome = session_ask(session, "USER", session->user);

	if (outcome == OUTCOME_DONE &&
	    session->wire.answer.code == FTP_331_NEED_PASSWORD)
		outcome = session_ask(session, "PASS", session->password);
	if (outcome == OUTCOME_DONE && session->wire.answer.code / 100 != 2) {
		session_refused(session, "PASS", NULL);
		return (OUTCOME_REFUSED);
	}
	return (outcome);
}

/* RFC 4217 9: PBSZ 0 means nothing, but has to be said before PROT. */
static enum outcome
protect_data(struct session *session)
{
	enum outcome outcome = session_ask(session, "PBSZ", "0");

	if (outcome == OUTCOME_DONE)
		outcome = session_ask(session, "PROT", "P");
	session->is_private = outcome == OUTCOME_DONE;
	session->was_protected |= session->is_private;
	if (outcome != OUTCOME_REFUSED && outcome != OUTCOME_LATER)
		return (outcome);
	if (session->options->tls == SESSION_TLS_AUTO &&
	    !session->was_protected) {
		log_line(LOG_LEVEL_WARNING, _("%s: files and listings go in "
		    "the clear"), session->wire.peer_text);
		return (OUTCOME_DONE);
	}
	log_line(LOG_LEVEL_ERROR, _("%s: nothing is said without TLS"),
	    session->wire.peer_text);
	session_drop(session);
	return (OUTCOME_REFUSED);
}

/* Their password is no secret. */
static int
is_anonymous(const struct session *session)
{
	return (strcmp(session->user, "anonymous") == 0 ||
	    strcmp(session->user, "ftp") == 0);
}
