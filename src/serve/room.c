/* room.c - who hears whom: members, and one order of lines for all of them.
 * See also: serve/room.h, tests/check_room.c */
#include "serve/room.h"

#include <stdio.h>
#include <string.h>

#include "serve/late.h"

static int is_meant(const struct room_post *, const struct member *);
static size_t room_count_locked(const struct room *, const struct room_post *);
static void room_enter(struct room *);
static void room_place_locked(struct room *, struct room_post *,
    struct outbox_list *);
static void set_name(struct member *, const char *);

int
room_init(struct room *room, struct late *late, struct cause *cause)
{
	int error;

	memset(room, 0, sizeof(*room));
	if ((error = pthread_mutex_init(&room->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	room->late = late;
	return (0);
}

void
room_fini(struct room *room)
{
	if (room->late != NULL)
		pthread_mutex_destroy(&room->lock);
	room->late = NULL;
}

void
room_join(struct room *room, struct member *member, const char *name,
    room_greet *greet)
{
	struct outbox_list list = { NULL, NULL };

	pthread_mutex_lock(&room->lock);
	set_name(member, name);
	if (greet != NULL)
		greet(room, member, &list);
	member->room = room;
	member->next = NULL;
	member->previous = room->last;
	if (room->last != NULL)
		room->last->next = member;
	else
		room->first = member;
	room->last = member;
	room->len++;
	pthread_mutex_unlock(&room->lock);
	outbox_flush(&list);
}

void
room_leave(struct room *room, struct member *member)
{
	if (member->room == NULL)
		return;
	pthread_mutex_lock(&room->lock);
	if (member->previous != NULL)
		member->previous->next = member->next;
	else
		room->first = member->next;
	if (member->next != NULL)
		member->next->previous = member->previous;
	else
		room->last = member->previous;
	room->len--;
	pthread_mutex_unlock(&room->lock);
	member->room = NULL;
}

void
room_rename(struct room *room, struct member *member, const char *name)
{
	pthread_mutex_lock(&room->lock);
	set_name(member, name);
	pthread_mutex_unlock(&room->lock);
}

size_t
room_say(struct room *room, struct room_post *post)
{
	struct outbox_list list = { NULL, NULL };
	size_t count;

	room_enter(room);
	count = room_count_locked(room, post);
	if (count > 0) {
		post->seq = ++room->seq;
		if (post->numbered != NULL)
			post->numbered(post);
		room_place_locked(room, post, &list);
	}
	pthread_mutex_unlock(&room->lock);
	crowd_pass_on(&room->late->crowd);
	outbox_flush(&list);
	shared_line_free(post->line);
	post->line = NULL;
	return (count);
}

void
room_flush(struct room *room)
{
	struct outbox_list list = { NULL, NULL };

	pthread_mutex_lock(&room->lock);
	for (struct member *member = room->first; member != NULL;
	    member = member->next)
		outbox_promise(member->outbox, &list);
	pthread_mutex_unlock(&room->lock);
	outbox_flush(&list);
}

void
room_each(struct room *room, void (*visit)(const struct member *, void *),
    void *context)
{
	pthread_mutex_lock(&room->lock);
	for (const struct member *member = room->first; member != NULL;
	    member = member->next)
		visit(member, context);
	pthread_mutex_unlock(&room->lock);
}

/* Lock the room when no outbox is crowded. */
static void
room_enter(struct room *room)
{
	for (;;) {
		crowd_wait(&room->late->crowd);
		pthread_mutex_lock(&room->lock);
		if (crowd_is_empty(&room->late->crowd))
			return;
		pthread_mutex_unlock(&room->lock);
	}
}

static void
room_place_locked(struct room *room, struct room_post *post,
    struct outbox_list *list)
{
	for (struct member *member = room->first; member != NULL;
	    member = member->next) {
		struct shared_line *line = post->line;

		if (member == post->from || !is_meant(post, member))
			continue;
		if (post->line_for != NULL)
			line = post->line_for(post, member);
		if (line != NULL)
			outbox_place(member->outbox, line, post->more, list);
	}
}

/* How many members it is for, the speaker among them. */
static size_t
room_count_locked(const struct room *room, const struct room_post *post)
{
	size_t count = 0;

	if (post->to == NULL)
		return (room->len);
	for (const struct member *member = room->first; member != NULL;
	    member = member->next)
		count += (size_t)is_meant(post, member);
	return (count);
}

static int
is_meant(const struct room_post *post, const struct member *member)
{
	return (post->to == NULL || strcmp(post->to, member->name) == 0);
}

static void
set_name(struct member *member, const char *name)
{
	snprintf(member->name, sizeof(member->name), "%s", name);
}
