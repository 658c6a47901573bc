/* mirror.c - make a folder of ours as one of the server's is.
 * First all its folders are listed, so that the whole is known; then the files
 * come, folder by folder.
 * See also: tools/ftp/mirror.h, mirror_put.c, tests/system/ftp_mirror.py */
#include "tools/ftp/mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "tools/ftp/below.h"
#include "tools/ftp/files.h"
#include "tools/ftp/names.h"
#include "tools/ftp/verbs.h"

struct planned {
	char		*path;		/* below both */
	int		 is_dir;
	int		 depth;		/* of a folder */
	int		 has_time;
	uint64_t	 size;
	int64_t		 modified;
};

struct plan {
	struct planned	*items;		/* a folder, then its files */
	size_t		 count, size;
	size_t		 files;
	uint64_t	 bytes;
};

static int add(struct plan *, const struct planned *, const char *);
static int add_entry(struct mirror *, struct plan *, size_t,
    const struct listing_entry *);
static enum outcome fetch_all(struct mirror *, const struct plan *);
static enum outcome fetch_one(struct mirror *, const struct planned *, int);
static int is_same(struct mirror *, struct planned *, const char *, int);
static enum outcome list_all(struct mirror *, struct plan *);
static int open_root(const struct mirror *, struct cause *);
static void plan_free(struct plan *);
static void tell(const struct mirror *);
static void warn_of(const char *, const char *);

enum outcome
verb_mirror(struct ftp *ftp, const struct orders *orders)
{
	struct mirror mirror = { .ftp = ftp };
	enum outcome (*run)(struct mirror *) = mirror_get;
	size_t i = 1;

	for (; i < orders->count && orders->words[i][0] == '-'; i++) {
		if (strcmp(orders->words[i], "-R") == 0)
			run = mirror_put;
		else if (strcmp(orders->words[i], "--dry-run") == 0)
			mirror.is_dry = 1;
		else
			return (verbs_misuse(orders));
	}
	if (orders->count - i != 2)
		return (verbs_misuse(orders));
	mirror.remote = orders->words[i];
	mirror.local = orders->words[i + 1];
	return (run(&mirror));
}

enum outcome
mirror_get(struct mirror *mirror)
{
	struct plan plan = { .count = 0 };
	enum outcome outcome = list_all(mirror, &plan);

	if (outcome == OUTCOME_DONE)
		outcome = fetch_all(mirror, &plan);
	plan_free(&plan);
	return (outcome != OUTCOME_DONE ? outcome : mirror->worst);
}

int
mirror_note(struct mirror *mirror, enum outcome outcome)
{
	if (outcome != OUTCOME_DONE)
		mirror->worst = outcome;
	return (outcome != OUTCOME_STOPPED &&
	    mirror->ftp->session.is_logged_in);
}

void
mirror_print(const char *verb, const char *path)
{
	printf("%s ", verb);
	ftp_print(path, strlen(path));
	putchar('\n');
}

/* Breadth first: the items that are folders are the queue. */
static enum outcome
list_all(struct mirror *mirror, struct plan *plan)
{
	const struct planned root = { .is_dir = 1 };
	enum outcome outcome = OUTCOME_DONE;

	if (add(plan, &root, "") == -1)
		return (OUTCOME_HERE);
	for (size_t i = 0; i < plan->count && outcome == OUTCOME_DONE; i++) {
		char path[SESSION_PATH_SIZE];
		struct listing listing;

		if (!plan->items[i].is_dir)
			continue;
		if (names_join(mirror->remote, plan->items[i].path, path) ==
		    -1)
			return (OUTCOME_HERE);
		outcome = listing_get(&mirror->ftp->session, path, &listing);
		if (listing.bad > 0)
			log_line(LOG_LEVEL_WARNING, plural("%zu line of the "
			    "listing was not understood", "%zu lines of the "
			    "listing were not understood", listing.bad),
			    listing.bad);
		for (size_t j = 0; j < listing.count &&
		    outcome == OUTCOME_DONE; j++)
			if (add_entry(mirror, plan, i, &listing.entries[j]) ==
			    -1)
				outcome = OUTCOME_HERE;
		listing_free(&listing);
		/* One folder that may not be listed is not all of them. */
		if (i > 0 && (outcome == OUTCOME_REFUSED ||
		    outcome == OUTCOME_LATER)) {
			mirror_note(mirror, outcome);
			outcome = OUTCOME_DONE;
		}
	}
	return (outcome);
}

/* A link of the server's could lead anywhere, here as there: none is made. */
static int
add_entry(struct mirror *mirror, struct plan *plan, size_t in,
    const struct listing_entry *entry)
{
	struct planned item = { .is_dir = entry->is.kind == FTP_KIND_DIR,
	    .depth = plan->items[in].depth + 1,
	    .has_time = entry->is.has_time, .modified = entry->is.modified,
	    .size = entry->is.has_size ? entry->is.size : FILES_UNKNOWN };
	char path[SESSION_PATH_SIZE];

	if (!entry->is_safe) {
		warn_of(_("'%s' is no name for a file here: left out"),
		    entry->name);
		mirror->worst = OUTCOME_HERE;
		return (0);
	}
	if (entry->is.kind != FTP_KIND_FILE && !item.is_dir) {
		warn_of(_("'%s' is neither a file nor a folder: left out"),
		    entry->name);
		return (0);
	}
	if (names_join(plan->items[in].path, entry->name, path) == -1 ||
	    item.depth > MIRROR_DEPTH_MAX || plan->count ==
	    MIRROR_FILES_MAX) {
		log_line(LOG_LEVEL_ERROR, _("the server's tree does not "
		    "end"));
		return (-1);
	}
	return (add(plan, &item, path));
}

