/* screen.h - a conversation, as a person or a pipe reads it: a line each.
 *	pc4: salut			an event
 *	pc4 (privately): psst		only for this account
 *	[UDP] pc4: salut		as it came in a datagram
 *	* logged in as pc3		what was asked for
 *	! not-logged-in: ...		what was refused, or went wrong
 * What comes from the server is made safe for a terminal; into a pipe it goes
 * byte for byte, but for line ends, which would make two lines of one.
 * See also: client/prompt.h, base/text.h, tests/system/talk.py */
#ifndef MIXED_SCREEN_H
#define MIXED_SCREEN_H

#include <stddef.h>

#include "client/prompt.h"

struct screen {
	struct prompt	*prompt;	/* NULL: none yet */
	int		 terminal;	/* standard output is one */
	int		 colored;
	int		 quiet;		/* no word of what went as expected */
	int		 error;		/* errno of a write that failed, or 0 */
};

enum screen_paint {
	SCREEN_PLAIN,
	SCREEN_NAME,
	SCREEN_PRIVATE,
	SCREEN_FAINT,
	SCREEN_WRONG
};

/*
 * screen_init - how standard output is to be written
 *   color   enum log_color
 * Blocks: no.   Threads: one that prints.
 */
void	screen_init(struct screen *screen, int color, int quiet);

/* screen_begin, screen_end - around the pieces of a line; the line being typed
 * is hidden, until prompt_show. */
void	screen_begin(struct screen *screen);
void	screen_end(struct screen *screen);

/* screen_say - a piece of our own, as printf. */
void	screen_say(struct screen *screen, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* screen_put, screen_put_bytes - a piece that the server sent. */
void	screen_put(struct screen *screen, const char *text);
void	screen_put_bytes(struct screen *screen, const char *bytes, size_t len);

/* screen_paint - the colour of what follows, if there are colours. */
void	screen_paint(struct screen *screen, enum screen_paint paint);

/*
 * screen_note, screen_warn - a whole line of our own, after "* " or "! "
 * Blocks: as long as standard output does.   Threads: one that prints.
 */
void	screen_note(struct screen *screen, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));
void	screen_warn(struct screen *screen, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* screen_log - hide the line being typed: a line of the log follows. */
void	screen_log(struct screen *screen);

#endif
