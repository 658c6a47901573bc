/* ignores.h - whom a member does not want to hear.
 * A row is a person and the name he had: whoever is ignored stays so under
 * another nick, and so does who takes the old one.
 * See also: tools/chat/commands.c, tools/chat/chat_room.c */
#ifndef CHAT_IGNORES_H
#define CHAT_IGNORES_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/cause.h"
#include "base/name.h"

#define IGNORES_MAX	32

/* One who speaks, or is not heard. */
struct ignored {
	unsigned long	 number;	/* of the client, never used again */
	char		 folded[NAME_SIZE];
};

/* Its owner changes it, others ask whether they are heard. */
struct ignores {
	pthread_mutex_t	 lock;		/* level 5 */
	atomic_int	 len;		/* changed under lock */
	/* guarded by lock: */
	struct ignored	*rows;		/* NULL until the first */
	int		 ready;		/* ignores_init did well */
};

enum ignores_change {
	IGNORES_ADDED,
	IGNORES_REMOVED,		/* it was there */
	IGNORES_NOBODY,			/* it was not, and is nobody's name */
	IGNORES_FULL,
	IGNORES_NO_MEMORY
};

/*
 * ignores_init - everybody is heard
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: the owner's.
 */
int	ignores_init(struct ignores *ignores, struct cause *cause);

/* ignores_fini - nobody asks any more.  Takes a zeroed one. */
void	ignores_fini(struct ignores *ignores);

/*
 * ignores_toggle - hear somebody no more, or again
 *   who   number 0: nobody has this name now, so he can be heard again only
 * Blocks: no.   Threads: the owner's.
 */
enum ignores_change ignores_toggle(struct ignores *ignores,
	    const struct ignored *who);

/*
 * ignores_has - is this one not to be heard?
 * Blocks: no.   Threads: safe.
 */
int	ignores_has(struct ignores *ignores, unsigned long number,
	    const char *folded);

#endif
