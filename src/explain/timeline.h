/* timeline.h - what several threads did at one time, read from logs.
 * The logs are those of fil-explain --log: of one program or of several, of one
 * machine or of several.  See also: explain/record.h, fil-timeline(1) */
#ifndef EXPLAIN_TIMELINE_H
#define EXPLAIN_TIMELINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cause.h"

#define TIMELINE_ERROR_SIZE	20
#define TIMELINE_LINE_MAX	65536	/* of a log */

/* A thread. */
struct timeline_lane {
	char		*program, *name;
	int64_t		 pid, tid;
	size_t		 log;		/* the number of the file, from 0 */
};

struct timeline_event {
	size_t		 lane;
	int64_t		 begin_ns, end_ns;	/* of the common clock */
	char		*call;		/* "recv" */
	char		*local, *peer, *args;	/* "" if unknown */
	char		*proto;
	int		 fd;		/* -1: none */
	int		 waited;
	int		 is_open;	/* it had not ended when the log did */
	int		 is_listener, is_datagram;
	int		 is_fed;	/* an arrow ends here */
	int		 direction;	/* 1: out, -1: in, 0 */
	int		 has_moved;	/* offset and bytes say something */
	int64_t		 sock;		/* a number within the process */
	uint64_t	 offset, bytes;
	int64_t		 result;
	char		 error[TIMELINE_ERROR_SIZE];	/* "" */
};

/* From the send to the read that got bytes of it. */
struct timeline_arrow {
	size_t		 from, to;	/* events */
};

struct timeline {
	struct timeline_lane *lanes;
	struct timeline_event *events;	/* by begin_ns, once read */
	struct timeline_arrow *arrows;
	size_t		 lanes_len, events_len, arrows_len;
	size_t		 lanes_size, events_size, arrows_size;
	int64_t		 begin_ns, end_ns;
	size_t		 logs;
	char		*boot;		/* the machine of the clock */
	int64_t		 clock_ns;	/* its date less its clock */
};

/* timeline_init - nothing has happened yet */
void	timeline_init(struct timeline *timeline);

/* timeline_fini - give it back.  Takes a zeroed one. */
void	timeline_fini(struct timeline *timeline);

/*
 * timeline_read - add what a log tells
 *   path    of the log; "-": standard input
 *   cause   of a failure; its object names the file and the line
 * The clock is that of the first log; one of another machine is set by the
 * dates.
 * Returns 0, or -1: a line is no record, or memory is short.
 * Blocks: for the file.   Threads: safe.
 */
int	timeline_read(struct timeline *timeline, const char *path,
	    struct cause *cause);

/* timeline_read_from - the same of a stream that is open, and stays so */
int	timeline_read_from(struct timeline *timeline, FILE *file,
	    const char *path, struct cause *cause);

/*
 * timeline_pair - once all is read: sort, and find the arrows
 * Returns 0, or -1 with cause: memory is short.
 * Blocks: no.   Threads: safe.
 */
int	timeline_pair(struct timeline *timeline, struct cause *cause);

/* timeline_lane_of - the lane of the thread that an event waits for or speaks
 * to; SIZE_MAX if no log tells */
size_t	timeline_lane_of(const struct timeline *timeline,
	    const struct timeline_event *event);

/* timeline_grow - room for one more: *array as long as it must be
 * Returns 0, or -1. */
int	timeline_grow(void **array, size_t *size, size_t len, size_t one);

#endif
