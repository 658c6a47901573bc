/* log.c - what a program tells on standard error: one line an event.
 * See also: base/log.h, tests/check_log.c */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"

struct log_sink {
	const char	*program;
	enum log_level	 level;
	int		 colored;
	int		 to_syslog;

	pthread_mutex_t	 lock;		/* the last level: no other is taken */
	/* guarded by lock: */
	int		 stuck;		/* nobody reads standard error */
	unsigned long	 lost;		/* lines dropped since then */
};

static int log_is_taken_locked(void);
static void log_lines_to_syslog(const char *, size_t);
static size_t log_prefix(char *, size_t, enum log_level);

static struct log_sink sink = { .level = LOG_LEVEL_WARNING,
    .lock = PTHREAD_MUTEX_INITIALIZER };

static const int priorities[] = {
	[LOG_LEVEL_ERROR] = LOG_ERR,
	[LOG_LEVEL_WARNING] = LOG_WARNING,
	[LOG_LEVEL_EVENT] = LOG_INFO,
	[LOG_LEVEL_DETAIL] = LOG_DEBUG,
};

static const char *const colors[] = {
	[LOG_LEVEL_ERROR] = "\033[31m",
	[LOG_LEVEL_WARNING] = "\033[33m",
	[LOG_LEVEL_EVENT] = "",
	[LOG_LEVEL_DETAIL] = "\033[2m",
};

void
log_open(const char *program, enum log_level level, enum log_color color)
{
	sink.program = program;
	sink.level = level;
	sink.colored = log_wants_color(color, STDERR_FILENO);
}

/* https://no-color.org, and terminals that know no escape sequences. */
int
log_wants_color(enum log_color color, int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (color != LOG_COLOR_AUTO)
		return (color == LOG_COLOR_ALWAYS);
	return (isatty(fd) &&
	    (no_color == NULL || no_color[0] == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0);
}

void
log_to_syslog(void)
{
	openlog(sink.program, LOG_PID, LOG_DAEMON);
	sink.to_syslog = 1;
}

int
log_shows(enum log_level level)
{
	return (level <= sink.level);
}

void
log_line(enum log_level level, const char *format, ...)
{
	static const char reset[] = "\033[0m";
	char line[LOG_LINE_SIZE + sizeof(reset)];
	int saved_errno = errno;
	size_t len;
	va_list args;
	int wanted;

	if (!log_shows(level))
		return;
	len = log_prefix(line, LOG_LINE_SIZE, level);
	va_start(args, format);
	wanted = vsnprintf(line + len, LOG_LINE_SIZE - len, format, args);
	va_end(args);
	if (wanted > 0)
		len += (size_t)wanted;
	if (len > LOG_LINE_SIZE - 1)
		len = LOG_LINE_SIZE - 1;
	if (sink.to_syslog) {
		syslog(priorities[level], "%s", line);
		errno = saved_errno;
		return;
	}
	if (sink.colored && colors[level][0] != '\0') {
		memcpy(line + len, reset, sizeof(reset) - 1);
		len += sizeof(reset) - 1;
	}
	line[len++] = '\n';
	log_text(line, len);
	errno = saved_errno;
}

/* Nobody is left to tell if standard error fails. */
void
log_text(const char *text, size_t len)
{
	if (sink.to_syslog) {
		log_lines_to_syslog(text, len);
		return;
	}
	while (len > 0) {
		/* POLLOUT promises room for PIPE_BUF bytes, no more. */
		size_t piece = len < PIPE_BUF ? len : PIPE_BUF;
		ssize_t n = 0;

		/* The room that poll saw must not go to another thread: its
		 * write, and the lock, would wait for ever. */
		pthread_mutex_lock(&sink.lock);
		if (log_is_taken_locked())
			n = write(STDERR_FILENO, text, piece);
		else
			sink.lost++;
		pthread_mutex_unlock(&sink.lock);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* Will standard error take a write at once?  The first that finds it stuck
 * waits a moment, the next ones do not. */
static int
log_is_taken_locked(void)
{
	struct pollfd err = { .fd = STDERR_FILENO, .events = POLLOUT };
	char line[80];

	if (poll(&err, 1, sink.stuck ? 0 : LOG_PATIENCE_MS) == 0) {
		sink.stuck = 1;
		return (0);
	}
	if (!sink.stuck)
		return (1);
	snprintf(line, sizeof(line), _("... %lu lines of the log were lost\n"),
	    sink.lost);
	sink.stuck = 0;
	sink.lost = 0;
	if (write(STDERR_FILENO, line, strlen(line)) == -1)
		return (1);
	return (poll(&err, 1, 0) != 0);
}

static void
log_lines_to_syslog(const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end != NULL ? (size_t)(end - text) : len;
		size_t used = line_len + (end != NULL);

		syslog(LOG_INFO, "%.*s", (int)line_len, text);
		text += used;
		len -= used;
	}
}

void
log_cause(const char *doing, const struct cause *cause)
{
	char text[CAUSE_TEXT_SIZE];

	log_line(LOG_LEVEL_ERROR, "%s %s", doing,
	    cause_text(cause, text, sizeof(text)));
}

/* Colour, time of day with -v, and the program's name. */
static size_t
log_prefix(char *line, size_t size, enum log_level level)
{
	char time[16] = "";
	int len;

	if (sink.to_syslog)
		return (0);		/* it has a time and a name already */
	if (log_shows(LOG_LEVEL_DETAIL))
		clock_time_of_day(time, sizeof(time));
	len = snprintf(line, size, "%s%s%s%s%s",
	    sink.colored ? colors[level] : "",
	    time, time[0] != '\0' ? " " : "",
	    sink.program != NULL ? sink.program : "",
	    sink.program != NULL ? ": " : "");
	if (len < 0)
		return (0);
	return ((size_t)len < size ? (size_t)len : size - 1);
}
