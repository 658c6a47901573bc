/* session.c - one member of the chat, from its arrival to its end.
 * See also: tools/chat/session.h, serve/outbox.h */
#include "tools/chat/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "net/keepalive.h"
#include "net/line.h"

#define RECEIVE_SIZE	2048		/* two lines of the longest, at least */
#define RUN_SIZE	6144		/* any line fits, made safe */
#define LONG_LINES_MAX	3		/* the last one ends the session */
#define GONE_S		60		/* a silent machine; more than the
					 * patience of outboxes */

static int is_hello(const char *, size_t);
static int is_request(const char *, size_t);
static const char *no_member(const char *, size_t);
static void session_begin(struct session *);
static void session_line(struct session *, const char *, size_t);
static int session_pace(struct session *);
static int session_read(struct session *);
static void session_rest(struct session *, struct line_reader *);
static void session_say(struct session *, const char *, const char *,
    const struct chat_command *);
static int session_take_lines(struct session *, struct line_reader *);
static void session_too_long(struct session *);

/* Not on the stack: see serve/outbox.h. */
void
session_serve(struct client *client, void *context)
{
	struct session *session = calloc(1, sizeof(*session));
	struct cause cause;

	if (session == NULL) {
		cause_errno(&cause, "calloc", errno, NULL);
		log_cause(_("no session:"), &cause);
		return;
	}
	session->chat = context;
	session->client = client;
	if (ignores_init(&session->ignores, &cause) == -1 ||
	    outbox_init(&session->outbox, &client->stream,
	    &session->chat->outbox, &cause) == -1)
		log_cause(_("no session:"), &cause);
	else {
		session_begin(session);
		session_end(session, session_read(session));
	}
	outbox_fini(&session->outbox);
	ignores_fini(&session->ignores);
	if (session->bye != NULL)
		client_hang_up(client);
	free(session);
}

/* A guest has the number of its client: nobody had that nick before. */
static void
session_begin(struct session *session)
{
	struct chat *chat = session->chat;
	struct client *client = session->client;
	struct nick *nick = &session->nick;
	char who[ADDRESS_TEXT_SIZE];
	struct shared_line *motd;

	keepalive_set(client->stream.fd, GONE_S);
	session->outbox.sent = &client->bytes_out;
	session->member = (struct member){ .outbox = &session->outbox,
	    .session = session };
	snprintf(nick->named.name, NAME_SIZE, "guest%lu", client->number);
	strcpy(nick->named.folded, nick->named.name);
	nick->since = time(NULL);
	nick->session = session;
	if (log_shows(LOG_LEVEL_EVENT))
		log_line(LOG_LEVEL_EVENT, _("%s comes from %s over %s"),
		    nick->named.name, address_format(&client->peer, who,
		    sizeof(who)), client->encrypted ? "TLS" : "TCP");
	nicks_enter(&chat->nicks, nick);
	session_tell(session, "welcome, you are %s: /nick NAME changes that, "
	    "/help tells the rest", nick->named.name);
	if ((motd = motd_get(&chat->motd)) != NULL)
		session_put(session, motd);
	/* The lobby is always there. */
	session_enter(session, rooms_enter(&chat->rooms, ROOMS_LOBBY,
	    ROOMS_LOBBY));
}

/* Returns the errno that ended it; 0: the end of the stream, or ours. */
static int
session_read(struct session *session)
{
	struct client *client = session->client;
	char buf[RECEIVE_SIZE];
	struct line_reader reader;
	ssize_t n;
	int error;

	line_reader_init(&reader, buf, sizeof(buf));
	for (;;) {
		size_t size;
		char *space = line_reader_space(&reader, &size);

		client_set_state(client, CLIENT_RECEIVING);
		n = stream_recv(&client->stream, space, size);
		if (n <= 0)
			break;
		line_reader_filled(&reader, (size_t)n);
		if (!session->begun && is_hello(buf,
		    line_reader_pending(&reader)))
			session->bye = N_("TLS has a port of its own");
		client_count(client, (size_t)n, 0);
		client_set_state(client, CLIENT_WORKING);
		if (session_take_lines(session, &reader) == -1)
			return (0);
	}
	error = n == -1 ? errno : 0;
	/* Is the end the member's own?  We may have ended the stream, too. */
	if (n == 0 && !client_is_dismissed(client) &&
	    outbox_dropped(&session->outbox, NULL) == OUTBOX_KEPT)
		session_rest(session, &reader);
	return (error);
}

