/* mixed.c - what all sessions of fil-mixedd share.
 * See also: tools/mixed/mixed.h, tests/system/protocol.py */
#include "tools/mixed/mixed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "tools/mixed/session.h"

#define SEQ_SIZE	32		/* ,"seq":18446744073709551615}\n */
#define SHOWN_SIZE	1024		/* of a request in the log */

static struct shared_line *event_for(struct room_post *,
    const struct member *);
static struct shared_line *event_make(const struct speech *);
static void event_number(struct room_post *);
static enum message_code mixed_say(struct mixed *, const struct speech *,
    struct message *);

int
mixed_init(struct mixed *mixed, const struct server *server,
    struct cause *cause)
{
	mixed->server = server;
	mixed->outbox = (struct outbox_options){ .late = &mixed->late,
	    .bound = OUTBOX_BOUND, .patience_ms = OUTBOX_PATIENCE_MS };
	if (directory_init(&mixed->directory, cause) == -1 ||
	    late_init(&mixed->late, cause) == -1 ||
	    room_init(&mixed->room, &mixed->late, cause) == -1 ||
	    accounts_init(&mixed->accounts, cause) == -1 ||
	    login_throttle_init(&mixed->throttle, &LOGIN_THROTTLE_RATE,
	    cause) == -1 ||
	    udp_requests_init(&mixed->udp, mixed, cause) == -1)
		return (-1);
	if (mixed->users == NULL)
		return (0);
	return (accounts_load(&mixed->accounts, mixed->users, cause));
}

void
mixed_fini(struct mixed *mixed)
{
	udp_requests_fini(&mixed->udp);
	login_throttle_fini(&mixed->throttle);
	accounts_fini(&mixed->accounts);
	room_fini(&mixed->room);
	late_fini(&mixed->late);
	directory_fini(&mixed->directory);
}

void
mixed_reload(struct mixed *mixed)
{
	struct cause cause;

	if (accounts_reload(&mixed->accounts, &cause) == -1)
		log_cause(_("SIGHUP: the accounts stay the old ones:"),
		    &cause);
	else
		log_line(LOG_LEVEL_EVENT, _("SIGHUP: accounts read again"));
}

enum message_code
mixed_run_message(struct mixed *mixed, const struct speech *from,
    const struct message *request, struct message *reply)
{
	struct speech speech = *from;
	enum message_code code;

	if (message_get_text(request, "text", &speech.text) !=
	    MESSAGE_FOUND || message_get_text(request, "to", &speech.to) ==
	    MESSAGE_WRONG_TYPE)
		return (MESSAGE_BAD_REQUEST);
	code = message_text_check(speech.text, strlen(speech.text));
	return (code == MESSAGE_OK ? mixed_say(mixed, &speech, reply) : code);
}

static enum message_code
mixed_say(struct mixed *mixed, const struct speech *speech,
    struct message *reply)
{
	char folded[NAME_SIZE];
	struct audience audience = { .except = speech->speaker->session };
	struct room_post post = { .numbered = event_number,
	    .line_for = event_for, .context = &audience };
	struct shared_line *event;

	if (speech->to != NULL) {
		if (name_fold(&mixed->accounts.names, speech->to,
		    strlen(speech->to), folded) != NAME_GOOD)
			return (MESSAGE_NO_SUCH_USER);
		audience.to = post.to = folded;
	}
	if ((event = event_make(speech)) == NULL)
		return (MESSAGE_SERVER_ERROR);
	post.line = shared_line_ref(event);
	if (room_say(&mixed->room, &post) == 0) {
		shared_line_free(event);
		/* Or the speaker has left, by another thread. */
		return (speech->to != NULL ? MESSAGE_NO_SUCH_USER :
		    MESSAGE_NOT_LOGGED_IN);
	}
	/* A datagram is one object: without the newline. */
	directory_notify(&mixed->directory, &audience, event->bytes,
	    event->len - 1);
	shared_line_free(event);
	message_set_number(reply, "seq", (int64_t)post.seq);
	return (MESSAGE_OK);
}

/* The event as a line, with room for its number. */
static struct shared_line *
event_make(const struct speech *speech)
{
	char bytes[MESSAGE_EVENT_MAX], now[TIME_SIZE];
	struct shared_line *line;
	struct message event;
	ssize_t len;

	message_init_event(&event, "message");
	message_set_text(&event, "from", speech->speaker->user);
	if (speech->to != NULL)
		message_set_text(&event, "to", speech->to);
	message_set_text(&event, "text", speech->text);
	message_set_text(&event, "via", speech->via);
	message_set_text(&event, "time", clock_utc(now, sizeof(now)));
	len = message_format(&event, bytes, sizeof(bytes));
	message_fini(&event);
	if (len == -1 ||
	    (line = shared_line_new((size_t)len + SEQ_SIZE)) == NULL)
		return (NULL);
	shared_line_append(line, bytes, (size_t)len);
	return (line);
}

/* The number is known only when the line has its place, so it is written last:
 * instead of the closing brace and the newline. */
static void
event_number(struct room_post *post)
{
	char tail[SEQ_SIZE];
	int len = snprintf(tail, sizeof(tail), ",\"seq\":%" PRIu64 "}\n",
	    post->seq);

	post->line->len -= 2;
	shared_line_append(post->line, tail, (size_t)len);
}

/* The speaker hears nothing of himself: the reply has the number. */
static struct shared_line *
event_for(struct room_post *post, const struct member *member)
{
	const struct audience *audience = post->context;
	const struct session *session = member->session;

	return (session->entry.session == audience->except ? NULL :
	    post->line);
}

void
mixed_log_request(const char *transport, const struct address *from,
    const struct message *request, enum message_code code)
{
	const char *command = NULL, *text = NULL;
	char who[ADDRESS_TEXT_SIZE], said[SHOWN_SIZE], safe[SHOWN_SIZE];

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	message_get_text(request, "command", &command);
	if (command != NULL && strcmp(command, "LOGIN") == 0)
		message_get_text(request, "user", &text);
	/* What is said in private stays so. */
	if (command != NULL && strcmp(command, "MESSAGE") == 0 &&
	    message_get_text(request, "to", &text) == MESSAGE_MISSING)
		message_get_text(request, "text", &text);
	snprintf(said, sizeof(said), "%s%s%s", command != NULL ? command : "?",
	    text != NULL ? " " : "", text != NULL ? text : "");
	text_safe(safe, sizeof(safe), said, strlen(said), TEXT_ONE_LINE);
	address_format(from, who, sizeof(who));
	if (code == MESSAGE_OK)
		log_line(LOG_LEVEL_EVENT, _("received over %s from %s: %s"),
		    transport, who, safe);
	else
		log_line(LOG_LEVEL_EVENT, _("refused over %s to %s: %s: %s"),
		    transport, who, safe, message_code_name(code));
}
