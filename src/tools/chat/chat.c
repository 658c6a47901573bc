/* chat.c - what all sessions of fil-chatd share.
 * See also: tools/chat/chat.h, tests/system/chat.py */
#include "tools/chat/chat.h"

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "tools/chat/session.h"

#define BURST_S		3		/* of --line-rate, at once */
#define LOG_CLOSE_MS	200
#define QUEUE_SHARE	4		/* of a queue is the longest line */

static void chat_reload(void *);

const struct service chat_service = {
	.serve_client = session_serve,
	.reload = chat_reload,
	.busy = "*** the server is full: try again later\r\n",
	.alpn = "fil-chat/1",
};

int
chat_init(struct chat *chat, const struct chat_options *options,
    struct cause *cause)
{
	struct chat_room_options rooms = { .late = &chat->late,
	    .log = &chat->log, .history = (size_t)options->history,
	    .greeting = (size_t)options->queue_bytes / QUEUE_SHARE };

	chat->options = options;
	chat->line_rate = (struct rate){ BURST_S * options->line_rate,
	    BURST_S * 1000 };
	chat->outbox = (struct outbox_options){ .late = &chat->late,
	    .bound = (size_t)options->queue_bytes,
	    .patience_ms = OUTBOX_PATIENCE_MS };
	if (chat_log_open(&chat->log, options->log, cause) == -1 ||
	    motd_init(&chat->motd, options->motd, cause) == -1 ||
	    late_init(&chat->late, cause) == -1 ||
	    nicks_init(&chat->nicks, cause) == -1 ||
	    rooms_init(&chat->rooms, &rooms, cause) == -1 ||
	    accounts_init(&chat->accounts, cause) == -1 ||
	    login_throttle_init(&chat->throttle, &LOGIN_THROTTLE_RATE,
	    cause) == -1)
		return (-1);
	if (options->users == NULL)
		return (0);
	return (accounts_load(&chat->accounts, options->users, cause));
}

int
chat_fini(struct chat *chat)
{
	login_throttle_fini(&chat->throttle);
	accounts_fini(&chat->accounts);
	rooms_fini(&chat->rooms);
	nicks_fini(&chat->nicks);
	late_fini(&chat->late);
	motd_fini(&chat->motd);
	return (chat_log_close(&chat->log, clock_deadline(LOG_CLOSE_MS)));
}

/* SIGHUP: what goes wrong leaves the old one in use. */
static void
chat_reload(void *context)
{
	struct chat *chat = context;
	struct cause cause;

	chat_log_reopen(&chat->log);
	if (chat->options->users != NULL &&
	    accounts_reload(&chat->accounts, &cause) == -1)
		log_cause(_("SIGHUP: the accounts stay the old ones:"),
		    &cause);
	else if (chat->options->users != NULL)
		log_line(LOG_LEVEL_EVENT, _("SIGHUP: accounts read again"));
	if (chat->options->motd == NULL)
		return;
	if (motd_reload(&chat->motd, &cause) == -1)
		log_cause(_("SIGHUP: the message of the day stays the old "
		    "one:"), &cause);
	else
		log_line(LOG_LEVEL_EVENT,
		    _("SIGHUP: message of the day read again"));
}
