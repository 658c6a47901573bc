/* login.c - who a session is for.
 * See also: tools/ftpd/login.h, tests/system/ftpd.py */
#include "tools/ftpd/login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/jail.h"

#define WRONG_MAX	3		/* passwords; the last one closes */
#define WRONG_MS	1000		/* before the answer */
#define ANONYMOUS_PERMS	"elr"
#define NOBODY		"?"		/* no account can have this name */

static enum account_verdict check(struct session *, const char *,
    struct account *);
static int enter_home(struct session *, const char *)
    __attribute__((noinline));
static int is_anonymous(const struct session *);
static int is_guest(const struct session *, const char *);
static int jail_thread(const struct session *, struct cause *);
static void log_login(const struct session *, const char *);
static int open_home(struct session *, const char *)
    __attribute__((noinline));
static void refuse(struct session *, int);

void
login_user(struct session *session, const char *name)
{
	struct login *login = &session->login;

	if (login->done) {
		session_reply(session, FTP_530_NOT_LOGGED_IN,
		    "Logged in already");
		return;
	}
	if (session->ftpd->options->require_tls &&
	    session->client->stream.tls == NULL) {
		session_reply(session, FTP_530_NOT_LOGGED_IN,
		    "AUTH TLS comes first");
		return;
	}
	snprintf(login->name, sizeof(login->name), "%s",
	    strlen(name) < sizeof(login->name) ? name : NOBODY);
	login->named = 1;
	/* The same for everybody, known or not. */
	session_reply(session, FTP_331_NEED_PASSWORD, "And the password?");
}

void
login_pass(struct session *session, const char *password)
{
	struct login *login = &session->login;
	struct account account;

	if (!login->named) {
		session_reply(session, FTP_503_BAD_SEQUENCE,
		    "USER comes first");
		return;
	}
	login->named = 0;
	if (!login_throttle_allows(&session->ftpd->throttle,
	    &session->client->peer, clock_now_ms())) {
		refuse(session, 0);
		return;
	}
	switch (check(session, password, &account)) {
	case ACCOUNT_OK:
		break;
	case ACCOUNT_REFUSED:
		login_throttle_failed(&session->ftpd->throttle,
		    &session->client->peer, clock_now_ms());
		refuse(session, 1);
		return;
	default:
		session_reply_errno(session, errno);
		return;
	}
	if (enter_home(session, account.home) == -1) {
		session_reply(session, FTP_530_NOT_LOGGED_IN,
		    "The home folder cannot be entered");
		return;
	}
	memcpy(login->name, account.name, sizeof(login->name));
	memcpy(login->perms, account.perms, sizeof(login->perms));
	login->done = 1;
	session_go(session, "");
	log_login(session, _("%s logged in from %s"));
	session_reply(session, FTP_230_LOGGED_IN, "Welcome");
}

void
login_acct(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_202_SUPERFLUOUS, "No need to");
}

/* As it was after the greeting.  RFC 4217 11 would have TLS end too; what comes
 * in the clear then can be anybody's. */
void
login_rein(struct session *session, const char *argument)
{
	(void)argument;
	if (session->client->stream.tls != NULL) {
		session_reply(session, FTP_502_NOT_IMPLEMENTED,
		    "Not under TLS: connect again");
		return;
	}
	data_close(&session->data);
	login_end(session);
	session->login_deadline = clock_deadline(SESSION_LOGIN_MS);
	session->ascii = 1;
	session->epsv_all = 0;
	session->rest = 0;
	session_go(session, "");
	session_reply(session, FTP_220_READY, "fil-ftpd");
}

void
login_end(struct session *session)
{
	struct login *login = &session->login;

	if (login->root_is_own)
		close(login->root_fd);
	login->root_is_own = 0;
	login->root_fd = -1;
	login->done = login->named = login->anonymous = 0;
}

