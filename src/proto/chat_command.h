/* chat_command.h - what a line typed in the chat asks for: words, or a command.
 * A line that begins with a slash is a command, one that begins with two of
 * them says a word that begins with one; any other is said as it stands.
 * The table of commands is here for the server, its /help, and a client's
 * completion; what they do is the server's.
 * See also: tools/chat/commands.c, tests/check_chat_command.c,
 * tests/fuzz/fuzz_chat_command.c */
#ifndef PROTO_CHAT_COMMAND_H
#define PROTO_CHAT_COMMAND_H

#include <stddef.h>

#define CHAT_LINE_MAX	1024		/* bytes of a line, without its end */

enum chat_verb {
	CHAT_SAY,			/* no command: its text is said */
	CHAT_HELP,
	CHAT_HISTORY,
	CHAT_IGNORE,
	CHAT_JOIN,
	CHAT_LOGIN,
	CHAT_ME,
	CHAT_MSG,
	CHAT_NICK,
	CHAT_QUIT,
	CHAT_ROOMS,
	CHAT_TIME,
	CHAT_WHO,
	CHAT_VERBS			/* how many there are */
};

enum chat_verdict {
	CHAT_COMMAND_GOOD,
	CHAT_COMMAND_UNKNOWN,		/* word is what stands after the / */
	CHAT_COMMAND_MISUSED		/* one word too few, or too many */
};

/* The parts of a line, in the line itself: not strings, and any bytes. */
struct chat_command {
	enum chat_verb	 verb;
	const char	*word;		/* of NAME, ROOM, N; of an unknown
					 * command its name */
	size_t		 word_len;
	const char	*text;		/* of SAY, TEXT, ACTION, REASON */
	size_t		 text_len;
};

/*
 * chat_command_parse - take a line apart
 *   line, len   without its end, any bytes at all
 *   command     receives the parts; verb also if it is misused
 * Commands are known in any case.  Blanks and tabs stand between words; those
 * of a text that is said stay as they are.
 * Blocks: no.   Threads: safe.
 */
enum chat_verdict chat_command_parse(const char *line, size_t len,
	    struct chat_command *command);

/*
 * chat_command_name - "nick"; NULL for CHAT_SAY
 * Blocks: no.   Threads: safe.
 */
const char *chat_command_name(enum chat_verb verb);

/*
 * chat_command_usage - "/nick NAME", as a person types it; NULL for CHAT_SAY
 * Blocks: no.   Threads: safe.
 */
const char *chat_command_usage(enum chat_verb verb);

/*
 * chat_command_is - is it this word, in any case?
 *   name   of small letters
 * Blocks: no.   Threads: safe.
 */
int	chat_command_is(const char *name, const char *typed, size_t len);

#endif
