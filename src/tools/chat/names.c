/* names.c - what has a name, found by it in any case: members and rooms.
 * See also: tools/chat/names.h */
#include "tools/chat/names.h"

#include <errno.h>
#include <string.h>

#include "base/random.h"

static struct named **bucket_of(struct names *, const char *);
static void bucket_remove(struct names *, struct named *);
static uint64_t hash(uint64_t, const char *);

int
names_init(struct names *names, struct cause *cause)
{
	memset(names, 0, sizeof(*names));
	if (random_fill(&names->hash_key, sizeof(names->hash_key)) == 0)
		return (0);
	cause_errno(cause, "getrandom", errno, NULL);
	return (-1);
}

struct named *
names_find(const struct names *names, const char *folded)
{
	struct named *named = names->buckets[hash(names->hash_key, folded) %
	    NAMES_BUCKETS];

	while (named != NULL && strcmp(named->folded, folded) != 0)
		named = named->same_bucket;
	return (named);
}

void
names_add(struct names *names, struct named *named)
{
	struct named **bucket = bucket_of(names, named->folded);

	named->same_bucket = *bucket;
	*bucket = named;
	named->place = ++names->places;
	named->next = NULL;
	named->previous = names->last;
	if (names->last != NULL)
		names->last->next = named;
	else
		names->first = named;
	names->last = named;
	names->len++;
}

void
names_remove(struct names *names, struct named *named)
{
	bucket_remove(names, named);
	if (named->previous != NULL)
		named->previous->next = named->next;
	else
		names->first = named->next;
	if (named->next != NULL)
		named->next->previous = named->previous;
	else
		names->last = named->previous;
	names->len--;
}

void
names_rename(struct names *names, struct named *named, const char *name,
    const char *folded)
{
	struct named **bucket;

	bucket_remove(names, named);
	strcpy(named->name, name);
	strcpy(named->folded, folded);
	bucket = bucket_of(names, folded);
	named->same_bucket = *bucket;
	*bucket = named;
}

struct named *
names_after(const struct names *names, uint64_t place)
{
	struct named *named = names->first;

	while (named != NULL && named->place <= place)
		named = named->next;
	return (named);
}

static void
bucket_remove(struct names *names, struct named *named)
{
	struct named **at = bucket_of(names, named->folded);

	while (*at != named)
		at = &(*at)->same_bucket;
	*at = named->same_bucket;
}

static struct named **
bucket_of(struct names *names, const char *folded)
{
	return (&names->buckets[hash(names->hash_key, folded) %
	    NAMES_BUCKETS]);
}

/* FNV-1a from a secret start, and its high bits brought down. */
static uint64_t
hash(uint64_t key, const char *folded)
{
	uint64_t sum = key;

	for (const char *byte = folded; *byte != '\0'; byte++)
		sum = (sum ^ (unsigned char)*byte) * 0x100000001b3u;
	return (sum ^ sum >> 32);
}
