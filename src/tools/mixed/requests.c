/* requests.c - requests out, and what comes for them.
 * See also: tools/mixed/requests.h */
#include "tools/mixed/requests.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "tools/mixed/answers.h"
#include "tools/mixed/talk_udp.h"

static int answers_what_waits(const struct talk *, const struct message_id *,
    int, int);
static int is_ok(const struct message *);
static void log_json(struct talk *, const char *, const char *, size_t);
static void take_reply(struct talk *, const struct message *,
    const struct message_id *, int);

void
request_init(struct talk *talk, struct message *request, const char *command)
{
	struct message_id id = { .kind = MESSAGE_ID_NUMBER,
	    .number = ++talk->last_id };

	message_init_request(request, &id, command);
}

void
request_send(struct talk *talk, const struct verb *verb,
    struct message *request)
{
	char line[MESSAGE_LINE_MAX + 1];
	ssize_t len = message_format(request, line, sizeof(line));

	message_wipe_text(request, "password");
	message_fini(request);
	if (len == -1)
		request_refuse(talk, _("not UTF-8, or more than 8192 bytes as "
		    "a line of the protocol"));
	else
		request_send_line(talk, verb, line, (size_t)len);
	wipe(line, sizeof(line));
}

void
request_send_line(struct talk *talk, const struct verb *verb, const char *line,
    size_t len)
{
	struct cause cause;

	if ((verb->flags & VERB_SECRET) == 0)
		log_json(talk, _("sent"), line, len - 1);
	talk->waiting = (struct talk_waiting){ .verb = verb,
	    .id = talk->last_id };
	talk->deadline = clock_deadline(talk->options->to.timeout_ms);
	if ((verb->flags & VERB_BY_UDP) != 0) {
		if (clock_deadline(TALK_UDP_MS) < talk->deadline)
			talk->deadline = clock_deadline(TALK_UDP_MS);
		if (talk_udp_send(talk, line, len - 1, &cause) == 0)
			return;
		log_cause(_("not sent:"), &cause);
		talk->refused = 1;
		request_forget(talk);
	} else if (stream_send_all(&talk->stream, line, len) == -1 &&
	    errno != EPIPE && errno != ECONNRESET) {
		/* A server that has closed may have said why: read on. */
		talk_fail(talk, "send", errno);
	}
}

void
request_take(struct talk *talk, const char *line, size_t len, int by_udp)
{
	const struct verb *verb = talk->waiting.verb;
	struct message message;
	struct message_id id;
	const char *text;

	if (verb == NULL || (verb->flags & VERB_SECRET) == 0)
		log_json(talk, _("received"), line, len);
	if (message_parse(line, len, &message, &id) != MESSAGE_OK) {
		answer_nonsense(talk, line, len);
		message_fini(&message);
		return;
	}
	talk->greeted = 1;
	if (message_get_text(&message, "event", &text) ==
	    MESSAGE_FOUND) {
		answer_event(talk, &message, by_udp);
	} else if (verb != NULL && (verb->flags & VERB_ANY_ID) != 0 &&
	    !by_udp) {
		request_forget(talk);
		talk->refused |= !is_ok(&message);
		answer_raw(talk, line, len);
	} else {
		take_reply(talk, &message, &id, by_udp);
	}
	message_fini(&message);
}

static int
is_ok(const struct message *reply)
{
	const char *status;

	message_get_text(reply, "status", &status);
	return (status != NULL && strcmp(status, "ok") == 0);
}

static void
take_reply(struct talk *talk, const struct message *reply,
    const struct message_id *id, int by_udp)
{
	const struct verb *verb = talk->waiting.verb;
	int done = is_ok(reply);

	if (!answers_what_waits(talk, id, done, by_udp)) {
		screen_warn(&talk->screen, _("the server answered what "
		    "nobody asked"));
		return;
	}
	request_forget(talk);
	if (done) {
		verb->answered(talk, reply);
		return;
	}
	answer_error(talk, reply);
	talk->refused = 1;
}

/* A refusal may come without an id: the server could not read it. */
static int
answers_what_waits(const struct talk *talk, const struct message_id *id,
    int done, int by_udp)
{
	const struct verb *verb = talk->waiting.verb;

	return (verb != NULL &&
	    ((verb->flags & VERB_BY_UDP) != 0) == (by_udp != 0) &&
	    ((id->kind == MESSAGE_ID_NUMBER &&
	    id->number == talk->waiting.id) ||
	    (id->kind == MESSAGE_ID_NONE && !done)));
}

static void
log_json(struct talk *talk, const char *doing, const char *line, size_t len)
{
	char safe[LOG_LINE_SIZE];

	if (!log_shows(LOG_LEVEL_DETAIL))
		return;
	text_safe(safe, sizeof(safe), line, len, TEXT_ONE_LINE);
	screen_log(&talk->screen);
	log_line(LOG_LEVEL_DETAIL, "%s: %s", doing, safe);
}

void
request_forget(struct talk *talk)
{
	talk->waiting = (struct talk_waiting){ .verb = NULL };
	talk->deadline = CLOCK_NEVER;
}

void
request_refuse(struct talk *talk, const char *text)
{
	screen_warn(&talk->screen, "%s", text);
	talk->refused = 1;
}
