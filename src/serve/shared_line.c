/* shared_line.c - a run of bytes that many queues hold: copied once, counted.
 * See also: serve/shared_line.h, tests/check_outbox.c */
#include "serve/shared_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct shared_line *
shared_line_new(size_t size)
{
	struct shared_line *line;

	if (size > UINT32_MAX - sizeof(*line)) {
		errno = ENOMEM;
		return (NULL);
	}
	line = malloc(sizeof(*line) + size);
	if (line == NULL)
		return (NULL);
	atomic_init(&line->references, 1);
	line->len = 0;
	line->size = (uint32_t)size;
	return (line);
}

struct shared_line *
shared_line_copy(const char *bytes, size_t len)
{
	struct shared_line *line = shared_line_new(len);

	if (line != NULL)
		shared_line_append(line, bytes, len);
	return (line);
}

int
shared_line_append(struct shared_line *line, const char *bytes, size_t len)
{
	if (len > line->size - line->len)
		return (-1);
	memcpy(line->bytes + line->len, bytes, len);
	line->len += (uint32_t)len;
	return (0);
}

struct shared_line *
shared_line_ref(struct shared_line *line)
{
	atomic_fetch_add_explicit(&line->references, 1, memory_order_relaxed);
	return (line);
}

/* Whoever frees it must see what the others did with it before: release by
 * each, acquire by the last. */
void
shared_line_free(struct shared_line *line)
{
	if (line != NULL && atomic_fetch_sub_explicit(&line->references, 1,
	    memory_order_acq_rel) == 1)
		free(line);
}
