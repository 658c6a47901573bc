/* motd.h - the message of the day: a file that newcomers are shown.
 * See also: tools/chat/chat.h */
#ifndef CHAT_MOTD_H
#define CHAT_MOTD_H

#include <pthread.h>

#include "base/cause.h"
#include "serve/shared_line.h"

#define MOTD_MAX	4096		/* bytes of the file that are shown */

struct motd {
	const char	*path;		/* NULL: none */

	pthread_mutex_t	 lock;		/* level 2 */
	/* guarded by lock: */
	struct shared_line *text;	/* notices; NULL: none */
	int		 ready;		/* motd_init did well */
};

/*
 * motd_init - read the file
 *   path   kept, not copied; NULL: none
 * Returns 0, or -1 with cause.
 * Blocks: for the disk.   Threads: main's only.
 */
int	motd_init(struct motd *motd, const char *path, struct cause *cause);

/* motd_fini - forget it.  Takes a zeroed one. */
void	motd_fini(struct motd *motd);

/*
 * motd_reload - read the file again; on failure the old text stays
 * Returns 0, or -1 with cause.
 * Blocks: for the disk.   Threads: main's only.
 */
int	motd_reload(struct motd *motd, struct cause *cause);

/*
 * motd_get - the text, each line a notice
 * Returns a reference, the caller's; NULL: there is none.
 * Blocks: for the lock only.   Threads: safe.
 */
struct shared_line *motd_get(struct motd *motd);

#endif
