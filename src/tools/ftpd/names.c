/* names.c - the names in a folder, sorted.
 * See also: tools/ftpd/names.h */
#include "tools/ftpd/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_FIRST	4096
#define TEXT_MAX	(16 * 1024 * 1024)	/* of one filling */

static int by_bytes(const void *, const void *);
static int names_index(struct names *);
static int text_add(struct names *, const char *);

int
names_open(struct names *names, int dir_fd)
{
	/* A descriptor of its own: closedir closes it. */
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(names, 0, sizeof(*names));
	if (fd == -1)
		return (-1);
	if ((names->dir = fdopendir(fd)) == NULL) {
		int error = errno;

		close(fd);
		errno = error;
		return (-1);
	}
	return (0);
}

int
names_fill(struct names *names)
{
	struct dirent *entry;

	names->len = names->text_len = 0;
	for (;;) {
		errno = 0;
		if (names->text_len >= TEXT_MAX ||
		    (entry = readdir(names->dir)) == NULL)
			break;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (text_add(names, entry->d_name) == -1)
			return (-1);
	}
	if (errno != 0 || names->len == 0)
		return (errno != 0 ? -1 : 0);
	if (names_index(names) == -1)
		return (-1);
	qsort(names->items, names->len, sizeof(*names->items), by_bytes);
	return (1);
}

void
names_close(struct names *names)
{
	free(names->items);
	free(names->text);
	closedir(names->dir);
}

static int
text_add(struct names *names, const char *name)
{
	size_t size = strlen(name) + 1;

	if (names->text_room - names->text_len < size) {
		size_t room = names->text_room == 0 ? TEXT_FIRST :
		    2 * names->text_room;
		char *text = realloc(names->text, room);

		if (text == NULL)
			return (-1);
		names->text = text;
		names->text_room = room;
	}
	memcpy(names->text + names->text_len, name, size);
	names->text_len += size;
	names->len++;
	return (0);
}

/* Where each name begins: known for good only when the text has stopped
 * growing, and moving. */
static int
names_index(struct names *names)
{
	char *at = names->text;

	if (names->len > names->room) {
		char **items = realloc(names->items,
		    names->len * sizeof(*items));

		if (items == NULL)
			return (-1);
		names->items = items;
		names->room = names->len;
	}
	for (size_t i = 0; i < names->len; i++) {
		names->items[i] = at;
		at += strlen(at) + 1;
	}
	return (0);
}

static int
by_bytes(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}
