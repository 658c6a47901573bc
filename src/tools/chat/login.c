/* login.c - a nick that has an account: /login, then the password.
 * Whatever comes of /login, the line that follows it is taken for a password
 * and never said: who mistypes a name, or is refused, has sent it already.
 * See also: serve/account.h, serve/login_throttle.h, tools/chat/session.h */
#include "tools/chat/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/wipe.h"

#define WRONG_LOGINS_MAX	3	/* the last one ends the session */
#define WRONG_LOGIN_MS		1000	/* a refusal takes so long */

static void accept_login(struct session *, const char *);
static void refuse_login(struct session *);
static const char *why_not(struct session *, const char *, size_t);

void
session_login(struct session *session, const char *name, size_t len)
{
	const char *why = why_not(session, name, len);

	if (why != NULL) {
		session->login = LOGIN_REFUSED;
		session_tell(session, "%s (your next line will not be said)",
		    why);
		return;
	}
	session->login = LOGIN_PASSWORD;
	memcpy(session->login_name, name, len);
	session->login_name[len] = '\0';
	session_tell(session, "the password of %s, please, as your next line "
	    "(it will not be said)", session->login_name);
}

void
session_password(struct session *session, const char *line, size_t len)
{
	struct account_claim claim = { session->login_name, line,
	    strlen(session->login_name), len };
	enum login_step step = session->login;
	enum account_verdict verdict;
	char name[NAME_SIZE];

	session->login = LOGIN_NONE;
	if (step == LOGIN_REFUSED) {
		wipe((char *)line, len);
		session_tell(session, "that line was not said");
		return;
	}
	verdict = accounts_verify(&session->chat->accounts, &claim, name);
	wipe((char *)line, len);
	if (verdict == ACCOUNT_OK)
		accept_login(session, name);
	else if (verdict == ACCOUNT_REFUSED)
		refuse_login(session);
	else
		session_tell(session, "the password could not be verified: "
		    "try again later");
}

/* Returns NULL if a password may be asked for. */
static const char *
why_not(struct session *session, const char *name, size_t len)
{
	struct chat *chat = session->chat;
	const struct client *client = session->client;
	enum name_verdict verdict = name_check(&chat->accounts.names, name,
	    len);

	if (chat->options->users == NULL)
		return ("nobody has an account here");
	if (verdict != NAME_GOOD)
		return (name_wrong(verdict));
	if (!client->encrypted && !address_is_loopback(&client->peer) &&
	    !chat->options->allow_plain_login)
		return ("no passwords in the clear: come by TLS");
	if (!login_throttle_allows(&chat->throttle, &client->peer,
	    clock_now_ms()))
		return ("too many wrong passwords from your address: try "
		    "again later");
	return (NULL);
}

static void
accept_login(struct session *session, const char *name)
{
	char folded[NAME_SIZE];

	if (name_fold(&session->chat->accounts.names, name, strlen(name),
	    folded) != NAME_GOOD)
		return;
	strcpy(session->account, folded);
	session_tell(session, "you are logged in as %s", name);
	if (strcmp(name, session->nick.named.name) == 0)
		return;
	if (nicks_is_reserved(folded))
		session_tell(session, "the nick %s is reserved", name);
	else if (session_rename(session, name, folded) == -1)
		session_tell(session, "somebody else is %s at the moment: "
		    "/nick %s later", name, name);
}

/* A second for each guess, in this thread: nobody else waits for it. */
static void
refuse_login(struct session *session)
{
	struct client *client = session->client;
	char who[ADDRESS_TEXT_SIZE];

	login_throttle_failed(&session->chat->throttle, &client->peer,
	    clock_now_ms());
	log_line(LOG_LEVEL_EVENT, _("wrong password for %s from %s"),
	    session->login_name,
	    address_format(&client->peer, who, sizeof(who)));
	client_wait(client, WRONG_LOGIN_MS);
	session_tell(session, "wrong name or password");
	if (++session->wrong_logins == WRONG_LOGINS_MAX)
		session->bye = N_("too many wrong passwords");
}
