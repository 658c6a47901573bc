/* chat_room.c - one room: what is said in it, by whom, and its last lines.
 * See also: tools/chat/chat_room.h */
#include "tools/chat/chat_room.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/chat/session.h"

_Static_assert(CHAT_NOTICE_SIZE <= NOTICES_LINE_MAX, "see notices_tell");

#define HERE_SIZE	1000		/* of "*** here: ", with names */

/* Lines on their way into a room. */
struct speech {
	struct chat_room *room;
	struct session	*from;		/* NULL: the room itself */
	struct shared_line *timed;	/* made for the first who wants it */
	time_t		 said;
};

static size_t here_text(const struct room *, const struct session *, char *);
static struct shared_line *line_for(struct room_post *,
    const struct member *);
static void numbered(struct room_post *);
static void remember(const struct speech *, struct shared_line *);
static int say(struct speech *, struct shared_line *);
static void tell(void *, struct shared_line *);
static void welcome(struct room *, struct member *, struct outbox_list *);

struct chat_room *
chat_room_new(const struct chat_room_options *options)
{
	struct chat_room *room = calloc(1, sizeof(*room));
	struct cause cause;

	if (room == NULL)
		return (NULL);
	if (room_init(&room->room, options->late, &cause) == -1) {
		free(room);
		errno = cause.error;
		return (NULL);
	}
	if (notices_init(&room->notices, &cause) == -1) {
		room_fini(&room->room);
		free(room);
		errno = cause.error;
		return (NULL);
	}
	room->options = options;
	history_init(&room->history, options->history);
	return (room);
}

void
chat_room_free(struct chat_room *room)
{
	if (room == NULL)
		return;
	history_fini(&room->history);
	notices_fini(&room->notices);
	room_fini(&room->room);
	free(room);
}

void
chat_room_join(struct chat_room *room, struct session *session)
{
	if (session->special)
		atomic_fetch_add(&room->special, 1);
	atomic_fetch_add(&room->present, 1);
	room_join(&room->room, &session->member, session->nick.named.name,
	    welcome);
	chat_room_notice(room, "%s joined", session->nick.named.name);
}

void
chat_room_leave(struct chat_room *room, struct session *session)
{
	room_leave(&room->room, &session->member);
	atomic_fetch_sub(&room->present, 1);
	if (session->special)
		atomic_fetch_sub(&room->special, 1);
}

int
chat_room_say(struct chat_room *room, struct session *from, const char *lines,
    size_t len)
{
	struct speech speech = { .room = room, .from = from };

	return (say(&speech, shared_line_copy(lines, len)));
}

void
chat_room_notice(struct chat_room *room, const char *format, ...)
{
	char line[CHAT_NOTICE_SIZE];
	va_list arguments;
	size_t len;

	va_start(arguments, format);
	len = session_format_notice(line, format, arguments);
	va_end(arguments);
	notices_tell(&room->notices, line, len, tell, room);
}

static void
tell(void *context, struct shared_line *lines)
{
	struct speech speech = { .room = context, .from = NULL };

	say(&speech, lines);
}

struct shared_line *
chat_room_history(struct chat_room *room, size_t wanted, size_t size,
    struct ignores *reader)
{
	struct shared_line *text;

	pthread_mutex_lock(&room->room.lock);
	text = history_text(&room->history, wanted, size, reader);
	pthread_mutex_unlock(&room->room.lock);
	return (text);
}

struct shared_line *
chat_room_timed(const struct shared_line *lines, time_t said)
{
	char time_text[HISTORY_TIME_SIZE];
	struct shared_line *timed;
	size_t count = 0;

	for (size_t i = 0; i < lines->len; i++)
		count += lines->bytes[i] == '\n';
	timed = shared_line_new(lines->len + count * HISTORY_TIME_SIZE);
	if (timed == NULL)
		return (NULL);
	history_time(time_text, said);
	for (size_t at = 0; at < lines->len; ) {
		const char *line = lines->bytes + at;
		const char *end = memchr(line, '\n', lines->len - at);
		size_t len = (size_t)(end + 1 - line);

		shared_line_append(timed, time_text, strlen(time_text));
		shared_line_append(timed, line, len);
		at += len;
	}
	return (timed);
}

static int
say(struct speech *speech, struct shared_line *line)
{
	struct chat_room *room = speech->room;
	struct room_post post = { .line = line, .numbered = numbered,
	    .context = speech };

	if (line == NULL)
		return (-1);
	shared_line_ref(line);
	/* The log is told that somebody left, also if nobody hears it. */
	if (room_say(&room->room, &post) == 0)
		chat_log_put(room->options->log, room->named.name, line);
	shared_line_free(line);
	shared_line_free(speech->timed);
	return (0);
}

/* In the order in which the members hear it. */
static void
numbered(struct room_post *post)
{
	struct speech *speech = post->context;
	struct chat_room *room = speech->room;

	speech->said = time(NULL);
	/* A call for each member is saved where all get the same. */
	if (speech->from != NULL && atomic_load(&room->special) > 0)
		post->line_for = line_for;
	if (speech->from != NULL)
		remember(speech, post->line);
	chat_log_put(room->options->log, room->named.name, post->line);
}

static void
remember(const struct speech *speech, struct shared_line *line)
{
	struct ignored speaker = { .number = speech->from->client->number };

	strcpy(speaker.folded, speech->from->nick.named.folded);
	history_add(&speech->room->history, line, speech->said, &speaker);
}

static struct shared_line *
line_for(struct room_post *post, const struct member *member)
{
	struct speech *speech = post->context;
	struct session *session = member->session;

	if (session != speech->from && ignores_has(&session->ignores,
	    speech->from->client->number, speech->from->nick.named.folded))
		return (NULL);
	if (!atomic_load(&session->timed))
		return (post->line);
	if (speech->timed == NULL)
		speech->timed = chat_room_timed(post->line, speech->said);
	return (speech->timed != NULL ? speech->timed : post->line);
}

/* What was said last, and who is here: before anything that is said next. */
static void
welcome(struct room *room, struct member *member, struct outbox_list *list)
{
	struct session *session = member->session;
	struct chat_room *chat_room = session->room;
	const struct chat_room_options *options = chat_room->options;
	struct shared_line *text = history_text(&chat_room->history,
	    options->history, options->greeting, &session->ignores);
	char here[CHAT_NOTICE_SIZE];
	struct shared_line *line = shared_line_copy(here,
	    here_text(room, session, here));

	if (text != NULL && text->len > 0)
		outbox_place(member->outbox, text, 1, list);
	if (line != NULL)
		outbox_place(member->outbox, line, 0, list);
	shared_line_free(text);
	shared_line_free(line);
}

/* As many names as a line holds; who has come is the last. */
static size_t
here_text(const struct room *room, const struct session *session, char *text)
{
	const char *own = session->nick.named.name;
	size_t len = (size_t)sprintf(text, "*** here: "), shown = 0;

	for (const struct member *member = room->first; member != NULL &&
	    len + strlen(member->name) + strlen(own) < HERE_SIZE;
	    member = member->next, shown++)
		len += (size_t)sprintf(text + len, "%s, ", member->name);
	len += (size_t)sprintf(text + len, "%s", own);
	if (shown < room->len)
		len += (size_t)sprintf(text + len, " and %zu more (/who)",
		    room->len - shown);
	return (len + (size_t)sprintf(text + len, "\r\n"));
}
