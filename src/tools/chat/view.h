/* view.h - what the server says, as a person or a pipe reads it.
 * On a terminal it is made safe, stands above the line being typed, and each
 * nick has a colour of its own; into a pipe it goes byte for byte, each line
 * with a newline.
 * See also: proto/chat_heard.h, client/prompt.h, tests/check_view.c */
#ifndef CHAT_VIEW_H
#define CHAT_VIEW_H

#include <stddef.h>

#include "base/name.h"
#include "client/prompt.h"
#include "proto/chat_heard.h"

#define VIEW_LINE_MAX	16384		/* bytes that are shown in one line,
					 * without its end */

struct view {
	struct prompt	*prompt;	/* NULL: none */
	const struct name_rules *rules;
	int		 terminal;	/* standard output is one */
	int		 colored;
	int		 inside;	/* a line: a piece of it was printed */
	int		 error;		/* errno of a write that failed, or 0 */
};

/*
 * view_init - how standard output is to be written
 *   rules   kept
 *   color   enum log_color
 * Blocks: no.   Threads: one that prints; so for all below.
 */
void	view_init(struct view *view, const struct name_rules *rules,
	    int color);

/*
 * view_line - print a line of the server
 *   line, len   at most VIEW_LINE_MAX bytes
 *   heard       its parts
 * Blocks: as long as standard output does.
 */
void	view_line(struct view *view, const char *line, size_t len,
	    const struct chat_heard *heard);

/* view_piece - print some bytes of a line whose end has not come. */
void	view_piece(struct view *view, const char *bytes, size_t len);

/* view_flush - what was printed is there to be read. */
void	view_flush(struct view *view);

/* view_log - hide the line being typed: a line of the log follows. */
void	view_log(struct view *view);

/*
 * view_color - the colour of a nick, of the 256 of a terminal
 *   folded   the nick, as base/name.h folds it
 * The same for the same nick, today and tomorrow; it can be read on a dark
 * ground and on a light one.
 * Blocks: no.   Threads: safe.
 */
int	view_color(const char *folded);

#endif
