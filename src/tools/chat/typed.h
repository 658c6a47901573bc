/* typed.h - lines that were typed, on their way to the server.
 * They wait here while the socket is full, or while there is no connection; and
 * once more until the server has said them, so that none is lost without a
 * word.
 * See also: tools/chat/talk.h, tests/check_typed.c */
#ifndef CHAT_TYPED_H
#define CHAT_TYPED_H

#include <stddef.h>

#define TYPED_SIZE	65536
#define TYPED_FIRST	256		/* of them, for typed_put_first only */

/* The oldest first, each with its CRLF.  Zeroed: none. */
struct typed {
	char		 bytes[TYPED_SIZE];
	size_t		 len;
	size_t		 sent;		/* of the first line, in bytes */
};

/*
 * typed_has_room - does a line of so many bytes fit behind the others?
 * Blocks: no.   Threads: one; so for all below.
 */
int	typed_has_room(const struct typed *typed, size_t len);

/* typed_put - behind all others.  Returns 0, or -1: it does not fit. */
int	typed_put(struct typed *typed, const char *line, size_t len);

/* typed_put_first - before all others, of which nothing may be sent yet.
 * Returns 0, or -1: it does not fit. */
int	typed_put_first(struct typed *typed, const char *line, size_t len);

/*
 * typed_next - the lines one by one, each without its end
 *   at   0 for the first; becomes where the next one begins
 * Returns 1, or 0: there are no more.
 */
int	typed_next(const struct typed *typed, size_t *at, const char **line,
	    size_t *len);

/* typed_drop - forget the lines before that place. */
void	typed_drop(struct typed *typed, size_t at);

/* typed_unsent - what is to be sent next.  Returns how many bytes. */
size_t	typed_unsent(const struct typed *typed, const char **bytes);

/* typed_count_sent - n more bytes went; whole lines among them are still to be
 * dropped. */
void	typed_count_sent(struct typed *typed, size_t n);

/* typed_lines - how many lines there are. */
size_t	typed_lines(const struct typed *typed);

#endif
