/* lists.c - the answers of several lines: /help, /who, /rooms.
 * A list is read page by page, no lock being held while a page is sent: with
 * thousands of members nobody waits for whoever asked.
 * See also: tools/chat/nicks.h, tools/chat/rooms.h */
#include "tools/chat/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

#define PAGE_SIZE	4096
#define ROW_SIZE	512
#define NAME_COLUMNS	16
#define DATE_SIZE	20

struct page {
	char		 text[PAGE_SIZE];
	size_t		 len;
	size_t		 rows;		/* on all pages so far */
};

static const char *date_text(char *, time_t);
static const char *idle_text(char *, size_t, int64_t);
static int page_add(struct page *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
static int padding(const char *);
static void send_page(struct session *, struct page *);
static int visit_nick(const struct nick *, void *);
static int visit_room(const struct chat_room *, void *);

static const char *const sentences[CHAT_VERBS] = {
	[CHAT_HELP] = "this list",
	[CHAT_HISTORY] = "the last N lines of this room, with their times",
	[CHAT_IGNORE] = "do not hear NAME any more; once more: hear again",
	[CHAT_JOIN] = "go to another room; who joins first makes it",
	[CHAT_LOGIN] = "prove that NAME is you: the password is your next "
	    "line",
	[CHAT_ME] = "* you ACTION",
	[CHAT_MSG] = "tell NAME alone",
	[CHAT_NICK] = "be called NAME",
	[CHAT_QUIT] = "leave",
	[CHAT_ROOMS] = "the rooms, and how many are in each",
	[CHAT_TIME] = "the time before each line, or not",
	[CHAT_WHO] = "who is here, in all rooms",
};

void
session_list_help(struct session *session)
{
	struct page page = { .len = 0 };

	for (enum chat_verb verb = CHAT_SAY + 1; verb < CHAT_VERBS; verb++)
		page_add(&page, "*** %-16s %s\r\n", chat_command_usage(verb),
		    sentences[verb]);
	page_add(&page, "*** //text           say /text; all else is said as "
	    "it is\r\n");
	send_page(session, &page);
}

void
session_list_who(struct session *session)
{
	struct page page = { .len = 0 };
	uint64_t place = 0;

	while (nicks_page(&session->chat->nicks, &place, visit_nick, &page))
		send_page(session, &page);
	send_page(session, &page);
	session_tell(session, "%zu in all", page.rows);
}

void
session_list_rooms(struct session *session)
{
	struct page page = { .len = 0 };
	uint64_t place = 0;

	while (rooms_page(&session->chat->rooms, &place, visit_room, &page))
		send_page(session, &page);
	send_page(session, &page);
}

static int
visit_nick(const struct nick *nick, void *context)
{
	const struct client *client = nick->session->client;
	const char *name = nick->named.name, *room = nick->room;
	char date[DATE_SIZE], idle[32];
	int64_t idle_ms = clock_now_ms() - atomic_load(&client->active_ms);

	return (page_add(context, "*** %s%*s %s%*s since %s, idle %s, %s\r\n",
	    name, padding(name), "", room, padding(room), "",
	    date_text(date, nick->since),
	    idle_text(idle, sizeof(idle), idle_ms / 1000),
	    client->encrypted ? "encrypted" : "in the clear"));
}

static int
visit_room(const struct chat_room *room, void *context)
{
	const char *name = room->named.name;

	return (page_add(context, "*** %s%*s %d\r\n", name, padding(name), "",
	    atomic_load(&room->present)));
}

/* Returns 0 if the page is full: the row has to come on the next one. */
static int
page_add(struct page *page, const char *format, ...)
{
	char row[ROW_SIZE];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(row, sizeof(row), format, arguments);
	va_end(arguments);
	if (len < 0 || (size_t)len >= sizeof(row) ||
	    page->len + (size_t)len > PAGE_SIZE)
		return (0);
	memcpy(page->text + page->len, row, (size_t)len);
	page->len += (size_t)len;
	page->rows++;
	return (1);
}

static void
send_page(struct session *session, struct page *page)
{
	session_put(session, shared_line_copy(page->text, page->len));
	page->len = 0;
}

/* printf pads to bytes; accents need it to pad to columns. */
static int
padding(const char *name)
{
	size_t columns = text_columns(name);

	return (columns < NAME_COLUMNS ? (int)(NAME_COLUMNS - columns) : 0);
}

static const char *
date_text(char *text, time_t when)
{
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL ||
	    strftime(text, DATE_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
		strcpy(text, "?");
	return (text);
}

static const char *
idle_text(char *text, size_t size, int64_t seconds)
{
	if (seconds < 120)
		snprintf(text, size, "%d s", (int)seconds);
	else if (seconds < 7200)
		snprintf(text, size, "%d min", (int)(seconds / 60));
	else
		snprintf(text, size, "%lld h", (long long)seconds / 3600);
	return (text);
}
