/* commands.c - what each command of the fil protocol does, a row each.
 * See also: tools/mixed/session.h, fil-protocol(7) */
#include "config.h"

#include "tools/mixed/session.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"

#define WRONG_LOGINS_MAX	3	/* the last one ends the session */
#define WRONG_LOGIN_MS		1000	/* a refusal takes so long */
#define WHO_MAX			300	/* rows: they fit into one reply */

struct command {
	const char	*name;
	enum message_code (*run)(struct session *, const struct message *,
			    struct message *);
	int		 needs_login;
};

/* WHO's reply as it grows. */
struct who {
	struct message	*reply;
	int64_t		 rows, more;
};

static enum message_code check_password(struct session *,
    const struct message *);
static int find_udp_socket(const struct session *, struct subscription *);
static int is_our_port(const struct server *, int);
static enum message_code refuse_login(struct session *);
static enum message_code run_hello(struct session *, const struct message *,
    struct message *);
static enum message_code run_login(struct session *, const struct message *,
    struct message *);
static enum message_code run_logout(struct session *, const struct message *,
    struct message *);
static enum message_code run_message(struct session *, const struct message *,
    struct message *);
static enum message_code run_ping(struct session *, const struct message *,
    struct message *);
static enum message_code run_subscribe(struct session *,
    const struct message *, struct message *);
static enum message_code run_unsubscribe(struct session *,
    const struct message *, struct message *);
static enum message_code run_who(struct session *, const struct message *,
    struct message *);
static void who_row(const struct entry *, void *);

static const struct command commands[] = {
	{ "HELLO", run_hello, 0 },
	{ "LOGIN", run_login, 0 },
	{ "LOGOUT", run_logout, 0 },
	{ "MESSAGE", run_message, 1 },
	{ "WHO", run_who, 1 },
	{ "SUBSCRIBE", run_subscribe, 1 },
	{ "UNSUBSCRIBE", run_unsubscribe, 0 },
	{ "PING", run_ping, 0 },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

enum message_code
session_run_command(struct session *session, const struct message *request,
    struct message *reply)
{
	const char *name;

	if (message_get_text(request, "command", &name) != MESSAGE_FOUND)
		return (MESSAGE_BAD_REQUEST);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (commands[i].needs_login && !session->logged_in)
			return (MESSAGE_NOT_LOGGED_IN);
		return (commands[i].run(session, request, reply));
	}
	return (MESSAGE_UNKNOWN_COMMAND);
}

void
session_logout(struct session *session)
{
	if (!session->logged_in)
		return;
	room_leave(&session->mixed->room, &session->member);
	directory_leave(&session->mixed->directory, &session->entry);
	session->logged_in = 0;
}

static enum message_code
run_hello(struct session *session, const struct message *request,
    struct message *reply)
{
	(void)request;
	message_set_text(reply, "server", "fil-mixedd");
	message_set_text(reply, "version", PACKAGE_VERSION);
	message_set_number(reply, "max_line", MESSAGE_LINE_MAX);
	message_set_number(reply, "max_text", MESSAGE_TEXT_MAX);
	message_set_flag(reply, "encrypted", session->client->encrypted);
	for (size_t i = 0; i < COMMANDS; i++)
		message_append_text(reply, "commands", commands[i].name);
	return (MESSAGE_OK);
}

static enum message_code
run_login(struct session *session, const struct message *request,
    struct message *reply)
{
	struct mixed *mixed = session->mixed;
	struct entry *entry = &session->entry;
	enum message_code code = check_password(session, request);

	if (code != MESSAGE_OK)
		return (code);
	if (name_fold(&mixed->accounts.names, entry->user,
	    strlen(entry->user), entry->folded) != NAME_GOOD)
		return (MESSAGE_SERVER_ERROR);
	entry->session = session->client->number;
	entry->via = session_via(session);
	if (directory_enter(&mixed->directory, entry) == -1)
		return (MESSAGE_SERVER_ERROR);
	session->member = (struct member){ .outbox = &session->outbox,
	    .session = session };
	session->logged_in = 1;
	room_join(&mixed->room, &session->member, entry->folded, NULL);
	message_set_text(reply, "user", entry->user);
	message_set_text(reply, "token", entry->token);
	return (MESSAGE_OK);
}

/* On MESSAGE_OK entry.user is the account. */
static enum message_code
check_password(struct session *session, const struct message *request)
{
	struct mixed *mixed = session->mixed;
	const struct client *client = session->client;
	const char *user, *password;
	struct account_claim claim;
	struct cause cause;

	if (mixed->users == NULL)
		return (MESSAGE_NO_ACCOUNTS);
	if (session->logged_in)
		return (MESSAGE_ALREADY_LOGGED_IN);
	if (!client->encrypted && !address_is_loopback(&client->peer) &&
	    !mixed->allow_plain_login)
		return (MESSAGE_TLS_REQUIRED);
	if (message_get_text(request, "user", &user) != MESSAGE_FOUND ||
	    message_get_text(request, "password", &password) != MESSAGE_FOUND)
		return (MESSAGE_BAD_REQUEST);
	if (!login_throttle_allows(&mixed->throttle, &client->peer,
	    clock_now_ms())) {
		session->bye = "too-many-attempts";
		return (MESSAGE_TOO_MANY_ATTEMPTS);
	}
	claim = (struct account_claim){ user, password, strlen(user),
	    strlen(password) };
	switch (accounts_verify(&mixed->accounts, &claim,
	    session->entry.user)) {
	case ACCOUNT_OK:
		return (MESSAGE_OK);
	case ACCOUNT_REFUSED:
		return (refuse_login(session));
	default:
		cause_errno(&cause, "crypt_r", errno, NULL);
		log_cause(_("a password could not be verified:"), &cause);
		client_wait(session->client, WRONG_LOGIN_MS);
		return (MESSAGE_SERVER_ERROR);
	}
}

