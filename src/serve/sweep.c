/* sweep.c - remove what uploads left that never ended.
 * See also: serve/sweep.h, tests/check_sweep.c */
#define _GNU_SOURCE			/* d_type */
#include "serve/sweep.h"

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "serve/lifecycle.h"
#include "serve/upload.h"

#define DEPTH_MAX	64	/* folders in folders: a descriptor each */

static int is_older(const struct timespec *, const struct timespec *);
static int may_be_folder(const struct dirent *);
static void sweep_file(const struct sweep *, int, const char *);
static void sweep_folder(const struct sweep *, int, int);
static void *sweep_main(void *);

int
sweep_start(struct sweep *sweep, int root_fd, struct cause *cause)
{
	int error;

	sweep->root_fd = root_fd;
	clock_gettime(CLOCK_REALTIME, &sweep->before);
	atomic_init(&sweep->stopping, 0);
	error = pthread_create(&sweep->thread, NULL, sweep_main, sweep);
	if (error != 0) {
		cause_errno(cause, "pthread_create", error, NULL);
		return (-1);
	}
	sweep->started = 1;
	return (0);
}

void
sweep_end(struct sweep *sweep)
{
	if (!sweep->started)
		return;
	atomic_store(&sweep->stopping, 1);
	pthread_join(sweep->thread, NULL);
	sweep->started = 0;
}

static void *
sweep_main(void *arg)
{
	struct sweep *sweep = arg;

	lifecycle_leave_signals();
	sweep_folder(sweep, openat(sweep->root_fd, ".", O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC), 0);
	return (NULL);
}

/* Takes over fd, which may be -1. */
static void
sweep_folder(const struct sweep *sweep, int fd, int depth)
{
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (dir == NULL && fd != -1)
		close(fd);
	while (dir != NULL && !atomic_load(&sweep->stopping) &&
	    (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (upload_is_temporary(name))
			sweep_file(sweep, fd, name);
		else if (depth < DEPTH_MAX && may_be_folder(entry))
			sweep_folder(sweep, openat(fd, name, O_RDONLY |
			    O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), depth + 1);
	}
	if (dir != NULL)
		closedir(dir);
}

/* Most names are of files: to try to open each would take a busy server's
 * time. */
static int
may_be_folder(const struct dirent *entry)
{
#ifdef HAVE_STRUCT_DIRENT_D_TYPE
	return (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
#else
	(void)entry;
	return (1);
#endif
}

static void
sweep_file(const struct sweep *sweep, int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    is_older(&st.st_mtim, &sweep->before) &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    unlinkat(dir_fd, name, 0) == 0)
		log_line(LOG_LEVEL_EVENT,
		    _("swept what an upload left that never ended: %s"), name);
	close(fd);
}

static int
is_older(const struct timespec *a, const struct timespec *b)
{
	return (a->tv_sec < b->tv_sec ||
	    (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec));
}
