/* delay_line.h - bytes on their way through a long wire.
 * What goes in comes out later, in the same order, in the same pieces: how much
 * later is said as each goes in, so that a message is late by its delay and not
 * by that of those before it, too.
 * The caller brings the clock.   See also: tests/check_proxy.c */
#ifndef PROXY_DELAY_LINE_H
#define PROXY_DELAY_LINE_H

#include <stddef.h>
#include <stdint.h>

#define DELAY_LINE_SIZE	(128 * 1024)	/* bytes on their way */
#define DELAY_PIECES	1024

/* One thread owns it. */
struct delay_line {
	char		*bytes;		/* a ring */
	size_t		 begin, len;
	struct delay_piece {
		int64_t	 due;		/* a deadline of base/clock.h */
		size_t	 len;
	} pieces[DELAY_PIECES];		/* a ring, too */
	size_t		 first, count;
};

/* delay_line_new - an empty one, or NULL: out of memory. */
struct delay_line *delay_line_new(void);

/* delay_line_free - takes NULL. */
void	delay_line_free(struct delay_line *line);

/*
 * delay_line_put - send a piece on its way
 *   due   when it arrives; if an earlier piece is later, then with that one
 * Returns 0, or -1: the wire is full, take something first.
 * Blocks: no.
 */
int	delay_line_put(struct delay_line *line, const void *bytes, size_t len,
	    int64_t due);

/* delay_line_due - when the next piece arrives; CLOCK_NEVER: none is there. */
int64_t	delay_line_due(const struct delay_line *line);

/*
 * delay_line_take - the next piece, due or not, or its first part
 *   size   of buf
 * Returns the length, 0 if there is none.
 * Blocks: no.
 */
size_t	delay_line_take(struct delay_line *line, void *buf, size_t size);

#endif
