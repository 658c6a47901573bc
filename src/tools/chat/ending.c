/* ending.c - a member leaves, or is dropped, and all are told why.
 * See also: tools/chat/session.h, serve/outbox.h */
#include "tools/chat/session.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"

#define FINISH_MS	30000		/* to take what waits, after its end */

static void session_farewell(struct session *, const char *, int);
static void session_goodbye(struct session *, const char *);
static const char *session_why(struct session *, int *);

/* Out of the room first: nobody waits for what it still has to take.  That is
 * delivered all the same, for it may have ended its side only (a half-close).
 * When the server stops the rooms are not told: all are leaving. */
void
session_end(struct session *session, int error)
{
	struct chat *chat = session->chat;
	const char *name = session->nick.named.name;
	const char *why = session_why(session, &error);
	const char *reason = session->reason;

	chat_room_leave(session->room, session);
	if (!client_is_dismissed(session->client))
		chat_room_notice(session->room, "%s left (%s%s%s)",
		    name, why, reason[0] != '\0' ? ": " : "", reason);
	rooms_leave(&chat->rooms, session->room);
	nicks_leave(&chat->nicks, &session->nick);
	session_farewell(session, why, error);
	session_goodbye(session, why);
	client_set_state(session->client, CLIENT_SENDING);
	outbox_finish(&session->outbox, clock_deadline(FINISH_MS));
}

/* Why it ends, marked with N_(); error becomes 0 if that is all. */
static const char *
session_why(struct session *session, int *error)
{
	enum outbox_drop drop;
	int send_error;

	if (client_is_dismissed(session->client)) {
		*error = 0;
		session->bye = N_("the server stops");
	} else if (*error == EAGAIN || *error == EWOULDBLOCK) {
		/* The time-outs that serve/client_thread.c has set. */
		*error = 0;
		session->bye = N_("idle for too long");
	}
	if (session->bye != NULL)
		return (session->bye);
	drop = outbox_dropped(&session->outbox, &send_error);
	if (drop == OUTBOX_TOO_SLOW || drop == OUTBOX_NO_MEMORY)
		*error = 0;
	if (drop == OUTBOX_TOO_SLOW)
		return (N_("too slow"));
	if (drop == OUTBOX_NO_MEMORY)
		return (N_("out of memory"));
	if (drop == OUTBOX_SEND_FAILED)
		*error = send_error;
	return (*error != 0 ? N_("connection lost") : N_("disconnected"));
}

/* For the log. */
static void
session_farewell(struct session *session, const char *why, int error)
{
	char who[ADDRESS_TEXT_SIZE], text[CAUSE_TEXT_SIZE];
	struct cause cause;

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	address_format(&session->client->peer, who, sizeof(who));
	if (error != 0) {
		stream_cause(&session->client->stream, outbox_dropped(
		    &session->outbox, NULL) == OUTBOX_SEND_FAILED ? "send" :
		    "recv", error, who, &cause);
		log_line(LOG_LEVEL_EVENT, _("client lost: %s"),
		    cause_text(&cause, text, sizeof(text)));
	}
	log_line(LOG_LEVEL_EVENT, _("%s of %s left (%s)"),
	    session->nick.named.name, who, _(why));
}

/* For itself, where the end is ours. */
static void
session_goodbye(struct session *session, const char *why)
{
	char line[CHAT_NOTICE_SIZE];
	int len;

	if (session->bye == NULL)
		return;
	len = snprintf(line, sizeof(line), "*** goodbye: %s\r\n", why);
	outbox_put(&session->outbox, shared_line_copy(line, (size_t)len));
}
