/* expand.c - the remote files that some patterns stand for.
 * See also: tools/ftp/expand.h */
#include "tools/ftp/expand.h"

#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/glob.h"
#include "tools/ftp/listing.h"
#include "tools/ftp/names.h"

static int add(struct expanded *, const char *, const struct listing_entry *);
static int add_entry(struct expanded *, const char *,
    const struct listing_entry *);
static enum outcome match(struct session *, const char *, struct expanded *);
static enum outcome nothing(const char *);

enum outcome
expand(struct session *session, char *const *words, struct expanded *expanded)
{
	enum outcome outcome, all = OUTCOME_DONE;

	memset(expanded, 0, sizeof(*expanded));
	for (; *words != NULL && session->is_open; words++) {
		if (glob_is_pattern(names_leaf(*words)))
			outcome = match(session, *words, expanded);
		else
			outcome = add(expanded, *words, NULL) == 0 ?
			    OUTCOME_DONE : OUTCOME_HERE;
		if (outcome != OUTCOME_DONE)
			all = outcome;
	}
	return (all);
}

void
expanded_free(struct expanded *expanded)
{
	for (size_t i = 0; i < expanded->count; i++)
		free(expanded->files[i].path);
	free(expanded->files);
	memset(expanded, 0, sizeof(*expanded));
}

static enum outcome
match(struct session *session, const char *pattern,
    struct expanded *expanded)
{
	size_t before = expanded->count;
	char dir[SESSION_PATH_SIZE];
	struct listing listing;
	enum outcome outcome;

	if (names_parent(pattern, dir) == -1)
		return (nothing(pattern));
	outcome = listing_get(session, dir[0] != '\0' ? dir : NULL, &listing);
	for (size_t i = 0; i < listing.count; i++) {
		const struct listing_entry *entry = &listing.entries[i];

		if (entry->is.kind != FTP_KIND_DIR &&
		    glob_matches(names_leaf(pattern), entry->name) &&
		    add_entry(expanded, dir, entry) == -1)
			outcome = OUTCOME_HERE;
	}
	listing_free(&listing);
	if (outcome == OUTCOME_DONE && expanded->count == before)
		return (nothing(pattern));
	return (outcome);
}

static int
add_entry(struct expanded *expanded, const char *dir,
    const struct listing_entry *entry)
{
	char path[SESSION_PATH_SIZE], safe[256];

	if (entry->is_safe && names_join(dir, entry->name, path) == 0)
		return (add(expanded, path, entry));
	text_safe(safe, sizeof(safe), entry->name, entry->is.name_len,
	    TEXT_ONE_LINE);
	log_line(LOG_LEVEL_ERROR, _("'%s' is no name for a file here: left "
	    "out"), safe);
	return (-1);
}

/* What the listing says of a link is not true of the file. */
static int
add(struct expanded *expanded, const char *path,
    const struct listing_entry *entry)
{
	struct expanded_file *file;

	if (expanded->count == expanded->size) {
		size_t size = 2 * expanded->size + 16;
		struct expanded_file *files = realloc(expanded->files,
		    size * sizeof(*files));

		if (files == NULL)
			return (-1);
		expanded->files = files;
		expanded->size = size;
	}
	file = &expanded->files[expanded->count];
	memset(file, 0, sizeof(*file));
	if ((file->path = strdup(path)) == NULL)
		return (-1);
	if (entry != NULL && entry->is.kind == FTP_KIND_FILE &&
	    entry->is.has_size && entry->is.has_time) {
		file->is_known = 1;
		file->size = entry->is.size;
		file->has_time = entry->is.has_time;
		file->modified = entry->is.modified;
	}
	expanded->count++;
	return (0);
}

static enum outcome
nothing(const char *pattern)
{
	char safe[256];

	text_safe(safe, sizeof(safe), pattern, strlen(pattern),
	    TEXT_ONE_LINE);
	log_line(LOG_LEVEL_ERROR, _("%s: nothing of that name"), safe);
	return (OUTCOME_REFUSED);
}
