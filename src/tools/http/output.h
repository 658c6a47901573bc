/* output.h - where an answer goes: a terminal, a pipe, a file.
 * See also: client/save.h, client/progress.h */
#ifndef HTTP_OUTPUT_H
#define HTTP_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "client/progress.h"
#include "client/readable.h"
#include "client/save.h"

struct output {
	struct save	 save;
	int		 is_terminal;	/* only what can be read */
	struct readable	 readable;
	struct progress	 progress;
	uint64_t	 done;
};

/*
 * output_open - begin an answer
 *   path    of save_open
 *   total   the body's length, or PROGRESS_UNKNOWN
 *   quiet   no progress
 * Returns 0, or -1 with cause and nothing open.
 * Blocks: as save_open does.
 */
int	output_open(struct output *output, const char *path, uint64_t total,
	    int quiet, struct cause *cause);

/*
 * output_write - write some of the answer
 * Returns 0, or -1 with cause.
 * Blocks: as the terminal, pipe or disk does.
 */
int	output_write(struct output *output, const char *bytes, size_t len,
	    struct cause *cause);

/* output_commit - the answer is complete.  Returns as save_commit does. */
int	output_commit(struct output *output, struct cause *cause);

/* output_discard - it is not: leave a file that was there. */
void	output_discard(struct output *output);

#endif
