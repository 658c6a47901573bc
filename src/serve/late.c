/* late.c - the one thread that waits for clients whose socket is full.
 * See also: serve/late.h, tests/check_outbox.c */
#include "config.h"

#ifdef HAVE_PTHREAD_SETNAME_NP
#define _GNU_SOURCE
#endif
#include "serve/late.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/lifecycle.h"
#include "serve/outbox.h"

#define POLLED_SIZE	64		/* at first; it doubles */
#define NOT_POLLED	0		/* the slot of who has just come */
#define NO_MEMORY_MS	100		/* then there may be some again */

static void late_collect_locked(struct late *, struct outbox_list *);
static void *late_main(void *);
static int late_open_pipe(struct late *, struct cause *);
static size_t late_prepare_locked(struct late *, int64_t *);
static void late_unlink_locked(struct late *, struct outbox *);
static void late_wake_locked(struct late *);
static void name_thread(void);
static int polled_fits(struct late *, size_t);

int
late_init(struct late *late, struct cause *cause)
{
	int error;

	memset(late, 0, sizeof(*late));
	late->wake_pipe[0] = late->wake_pipe[1] = -1;
	if (crowd_init(&late->crowd, cause) == -1)
		return (-1);
	if ((error = pthread_mutex_init(&late->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		crowd_fini(&late->crowd);
		return (-1);
	}
	late->ready = 1;
	if (!polled_fits(late, POLLED_SIZE)) {
		cause_errno(cause, "realloc", errno, NULL);
		late_fini(late);
		return (-1);
	}
	if (late_open_pipe(late, cause) == -1) {
		late_fini(late);
		return (-1);
	}
	return (0);
}

void
late_fini(struct late *late)
{
	if (!late->ready)
		return;
	if (late->started) {
		pthread_mutex_lock(&late->lock);
		late->stopping = 1;
		late_wake_locked(late);
		pthread_mutex_unlock(&late->lock);
		pthread_join(late->thread, NULL);
	}
	for (int i = 0; i < 2; i++)
		if (late->wake_pipe[i] != -1)
			close(late->wake_pipe[i]);
	free(late->polled);
	pthread_mutex_destroy(&late->lock);
	crowd_fini(&late->crowd);
	late->ready = 0;
}

int
late_watch_locked(struct late *late, struct outbox *outbox)
{
	if (!late->started) {
		if (pthread_create(&late->thread, NULL, late_main, late) != 0)
			return (-1);
		late->started = 1;
	}
	outbox->state = OUTBOX_LATE;
	outbox->slot = NOT_POLLED;
	outbox->previous = NULL;
	outbox->next = late->first;
	if (late->first != NULL)
		late->first->previous = outbox;
	late->first = outbox;
	late_wake_locked(late);
	return (0);
}

/* A poll that goes on holds the descriptors it was given: without this wake,
 * the socket of who has left would stay open after close, and the client would
 * wait for the end of the stream. */
void
late_forget_locked(struct late *late, struct outbox *outbox)
{
	late_unlink_locked(late, outbox);
	outbox->state = OUTBOX_IDLE;
	late_wake_locked(late);
}

static void *
late_main(void *arg)
{
	struct late *late = arg;

	lifecycle_leave_signals();
	name_thread();
	pthread_mutex_lock(&late->lock);
	while (!late->stopping) {
		struct outbox_list list = { NULL, NULL };
		int64_t until;
		size_t len = late_prepare_locked(late, &until);

		late->polling = 1;
		pthread_mutex_unlock(&late->lock);
		/* If it fails, no revents are set, and it is tried again. */
		poll(late->polled, (nfds_t)len, clock_poll_ms(until));
		pthread_mutex_lock(&late->lock);
		late->polling = 0;
		late_collect_locked(late, &list);
		pthread_mutex_unlock(&late->lock);
		outbox_flush(&list);
		pthread_mutex_lock(&late->lock);
	}
	pthread_mutex_unlock(&late->lock);
	return (NULL);
}

/* What to poll, and until when. */
static size_t
late_prepare_locked(struct late *late, int64_t *until)
{
	size_t len = 1;

	*until = CLOCK_NEVER;
	late->polled[0] = (struct pollfd){ .fd = late->wake_pipe[0],
	    .events = POLLIN };
	for (struct outbox *outbox = late->first; outbox != NULL;
	    outbox = outbox->next) {
		int64_t its = outbox_until(outbox);

		outbox->slot = NOT_POLLED;
		if (polled_fits(late, len + 1)) {
			outbox->slot = len;
			late->polled[len++] = (struct pollfd){
			    .fd = outbox->stream->fd, .events = POLLOUT };
		} else
			its = clock_deadline(NO_MEMORY_MS);
		if (its < *until)
			*until = its;
	}
	return (len);
}

/* Promise to flush those that can be sent to, by what poll says or by its own
 * time: poll calls a TCP socket writable only when a third of its buffer is
 * free, so one that it does not tell of may take something all the same. */
static void
late_collect_locked(struct late *late, struct outbox_list *list)
{
	struct outbox *next;
	char byte;

	if (late->woken)
		late->woken = read(late->wake_pipe[0], &byte, 1) == -1 &&
		    errno == EINTR;
	for (struct outbox *outbox = late->first; outbox != NULL;
	    outbox = next) {
		next = outbox->next;
		if ((outbox->slot == NOT_POLLED ||
		    late->polled[outbox->slot].revents == 0) &&
		    clock_poll_ms(outbox_until(outbox)) != 0)
			continue;
		pthread_mutex_lock(&outbox->lock);
		late_unlink_locked(late, outbox);
		outbox->state = OUTBOX_PROMISED;
		pthread_mutex_unlock(&outbox->lock);
		outbox_list_add(list, outbox);
	}
}

static void
late_unlink_locked(struct late *late, struct outbox *outbox)
{
	if (outbox->previous != NULL)
		outbox->previous->next = outbox->next;
	else
		late->first = outbox->next;
	if (outbox->next != NULL)
		outbox->next->previous = outbox->previous;
}

static void
late_wake_locked(struct late *late)
{
	ssize_t n;

	if (!late->polling || late->woken)
		return;
	do
		n = write(late->wake_pipe[1], "", 1);
	while (n == -1 && errno == EINTR);
	late->woken = n == 1;
}

/* The pipe is never full, nor is it read when it is empty: non-blocking, so
 * that a mistake in that would not stop the server. */
static int
late_open_pipe(struct late *late, struct cause *cause)
{
	if (pipe(late->wake_pipe) == -1) {
		cause_errno(cause, "pipe", errno, NULL);
		return (-1);
	}
	for (int i = 0; i < 2; i++)
		if (fcntl(late->wake_pipe[i], F_SETFD, FD_CLOEXEC) == -1 ||
		    fcntl(late->wake_pipe[i], F_SETFL, O_NONBLOCK) == -1) {
			cause_errno(cause, "fcntl", errno, NULL);
			return (-1);
		}
	return (0);
}

static int
polled_fits(struct late *late, size_t len)
{
	size_t size = late->polled_size != 0 ? late->polled_size : POLLED_SIZE;
	struct pollfd *grown;

	if (len <= late->polled_size)
		return (1);
	while (size < len)
		size *= 2;
	grown = realloc(late->polled, size * sizeof(*grown));
	if (grown == NULL)
		return (0);
	late->polled = grown;
	late->polled_size = size;
	return (1);
}

/* "late" in ps -L, top -H and gdb. */
static void
name_thread(void)
{
#ifdef HAVE_PTHREAD_SETNAME_NP
	pthread_setname_np(pthread_self(), "late");
#endif
}
