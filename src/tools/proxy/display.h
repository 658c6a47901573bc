/* display.h - what a conversation looks like, on standard output.
 * Standard output may be a paused pager, or slower than the network: so the
 * threads of the relay leave their blocks in a buffer, and one thread of the
 * display's own formats and writes them, one write a block.  When the buffer
 * is full, blocks are dropped, and a line tells how many: nobody waits, unless
 * --wait-display says so.
 * Two halves: one is filled while the other one is written.
 * See also: tools/proxy/block.h, tests/check_display.c */
#ifndef PROXY_DISPLAY_H
#define PROXY_DISPLAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/cause.h"
#include "tools/proxy/block.h"

#define DISPLAY_SIZE	(4 * 1024 * 1024) /* of each half */
#define DISPLAY_BLOCK_MAX 65536		/* bytes of one block */
#define DISPLAY_ADDRESS_SIZE 80

struct display_options {
	int		 fd;
	enum block_form	 form;
	int		 wait;		/* rather than drop */
	int		 colored;
	int		 quiet;		/* show nothing at all */
};

struct display {
	struct display_options options;
	pthread_t	 thread;
	char		*text;		/* the thread's: a block, formatted */

	pthread_mutex_t	 lock;		/* level 8: held for a memcpy */
	pthread_cond_t	 changed;	/* of what follows; monotonic clock */
	/* guarded by lock: */
	char		*halves[2];
	int		 filling;	/* the half that takes blocks */
	size_t		 len;		/* of what is in it */
	unsigned long	 dropped;	/* blocks, after what is in it */
	int		 waiting;	/* the thread has nothing to write */
	int		 hurried;	/* nobody waits for room any more */
	int		 closing;	/* and nothing more will come */
	int		 ended;		/* the thread has */
	atomic_int	 gone;		/* standard output failed */
};

/*
 * display_open - begin to show
 *   options   copied
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any other starts.
 */
int	display_open(struct display *display,
	    const struct display_options *options, struct cause *cause);

/*
 * display_end - write what is left, and show nothing more
 * Others may still call display_block and display_line; nothing is freed.
 *   deadline   of base/clock.h
 * Returns 0, or -1 if standard output does not take it in time: the thread
 * then still uses the display.
 * Blocks: until the deadline at most.   Threads: one, once.
 */
int	display_end(struct display *display, int64_t deadline);

/*
 * display_close - as display_end, and free all
 * Returns as display_end does; then nothing is freed.
 * Threads: one, the last.
 */
int	display_close(struct display *display, int64_t deadline);

/*
 * display_hurry - let nobody wait for room from now on; what still comes is
 * shown, if there is room
 * Blocks: for the lock only.   Threads: safe.
 */
void	display_hurry(struct display *display);

/*
 * display_block - show a block, copied
 * Blocks: with options.wait, until there is room; else for the lock only.
 * Threads: safe.
 */
void	display_block(struct display *display, const struct block *block);

/*
 * display_line - show a line, of less than 1024 bytes
 *   line   without its newline
 * Blocks, Threads: as display_block.
 */
void	display_line(struct display *display, const char *line);

#endif
