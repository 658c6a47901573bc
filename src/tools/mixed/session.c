/* session.c - one client that speaks the fil protocol over TCP or TLS.
 * Its thread waits in stream_recv for requests and answers each; what others
 * say comes into the session's outbox from their threads.
 * See also: tools/mixed/session.h, serve/outbox.h */
#include "tools/mixed/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/wipe.h"
#include "net/line.h"

#define LONG_LINES_MAX	3		/* the last one ends the session */
#define FINISH_MS	30000		/* to take what waits, after its end */

static void session_answer(struct session *, const char *, size_t);
static void session_end(struct session *, int);
static void session_event_bye(struct session *);
static void session_line_too_long(struct session *);
static void session_log(const struct session *, const struct message *,
    enum message_code);
static int session_read(struct session *, char *, size_t, const char **);
static void session_reply(struct session *, const struct message *);
static int session_send_error(struct session *);
static void session_take_line(struct session *, const char *, size_t);
static int session_take_lines(struct session *, struct line_reader *);

int
session_serve(struct client *client, struct mixed *mixed, char *begun,
    size_t len, const char **primitive)
{
	struct session *session = calloc(1, sizeof(*session));
	struct cause cause;
	int error = ENOMEM;

	*primitive = "recv";
	if (session == NULL)
		return (error);
	session->client = client;
	session->mixed = mixed;
	if (outbox_init(&session->outbox, &client->stream, &mixed->outbox,
	    &cause) == -1) {
		log_cause(_("no session:"), &cause);
		free(session);
		return (error);
	}
	session->outbox.sent = &client->bytes_out;
	error = session_read(session, begun, len, primitive);
	session_logout(session);
	session_end(session, error);
	outbox_fini(&session->outbox);
	if (session->bye != NULL)
		client_hang_up(client);
	if (error == 0 && session->bye != NULL)
		error = ECANCELED;
	free(session);
	return (error);
}

/* Two bytes more than a line: it may end in CRLF. */
static int
session_read(struct session *session, char *begun, size_t len,
    const char **primitive)
{
	struct client *client = session->client;
	struct line_reader reader;
	char buf[MESSAGE_LINE_MAX + 2], *space;
	const char *line;
	size_t size;
	ssize_t n = (ssize_t)len;
	int error;

	line_reader_init(&reader, buf, sizeof(buf));
	space = line_reader_space(&reader, &size);
	memcpy(space, begun, len);
	wipe(begun, len);
	while (n > 0) {
		line_reader_filled(&reader, (size_t)n);
		client_count(client, (size_t)n, 0);
		client_set_state(client, CLIENT_WORKING);
		if (session_take_lines(session, &reader) == -1)
			break;
		client_set_state(client, CLIENT_RECEIVING);
		space = line_reader_space(&reader, &size);
		n = stream_recv(&client->stream, space, size);
	}
	error = n == -1 ? errno : 0;
	if (n == 0 && !client_is_dismissed(client) &&
	    line_reader_rest(&reader, &line, &size) == LINE_READY)
		session_take_line(session, line, size);
	wipe(buf, sizeof(buf));
	if (outbox_dropped(&session->outbox, NULL) == OUTBOX_KEPT)
		return (error);
	*primitive = "send";
	return (session_send_error(session));
}

/* Why its outbox was dropped, as an errno. */
static int
session_send_error(struct session *session)
{
	int error;

	switch (outbox_dropped(&session->outbox, &error)) {
	case OUTBOX_SEND_FAILED:
		return (error);
	case OUTBOX_NO_MEMORY:
		return (ENOMEM);
	default:
		return (ETIMEDOUT);	/* it read too slowly */
	}
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
		if (result == LINE_TOO_LONG)
			session_line_too_long(session);
		else {
			session_take_line(session, line, len);
			/* It may have held a password. */
			wipe(reader->buf + (line - reader->buf), len);
		}
		if (outbox_dropped(&session->outbox, NULL) != OUTBOX_KEPT)
			return (-1);
	}
	return (session->bye == NULL ? 0 : -1);
}

static void
session_take_line(struct session *session, const char *line, size_t len)
{
	if (len > MESSAGE_LINE_MAX)
		session_line_too_long(session);
	else if (len > 0)
		session_answer(session, line, len);
}

static void
session_answer(struct session *session, const char *line, size_t len)
{
	struct message request, reply;
	struct message_id id;
	enum message_code code = message_parse(line, len, &request, &id);

	message_init_reply(&reply, &id, MESSAGE_OK);
	if (code == MESSAGE_OK)
		code = session_run_command(session, &request, &reply);
	session_log(session, &request, code);
	if (code != MESSAGE_OK) {
		message_fini(&reply);
		message_init_reply(&reply, &id, code);
	}
	session_reply(session, &reply);
	message_fini(&reply);
	message_wipe_text(&request, "password");
	message_fini(&request);
}

static void
session_line_too_long(struct session *session)
{
	struct message reply;

	if (++session->long_lines == LONG_LINES_MAX)
		session->bye = "line-too-long";
	message_init_reply(&reply, NULL, MESSAGE_LINE_TOO_LONG);
	session_reply(session, &reply);
	message_fini(&reply);
}

/* A client that sends requests and reads no answers waits here, until it
 * does: nobody else. */
static void
session_reply(struct session *session, const struct message *reply)
{
	struct shared_line *line = NULL;
	ssize_t len = -1;

	for (size_t size = 1024; len == -1 && size <= MESSAGE_REPLY_MAX;
	    size *= 4) {
		shared_line_free(line);
		if ((line = shared_line_new(size)) == NULL)
			break;
		len = message_format(reply, line->bytes, size);
	}
	if (line != NULL && len == -1) {
		shared_line_free(line);
		line = NULL;
	}
	if (line != NULL)
		line->len = (uint32_t)len;
	client_set_state(session->client, CLIENT_SENDING);
	outbox_put_wait(&session->outbox, line);
	client_set_state(session->client, CLIENT_WORKING);
}

/* What was queued is still delivered: the client may have ended its side
 * only (a half-close). */
static void
session_end(struct session *session, int error)
{
	struct client *client = session->client;

	if (client_is_dismissed(client))
		session->bye = "stopping";
	else if (error == EAGAIN || error == EWOULDBLOCK)
		session->bye = "idle";
	else if (error != 0)
		return;
	if (session->bye != NULL)
		session_event_bye(session);
	client_set_state(client, CLIENT_SENDING);
	outbox_finish(&session->outbox, clock_deadline(FINISH_MS));
}

static void
session_event_bye(struct session *session)
{
	char text[128];
	struct message event;
	ssize_t len;

	message_init_event(&event, "bye");
	message_set_text(&event, "reason", session->bye);
	len = message_format(&event, text, sizeof(text));
	message_fini(&event);
	if (len != -1)
		outbox_put(&session->outbox,
		    shared_line_copy(text, (size_t)len));
}

/* The story of a session; never a password or a token. */
static void
session_log(const struct session *session, const struct message *request,
    enum message_code code)
{
	mixed_log_request(session->client->encrypted ? "TLS" : "TCP",
	    &session->client->peer, request, code);
}

const char *
session_via(const struct session *session)
{
	return (session->client->encrypted ? "tls" : "tcp");
}
