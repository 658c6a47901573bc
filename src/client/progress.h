/* progress.h - how far a transfer is, for a person who waits.
 * One line of standard error, drawn again and again; only if that is a
 * terminal, at most ten times a second, and never waited for: a terminal after
 * Ctrl-S does not stop a transfer.
 * See also: tests/check_progress.c */
#ifndef CLIENT_PROGRESS_H
#define CLIENT_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#define PROGRESS_UNKNOWN	UINT64_MAX
#define PROGRESS_TEXT_SIZE	80
#define PROGRESS_LABEL_SIZE	24

struct progress {
	int		 shown;		/* is there somebody to look at it? */
	char		 label[PROGRESS_LABEL_SIZE]; /* "3/10  ", before it all;
					 * the caller's, after
					 * progress_begin */
	uint64_t	 total;
	int64_t		 begin_ms, next_ms;	/* monotonic */
	size_t		 columns;	/* of what is drawn now; 0: nothing */
};

/*
 * progress_begin - a transfer begins now
 *   total   its bytes; PROGRESS_UNKNOWN if nobody knows
 *   wanted  0: show nothing (--quiet)
 * Blocks: no.   Threads: the progress's.
 */
void	progress_begin(struct progress *progress, uint64_t total, int wanted);

/*
 * progress_update - so many bytes are done; draws if it is time to
 * Blocks: LOG_PATIENCE_MS at most (base/log.h).   Threads: the progress's.
 */
void	progress_update(struct progress *progress, uint64_t done);

/*
 * progress_end - take the line away, before anything else is printed
 * Blocks: as progress_update.   Threads: the progress's.
 */
void	progress_end(struct progress *progress);

/*
 * progress_text - the line: " 45%  460.8 MiB  112.3 MiB/s  0:05 left"
 * What is not known is left out.
 *   elapsed_ms   since it began
 *   text, size   where to write; PROGRESS_TEXT_SIZE is enough
 * Returns text.
 * Blocks: no.   Threads: safe.
 */
const char *progress_text(uint64_t done, uint64_t total, int64_t elapsed_ms,
	    char text[PROGRESS_TEXT_SIZE]);

#endif
