/* catalogue.c - a .mo file, mapped and searched.
 * See also: explain/catalogue.h */
#include "explain/catalogue.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "explain/own.h"

#define MO_MAGIC	0x950412deu	/* in this machine's byte order */

/* The beginning of the file; offsets count from there. */
struct mo_header {
	uint32_t	 magic, revision, count, originals, translations;
};

struct mo_string {
	uint32_t	 len, offset;	/* a NUL follows, not counted */
};

struct catalogue {
	const char	*file;
	size_t		 size;
	struct mo_header header;
};

static struct catalogue catalogue;	/* as it is from the beginning on */

static int catalogue_is_good(const struct catalogue *);
static const char *string_at(const struct catalogue *, uint32_t, uint32_t);

void
catalogue_open(const char *path)
{
	struct stat st;
	void *file = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size < INT32_MAX)
		file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
		    fd, 0);
	own_close(fd);
	if (file != MAP_FAILED && !catalogue_use(file, (size_t)st.st_size))
		munmap(file, (size_t)st.st_size);
}

int
catalogue_use(const char *file, size_t size)
{
	struct catalogue new = { .file = file, .size = size };

	if (size < sizeof(new.header))
		return (0);
	memcpy(&new.header, file, sizeof(new.header));
	if (!catalogue_is_good(&new))
		return (0);
	catalogue = new;
	return (1);
}

static int
catalogue_is_good(const struct catalogue *mo)
{
	uint64_t table = (uint64_t)mo->header.count *
	    sizeof(struct mo_string);

	if (mo->header.magic != MO_MAGIC || table > mo->size ||
	    mo->header.originals > mo->size - table ||
	    mo->header.translations > mo->size - table)
		return (0);
	for (uint32_t i = 0; i < mo->header.count; i++)
		if (string_at(mo, mo->header.originals, i) == NULL ||
		    string_at(mo, mo->header.translations, i) == NULL)
			return (0);
	return (1);
}

/* A string of a table, or NULL if it is not whole within the file. */
static const char *
string_at(const struct catalogue *mo, uint32_t table, uint32_t i)
{
	struct mo_string string;
	uint64_t end;

	memcpy(&string, mo->file + table + i * sizeof(string),
	    sizeof(string));
	end = (uint64_t)string.offset + string.len;
	if (end >= mo->size || mo->file[end] != '\0')
		return (NULL);
	return (mo->file + string.offset);
}

/* The originals are sorted. */
const char *
catalogue_text(const char *text)
{
	uint32_t low = 0, high = catalogue.header.count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(text, string_at(&catalogue,
		    catalogue.header.originals, middle));
		if (order == 0)
			return (string_at(&catalogue,
			    catalogue.header.translations, middle));
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return (text);
}
