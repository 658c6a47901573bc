/* notices.h - what a room tells of many at once is told together.
 * Each who comes or leaves is announced to all who are there.  While the first
 * of several announces himself, those who come meanwhile write below each
 * other, and one of them announces them all: thousands who come, or leave,
 * together do not cost a send to everybody for each of them.
 * Whoever has something to announce waits until it has its place, so notices
 * about one member keep their order, and his lines come after them.
 * See also: tools/chat/chat_room.h */
#ifndef CHAT_NOTICES_H
#define CHAT_NOTICES_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "serve/shared_line.h"

struct notices {
	pthread_mutex_t	 lock;		/* level 1, never with another */
	pthread_cond_t	 changed;
	/* guarded by lock: */
	struct shared_line *page;	/* what is told next; NULL: nothing */
	uint64_t	 begun;		/* pages, that one too */
	uint64_t	 told;
};

/*
 * notices_init - nothing to tell
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before anybody else's use.
 */
int	notices_init(struct notices *notices, struct cause *cause);
void	notices_fini(struct notices *notices);

/*
 * notices_tell - announce something, with what others announce now
 *   line, len   with its CRLF; at most NOTICES_LINE_MAX bytes
 *   tell        called by one of them, with all of it, which it takes over
 * Returns when it has been told; without memory it is not.
 * Blocks: while others tell theirs; for no client.
 * Threads: who holds no lock.
 */
#define NOTICES_LINE_MAX	2048
void	notices_tell(struct notices *notices, const char *line, size_t len,
	    void (*tell)(void *context, struct shared_line *lines),
	    void *context);

#endif
