/* meter.h - how far a transfer is, and how it went, for a person.
 * See also: client/progress.h */
#ifndef FTP_METER_H
#define FTP_METER_H

#include <stddef.h>
#include <stdint.h>

#include "client/progress.h"

#define METER_HASH_BYTES	(64 * 1024)

enum meter_how {
	METER_QUIET = 1,		/* show nothing */
	METER_HASH = 2			/* a # for each METER_HASH_BYTES */
};

struct meter {
	struct progress	 progress;
	uint64_t	 done;		/* of the file */
	uint64_t	 begun_at;
	int		 how;		/* of enum meter_how */
	uint64_t	 marks;
};

/*
 * meter_begin - a file begins
 *   label   "3/10", or NULL
 *   total   its bytes, or PROGRESS_UNKNOWN
 * Blocks: as progress_begin.   Threads: the meter's.
 */
void	meter_begin(struct meter *meter, const char *label, uint64_t total,
	    int how);

/* meter_set - the next byte is this one; bytes before it are there already. */
void	meter_set(struct meter *meter, uint64_t done);

/* meter_moved - so many bytes more.  Blocks: as progress_update. */
void	meter_moved(struct meter *meter, size_t n);

/* meter_pause - take the line away, before anything else is printed. */
void	meter_pause(struct meter *meter);

/*
 * meter_end - it is over
 *   name   safe; NULL: it did not end well, and that was told
 * Blocks: as log_line.
 */
void	meter_end(struct meter *meter, const char *name);

#endif
