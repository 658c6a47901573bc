/* people.c - who is in the room, for the Tab key.
 * See also: tools/chat/people.h */
#include "tools/chat/people.h"

#include <string.h>

void
people_add(struct people *people, const char *name, size_t len)
{
	if (len == 0 || len >= NAME_SIZE)
		return;
	people_remove(people, name, len);
	if (people->len == PEOPLE_MAX)
		people->len--;
	memmove(people->names[1], people->names[0],
	    people->len * sizeof(people->names[0]));
	memcpy(people->names[0], name, len);
	people->names[0][len] = '\0';
	people->len++;
}

void
people_remove(struct people *people, const char *name, size_t len)
{
	for (size_t i = 0; i < people->len; i++) {
		if (strlen(people->names[i]) != len ||
		    memcmp(people->names[i], name, len) != 0)
			continue;
		people->len--;
		memmove(people->names[i], people->names[i + 1],
		    (people->len - i) * sizeof(people->names[0]));
		return;
	}
}

const char *
people_at(const struct people *people, size_t i)
{
	return (i < people->len ? people->names[i] : NULL);
}
