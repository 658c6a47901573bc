/* display.c - what a conversation looks like, on standard output.
 * See also: tools/proxy/display.h, tests/check_display.c */
#include "tools/proxy/display.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/io.h"
#include "serve/lifecycle.h"

/* In a half: this, then the bytes of the block, or of the line. */
struct entry {
	size_t		 size;		/* with its bytes, aligned */
	int		 is_line;
	struct block	 block;		/* its pointers are set when read */
	char		 client[DISPLAY_ADDRESS_SIZE];
	char		 upstream[DISPLAY_ADDRESS_SIZE];
};

static void display_add(struct display *, struct entry *, const char *);
static void display_free(struct display *);
static void display_gone(struct display *);
static int display_has_room_locked(struct display *, size_t);
static int display_init_locks(struct display *, struct cause *);
static void *display_main(void *);
static int display_start(struct display *, struct cause *);
static void display_write(struct display *, const char *, size_t);
static void display_write_half(struct display *, const char *, size_t);
static void display_write_dropped(struct display *, unsigned long);

int
display_open(struct display *display, const struct display_options *options,
    struct cause *cause)
{
	memset(display, 0, sizeof(*display));
	display->options = *options;
	if (options->quiet)
		return (0);
	if (display_init_locks(display, cause) == -1)
		return (-1);
	/* Memory costs as it is touched. */
	display->halves[0] = malloc(DISPLAY_SIZE);
	display->halves[1] = malloc(DISPLAY_SIZE);
	display->text = malloc(BLOCK_TEXT_SIZE(DISPLAY_BLOCK_MAX));
	if (display_start(display, cause) == 0)
		return (0);
	display_free(display);
	return (-1);
}

static int
display_start(struct display *display, struct cause *cause)
{
	int error;

	if (display->halves[0] == NULL || display->halves[1] == NULL ||
	    display->text == NULL) {
		cause_errno(cause, "malloc", ENOMEM, NULL);
		return (-1);
	}
	error = pthread_create(&display->thread, NULL, display_main, display);
	if (error != 0) {
		cause_errno(cause, "pthread_create", error, NULL);
		return (-1);
	}
	return (0);
}

int
display_end(struct display *display, int64_t deadline)
{
	struct timespec until = clock_timespec(deadline);
	int error = 0, ended;

	if (display->options.quiet)
		return (0);
	pthread_mutex_lock(&display->lock);
	display->hurried = display->closing = 1;
	pthread_cond_broadcast(&display->changed);
	while (!display->ended && error == 0)
		error = pthread_cond_timedwait(&display->changed,
		    &display->lock, &until);
	ended = display->ended;
	pthread_mutex_unlock(&display->lock);
	if (!ended) {
		pthread_detach(display->thread);
		return (-1);
	}
	pthread_join(display->thread, NULL);
	return (0);
}

int
display_close(struct display *display, int64_t deadline)
{
	if (display_end(display, deadline) == -1)
		return (-1);
	if (display->options.quiet)
		return (0);
	display_free(display);
	return (0);
}

void
display_hurry(struct display *display)
{
	if (display->options.quiet)
		return;
	pthread_mutex_lock(&display->lock);
	display->hurried = 1;
	pthread_cond_broadcast(&display->changed);
	pthread_mutex_unlock(&display->lock);
}

void
display_block(struct display *display, const struct block *block)
{
	struct entry entry = { .block = *block };

	if (display->options.quiet)
		return;
	snprintf(entry.client, sizeof(entry.client), "%s", block->client);
	snprintf(entry.upstream, sizeof(entry.upstream), "%s",
	    block->upstream);
	display_add(display, &entry, block->bytes);
}

void
display_line(struct display *display, const char *line)
{
	struct entry entry = { .is_line = 1, .block.len = strlen(line) };

	if (!display->options.quiet)
		display_add(display, &entry, line);
}

/* Copy an entry and its bytes into the half that is being filled. */
static void
display_add(struct display *display, struct entry *entry, const char *bytes)
{
	char *at;

	entry->size = (sizeof(*entry) + entry->block.len + 15) / 16 * 16;
	pthread_mutex_lock(&display->lock);
	if (!display->gone && display_has_room_locked(display, entry->size)) {
		at = display->halves[display->filling] + display->len;
		memcpy(at, entry, sizeof(*entry));
		memcpy(at + sizeof(*entry), bytes, entry->block.len);
		display->len += entry->size;
	} else if (!display->gone)
		display->dropped++;
	if (display->waiting)
		pthread_cond_broadcast(&display->changed);
	pthread_mutex_unlock(&display->lock);
}