/* Returns -1 when the session has to end. */
static int
session_take_lines(struct session *session, struct line_reader *reader)
{
	enum line_result result;
	const char *line;
	size_t len;

	while (session->bye == NULL && (result = line_reader_next(reader,
	    &line, &len)) != LINE_NONE) {
		if (session_pace(session) == -1)
			return (-1);
		if (result == LINE_TOO_LONG || len > CHAT_LINE_MAX)
			session_too_long(session);
		else
			session_line(session, line, len);
	}
	session_run_send(session);
	return (session->bye == NULL && outbox_dropped(&session->outbox,
	    NULL) == OUTBOX_KEPT ? 0 : -1);
}

/* The stream's last line may lack its newline. */
static void
session_rest(struct session *session, struct line_reader *reader)
{
	const char *line;
	size_t len;

	if (line_reader_rest(reader, &line, &len) != LINE_READY ||
	    session_pace(session) == -1)
		return;
	if (line[len - 1] == '\r')
		len--;
	if (len > CHAT_LINE_MAX)
		session_too_long(session);
	else
		session_line(session, line, len);
	session_run_send(session);
}

/* --line-rate: a line too many waits here, and what follows it in the socket,
 * so that TCP pushes back.  Returns -1 if the session ends meanwhile. */
static int
session_pace(struct session *session)
{
	const struct rate *rate = &session->chat->line_rate;

	if (rate->times == 0)
		return (0);
	while (!rate_bucket_take(&session->pace, rate, clock_now_ms())) {
		session_run_send(session);
		if (outbox_dropped(&session->outbox, NULL) != OUTBOX_KEPT ||
		    client_wait(session->client,
		    (rate->period_ms + rate->times - 1) / rate->times))
			return (-1);
	}
	return (0);
}

static void
session_line(struct session *session, const char *line, size_t len)
{
	struct chat_command command;
	enum chat_verdict verdict;

	if (session->login != LOGIN_NONE) {
		session_run_send(session);
		session_password(session, line, len);
		return;
	}
	if (len == 0)
		return;
	if (!session->begun && (session->bye = no_member(line, len)) != NULL)
		return;
	session->begun = 1;
	verdict = chat_command_parse(line, len, &command);
	if (verdict == CHAT_COMMAND_GOOD && command.verb == CHAT_SAY) {
		session_say(session, "<", "> ", &command);
		return;
	}
	if (verdict == CHAT_COMMAND_GOOD && command.verb == CHAT_ME) {
		session_say(session, "* ", " ", &command);
		return;
	}
	session_run_send(session);
	session_run_command(session, &command, verdict);
}

/* What speaks another protocol would have its bytes said in the room.  A page
 * from anywhere can even have a browser on this machine send its request here,
 * and words behind it: they would be said in the reader's name.
 * Returns NULL if the first line is a member's, or why it has to go. */
static const char *
no_member(const char *line, size_t len)
{
	if (is_request(line, len))
		return (N_("no web server"));
	return (NULL);
}

/* "GET / HTTP/1.1": RFC 9112 3, and methods are of capitals.  Somebody may
 * speak of HTTP/1.1 at once. */
static int
is_request(const char *line, size_t len)
{
	static const char version[] = " HTTP/1.";
	size_t size = sizeof(version), method = 0;	/* with the digit */

	while (method < len && line[method] >= 'A' && line[method] <= 'Z')
		method++;
	return (method > 0 && len > method + size && line[method] == ' ' &&
	    memchr(line + method + 1, ' ', len - method - 1) ==
	    line + len - size &&
	    memcmp(line + len - size, version, size - 1) == 0);
}

/* RFC 8446 5.1; the first newline in it may be far. */
static int
is_hello(const char *bytes, size_t len)
{
	static const char handshake[] = "\x16\x03";

	return (len > 2 && memcmp(bytes, handshake, 2) == 0);
}

