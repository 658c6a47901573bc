/* names.c - who was seen in a conversation, for the Tab key.
 * See also: tools/mixed/names.h */
#include "tools/mixed/names.h"

#include <string.h>

#include "base/text.h"

void
names_add(struct names *names, const char *name)
{
	size_t len = strlen(name);
	char safe[TEXT_SAFE_GROWTH * NAMES_SIZE];

	if (len == 0 || len >= NAMES_SIZE || strpbrk(name, " \t") != NULL)
		return;
	text_safe(safe, sizeof(safe), name, len, TEXT_ONE_LINE);
	if (strcmp(safe, name) != 0)
		return;
	for (size_t i = 0; i < names->len; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	memcpy(names->items[names->next], name, len + 1);
	names->next = (names->next + 1) % NAMES_MAX;
	if (names->len < NAMES_MAX)
		names->len++;
}

const char *
names_at(const struct names *names, size_t i)
{
	return (i < names->len ? names->items[i] : NULL);
}
