/* chat_heard.h - what a line of the chat's server says: who speaks, who came,
 * who left.
 *	<pc3> salut			* pc3 waves
 *	-pc3- psst			*** pc4 is now known as pc5
 * For a client's colours, its completion, and to know what it is called.  A
 * line that is none of these is taken as it is: the server may be another one.
 * See also: proto/chat_command.h, fil-chatd(8), tests/check_chat_heard.c,
 * tests/fuzz/fuzz_chat_heard.c */
#ifndef PROTO_CHAT_HEARD_H
#define PROTO_CHAT_HEARD_H

#include <stddef.h>

#include "base/name.h"

enum chat_heard_kind {
	CHAT_HEARD_OTHER,		/* anything */
	CHAT_HEARD_SAID,		/* name, text */
	CHAT_HEARD_DONE,		/* name, text */
	CHAT_HEARD_PRIVATE,		/* name, text */
	CHAT_HEARD_SENT,		/* in private: sender, name, text */
	CHAT_HEARD_NOTICE,		/* any other with three stars: text */
	CHAT_HEARD_WELCOME,		/* name: that is us */
	CHAT_HEARD_HERE,		/* text: a list */
	CHAT_HEARD_JOINED,		/* name */
	CHAT_HEARD_LEFT,		/* name, from this room */
	CHAT_HEARD_RENAMED,		/* name, and text is the new one */
	CHAT_HEARD_GOODBYE,		/* text: why the server ends */
	CHAT_HEARD_PASSWORD,		/* the next line is to be one */
	CHAT_HEARD_NO_PASSWORD		/* it is taken for one, in vain */
};

/* The parts of a line, in the line itself: not strings.  A name is one as
 * base/name.h has it, a text is any bytes. */
struct chat_heard {
	enum chat_heard_kind kind;
	int		 timed;		/* it began with a time */
	const char	*name;
	size_t		 name_len;	/* 0: no name */
	const char	*sender;	/* of CHAT_HEARD_SENT: if it is not us,
					 * pc3 has begun with "-> pc4- " what
					 * "-pc3- -> pc4- psst" says to us */
	size_t		 sender_len;
	const char	*text;
	size_t		 text_len;
};

/*
 * chat_heard_parse - take a line apart
 *   line, len   without its end, any bytes at all
 * Blocks: no.   Threads: safe.
 */
void	chat_heard_parse(const struct name_rules *rules, const char *line,
	    size_t len, struct chat_heard *heard);

/*
 * chat_heard_next - the next name of a list, "pc3, pc4 and 2 more (/who)"
 *   list   the text of CHAT_HEARD_HERE; becomes what follows the name
 * Returns 1 with the name, or 0: there are no more.
 * Blocks: no.   Threads: safe.
 */
int	chat_heard_next(const struct name_rules *rules,
	    struct chat_heard *list);

#endif
