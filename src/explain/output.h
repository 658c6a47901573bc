/* output.h - where the narration goes, and in which language.
 * The launcher has put it into the environment: see the names below.  Each text
 * leaves in one write, so that those of many threads and processes never
 * interleave.  See also: explain/fil-explain.c */
#ifndef EXPLAIN_OUTPUT_H
#define EXPLAIN_OUTPUT_H

#include <time.h>

#include "explain/words.h"

#define OUTPUT_SIZE	2560	/* of a text: a pipe takes it at once,
				 * and so does a small stack */

#define ENV_LEVEL	"FIL_EXPLAIN_LEVEL"	/* calls, brief or full */
#define ENV_OUTPUT	"FIL_EXPLAIN_OUTPUT"	/* a file; unset: stderr */
#define ENV_LOG		"FIL_EXPLAIN_LOG"	/* a file; unset: none */
#define ENV_BYTES	"FIL_EXPLAIN_BYTES"	/* of each payload */
#define ENV_CATALOGUE	"FIL_EXPLAIN_CATALOGUE"	/* a .mo file */
#define ENV_PID		"FIL_EXPLAIN_PID"	/* of the first process */

enum output_level {
	OUTPUT_CALLS,			/* no sentence */
	OUTPUT_BRIEF,			/* each once */
	OUTPUT_FULL
};

struct output_settings {
	enum output_level level;
	int		 bytes;
	int		 is_first;	/* the process that was asked for */
	int		 has_log;
	int64_t		 zone_ns;	/* local time less UTC */
};

/*
 * output_open - read the settings, open the files, find the catalogue
 * Descriptors of ours get high numbers: the program's own stay what they are.
 * Blocks: for files.   Threads: before any starts.
 */
void	output_open(void);

/* output_settings - what was read */
const struct output_settings *output_settings(void);

/*
 * output_text - write some whole lines to the reader
 * Standard error may not take them: 100 ms are waited, and then they are lost.
 * Blocks: 100 ms.   Threads: safe.   Signal handlers: safe.
 */
void	output_text(const struct words *words);

/* output_log - write a line of the log.  As output_text. */
void	output_log(const struct words *words);

/*
 * output_page_take - room for a text of OUTPUT_SIZE bytes, of the little that
 * all threads share, so that the stacks of thousands need not hold it
 * Returns NULL if all is in use; else it is to be given back soon.
 * Blocks: no.   Threads: safe.   Signal handlers: safe.
 */
char	*output_page_take(void);
void	output_page_give(char *page);

#define OUTPUT_FD_MAX	10063	/* none of ours is above it */

/* output_owns - is this descriptor one of ours?  The program has none there. */
int	output_owns(int fd);

/* output_forked - in a child: no longer the first process */
void	output_forked(void);

/* output_now - a monotonic clock, in nanoseconds.  Signal handlers: safe. */
int64_t	output_now(clockid_t clock);

/* output_time - add the time of day, "12:03:04.120" */
void	output_time(struct words *words);

#endif