static enum account_verdict
check(struct session *session, const char *password, struct account *account)
{
	struct login *login = &session->login;
	struct account_claim claim = { .name = login->name,
	    .password = password, .name_len = strlen(login->name),
	    .password_len = strlen(password) };

	account->home[0] = '\0';
	memcpy(account->name, login->name, sizeof(account->name));
	login->anonymous = is_anonymous(session);
	if (login->anonymous) {
		memcpy(account->perms, ANONYMOUS_PERMS,
		    sizeof(ANONYMOUS_PERMS));
		return (ACCOUNT_OK);
	}
	if (is_guest(session, password)) {
		memcpy(account->perms, USERS_PERMS, sizeof(USERS_PERMS));
		return (ACCOUNT_OK);
	}
	return (accounts_login(&session->ftpd->accounts, &claim, account));
}

static int
is_anonymous(const struct session *session)
{
	return (session->ftpd->options->anonymous &&
	    (strcasecmp(session->login.name, "anonymous") == 0 ||
	    strcasecmp(session->login.name, "ftp") == 0));
}

/* All of it is compared: the time does not tell how much is right. */
static int
is_guest(const struct session *session, const char *password)
{
	const char *right = session->ftpd->guest_password;
	unsigned char differs = 0;

	if (right[0] == '\0' || strlen(password) != GUEST_PASSWORD_LEN)
		return (0);
	for (int i = 0; i < GUEST_PASSWORD_LEN; i++)
		differs |= (unsigned char)(password[i] ^ right[i]);
	return (differs == 0 && strcmp(session->login.name, "guest") == 0);
}

static int
enter_home(struct session *session, const char *home)
{
	struct login *login = &session->login;
	char text[CAUSE_TEXT_SIZE];
	struct cause cause;

	login->root_fd = session->ftpd->root_fd;
	if (home[0] != '\0' && open_home(session, home) == -1)
		return (-1);
	if (jail_thread(session, &cause) == 0)
		return (0);
	log_line(LOG_LEVEL_WARNING, _("no jail for %s: %s"), login->name,
	    cause_text(&cause, text, sizeof(text)));
	login_end(session);
	return (-1);
}

/* For good: after REIN it can enter no other home, and it serves another client
 * only where there is but one (fil-ftpd.c).  Noted before it is done: entered
 * again for each client, the kernel's sixteen jails of a thread are used up. */
static int
jail_thread(const struct session *session, struct cause *cause)
{
	pthread_key_t jailed = session->ftpd->jailed;
	int error, result;

	if (pthread_getspecific(jailed) != NULL)
		return (0);
	if ((error = pthread_setspecific(jailed, session->ftpd)) != 0) {
		cause_errno(cause, "pthread_setspecific", error, NULL);
		return (-1);
	}
	if ((result = jail_enter(session->login.root_fd, cause)) != 1)
		pthread_setspecific(jailed, NULL);
	return (result == -1 ? -1 : 0);
}

/* A home is below the served folder, whatever it begins with.  This and its
 * caller are not inlined: their buffers would cost a page of every session. */
static int
open_home(struct session *session, const char *home)
{
	struct login *login = &session->login;
	char path[CONFINE_PATH_SIZE];

	if (confine_path("", home, path) == -1 ||
	    (login->root_fd = confine_open(session->ftpd->root_fd, path,
	    O_RDONLY | O_DIRECTORY, 0)) == -1) {
		log_line(LOG_LEVEL_WARNING,
		    _("the home of %s cannot be entered: %s"), login->name,
		    strerror(errno));
		return (-1);
	}
	login->root_is_own = 1;
	return (0);
}

/* A second's patience costs a person nothing, and a guesser everything. */
static void
refuse(struct session *session, int hashed)
{
	log_login(session, hashed ? _("login as %s from %s refused") :
	    _("login as %s from %s refused: too many failures"));
	client_wait(session->client, WRONG_MS);
	if (++session->login.wrong < WRONG_MAX) {
		session_reply(session, FTP_530_NOT_LOGGED_IN,
		    "Not logged in");
		return;
	}
	session_reply(session, FTP_421_CLOSING, "Not logged in; goodbye");
	session->leaving = 1;
}

static void
log_login(const struct session *session, const char *format)
{
	char who[ADDRESS_TEXT_SIZE], safe[TEXT_SAFE_GROWTH * NAME_SIZE];

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	text_safe(safe, sizeof(safe), session->login.name,
	    strlen(session->login.name), TEXT_ONE_LINE);
	address_format(&session->client->peer, who, sizeof(who));
	log_line(LOG_LEVEL_EVENT, format, safe, who);
}
