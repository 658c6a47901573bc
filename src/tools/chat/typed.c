/* typed.c - lines that were typed, on their way to the server.
 * See also: tools/chat/typed.h */
#include "tools/chat/typed.h"

#include <string.h>

#define END	"\r\n"
#define END_LEN	2

static void put_at(struct typed *, size_t, const char *, size_t);

int
typed_has_room(const struct typed *typed, size_t len)
{
	return (typed->len + len + END_LEN <= TYPED_SIZE - TYPED_FIRST);
}

int
typed_put(struct typed *typed, const char *line, size_t len)
{
	if (!typed_has_room(typed, len))
		return (-1);
	put_at(typed, typed->len, line, len);
	return (0);
}

int
typed_put_first(struct typed *typed, const char *line, size_t len)
{
	if (typed->len + len + END_LEN > TYPED_SIZE)
		return (-1);
	memmove(typed->bytes + len + END_LEN, typed->bytes, typed->len);
	put_at(typed, 0, line, len);
	return (0);
}

/* A line holds no newline but that of its end. */
int
typed_next(const struct typed *typed, size_t *at, const char **line,
    size_t *len)
{
	const char *end;

	if (*at == typed->len)
		return (0);
	*line = typed->bytes + *at;
	end = memchr(*line, '\n', typed->len - *at);
	*len = (size_t)(end - *line) + 1 - END_LEN;
	*at += *len + END_LEN;
	return (1);
}

void
typed_drop(struct typed *typed, size_t at)
{
	typed->len -= at;
	typed->sent -= typed->sent < at ? typed->sent : at;
	memmove(typed->bytes, typed->bytes + at, typed->len);
}

size_t
typed_unsent(const struct typed *typed, const char **bytes)
{
	*bytes = typed->bytes + typed->sent;
	return (typed->len - typed->sent);
}

void
typed_count_sent(struct typed *typed, size_t n)
{
	typed->sent += n;
}

size_t
typed_lines(const struct typed *typed)
{
	size_t lines = 0;

	for (size_t i = 0; i < typed->len; i++)
		lines += typed->bytes[i] == '\n';
	return (lines);
}

static void
put_at(struct typed *typed, size_t at, const char *line, size_t len)
{
	memcpy(typed->bytes + at, line, len);
	memcpy(typed->bytes + at + len, END, END_LEN);
	typed->len += len + END_LEN;
}
