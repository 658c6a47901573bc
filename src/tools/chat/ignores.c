/* ignores.c - whom a member does not want to hear.
 * See also: tools/chat/ignores.h */
#include "tools/chat/ignores.h"

#include <stdlib.h>
#include <string.h>

static int is_he(const struct ignored *, unsigned long, const char *);
static int remove_locked(struct ignores *, const struct ignored *);

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
	int len;

	pthread_mutex_lock(&ignores->lock);
	if (remove_locked(ignores, who) > 0)
		change = IGNORES_REMOVED;
	else if (who->number == 0)
		change = IGNORES_NOBODY;
	else if ((len = atomic_load(&ignores->len)) == IGNORES_MAX)
		change = IGNORES_FULL;
	else if (ignores->rows == NULL && (ignores->rows =
	    calloc(IGNORES_MAX, sizeof(*ignores->rows))) == NULL)
		change = IGNORES_NO_MEMORY;
	else {
		ignores->rows[len] = *who;
		atomic_store(&ignores->len, len + 1);
	}
	pthread_mutex_unlock(&ignores->lock);
	return (change);
}

int
ignores_has(struct ignores *ignores, unsigned long number, const char *folded)
{
	int has = 0;

	if (atomic_load(&ignores->len) == 0)
		return (0);
	pthread_mutex_lock(&ignores->lock);
	for (int i = 0; i < atomic_load(&ignores->len) && !has; i++)
		has = is_he(&ignores->rows[i], number, folded);
	pthread_mutex_unlock(&ignores->lock);
	return (has);
}

/* All rows that are his: one may have his number, and another his name. */
static int
remove_locked(struct ignores *ignores, const struct ignored *who)
{
	int len = atomic_load(&ignores->len), kept = 0;

	for (int i = 0; i < len; i++)
		if (!is_he(&ignores->rows[i], who->number, who->folded))
			ignores->rows[kept++] = ignores->rows[i];
	atomic_store(&ignores->len, kept);
	return (len - kept);
}

static int
is_he(const struct ignored *row, unsigned long number, const char *folded)
{
	return (row->number == number || strcmp(row->folded, folded) == 0);
}
