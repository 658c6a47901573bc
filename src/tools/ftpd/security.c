/* security.c - AUTH, PBSZ, PROT: whether others can listen.
 * Ref: RFC 4217, RFC 2228.   See also: tools/ftpd/login.h,
 * tests/system/ftpd_tls.py */
#include "tools/ftpd/login.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"

#define HANDSHAKE_MS	10000

static int is_encrypted(struct session *);

void
login_auth(struct session *session, const char *argument)
{
	if (!server_has_tls(session->ftpd->server)) {
		session_reply(session, FTP_502_NOT_IMPLEMENTED,
		    "There is no certificate");
		return;
	}
	if (session->client->stream.tls != NULL || session->login.done) {
		session_reply(session, FTP_503_BAD_SEQUENCE,
		    "AUTH comes first, and once");
		return;
	}
	if (strcasecmp(argument, "TLS") != 0 &&
	    strcasecmp(argument, "TLS-C") != 0 &&
	    strcasecmp(argument, "SSL") != 0) {
		session_reply(session, FTP_504_BAD_PARAMETER, "AUTH TLS only");
		return;
	}
	session_reply(session, FTP_234_TLS_BEGINS, "TLS begins");
	if (session_flush(session) == -1 || session->kept_begin !=
	    session->kept_end || line_reader_pending(&session->reader) > 0) {
		/* It came in the clear: anybody may have put it there. */
		log_line(LOG_LEVEL_WARNING, _("bytes behind AUTH TLS: the "
		    "connection is closed"));
		session->leaving = 1;
		return;
	}
	if (login_begin_tls(session) == -1)
		session->leaving = 1;
}

int
login_begin_tls(struct session *session)
{
	struct client *client = session->client;
	char who[ADDRESS_TEXT_SIZE], text[CAUSE_TEXT_SIZE];
	struct cause cause;

	if (tls_family_init(&session->family, session->ftpd->server->tls,
	    &cause) == 0) {
		session->family.forgets =
		    session->ftpd->options->tls_reuse == TLS_REUSE_OFF;
		client_set_state(client, CLIENT_HANDSHAKE);
		if (tls_family_accept(&session->family, &client->stream,
		    clock_deadline(HANDSHAKE_MS), &cause) == 0) {
			if (log_shows(LOG_LEVEL_DETAIL))
				log_line(LOG_LEVEL_DETAIL,
				    _("TLS with %s: %s"),
				    address_format(&client->peer, who,
				    sizeof(who)), tls_describe(&client->stream,
				    text, sizeof(text)));
			return (0);
		}
	}
	log_line(LOG_LEVEL_EVENT, _("no TLS with %s: %s"),
	    address_format(&client->peer, who, sizeof(who)),
	    cause_text(&cause, text, sizeof(text)));
	return (-1);
}

/* Nobody would hear a password, but anybody could take over the rest. */
void
login_ccc(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_533_CCC_DENIED,
	    "The control connection stays encrypted");
}

void
login_pbsz(struct session *session, const char *argument)
{
	(void)argument;
	if (!is_encrypted(session))
		return;
	session->pbsz = 1;
	session_reply(session, FTP_200_OK, "PBSZ=0");
}

void
login_prot(struct session *session, const char *argument)
{
	if (!is_encrypted(session))
		return;
	if (!session->pbsz)
		session_reply(session, FTP_503_BAD_SEQUENCE,
		    "PBSZ comes first");
	else if (strcasecmp(argument, "P") == 0) {
		session->private = 1;
		session_reply(session, FTP_200_OK, "Data is encrypted");
	} else if (strcasecmp(argument, "C") == 0) {
		session->private = 0;
		session_reply(session, FTP_200_OK, "Data is in the clear");
	} else
		session_reply(session, FTP_536_PROT_LEVEL, "PROT P or C");
}

static int
is_encrypted(struct session *session)
{
	if (session->client->stream.tls != NULL)
		return (1);
	session_reply(session, FTP_503_BAD_SEQUENCE, "AUTH TLS comes first");
	return (0);
}
