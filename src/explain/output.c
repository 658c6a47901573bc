/* output.c - where the narration goes.
 * See also: explain/output.h */
#include "explain/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "explain/catalogue.h"
#include "explain/own.h"

#define PATIENCE_MS	100
#define HIGH_FD		10000		/* our descriptors stand about there */
#define SECOND_NS	1000000000LL
#define DAY_S		86400
#define PAGES		16		/* threads that write at one time */

/* The state of the library, set before the program begins. */
static struct output_settings settings;
static int text_fd = -1, log_fd = -1;
static int text_waits;			/* a terminal, a pipe: no file */
static atomic_int is_stuck;		/* the reader takes nothing */

static char pages[PAGES][OUTPUT_SIZE];
static atomic_bool is_taken[PAGES];

static int exceeds_limit(int, size_t);
static int fd_above(int);
static int number_of(const char *, int);
static int open_file(const char *);
static void write_whole(int, const struct words *);
static int64_t zone(void);

void
output_open(void)
{
	const char *level = getenv(ENV_LEVEL), *output = getenv(ENV_OUTPUT);
	const char *log = getenv(ENV_LOG), *mo = getenv(ENV_CATALOGUE);
	struct stat st;

	settings.level = OUTPUT_BRIEF;
	if (level != NULL && strcmp(level, "calls") == 0)
		settings.level = OUTPUT_CALLS;
	if (level != NULL && strcmp(level, "full") == 0)
		settings.level = OUTPUT_FULL;
	settings.bytes = number_of(ENV_BYTES, 0);
	settings.is_first = number_of(ENV_PID, 0) == getpid();
	settings.zone_ns = zone();
	if (mo != NULL)
		catalogue_open(mo);
	text_fd = output != NULL ? open_file(output) :
	    fd_above(STDERR_FILENO);
	text_waits = fstat(text_fd, &st) == -1 || !S_ISREG(st.st_mode);
	if (log != NULL)
		log_fd = open_file(log);
	settings.has_log = log_fd != -1;
}

const struct output_settings *
output_settings(void)
{
	return (&settings);
}

static int
number_of(const char *name, int otherwise)
{
	const char *text = getenv(name);

	return (text != NULL ? atoi(text) : otherwise);
}

static int
open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOCTTY, 0666), high;

	if (fd == -1)
		return (-1);
	high = fd_above(fd);
	own_close(fd);
	return (high);
}

/* A copy of a descriptor with a number that the program will hardly reach, or
 * as high as the limit lets it be. */
static int
fd_above(int fd)
{
	struct rlimit limit;
	int least = HIGH_FD;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < HIGH_FD + 16)
		least = limit.rlim_cur > 32 ? (int)limit.rlim_cur - 16 : 3;
	return (fcntl(fd, F_DUPFD_CLOEXEC, least));
}

/* Once: localtime takes locks, and a signal handler may want the time. */
static int64_t
zone(void)
{
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return (0);
	return ((int64_t)tm.tm_gmtoff * SECOND_NS);
}

int
output_owns(int fd)
{
	return (fd != -1 && (fd == text_fd || fd == log_fd));
}

void
output_forked(void)
{
	settings.is_first = 0;
}

void
output_text(const struct words *words)
{
	write_whole(text_fd, words);
}

void
output_log(const struct words *words)
{
	write_whole(log_fd, words);
}

/* What a terminal after Ctrl-S or a paused pager does not take is lost: the
 * program must not wait for whoever looks on. */
static void
write_whole(int fd, const struct words *words)
{
	struct pollfd one = { .fd = fd, .events = POLLOUT };
	ssize_t written;

	if (fd == -1)
		return;
	if (text_waits && fd == text_fd &&
	    own_poll(&one, 1, is_stuck ? 0 : PATIENCE_MS) == 0) {
		is_stuck = 1;
		return;
	}
	/* Nobody reads the pipe any more: SIGPIPE would end the program. */
	if (one.revents & (POLLERR | POLLHUP))
		return;
	is_stuck = 0;
	if (exceeds_limit(fd, words->len))
		return;
	do
		written = own_write(fd, words->text, words->len);
	while (written == -1 && errno == EINTR);
}

/* ulimit -f is meant for the program's files: SIGXFSZ would end it. */
static int
exceeds_limit(int fd, size_t len)
{
	struct rlimit limit;
	struct stat st;

	return (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY && fstat(fd, &st) == 0 &&
	    S_ISREG(st.st_mode) &&
	    (rlim_t)st.st_size + len > limit.rlim_cur);
}

char *
output_page_take(void)
{
	for (int i = 0; i < PAGES; i++)
		if (!atomic_exchange(&is_taken[i], 1))
			return (pages[i]);
	return (NULL);
}

void
output_page_give(char *page)
{
	atomic_store(&is_taken[(page - pages[0]) / OUTPUT_SIZE], 0);
}

int64_t
output_now(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (now.tv_sec * SECOND_NS + now.tv_nsec);
}

void
output_time(struct words *words)
{
	struct timespec now;
	long long s, ms;

	clock_gettime(CLOCK_REALTIME, &now);
	s = now.tv_sec + settings.zone_ns / SECOND_NS;
	s = (s % DAY_S + DAY_S) % DAY_S;
	ms = now.tv_nsec / 1000000;
	words_add(words, "%02lld:%02lld:%02lld.%03lld", s / 3600,
	    s / 60 % 60, s % 60, ms);
}
