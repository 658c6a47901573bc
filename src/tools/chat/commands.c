/* commands.c - what each command of the chat does, a row each.
 * See also: proto/chat_command.h, tools/chat/session.h, fil-chatd(8) */
#include "tools/chat/session.h"

#include <string.h>
#include <time.h>

#include "base/intl.h"
#include "base/num.h"
#include "base/text.h"

#define SHOWN_SIZE	64		/* of what was mistyped */

/* A private message on its way. */
struct private {
	struct session	*from;
	struct shared_line *line;
	struct outbox_list list;
	char		 name[NAME_SIZE];	/* of the receiver */
};

static int fold(struct session *, const struct chat_command *, char *,
    char *);
static void note_number(struct nick *, void *);
static struct shared_line *private_line(const struct session *, const char *,
    const struct chat_command *);
static void private_place(struct nick *, void *);
static void run_help(struct session *, const struct chat_command *);
static void run_history(struct session *, const struct chat_command *);
static void run_ignore(struct session *, const struct chat_command *);
static void run_join(struct session *, const struct chat_command *);
static void run_login(struct session *, const struct chat_command *);
static void run_msg(struct session *, const struct chat_command *);
static void run_nick(struct session *, const struct chat_command *);
static void run_quit(struct session *, const struct chat_command *);
static void run_rooms(struct session *, const struct chat_command *);
static void run_time(struct session *, const struct chat_command *);
static void run_who(struct session *, const struct chat_command *);
static void tell_misused(struct session *, const struct chat_command *);
static void tell_unknown(struct session *, const struct chat_command *);

/* CHAT_SAY and CHAT_ME are said (session.c). */
static void (*const commands[CHAT_VERBS])(struct session *,
    const struct chat_command *) = {
	[CHAT_HELP] = run_help,
	[CHAT_HISTORY] = run_history,
	[CHAT_IGNORE] = run_ignore,
	[CHAT_JOIN] = run_join,
	[CHAT_LOGIN] = run_login,
	[CHAT_MSG] = run_msg,
	[CHAT_NICK] = run_nick,
	[CHAT_QUIT] = run_quit,
	[CHAT_ROOMS] = run_rooms,
	[CHAT_TIME] = run_time,
	[CHAT_WHO] = run_who,
};

void
session_run_command(struct session *session,
    const struct chat_command *command, enum chat_verdict verdict)
{
	switch (verdict) {
	case CHAT_COMMAND_GOOD:
		commands[command->verb](session, command);
		break;
	case CHAT_COMMAND_MISUSED:
		tell_misused(session, command);
		break;
	case CHAT_COMMAND_UNKNOWN:
		tell_unknown(session, command);
		break;
	}
}

static void
tell_unknown(struct session *session, const struct chat_command *command)
{
	char shown[SHOWN_SIZE];

	text_safe(shown, sizeof(shown), command->word, command->word_len,
	    TEXT_ONE_LINE);
	session_tell(session, "no such command: /%s (/help lists them; "
	    "//%s says it)", shown, shown);
}

/* Whoever forgot the name after /login sends his password next. */
static void
tell_misused(struct session *session, const struct chat_command *command)
{
	session_tell(session, "usage: %s", chat_command_usage(command->verb));
	if (command->verb == CHAT_LOGIN)
		session_login(session, "", 0);
}

static void
run_help(struct session *session, const struct chat_command *command)
{
	(void)command;
	session_list_help(session);
}

static void
run_who(struct session *session, const struct chat_command *command)
{
	(void)command;
	session_list_who(session);
}

static void
run_rooms(struct session *session, const struct chat_command *command)
{
	(void)command;
	session_list_rooms(session);
}

static void
run_login(struct session *session, const struct chat_command *command)
{
	session_login(session, command->word, command->word_len);
}

static void
run_nick(struct session *session, const struct chat_command *command)
{
	struct accounts *accounts = &session->chat->accounts;
	char name[NAME_SIZE], folded[NAME_SIZE];

	if (fold(session, command, name, folded) == -1)
		return;
	if (strcmp(name, session->nick.named.name) == 0)
		session_tell(session, "you are %s already", name);
	else if (nicks_is_reserved(folded))
		session_tell(session, "the nick %s is reserved", name);
	else if (strcmp(folded, session->account) != 0 &&
	    accounts_exists(accounts, name, strlen(name)))
		session_tell(session, "%s has an account here: /login %s",
		    name, name);
	else if (session_rename(session, name, folded) == -1)
		session_tell(session, "somebody else is %s", name);
}

static void
run_join(struct session *session, const struct chat_command *command)
{
	struct chat_room *old = session->room, *room;
	char name[NAME_SIZE], folded[NAME_SIZE];

	if (fold(session, command, name, folded) == -1)
		return;
	room = rooms_enter(&session->chat->rooms, name, folded);
	if (room == NULL)
		session_tell(session, "out of memory: you stay here");
	else if (room == old) {
		session_tell(session, "you are in %s already",
		    room->named.name);
		rooms_leave(&session->chat->rooms, room);
	} else {
		session_wait(session);
		chat_room_leave(old, session);
		chat_room_notice(old, "%s went to %s",
		    session->nick.named.name, room->named.name);
		rooms_leave(&session->chat->rooms, old);
		session_enter(session, room);
	}
}