/* After a block that was dropped all are, until the line that tells of it: it
 * shall stand where they are missing. */
static int
display_has_room_locked(struct display *display, size_t size)
{
	while (display->options.wait && !display->hurried && !display->gone &&
	    display->len + size > DISPLAY_SIZE)
		pthread_cond_wait(&display->changed, &display->lock);
	return (display->dropped == 0 && display->len + size <= DISPLAY_SIZE);
}

static void *
display_main(void *arg)
{
	struct display *display = arg;

	lifecycle_leave_signals();
	pthread_mutex_lock(&display->lock);
	for (;;) {
		const char *half = display->halves[display->filling];
		size_t len = display->len;
		unsigned long dropped = display->dropped;

		if (len == 0 && dropped == 0) {
			if (display->closing)
				break;
			display->waiting = 1;
			pthread_cond_wait(&display->changed, &display->lock);
			display->waiting = 0;
			continue;
		}
		display->filling = !display->filling;
		display->len = 0;
		display->dropped = 0;
		pthread_cond_broadcast(&display->changed);
		pthread_mutex_unlock(&display->lock);
		display_write_half(display, half, len);
		if (dropped > 0)
			display_write_dropped(display, dropped);
		pthread_mutex_lock(&display->lock);
	}
	display->ended = 1;
	pthread_cond_broadcast(&display->changed);
	pthread_mutex_unlock(&display->lock);
	return (NULL);
}

static void
display_write_half(struct display *display, const char *half, size_t len)
{
	const struct display_options *options = &display->options;

	for (const char *end = half + len; half < end && !display->gone; ) {
		const struct entry *entry = (const void *)half;
		struct block block = entry->block;
		size_t text_len = block.len;

		block.client = entry->client;
		block.upstream = entry->upstream;
		block.bytes = half + sizeof(*entry);
		half += entry->size;
		if (entry->is_line) {
			memcpy(display->text, block.bytes, block.len);
			display->text[text_len++] = '\n';
		} else
			text_len = block_format(&block, options->form,
			    options->colored, display->text);
		display_write(display, display->text, text_len);
	}
}

static void
display_write_dropped(struct display *display, unsigned long dropped)
{
	char line[256], count[BLOCK_COUNT_SIZE];
	int len = snprintf(line, sizeof(line),
	    plural("... %s block not shown: it is not read fast enough\n",
	    "... %s blocks not shown: they are not read fast enough\n",
	    dropped), block_count(dropped, count));

	display_write(display, line, (size_t)len);
}

/* A block is one write, unless standard output takes less. */
static void
display_write(struct display *display, const char *text, size_t len)
{
	while (len > 0 && !display->gone) {
		ssize_t n = write(display->options.fd, text, len);

		if (n >= 0) {
			text += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			/* Whoever shares it has made it non-blocking. */
			wait_for(display->options.fd, POLLOUT, CLOCK_NEVER);
		} else if (errno != EINTR)
			display_gone(display);
	}
}

static void
display_free(struct display *display)
{
	free(display->text);
	free(display->halves[1]);
	free(display->halves[0]);
	pthread_cond_destroy(&display->changed);
	pthread_mutex_destroy(&display->lock);
}

static void
display_gone(struct display *display)
{
	struct cause cause;

	cause_errno(&cause, "write", errno, NULL);
	log_cause(_("the conversations are not shown any more:"), &cause);
	pthread_mutex_lock(&display->lock);
	display->gone = 1;
	pthread_cond_broadcast(&display->changed);
	pthread_mutex_unlock(&display->lock);
}

static int
display_init_locks(struct display *display, struct cause *cause)
{
	int error = pthread_mutex_init(&display->lock, NULL);

	if (error != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	error = clock_cond_init(&display->changed);
	if (error == 0)
		return (0);
	cause_errno(cause, "pthread_cond_init", error, NULL);
	pthread_mutex_destroy(&display->lock);
	return (-1);
}
