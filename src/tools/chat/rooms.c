/* rooms.c - the rooms that there are.
 * See also: tools/chat/rooms.h */
#include "tools/chat/rooms.h"

#include <errno.h>
#include <string.h>

int
rooms_init(struct rooms *rooms, const struct chat_room_options *options,
    struct cause *cause)
{
	int error;

	rooms->options = *options;
	rooms->lobby = NULL;
	if (names_init(&rooms->names, cause) == -1)
		return (-1);
	if ((error = pthread_mutex_init(&rooms->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	rooms->lobby = rooms_enter(rooms, ROOMS_LOBBY, ROOMS_LOBBY);
	if (rooms->lobby != NULL)
		return (0);
	cause_errno(cause, "malloc", errno, NULL);
	pthread_mutex_destroy(&rooms->lock);
	return (-1);
}

void
rooms_fini(struct rooms *rooms)
{
	if (rooms->lobby == NULL)
		return;
	rooms_leave(rooms, rooms->lobby);
	pthread_mutex_destroy(&rooms->lock);
	rooms->lobby = NULL;
}

struct chat_room *
rooms_enter(struct rooms *rooms, const char *name, const char *folded)
{
	struct chat_room *room;

	pthread_mutex_lock(&rooms->lock);
	room = (struct chat_room *)names_find(&rooms->names, folded);
	if (room == NULL && (room = chat_room_new(&rooms->options)) != NULL) {
		strcpy(room->named.name, name);
		strcpy(room->named.folded, folded);
		names_add(&rooms->names, &room->named);
	}
	if (room != NULL)
		room->guests++;
	pthread_mutex_unlock(&rooms->lock);
	return (room);
}

void
rooms_leave(struct rooms *rooms, struct chat_room *room)
{
	int last;

	pthread_mutex_lock(&rooms->lock);
	last = --room->guests == 0;
	if (last)
		names_remove(&rooms->names, &room->named);
	pthread_mutex_unlock(&rooms->lock);
	if (last)
		chat_room_free(room);
}

int
rooms_page(struct rooms *rooms, uint64_t *place,
    int (*visit)(const struct chat_room *, void *), void *context)
{
	const struct named *named;

	pthread_mutex_lock(&rooms->lock);
	named = names_after(&rooms->names, *place);
	while (named != NULL &&
	    visit((const struct chat_room *)named, context)) {
		*place = named->place;
		named = named->next;
	}
	pthread_mutex_unlock(&rooms->lock);
	return (named != NULL);
}
