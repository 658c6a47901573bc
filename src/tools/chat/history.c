/* history.c - the last lines that were said in a room.
 * See also: tools/chat/history.h */
#include "tools/chat/history.h"

#include <stdlib.h>
#include <string.h>

static void history_keep(struct history *, const struct history_line *);
static const struct history_line *history_line(const struct history *, size_t);
static int is_heard(const struct history_line *, struct ignores *);
static size_t last_lines(const struct shared_line *, size_t);

void
history_init(struct history *history, size_t size)
{
	*history = (struct history){ .size = size };
}

void
history_fini(struct history *history)
{
	for (; history->len > 0; history->len--) {
		shared_line_free(history->ring[history->first].run);
		history->first = (history->first + 1) % history->size;
	}
	free(history->ring);
	history->ring = NULL;
}

void
history_add(struct history *history, struct shared_line *run, time_t said,
    const struct ignored *speaker)
{
	struct history_line line = { .run = run, .said = said,
	    .speaker = *speaker };

	if (history->size == 0)
		return;
	if (history->ring == NULL && (history->ring = calloc(history->size,
	    sizeof(*history->ring))) == NULL)
		return;
	for (size_t at = last_lines(run, history->size); at < run->len;
	    at += line.len) {
		const char *end = memchr(run->bytes + at, '\n',
		    run->len - at);

		line.at = (uint32_t)at;
		line.len = (uint32_t)(end + 1 - (run->bytes + at));
		history_keep(history, &line);
	}
}

struct shared_line *
history_text(const struct history *history, size_t wanted, size_t size,
    struct ignores *reader)
{
	char time_text[HISTORY_TIME_SIZE];
	struct shared_line *text;
	size_t from = history->len, bytes = 0;

	for (; from > 0 && wanted > 0; from--) {
		const struct history_line *line =
		    history_line(history, from - 1);

		if (!is_heard(line, reader))
			continue;
		if (bytes + HISTORY_TIME_SIZE + line->len > size)
			break;
		bytes += HISTORY_TIME_SIZE + line->len;
		wanted--;
	}
	if ((text = shared_line_new(bytes)) == NULL)
		return (NULL);
	for (; from < history->len; from++) {
		const struct history_line *line = history_line(history, from);

		if (!is_heard(line, reader))
			continue;
		history_time(time_text, line->said);
		shared_line_append(text, time_text, strlen(time_text));
		shared_line_append(text, line->run->bytes + line->at,
		    line->len);
	}
	return (text);
}

const char *
history_time(char text[HISTORY_TIME_SIZE], time_t said)
{
	struct tm tm;

	if (localtime_r(&said, &tm) == NULL ||
	    strftime(text, HISTORY_TIME_SIZE, "[%H:%M:%S] ", &tm) == 0)
		strcpy(text, "[?] ");
	return (text);
}

static const struct history_line *
history_line(const struct history *history, size_t n)
{
	return (&history->ring[(history->first + n) % history->size]);
}

static int
is_heard(const struct history_line *line, struct ignores *reader)
{
	return (reader == NULL || !ignores_has(reader, line->speaker.number,
	    line->speaker.folded));
}

static void
history_keep(struct history *history, const struct history_line *line)
{
	struct history_line *place = &history->ring[
	    (history->first + history->len) % history->size];

	if (history->len == history->size) {
		shared_line_free(place->run);
		history->first = (history->first + 1) % history->size;
	} else
		history->len++;
	*place = *line;
	shared_line_ref(place->run);
}

/* Where the last lines of a run begin. */
static size_t
last_lines(const struct shared_line *run, size_t wanted)
{
	size_t at = run->len;

	for (; wanted > 0 && at > 0; wanted--) {
		at--;			/* over its own newline */
		while (at > 0 && run->bytes[at - 1] != '\n')
			at--;
	}
	return (at);
}
