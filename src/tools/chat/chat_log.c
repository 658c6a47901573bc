/* chat_log.c - what was said in the rooms, on a file: --log.
 * See also: tools/chat/chat_log.h */
#include "tools/chat/chat_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/write_all.h"
#include "serve/lifecycle.h"

#define TEXT_SIZE	65536		/* leaves in one write */
#define PREFIX_SIZE	(CLOCK_UTC_SIZE + NAME_SIZE + 2)
#define BATCH		64		/* runs taken out at a time */

static size_t lines_in(const struct shared_line *);
static void log_add(struct chat_log *, const struct chat_log_entry *);
static void log_fini(struct chat_log *);
static int log_init(struct chat_log *, struct cause *);
static int log_init_conditions(struct chat_log *, struct cause *);
static void *log_main(void *);
static int log_open_file(const char *, struct cause *);
static void log_reopen(struct chat_log *);
static void log_report_lost(struct chat_log *, unsigned long);
static size_t log_take_locked(struct chat_log *, struct chat_log_entry *);
static void log_write(struct chat_log *);

int
chat_log_open(struct chat_log *log, const char *path, struct cause *cause)
{
	int error;

	memset(log, 0, sizeof(*log));
	log->fd = -1;
	if (path == NULL)
		return (0);
	if ((log->fd = log_open_file(path, cause)) == -1)
		return (-1);
	if (log_init(log, cause) == -1) {
		close(log->fd);
		return (-1);
	}
	log->path = path;
	error = pthread_create(&log->thread, NULL, log_main, log);
	if (error == 0)
		return (0);
	cause_errno(cause, "pthread_create", error, NULL);
	log_fini(log);
	return (-1);
}

int
chat_log_close(struct chat_log *log, int64_t deadline)
{
	struct timespec until = clock_timespec(deadline);
	int error = 0;

	if (log->path == NULL)
		return (0);
	pthread_mutex_lock(&log->lock);
	log->stopping = 1;
	pthread_cond_signal(&log->wanted);
	while (!log->has_ended && error == 0)
		error = pthread_cond_timedwait(&log->ended, &log->lock,
		    &until);
	pthread_mutex_unlock(&log->lock);
	if (error != 0)
		return (-1);
	pthread_join(log->thread, NULL);
	log_fini(log);
	return (0);
}

void
chat_log_reopen(struct chat_log *log)
{
	if (log->path == NULL)
		return;
	pthread_mutex_lock(&log->lock);
	log->reopen = 1;
	pthread_cond_signal(&log->wanted);
	pthread_mutex_unlock(&log->lock);
}

void
chat_log_put(struct chat_log *log, const char *room, struct shared_line *run)
{
	struct chat_log_entry *entry;

	if (log->path == NULL)
		return;
	pthread_mutex_lock(&log->lock);
	if (log->len < CHAT_LOG_QUEUE) {
		entry = &log->queue[(log->first + log->len++) %
		    CHAT_LOG_QUEUE];
		entry->run = shared_line_ref(run);
		clock_utc(entry->time, sizeof(entry->time));
		strcpy(entry->room, room);
		entry->lost = 0;
	} else
		log->queue[(log->first + log->len - 1) %
		    CHAT_LOG_QUEUE].lost += lines_in(run);
	pthread_cond_signal(&log->wanted);
	pthread_mutex_unlock(&log->lock);
}