static int
add(struct plan *plan, const struct planned *item, const char *path)
{
	struct planned *slot;

	if (plan->count == plan->size) {
		size_t size = 2 * plan->size + 256;
		struct planned *items = realloc(plan->items,
		    size * sizeof(*items));

		if (items == NULL)
			return (-1);
		plan->items = items;
		plan->size = size;
	}
	slot = &plan->items[plan->count];
	*slot = *item;
	if ((slot->path = strdup(path)) == NULL)
		return (-1);
	plan->count++;
	plan->files += !item->is_dir;
	if (!item->is_dir && item->size != FILES_UNKNOWN)
		plan->bytes += item->size;
	return (0);
}

static void
plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		free(plan->items[i].path);
	free(plan->items);
}

static enum outcome
fetch_all(struct mirror *mirror, const struct plan *plan)
{
	struct meter *meter = &mirror->meter;
	struct cause cause;
	int root_fd = open_root(mirror, &cause), goes_on = 1;

	if (root_fd == -1 && !mirror->is_dry) {
		log_cause(_("not fetched:"), &cause);
		return (OUTCOME_HERE);
	}
	meter_begin(meter, NULL, plan->bytes,
	    ftp_is_quiet(mirror->ftp) ? METER_QUIET : 0);
	for (size_t i = 0, n = 0; i < plan->count && goes_on; i++) {
		enum outcome outcome = OUTCOME_DONE;

		if (!plan->items[i].is_dir)
			snprintf(meter->progress.label,
			    sizeof(meter->progress.label), "%zu/%zu  ", ++n,
			    plan->files);
		outcome = fetch_one(mirror, &plan->items[i], root_fd);
		goes_on = mirror_note(mirror, outcome);
	}
	meter_end(meter, NULL);
	if (root_fd != -1)
		close(root_fd);
	tell(mirror);
	return (mirror->worst);
}

/* The folder itself is the user's word, and may be a link. */
static int
open_root(const struct mirror *mirror, struct cause *cause)
{
	int fd;

	if (!mirror->is_dry && mkdir(mirror->local, 0777) == -1 &&
	    errno != EEXIST) {
		cause_errno(cause, "mkdir", errno, mirror->local);
		return (-1);
	}
	fd = open(mirror->local, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		cause_errno(cause, "open", errno, mirror->local);
	return (fd);
}

static enum outcome
fetch_one(struct mirror *mirror, const struct planned *item, int root_fd)
{
	char dir[SESSION_PATH_SIZE], remote[SESSION_PATH_SIZE];
	struct planned known = *item;
	struct errand errand = { .remote = remote, .is_below = 1,
	    .local = names_leaf(item->path), .meter = &mirror->meter };
	enum outcome outcome = OUTCOME_DONE;
	struct cause cause;

	if (names_parent(item->path, dir) == -1 ||
	    names_join(mirror->remote, item->path, remote) == -1)
		return (OUTCOME_HERE);
	errand.dir_fd = root_fd == -1 ? -1 : below_open(root_fd,
	    item->is_dir ? item->path : dir, item->is_dir && !mirror->is_dry,
	    &cause);
	if (errand.dir_fd == -1 && !mirror->is_dry) {
		log_cause(_("not fetched:"), &cause);
		return (OUTCOME_HERE);
	}
	if (!item->is_dir && is_same(mirror, &known, errand.local,
	    errand.dir_fd)) {
		mirror->same++;
		if (item->size != FILES_UNKNOWN)
			mirror->meter.progress.total -= item->size;
	} else if (mirror->is_dry) {
		if (item->path[0] != '\0' && (!item->is_dir ||
		    errand.dir_fd == -1))
			mirror_print(item->is_dir ? "mkdir" : "get",
			    item->path);
	} else if (!item->is_dir) {
		errand.is_known = known.has_time && known.size !=
		    FILES_UNKNOWN;
		errand.size = known.size;
		errand.has_time = known.has_time;
		errand.modified = known.modified;
		outcome = files_get(&mirror->ftp->session, &errand);
		mirror->moved += outcome == OUTCOME_DONE;
	}
	if (errand.dir_fd != -1)
		close(errand.dir_fd);
	return (outcome);
}

/* Of the same size and time.  LIST has no time that could be compared, so MDTM
 * is asked; a server that has neither is taken at its size. */
static int
is_same(struct mirror *mirror, struct planned *item, const char *name, int fd)
{
	struct session *session = &mirror->ftp->session;
	char remote[SESSION_PATH_SIZE];
	struct stat st;

	if (fd == -1 || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode) || (uint64_t)st.st_size != item->size)
		return (0);
	if (!item->has_time && session_has(session, SESSION_MDTM) &&
	    names_join(mirror->remote, item->path, remote) == 0)
		item->has_time = files_modified(session, remote,
		    &item->modified) == OUTCOME_DONE;
	return (!item->has_time || st.st_mtime == (time_t)item->modified);
}

static void
tell(const struct mirror *mirror)
{
	if (!mirror->is_dry)
		log_line(LOG_LEVEL_EVENT, _("files fetched: %zu; as they were "
		    "already: %zu"), mirror->moved, mirror->same);
}

static void
warn_of(const char *format, const char *name)
{
	char safe[256];

	text_safe(safe, sizeof(safe), name, strlen(name), TEXT_ONE_LINE);
	log_line(LOG_LEVEL_WARNING, format, safe);
}
