/* chat_heard.c - what a line of the chat's server says.
 * See also: proto/chat_heard.h */
#include "proto/chat_heard.h"

#include <string.h>

/* A notice about somebody: "*** pc4 joined". */
struct news {
	const char	*begin;		/* what follows the name */
	enum chat_heard_kind kind;
	int		 is_all;	/* nothing may follow that */
};

/* A notice about us. */
struct notice {
	const char	*begin;
	enum chat_heard_kind kind;
};

static int ends_as(const char *, size_t, const char *);
static int is_name(const struct name_rules *, const char *, size_t);
static int parse_news(const struct name_rules *, struct chat_heard *);
static void parse_notice(const struct name_rules *, struct chat_heard *);
static int parse_private(const struct name_rules *, struct chat_heard *,
    const char *, size_t);
static int parse_said(const struct name_rules *, struct chat_heard *,
    const char *, size_t);
static int parse_sent(const struct name_rules *, struct chat_heard *,
    const char *, size_t);
static size_t skip_time(const char *, size_t);
static int starts_as(const char *, size_t, const char *);
static int take_name(const struct name_rules *, struct chat_heard *,
    const char *, size_t);
static size_t word_len(const char *, size_t);

static const struct news news[] = {
	{ " joined", CHAT_HEARD_JOINED, 1 },
	{ " left (", CHAT_HEARD_LEFT, 0 },
	{ " went to ", CHAT_HEARD_LEFT, 0 },
	{ " is now known as ", CHAT_HEARD_RENAMED, 0 },
};

static const struct notice notices[] = {
	{ "here: ", CHAT_HEARD_HERE },
	{ "goodbye: ", CHAT_HEARD_GOODBYE },
	{ "the password of ", CHAT_HEARD_PASSWORD },
	{ "welcome, you are ", CHAT_HEARD_WELCOME },
};

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

void
chat_heard_parse(const struct name_rules *rules, const char *line, size_t len,
    struct chat_heard *heard)
{
	size_t skipped = skip_time(line, len);

	line += skipped;
	len -= skipped;
	*heard = (struct chat_heard){ .timed = skipped > 0 };
	if (parse_said(rules, heard, line, len) ||
	    parse_sent(rules, heard, line, len) ||
	    parse_private(rules, heard, line, len))
		return;
	heard->kind = CHAT_HEARD_OTHER;
	heard->text = line;
	heard->text_len = len;
	if (starts_as(line, len, "*** ")) {
		heard->text += 4;
		heard->text_len -= 4;
		parse_notice(rules, heard);
	}
}

int
chat_heard_next(const struct name_rules *rules, struct chat_heard *list)
{
	const char *end;
	size_t len;

	if (list->text_len == 0)
		return (0);
	end = memchr(list->text, ',', list->text_len);
	len = end != NULL ? (size_t)(end - list->text) :
	    word_len(list->text, list->text_len);
	if (!is_name(rules, list->text, len))
		return (0);
	list->name = list->text;
	list->name_len = len;
	/* Behind the last one: the end, or " and 2 more". */
	if (end == NULL || list->text_len - len < 2)
		len = list->text_len;
	else
		len += 2;
	list->text += len;
	list->text_len -= len;
	return (1);
}

/* "[18:00:05] " of the history, or of /time on. */
static size_t
skip_time(const char *line, size_t len)
{
	static const char form[] = "[00:00:00] ", unknown[] = "[?] ";
	size_t i = 0;

	if (starts_as(line, len, unknown))
		return (sizeof(unknown) - 1);
	if (len < sizeof(form) - 1)
		return (0);
	while (form[i] != '\0' && (form[i] == '0' ?
	    line[i] >= '0' && line[i] <= '9' : line[i] == form[i]))
		i++;
	return (form[i] == '\0' ? i : 0);
}

static int
parse_said(const struct name_rules *rules, struct chat_heard *heard,
    const char *line, size_t len)
{
	size_t word = word_len(line, len);

	if (starts_as(line, len, "<") && word > 2 && word < len &&
	    line[word - 1] == '>') {
		heard->kind = CHAT_HEARD_SAID;
		heard->text = line + word + 1;
		heard->text_len = len - word - 1;
		return (take_name(rules, heard, line + 1, word - 2));
	}
	if (!starts_as(line, len, "* "))
		return (0);
	word = word_len(line + 2, len - 2);
	if (word == len - 2)
		return (0);
	heard->kind = CHAT_HEARD_DONE;
	heard->text = line + word + 3;
	heard->text_len = len - word - 3;
	return (take_name(rules, heard, line + 2, word));
}

