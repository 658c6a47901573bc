/* ignores.c - whom a member does not want to hear.
 * See also: tools/chat/ignores.h */
#include "tools/chat/ignores.h"

#include <stdlib.h>
#include <string.h>

static int find_locked(const struct ignores *, unsigned long, const char *);

int
ignores_init(struct ignores *ignores, struct cause *cause)
{
	int error;

	memset(ignores, 0, sizeof(*ignores));
	if ((error = pthread_mutex_init(&ignores->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	ignores->ready = 1;
	return (0);
}

void
ignores_fini(struct ignores *ignores)
{
	if (!ignores->ready)
		return;
	free(ignores->rows);
	pthread_mutex_destroy(&ignores->lock);
	ignores->ready = 0;
}

enum ignores_change
ignores_toggle(struct ignores *ignores, const struct ignored *who)
{
	enum ignores_change change = IGNORES_ADDED;
	int len, found;

	pthread_mutex_lock(&ignores->lock);
	len = atomic_load(&ignores->len);
	found = find_locked(ignores, who->number, who->folded);
	if (found != -1) {
		ignores->rows[found] = ignores->rows[--len];
		change = IGNORES_REMOVED;
	} else if (who->number == 0)
		change = IGNORES_NOBODY;
	else if (len == IGNORES_MAX)
		change = IGNORES_FULL;
	else if (ignores->rows == NULL && (ignores->rows =
	    calloc(IGNORES_MAX, sizeof(*ignores->rows))) == NULL)
		change = IGNORES_NO_MEMORY;
	else
		ignores->rows[len++] = *who;
	atomic_store(&ignores->len, len);
	pthread_mutex_unlock(&ignores->lock);
	return (change);
}

int
ignores_has(struct ignores *ignores, unsigned long number, const char *folded)
{
	int found;

	if (atomic_load(&ignores->len) == 0)
		return (0);
	pthread_mutex_lock(&ignores->lock);
	found = find_locked(ignores, number, folded);
	pthread_mutex_unlock(&ignores->lock);
	return (found != -1);
}

static int
find_locked(const struct ignores *ignores, unsigned long number,
    const char *folded)
{
	int len = atomic_load(&ignores->len);

	for (int i = 0; i < len; i++)
		if (ignores->rows[i].number == number ||
		    strcmp(ignores->rows[i].folded, folded) == 0)
			return (i);
	return (-1);
}
