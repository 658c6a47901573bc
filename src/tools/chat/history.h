/* history.h - the last lines that were said in a room.
 * A line may be part of a run that was said at once; the history holds the run
 * and copies nothing until somebody wants to read.
 * See also: tools/chat/chat_room.h, serve/shared_line.h */
#ifndef CHAT_HISTORY_H
#define CHAT_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "serve/shared_line.h"
#include "tools/chat/ignores.h"

#define HISTORY_MAX		1000	/* --history */
#define HISTORY_TIME_SIZE	12	/* "[18:00:05] " */

struct history_line {
	struct shared_line *run;	/* a reference */
	uint32_t	 at, len;	/* of the line, with its CRLF */
	time_t		 said;
	struct ignored	 speaker;	/* as he was named then */
};

/* Guarded by the lock of its room. */
struct history {
	struct history_line *ring;	/* of size, when the first was said */
	size_t		 size;		/* how many are kept */
	size_t		 first, len;
};

/*
 * history_init, history_fini - nothing was said; size 0 keeps nothing
 * Blocks: no.   Threads: the room's lock is held, or nobody knows the room;
 * so for all below.
 */
void	history_init(struct history *history, size_t size);
void	history_fini(struct history *history);

/*
 * history_add - keep the last lines of what is being said
 *   run       one line or several, each with its CRLF
 *   speaker   who says it
 * Without memory it keeps nothing.
 */
void	history_add(struct history *history, struct shared_line *run,
	    time_t said, const struct ignored *speaker);

/*
 * history_text - the last lines, each with its time before it
 *   wanted   how many; fewer if there are no more, or they do not fit
 *   size     bytes that they may take
 *   reader   leaves out whom he ignores; NULL: nobody
 * Returns a line of all of them, the caller's, perhaps empty; NULL: no memory.
 */
struct shared_line *history_text(const struct history *history,
	    size_t wanted, size_t size, struct ignores *reader);

/*
 * history_time - the time of day before a line, "[18:00:05] "
 * Blocks: no.   Threads: safe.
 */
const char *history_time(char text[HISTORY_TIME_SIZE], time_t said);

#endif