/* "-pc3- psst".  A name may hold a dash, but no blank. */
static int
parse_private(const struct name_rules *rules, struct chat_heard *heard,
    const char *line, size_t len)
{
	size_t word = word_len(line, len);

	if (!starts_as(line, len, "-") || word < 3 || word == len ||
	    line[word - 1] != '-')
		return (0);
	heard->kind = CHAT_HEARD_PRIVATE;
	heard->text = line + word + 1;
	heard->text_len = len - word - 1;
	return (take_name(rules, heard, line + 1, word - 2));
}

/* "-pc3 -> pc4- psst": pc3 says in private to pc4. */
static int
parse_sent(const struct name_rules *rules, struct chat_heard *heard,
    const char *line, size_t len)
{
	static const char arrow[] = " -> ";
	size_t sender_len = word_len(line, len), skipped, word;
	const char *name;

	if (!starts_as(line, len, "-") ||
	    !starts_as(line + sender_len, len - sender_len, arrow) ||
	    !is_name(rules, line + 1, sender_len - 1))
		return (0);
	skipped = sender_len + sizeof(arrow) - 1;
	name = line + skipped;
	len -= skipped;
	word = word_len(name, len);
	if (word < 2 || word == len || name[word - 1] != '-' ||
	    !take_name(rules, heard, name, word - 1))
		return (0);
	heard->kind = CHAT_HEARD_SENT;
	heard->sender = line + 1;
	heard->sender_len = sender_len - 1;
	heard->text = name + word + 1;
	heard->text_len = len - word - 1;
	return (1);
}

static void
parse_notice(const struct name_rules *rules, struct chat_heard *heard)
{
	const char *text = heard->text;
	size_t len = heard->text_len;

	heard->kind = CHAT_HEARD_NOTICE;
	if (ends_as(text, len, "(your next line will not be said)")) {
		heard->kind = CHAT_HEARD_NO_PASSWORD;
		return;
	}
	for (size_t i = 0; i < COUNT(notices); i++) {
		size_t begin_len = strlen(notices[i].begin);

		if (!starts_as(text, len, notices[i].begin))
			continue;
		heard->kind = notices[i].kind;
		heard->text += begin_len;
		heard->text_len -= begin_len;
	}
	if (heard->kind == CHAT_HEARD_WELCOME) {
		const char *colon = memchr(heard->text, ':', heard->text_len);

		if (colon == NULL || !take_name(rules, heard, heard->text,
		    (size_t)(colon - heard->text)))
			heard->kind = CHAT_HEARD_NOTICE;
	}
	if (heard->kind == CHAT_HEARD_NOTICE && !parse_news(rules, heard))
		heard->kind = CHAT_HEARD_NOTICE;
}

static int
parse_news(const struct name_rules *rules, struct chat_heard *heard)
{
	size_t word = word_len(heard->text, heard->text_len);
	const char *rest = heard->text + word;
	size_t len = heard->text_len - word;

	for (size_t i = 0; i < COUNT(news); i++) {
		size_t begin_len = strlen(news[i].begin);

		if (!starts_as(rest, len, news[i].begin) ||
		    (news[i].is_all && len > begin_len) ||
		    (news[i].kind == CHAT_HEARD_RENAMED &&
		    !is_name(rules, rest + begin_len, len - begin_len)) ||
		    !take_name(rules, heard, heard->text, word))
			continue;
		heard->kind = news[i].kind;
		heard->text = rest + begin_len;
		heard->text_len = len - begin_len;
		return (1);
	}
	return (0);
}

static int
take_name(const struct name_rules *rules, struct chat_heard *heard,
    const char *name, size_t len)
{
	if (!is_name(rules, name, len))
		return (0);
	heard->name = name;
	heard->name_len = len;
	return (1);
}

static int
is_name(const struct name_rules *rules, const char *name, size_t len)
{
	return (name_check(rules, name, len) == NAME_GOOD);
}

static size_t
word_len(const char *text, size_t len)
{
	const char *blank = len > 0 ? memchr(text, ' ', len) : NULL;

	return (blank != NULL ? (size_t)(blank - text) : len);
}

static int
starts_as(const char *text, size_t len, const char *begin)
{
	return (len >= strlen(begin) &&
	    memcmp(text, begin, strlen(begin)) == 0);
}

static int
ends_as(const char *text, size_t len, const char *end)
{
	return (len >= strlen(end) &&
	    memcmp(text + len - strlen(end), end, strlen(end)) == 0);
}