static void
session_too_long(struct session *session)
{
	session_run_send(session);
	session->login = LOGIN_NONE;
	session_tell(session, "line too long: at most %d bytes, so it was not "
	    "said", CHAT_LINE_MAX);
	if (++session->long_lines == LONG_LINES_MAX)
		session->bye = N_("too many long lines");
}

/* One line more for the run: before, nick, after, text. */
static void
session_say(struct session *session, const char *before, const char *after,
    const struct chat_command *command)
{
	const char *name = session->nick.named.name;
	char *at;

	if (RUN_SIZE - session->run_len < strlen(before) + strlen(name) +
	    strlen(after) + TEXT_SAFE_GROWTH * command->text_len + 3)
		session_run_send(session);
	if (session->run == NULL &&
	    (session->run = malloc(RUN_SIZE)) == NULL) {
		session_put(session, NULL);
		return;
	}
	at = session->run + session->run_len;
	at = stpcpy(stpcpy(stpcpy(at, before), name), after);
	at += text_safe(at, (size_t)(session->run + RUN_SIZE - at),
	    command->text, command->text_len, TEXT_ONE_LINE);
	at = stpcpy(at, "\r\n");
	session->run_len = (size_t)(at - session->run);
}

/* Out of memory: the session ends, and its member knows why.  Who says nothing
 * for a while has no run. */
void
session_run_send(struct session *session)
{
	if (session->run == NULL)
		return;
	if (chat_room_say(session->room, session, session->run,
	    session->run_len) == -1)
		session_put(session, NULL);
	free(session->run);
	session->run = NULL;
	session->run_len = 0;
}

void
session_tell(struct session *session, const char *format, ...)
{
	char line[CHAT_NOTICE_SIZE];
	va_list arguments;
	size_t len;

	va_start(arguments, format);
	len = session_format_notice(line, format, arguments);
	va_end(arguments);
	session_put(session, shared_line_copy(line, len));
}

void
session_put(struct session *session, struct shared_line *line)
{
	session_wait(session);
	outbox_put(&session->outbox, line);
}

/* A client that sends commands and does not read the answers waits here, until
 * it does: nobody else. */
void
session_wait(struct session *session)
{
	client_set_state(session->client, CLIENT_SENDING);
	outbox_wait(&session->outbox);
	client_set_state(session->client, CLIENT_WORKING);
}

void
session_enter(struct session *session, struct chat_room *room)
{
	session->room = room;
	nicks_move(&session->chat->nicks, &session->nick, room->named.name);
	chat_room_join(room, session);
}

int
session_rename(struct session *session, const char *name, const char *folded)
{
	char before[NAME_SIZE];

	strcpy(before, session->nick.named.name);
	if (nicks_rename(&session->chat->nicks, &session->nick, name,
	    folded) == -1)
		return (-1);
	room_rename(&session->room->room, &session->member, name);
	chat_room_notice(session->room, "%s is now known as %s",
	    before, name);
	if (log_shows(LOG_LEVEL_EVENT))
		log_line(LOG_LEVEL_EVENT, _("%s is now known as %s"), before,
		    name);
	return (0);
}

void
session_mark_special(struct session *session)
{
	int special = atomic_load(&session->timed) ||
	    atomic_load(&session->ignores.len) > 0;

	/* Whoever is speaking has spoken when this is answered. */
	pthread_mutex_lock(&session->room->room.lock);
	atomic_fetch_add(&session->room->special, special - session->special);
	pthread_mutex_unlock(&session->room->room.lock);
	session->special = special;
}

size_t
session_format_notice(char *line, const char *format, va_list arguments)
{
	size_t room = CHAT_NOTICE_SIZE - sizeof("*** \r\n") + 1;
	int len = vsnprintf(stpcpy(line, "*** "), room, format, arguments);

	if (len < 0)
		len = 0;
	if ((size_t)len >= room)
		len = (int)room - 1;
	strcpy(line + 4 + len, "\r\n");
	return (4 + (size_t)len + 2);
}