static void
run_msg(struct session *session, const struct chat_command *command)
{
	struct private private = { .from = session };
	char name[NAME_SIZE], folded[NAME_SIZE];
	int found;

	if (fold(session, command, name, folded) == -1)
		return;
	private.line = private_line(session, NULL, command);
	if (private.line == NULL) {
		session_tell(session, "out of memory: not sent");
		return;
	}
	found = nicks_with(&session->chat->nicks, folded, private_place,
	    &private);
	/* Now: the answer may have to wait for who asked. */
	outbox_flush(&private.list);
	shared_line_free(private.line);
	if (found == -1)
		session_tell(session, "nobody is %s", name);
	else
		session_put(session, private_line(session, private.name,
		    command));
}

/* "-pc3- psst" for the receiver, "-pc3 -> pc4- psst" for the sender. */
static struct shared_line *
private_line(const struct session *session, const char *to,
    const struct chat_command *command)
{
	const char *name = session->nick.named.name;
	size_t size = 2 * NAME_SIZE + 8 +
	    TEXT_SAFE_GROWTH * command->text_len + 3;
	struct shared_line *line = shared_line_new(size);
	char *at;

	if (line == NULL)
		return (NULL);
	at = stpcpy(stpcpy(line->bytes, "-"), name);
	if (to != NULL)
		at = stpcpy(stpcpy(at, " -> "), to);
	at = stpcpy(at, "- ");
	at += text_safe(at, (size_t)(line->bytes + size - at) - 2,
	    command->text, command->text_len, TEXT_ONE_LINE);
	at = stpcpy(at, "\r\n");
	line->len = (uint32_t)(at - line->bytes);
	return (line);
}

/* Who ignores the sender hears nothing, and the sender does not know. */
static void
private_place(struct nick *nick, void *context)
{
	struct private *private = context;
	struct session *from = private->from, *to = nick->session;
	struct shared_line *timed = NULL;

	strcpy(private->name, nick->named.name);
	if (ignores_has(&to->ignores, from->client->number,
	    from->nick.named.folded))
		return;
	if (atomic_load(&to->timed))
		timed = chat_room_timed(private->line, time(NULL));
	outbox_place(&to->outbox, timed != NULL ? timed : private->line, 0,
	    &private->list);
	shared_line_free(timed);
}

static void
run_ignore(struct session *session, const struct chat_command *command)
{
	static const char *const answers[] = {
		[IGNORES_ADDED] =
		    "you do not hear %s any more; /ignore %s ends that",
		[IGNORES_REMOVED] = "you hear %s again",
		[IGNORES_NOBODY] = "nobody is %s",
		[IGNORES_FULL] = "you ignore enough people already",
		[IGNORES_NO_MEMORY] = "out of memory",
	};
	struct ignored who = { .number = 0 };
	char name[NAME_SIZE];
	enum ignores_change change;

	if (fold(session, command, name, who.folded) == -1)
		return;
	nicks_with(&session->chat->nicks, who.folded, note_number, &who);
	if (who.number == session->client->number) {
		session_tell(session, "that is you");
		return;
	}
	change = ignores_toggle(&session->ignores, &who);
	session_mark_special(session);
	session_tell(session, answers[change], name, name);
}

static void
note_number(struct nick *nick, void *context)
{
	struct ignored *who = context;

	who->number = nick->session->client->number;
}

static void
run_time(struct session *session, const struct chat_command *command)
{
	int on = chat_command_is("on", command->word, command->word_len);
	int off = chat_command_is("off", command->word, command->word_len);

	if (!on && !off) {
		tell_misused(session, command);
		return;
	}
	atomic_store(&session->timed, on);
	session_mark_special(session);
	session_tell(session, on ? "each line has its time" :
	    "lines have no time");
}

static void
run_history(struct session *session, const struct chat_command *command)
{
	uint64_t wanted = (uint64_t)session->chat->options->history;
	struct shared_line *text;

	if (command->word_len > 0 && num_parse(command->word,
	    command->word_len, HISTORY_MAX, &wanted) == -1) {
		session_tell(session, "usage: %s, N up to %d",
		    chat_command_usage(CHAT_HISTORY), HISTORY_MAX);
		return;
	}
	text = chat_room_history(session->room, (size_t)wanted,
	    session->chat->rooms.options.greeting, &session->ignores);
	if (text != NULL && text->len == 0) {
		shared_line_free(text);
		session_tell(session, "nothing to show");
	} else
		session_put(session, text);
}

static void
run_quit(struct session *session, const struct chat_command *command)
{
	text_safe(session->reason, sizeof(session->reason), command->text,
	    command->text_len, TEXT_ONE_LINE);
	session->bye = N_("quit");
}

/* The name that a command's word is, as it was typed and as it is compared;
 * or the member is told what a name is. */
static int
fold(struct session *session, const struct chat_command *command, char *name,
    char *folded)
{
	enum name_verdict verdict = name_fold(&session->chat->accounts.names,
	    command->word, command->word_len, folded);

	if (verdict != NAME_GOOD) {
		session_tell(session, "%s", name_wrong(verdict));
		return (-1);
	}
	memcpy(name, command->word, command->word_len);
	name[command->word_len] = '\0';
	return (0);
}
