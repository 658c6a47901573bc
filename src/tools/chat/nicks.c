/* nicks.c - who is here, in any room, by nick.
 * See also: tools/chat/nicks.h */
#include "tools/chat/nicks.h"

#include <string.h>

#define GUEST	"guest"
#define SERVER	"server"

int
nicks_init(struct nicks *nicks, struct cause *cause)
{
	int error;

	if (names_init(&nicks->names, cause) == -1)
		return (-1);
	if ((error = pthread_mutex_init(&nicks->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	nicks->ready = 1;
	return (0);
}

void
nicks_fini(struct nicks *nicks)
{
	if (nicks->ready)
		pthread_mutex_destroy(&nicks->lock);
	nicks->ready = 0;
}

void
nicks_enter(struct nicks *nicks, struct nick *nick)
{
	pthread_mutex_lock(&nicks->lock);
	names_add(&nicks->names, &nick->named);
	pthread_mutex_unlock(&nicks->lock);
}

void
nicks_leave(struct nicks *nicks, struct nick *nick)
{
	pthread_mutex_lock(&nicks->lock);
	names_remove(&nicks->names, &nick->named);
	pthread_mutex_unlock(&nicks->lock);
}

int
nicks_rename(struct nicks *nicks, struct nick *nick, const char *name,
    const char *folded)
{
	struct named *has;
	int free;

	if (nicks_is_reserved(folded))
		return (-1);
	pthread_mutex_lock(&nicks->lock);
	has = names_find(&nicks->names, folded);
	free = has == NULL || has == &nick->named;
	if (free)
		names_rename(&nicks->names, &nick->named, name, folded);
	pthread_mutex_unlock(&nicks->lock);
	return (free ? 0 : -1);
}

void
nicks_move(struct nicks *nicks, struct nick *nick, const char *room)
{
	pthread_mutex_lock(&nicks->lock);
	strcpy(nick->room, room);
	pthread_mutex_unlock(&nicks->lock);
}

int
nicks_with(struct nicks *nicks, const char *folded,
    void (*visit)(struct nick *, void *), void *context)
{
	struct named *named;

	pthread_mutex_lock(&nicks->lock);
	named = names_find(&nicks->names, folded);
	if (named != NULL)
		visit((struct nick *)named, context);
	pthread_mutex_unlock(&nicks->lock);
	return (named != NULL ? 0 : -1);
}

int
nicks_page(struct nicks *nicks, uint64_t *place,
    int (*visit)(const struct nick *, void *), void *context)
{
	const struct named *named;

	pthread_mutex_lock(&nicks->lock);
	named = names_after(&nicks->names, *place);
	while (named != NULL &&
	    visit((const struct nick *)named, context)) {
		*place = named->place;
		named = named->next;
	}
	pthread_mutex_unlock(&nicks->lock);
	return (named != NULL);
}

int
nicks_is_reserved(const char *folded)
{
	size_t digits;

	if (strcmp(folded, SERVER) == 0)
		return (1);
	if (strncmp(folded, GUEST, strlen(GUEST)) != 0)
		return (0);
	folded += strlen(GUEST);
	digits = strspn(folded, "0123456789");
	return (digits > 0 && folded[digits] == '\0');
}