static int
log_init(struct chat_log *log, struct cause *cause)
{
	int error;

	log->queue = calloc(CHAT_LOG_QUEUE, sizeof(*log->queue));
	log->text = malloc(TEXT_SIZE);
	if (log->queue == NULL || log->text == NULL) {
		cause_errno(cause, "malloc", ENOMEM, NULL);
		goto out;
	}
	if ((error = pthread_mutex_init(&log->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		goto out;
	}
	if (log_init_conditions(log, cause) == 0)
		return (0);
	pthread_mutex_destroy(&log->lock);
out:
	free(log->text);
	free(log->queue);
	return (-1);
}

static int
log_init_conditions(struct chat_log *log, struct cause *cause)
{
	int error;

	error = clock_cond_init(&log->ended);
	if (error == 0 &&
	    (error = pthread_cond_init(&log->wanted, NULL)) != 0)
		pthread_cond_destroy(&log->ended);
	if (error == 0)
		return (0);
	cause_errno(cause, "pthread_cond_init", error, NULL);
	return (-1);
}

/* Its thread has ended, or was never started. */
static void
log_fini(struct chat_log *log)
{
	close(log->fd);
	free(log->queue);
	free(log->text);
	pthread_cond_destroy(&log->ended);
	pthread_cond_destroy(&log->wanted);
	pthread_mutex_destroy(&log->lock);
	log->path = NULL;
}

static void *
log_main(void *arg)
{
	struct chat_log *log = arg;
	struct chat_log_entry batch[BATCH];

	lifecycle_leave_signals();
	pthread_mutex_lock(&log->lock);
	for (;;) {
		int reopen = log->reopen;
		size_t len = log_take_locked(log, batch);

		if (len == 0 && !reopen) {
			if (log->stopping)
				break;
			pthread_cond_wait(&log->wanted, &log->lock);
			continue;
		}
		log->reopen = 0;
		pthread_mutex_unlock(&log->lock);
		if (reopen)
			log_reopen(log);
		for (size_t i = 0; i < len; i++)
			log_add(log, &batch[i]);
		log_write(log);
		pthread_mutex_lock(&log->lock);
	}
	log->has_ended = 1;
	pthread_cond_signal(&log->ended);
	pthread_mutex_unlock(&log->lock);
	return (NULL);
}

static size_t
log_take_locked(struct chat_log *log, struct chat_log_entry *batch)
{
	size_t len = 0;

	for (; log->len > 0 && len < BATCH; log->len--) {
		batch[len++] = log->queue[log->first];
		log->first = (log->first + 1) % CHAT_LOG_QUEUE;
	}
	return (len);
}

/* The lines of one run, each with its time and room, and LF at its end. */
static void
log_add(struct chat_log *log, const struct chat_log_entry *entry)
{
	const struct shared_line *run = entry->run;

	for (size_t at = 0; at < run->len; ) {
		const char *line = run->bytes + at;
		const char *end = memchr(line, '\n', run->len - at);
		size_t len = (size_t)(end - line);

		if (TEXT_SIZE - log->text_len < PREFIX_SIZE + len)
			log_write(log);
		log->text_len += (size_t)snprintf(log->text + log->text_len,
		    TEXT_SIZE - log->text_len, "%s %s %.*s\n", entry->time,
		    entry->room, (int)len - 1, line);
		at += len + 1;
	}
	shared_line_free(entry->run);
	if (entry->lost > 0)
		log_report_lost(log, entry->lost);
}

static void
log_write(struct chat_log *log)
{
	struct cause cause;
	size_t done;

	if (log->text_len == 0)
		return;
	if (log->cut && write_all(log->fd, "\n", 1) == 1)
		log->cut = 0;
	done = write_all(log->fd, log->text, log->text_len);
	if (done < log->text_len && !log->failing) {
		cause_errno(&cause, "write", errno, log->path);
		log_cause(_("lines are lost to the log of the chat:"), &cause);
	} else if (done == log->text_len && log->failing)
		log_line(LOG_LEVEL_WARNING,
		    _("the log of the chat is written again"));
	log->failing = done < log->text_len;
	if (log->failing && done > 0)
		log->cut = log->text[done - 1] != '\n';
	log->text_len = 0;
}

static void
log_report_lost(struct chat_log *log, unsigned long lost)
{
	log_write(log);
	log_line(LOG_LEVEL_WARNING, _("the log of the chat is written too "
	    "slowly: %lu lines are lost"), lost);
	log->text_len = (size_t)snprintf(log->text, TEXT_SIZE,
	    "*** %lu lines are lost here\n", lost);
	log_write(log);
}

static void
log_reopen(struct chat_log *log)
{
	struct cause cause;
	int fd = log_open_file(log->path, &cause);

	if (fd == -1) {
		log_cause(_("SIGHUP: the log of the chat stays the old one:"),
		    &cause);
		return;
	}
	close(log->fd);
	log->fd = fd;
	log_line(LOG_LEVEL_EVENT, _("SIGHUP: the log of the chat is opened "
	    "anew"));
}

/* A pipe that nobody reads yet is an error, not a wait; later writes to it may
 * wait, for only this thread does. */
static int
log_open_file(const char *path, struct cause *cause)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOCTTY | O_NONBLOCK, 0640);

	if (fd != -1)
		fcntl(fd, F_SETFL, O_APPEND);
	else
		cause_errno(cause, "open", errno, path);
	return (fd);
}

static size_t
lines_in(const struct shared_line *run)
{
	size_t lines = 0;

	for (size_t i = 0; i < run->len; i++)
		lines += run->bytes[i] == '\n';
	return (lines);
}