/* A second for each guess, in this thread: nobody else waits for it. */
static enum message_code
refuse_login(struct session *session)
{
	login_throttle_failed(&session->mixed->throttle,
	    &session->client->peer, clock_now_ms());
	client_wait(session->client, WRONG_LOGIN_MS);
	if (++session->wrong_logins < WRONG_LOGINS_MAX)
		return (MESSAGE_BAD_CREDENTIALS);
	session->bye = "too-many-attempts";
	return (MESSAGE_TOO_MANY_ATTEMPTS);
}

static enum message_code
run_logout(struct session *session, const struct message *request,
    struct message *reply)
{
	(void)request;
	(void)reply;
	session_logout(session);
	return (MESSAGE_OK);
}

static enum message_code
run_message(struct session *session, const struct message *request,
    struct message *reply)
{
	return (mixed_run_message(session->mixed, &(struct speech){
	    .speaker = &session->entry, .via = session_via(session) },
	    request, reply));
}

static enum message_code
run_ping(struct session *session, const struct message *request,
    struct message *reply)
{
	char now[TIME_SIZE];

	(void)session;
	(void)request;
	message_set_text(reply, "time", clock_utc(now, sizeof(now)));
	return (MESSAGE_OK);
}

static enum message_code
run_who(struct session *session, const struct message *request,
    struct message *reply)
{
	struct who who = { .reply = reply };

	(void)request;
	directory_each(&session->mixed->directory, who_row, &who);
	if (who.more > 0)
		message_set_number(reply, "more", who.more);
	return (MESSAGE_OK);
}

static void
who_row(const struct entry *entry, void *context)
{
	struct who *who = context;
	struct message row;

	if (who->rows == WHO_MAX) {
		who->more++;
		return;
	}
	message_init_row(&row);
	message_set_text(&row, "user", entry->user);
	message_set_text(&row, "since", entry->since);
	message_set_text(&row, "via", entry->via);
	message_append_row(who->reply, "users", &row);
	who->rows++;
}

static enum message_code
run_subscribe(struct session *session, const struct message *request,
    struct message *reply)
{
	struct subscription subscription = { .peer = session->client->peer };
	int64_t port;

	if (message_get_number(request, "port", &port) != MESSAGE_FOUND)
		return (MESSAGE_BAD_REQUEST);
	if (port < 1024 || port > 65535)
		return (MESSAGE_BAD_PORT);
	address_set_port(&subscription.peer, (int)port);
	if (find_udp_socket(session, &subscription) == -1)
		return (MESSAGE_NO_UDP);
	if (is_our_port(session->mixed->server, (int)port))
		return (MESSAGE_BAD_PORT);
	directory_subscribe(&session->mixed->directory, &session->entry,
	    &subscription);
	message_set_number(reply, "port", port);
	return (MESSAGE_OK);
}

static enum message_code
run_unsubscribe(struct session *session, const struct message *request,
    struct message *reply)
{
	(void)request;
	(void)reply;
	if (session->logged_in)
		directory_subscribe(&session->mixed->directory,
		    &session->entry, NULL);
	return (MESSAGE_OK);
}

/* Events to ourselves would be for nobody. */
static int
is_our_port(const struct server *server, int port)
{
	for (size_t i = 0; i < server->endpoints_len; i++)
		if (server->endpoints[i].kind == ENDPOINT_UDP &&
		    address_port(&server->endpoints[i].addr) == port)
			return (1);
	return (0);
}

/* Events leave from the server's own UDP port, and from the address that this
 * client has connected to. */
static int
find_udp_socket(const struct session *session,
    struct subscription *subscription)
{
	const struct server *server = session->mixed->server;
	struct address here = { .len = sizeof(here.storage) };

	if (getsockname(session->client->stream.fd, &here.sa, &here.len) == -1)
		return (-1);
	for (size_t i = 0; i < server->endpoints_len; i++) {
		const struct endpoint *endpoint = &server->endpoints[i];

		if (endpoint->kind != ENDPOINT_UDP ||
		    endpoint->addr.sa.sa_family != here.sa.sa_family)
			continue;
		address_set_port(&here, address_port(&endpoint->addr));
		subscription->fd = endpoint->fd;
		if (address_is_wildcard(&endpoint->addr)) {
			subscription->source = here;
			return (0);
		}
		if (address_equal(&here, &endpoint->addr))
			return (0);
	}
	return (-1);
}
