/* names.h - what has a name, found by it in any case: members and rooms.
 * It has no lock: whoever owns it has one.  The hash is keyed, so nobody can
 * choose names that all fall into one bucket.
 * See also: tools/chat/nicks.h, tools/chat/rooms.h, base/name.h */
#ifndef CHAT_NAMES_H
#define CHAT_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "base/name.h"

#define NAMES_BUCKETS	4096

/* The first thing in whatever has a name. */
struct named {
	char		 name[NAME_SIZE];	/* as it is shown */
	char		 folded[NAME_SIZE];	/* as it is compared */
	uint64_t	 place;		/* grows along the list */
	struct named	*previous, *next;	/* in order of coming */
	struct named	*same_bucket;
};

struct names {
	uint64_t	 hash_key;
	struct named	*buckets[NAMES_BUCKETS];
	struct named	*first, *last;
	size_t		 len;
	uint64_t	 places;	/* given so far */
};

/*
 * names_init - nothing has a name yet
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: the owner's, here and below.
 */
int	names_init(struct names *names, struct cause *cause);

/* names_find - what has this name; NULL: nothing. */
struct named *names_find(const struct names *names, const char *folded);

/*
 * names_add - let it be found, last in the list
 *   named   its name and folded are set, and nothing has them
 */
void	names_add(struct names *names, struct named *named);

/* names_remove - nobody finds it any more. */
void	names_remove(struct names *names, struct named *named);

/* names_rename - give it another name, which nothing has; its place in the
 * list stays. */
void	names_rename(struct names *names, struct named *named,
	    const char *name, const char *folded);

/* names_after - the first that came after a place (0: of all); NULL: none.
 * So a list can be read in several goes, and nobody need hold the lock. */
struct named *names_after(const struct names *names, uint64_t place);

#endif
