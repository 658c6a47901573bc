/* chat_command.c - what a line typed in the chat asks for: words, or a command.
 * See also: proto/chat_command.h, tests/check_chat_command.c */
#include "proto/chat_command.h"

#include <string.h>

/* What follows a command's name. */
enum form {
	FORM_NOTHING,
	FORM_WORD,
	FORM_WORD_OR_NOTHING,
	FORM_TEXT,
	FORM_TEXT_OR_NOTHING,
	FORM_WORD_AND_TEXT
};

struct row {
	const char	*name;
	enum form	 form;
	const char	*usage;
};

static int is_blank(char);
static size_t skip_blanks(const char *, size_t);
static enum chat_verdict take_arguments(struct chat_command *, const char *,
    size_t);
static size_t without_end(const char *, size_t);
static size_t word_length(const char *, size_t);

static const struct row rows[CHAT_VERBS] = {
	[CHAT_HELP] = { "help", FORM_NOTHING, "/help" },
	[CHAT_HISTORY] = { "history", FORM_WORD_OR_NOTHING, "/history [N]" },
	[CHAT_IGNORE] = { "ignore", FORM_WORD, "/ignore NAME" },
	[CHAT_JOIN] = { "join", FORM_WORD, "/join ROOM" },
	[CHAT_LOGIN] = { "login", FORM_WORD, "/login NAME" },
	[CHAT_ME] = { "me", FORM_TEXT, "/me ACTION" },
	[CHAT_MSG] = { "msg", FORM_WORD_AND_TEXT, "/msg NAME TEXT" },
	[CHAT_NICK] = { "nick", FORM_WORD, "/nick NAME" },
	[CHAT_QUIT] = { "quit", FORM_TEXT_OR_NOTHING, "/quit [REASON]" },
	[CHAT_ROOMS] = { "rooms", FORM_NOTHING, "/rooms" },
	[CHAT_TIME] = { "time", FORM_WORD, "/time on|off" },
	[CHAT_WHO] = { "who", FORM_NOTHING, "/who" },
};

enum chat_verdict
chat_command_parse(const char *line, size_t len, struct chat_command *command)
{
	size_t name_len;

	*command = (struct chat_command){ CHAT_SAY, line, 0, line, len };
	if (len == 0 || line[0] != '/')
		return (CHAT_COMMAND_GOOD);
	command->text++;
	command->text_len--;
	if (len > 1 && line[1] == '/')
		return (CHAT_COMMAND_GOOD);
	name_len = word_length(line + 1, len - 1);
	for (enum chat_verb verb = CHAT_SAY + 1; verb < CHAT_VERBS; verb++) {
		if (!chat_command_is(rows[verb].name, line + 1, name_len))
			continue;
		command->verb = verb;
		return (take_arguments(command, line + 1 + name_len,
		    len - 1 - name_len));
	}
	command->word = line + 1;
	command->word_len = name_len;
	return (CHAT_COMMAND_UNKNOWN);
}

const char *
chat_command_name(enum chat_verb verb)
{
	return (rows[verb].name);
}

const char *
chat_command_usage(enum chat_verb verb)
{
	return (rows[verb].usage);
}

/* The C library's tolower would follow the language. */
int
chat_command_is(const char *name, const char *typed, size_t len)
{
	if (strlen(name) != len)
		return (0);
	for (size_t i = 0; i < len; i++) {
		char small = typed[i] >= 'A' && typed[i] <= 'Z' ?
		    (char)(typed[i] | 0x20) : typed[i];

		if (small != name[i])
			return (0);
	}
	return (1);
}

/* A word that is the last argument goes to the end of the line: "pc 3" is no
 * name, and its user is told what a name is. */
static enum chat_verdict
take_arguments(struct chat_command *command, const char *rest, size_t len)
{
	enum form form = rows[command->verb].form;
	size_t blanks = skip_blanks(rest, len);

	rest += blanks;
	len -= blanks;
	command->word = command->text = rest;
	command->word_len = without_end(rest, len);
	command->text_len = len;
	if (form == FORM_WORD_AND_TEXT) {
		command->word_len = word_length(rest, len);
		blanks = skip_blanks(rest + command->word_len,
		    len - command->word_len);
		command->text += command->word_len + blanks;
		command->text_len -= command->word_len + blanks;
	}
	switch (form) {
	case FORM_NOTHING:
		return (command->word_len == 0 ? CHAT_COMMAND_GOOD :
		    CHAT_COMMAND_MISUSED);
	case FORM_WORD:
		return (command->word_len > 0 ? CHAT_COMMAND_GOOD :
		    CHAT_COMMAND_MISUSED);
	case FORM_TEXT:
	case FORM_WORD_AND_TEXT:
		return (command->text_len > 0 ? CHAT_COMMAND_GOOD :
		    CHAT_COMMAND_MISUSED);
	default:
		return (CHAT_COMMAND_GOOD);
	}
}

static int
is_blank(char byte)
{
	return (byte == ' ' || byte == '\t');
}

static size_t
skip_blanks(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && is_blank(text[i]))
		i++;
	return (i);
}

static size_t
word_length(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && !is_blank(text[i]))
		i++;
	return (i);
}

static size_t
without_end(const char *text, size_t len)
{
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	return (len);
}
