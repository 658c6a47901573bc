/* shared_line.h - a run of bytes that many queues hold: copied once, counted.
 * What is said to a thousand clients lies in memory once; each queue holds a
 * reference, and whoever gives the last one back frees it.  It is one line, or
 * several that belong together: what one recv brought may leave as one.
 * See also: serve/outbox.h, serve/room.h, tests/check_outbox.c */
#ifndef SERVE_SHARED_LINE_H
#define SERVE_SHARED_LINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Whoever has made it fills it; from the first queue on nobody changes it. */
struct shared_line {
	atomic_uint	 references;
	uint32_t	 len, size;	/* of bytes: used, and how many fit */
	char		 bytes[];
};

/*
 * shared_line_new - an empty line with room for size bytes
 * Returns a line with one reference, the caller's, or NULL with errno.
 * Blocks: no.   Threads: safe.
 */
struct shared_line *shared_line_new(size_t size);

/*
 * shared_line_copy - a line of these bytes
 * Returns a line with one reference, the caller's, or NULL with errno.
 * Blocks: no.   Threads: safe.
 */
struct shared_line *shared_line_copy(const char *bytes, size_t len);

/*
 * shared_line_append - write on
 * Returns 0, or -1 if it does not fit: then the line is as it was.
 * Blocks: no.   Threads: its maker's, until it is in a queue.
 */
int	shared_line_append(struct shared_line *line, const char *bytes,
	    size_t len);

/*
 * shared_line_ref - one reference more
 * Returns line.
 * Blocks: no.   Threads: safe.
 */
struct shared_line *shared_line_ref(struct shared_line *line);

/* shared_line_free - give a reference back.  Takes NULL. */
void	shared_line_free(struct shared_line *line);

#endif
