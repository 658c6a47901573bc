/* outbox.c - the bounded queue of lines towards one client.
 * See also: serve/outbox.h, tests/check_outbox.c */
#include "serve/outbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "serve/late.h"

#define PIECES		64		/* lines that leave in one send */
#define ROUNDS		8		/* sends, then it is late's turn */

static int append_locked(struct outbox *, struct shared_line *);
static void drop_locked(struct outbox *, enum outbox_drop, int);
static void flush_one(struct outbox *);
static void hand_over(struct outbox *, int);
static size_t mark_of(const struct outbox *);
static void promise_locked(struct outbox *, struct outbox_list *);
static void rest_locked(struct outbox *);
static int settle(struct outbox *, size_t, struct iovec *);
static int wait_locked(struct outbox *, int64_t);
static void weigh_locked(struct outbox *);

int
outbox_init(struct outbox *outbox, struct stream *stream,
    const struct outbox_options *options, struct cause *cause)
{
	int error;

	memset(outbox, 0, sizeof(*outbox));
	if ((error = pthread_mutex_init(&outbox->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	error = clock_cond_init(&outbox->eased);
	if (error != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		pthread_mutex_destroy(&outbox->lock);
		return (-1);
	}
	line_queue_init(&outbox->queue);
	outbox->stream = stream;
	outbox->options = options;
	return (0);
}

/* What the late thread watches is taken back at once: its lock comes first. */
void
outbox_fini(struct outbox *outbox)
{
	struct late *late;

	if (outbox->options == NULL)
		return;
	late = outbox->options->late;
	pthread_mutex_lock(&late->lock);
	pthread_mutex_lock(&outbox->lock);
	outbox->drop = OUTBOX_CLOSED;
	if (outbox->state == OUTBOX_LATE)
		late_forget_locked(late, outbox);
	pthread_mutex_unlock(&late->lock);
	while (outbox->state == OUTBOX_PROMISED)
		wait_locked(outbox, CLOCK_NEVER);
	rest_locked(outbox);
	pthread_mutex_unlock(&outbox->lock);
	line_queue_fini(&outbox->queue);
	pthread_cond_destroy(&outbox->eased);
	pthread_mutex_destroy(&outbox->lock);
	outbox->options = NULL;
}

int
outbox_put(struct outbox *outbox, struct shared_line *line)
{
	struct outbox_list list = { NULL, NULL };
	int result = -1;

	if (line != NULL)
		result = outbox_place(outbox, line, 0, &list);
	else {
		pthread_mutex_lock(&outbox->lock);
		drop_locked(outbox, OUTBOX_NO_MEMORY, 0);
		pthread_mutex_unlock(&outbox->lock);
	}
	outbox_flush(&list);
	shared_line_free(line);
	return (result);
}

void
outbox_wait(struct outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	while (outbox->drop == OUTBOX_KEPT &&
	    outbox->queue.weight > outbox->options->bound / 2)
		wait_locked(outbox, CLOCK_NEVER);
	pthread_mutex_unlock(&outbox->lock);
}

int
outbox_put_wait(struct outbox *outbox, struct shared_line *line)
{
	outbox_wait(outbox);
	return (outbox_put(outbox, line));
}

int
outbox_finish(struct outbox *outbox, int64_t deadline)
{
	struct outbox_list list = { NULL, NULL };
	int result;

	outbox_promise(outbox, &list);
	outbox_flush(&list);
	pthread_mutex_lock(&outbox->lock);
	while (outbox->state != OUTBOX_IDLE &&
	    outbox->drop == OUTBOX_KEPT && wait_locked(outbox, deadline) == 0)
		continue;
	result = outbox->state == OUTBOX_IDLE &&
	    outbox->drop == OUTBOX_KEPT ? 0 : -1;
	pthread_mutex_unlock(&outbox->lock);
	return (result);
}

enum outbox_drop
outbox_dropped(struct outbox *outbox, int *error)
{
	enum outbox_drop drop;

	pthread_mutex_lock(&outbox->lock);
	drop = outbox->drop;
	if (error != NULL)
		*error = outbox->error;
	pthread_mutex_unlock(&outbox->lock);
	return (drop);
}

int
outbox_place(struct outbox *outbox, struct shared_line *line, int more,
    struct outbox_list *list)
{
	int result;

	pthread_mutex_lock(&outbox->lock);
	result = append_locked(outbox, line);
	if (!more || outbox->queue.weight > mark_of(outbox))
		promise_locked(outbox, list);
	weigh_locked(outbox);
	pthread_mutex_unlock(&outbox->lock);
	return (result);
}

void
outbox_promise(struct outbox *outbox, struct outbox_list *list)
{
	pthread_mutex_lock(&outbox->lock);
	promise_locked(outbox, list);
	pthread_mutex_unlock(&outbox->lock);
}

void
outbox_flush(struct outbox_list *list)
{
	struct outbox *next;

	for (struct outbox *outbox = list->first; outbox != NULL;
	    outbox = next) {
		next = outbox->next;
		/* After this it may be gone. */
		flush_one(outbox);
	}
	list->first = list->last = NULL;
}

void
outbox_list_add(struct outbox_list *list, struct outbox *outbox)
{
	outbox->next = NULL;
	if (list->last != NULL)
		list->last->next = outbox;
	else
		list->first = outbox;
	list->last = outbox;
}

int64_t
outbox_until(const struct outbox *outbox)
{
	if (outbox->full_ms == 0)
		return (0);
	if (outbox->options->patience_ms == 0)
		return (CLOCK_NEVER);
	return (outbox->full_ms + outbox->options->patience_ms);
}

/* Send until nothing is left, the socket is full, or it was enough. */
static void
flush_one(struct outbox *outbox)
{
	struct iovec iov[PIECES];
	ssize_t n = 0;

	for (int round = 0;; round++) {
		int pieces = settle(outbox, (size_t)n, iov);

		if (pieces == 0)
			return;
		if (round == ROUNDS)
			break;
		n = stream_send_now(outbox->stream, iov, pieces);
		if (n == -1)
			break;
		if (outbox->sent != NULL)
			atomic_fetch_add_explicit(outbox->sent, (uint64_t)n,
			    memory_order_relaxed);
	}
	hand_over(outbox, n == -1 ? errno : 0);
}

/* Take out what n bytes more have completed, and gather what is to leave next.
 * Returns how many pieces; 0: there are none, and with the lock the outbox was
 * given up too. */
static int
settle(struct outbox *outbox, size_t n, struct iovec *iov)
{
	struct shared_line *gone[PIECES];
	size_t gone_len;
	int pieces;

	pthread_mutex_lock(&outbox->lock);
	gone_len = line_queue_take(&outbox->queue, n, gone);
	if (n > 0)
		outbox->full_ms = 0;
	if (outbox->queue.len == 0 || outbox->drop != OUTBOX_KEPT)
		rest_locked(outbox);
	weigh_locked(outbox);
	pieces = line_queue_gather(&outbox->queue, iov, PIECES);
	pthread_cond_signal(&outbox->eased);
	pthread_mutex_unlock(&outbox->lock);
	for (size_t i = 0; i < gone_len; i++)
		shared_line_free(gone[i]);
	return (pieces);
}

/* Leave the rest to the late thread: after a send that failed with error, or
 * (0) after so many that this thread has other things to do. */
static void
hand_over(struct outbox *outbox, int error)
{
	struct late *late = outbox->options->late;

	pthread_mutex_lock(&late->lock);
	pthread_mutex_lock(&outbox->lock);
	if (error != 0 && error != EAGAIN)
		drop_locked(outbox, OUTBOX_SEND_FAILED, error);
	else if (error == EAGAIN && outbox->full_ms == 0)
		outbox->full_ms = clock_now_ms();
	else if (error == EAGAIN && clock_poll_ms(outbox_until(outbox)) == 0)
		drop_locked(outbox, OUTBOX_TOO_SLOW, 0);
	if (outbox->drop == OUTBOX_KEPT &&
	    late_watch_locked(late, outbox) == -1)
		drop_locked(outbox, OUTBOX_NO_MEMORY, 0);
	if (outbox->drop != OUTBOX_KEPT)
		rest_locked(outbox);
	weigh_locked(outbox);
	pthread_mutex_unlock(&outbox->lock);
	pthread_mutex_unlock(&late->lock);
}

static int
append_locked(struct outbox *outbox, struct shared_line *line)
{
	size_t weight = outbox->queue.weight + line_queue_weight(line);

	if (outbox->drop != OUTBOX_KEPT)
		return (-1);
	if (weight > outbox->options->bound)
		drop_locked(outbox, OUTBOX_TOO_SLOW, 0);
	else if (line->len > 0 &&
	    line_queue_push(&outbox->queue, line) == -1)
		drop_locked(outbox, OUTBOX_NO_MEMORY, 0);
	return (outbox->drop == OUTBOX_KEPT ? 0 : -1);
}

static void
promise_locked(struct outbox *outbox, struct outbox_list *list)
{
	if (outbox->state != OUTBOX_IDLE || outbox->queue.len == 0)
		return;
	outbox->state = OUTBOX_PROMISED;
	outbox_list_add(list, outbox);
}

/* Take nothing more, and end the connection, so that the owner's recv returns.
 * If somebody is sending the lines, that thread will free them. */
static void
drop_locked(struct outbox *outbox, enum outbox_drop drop, int error)
{
	if (outbox->drop != OUTBOX_KEPT)
		return;
	outbox->drop = drop;
	outbox->error = error;
	shutdown(outbox->stream->fd, SHUT_RDWR);
	if (outbox->state != OUTBOX_PROMISED)
		line_queue_clear(&outbox->queue);
	weigh_locked(outbox);
	pthread_cond_signal(&outbox->eased);
}

/* Who had promised it has nothing more to send. */
static void
rest_locked(struct outbox *outbox)
{
	line_queue_clear(&outbox->queue);
	outbox->state = OUTBOX_IDLE;
	outbox->full_ms = 0;
	weigh_locked(outbox);
	pthread_cond_signal(&outbox->eased);
}

/* Does it fill although its socket takes?  See serve/crowd.h. */
static void
weigh_locked(struct outbox *outbox)
{
	int crowded = outbox->drop == OUTBOX_KEPT && outbox->full_ms == 0 &&
	    outbox->queue.weight > mark_of(outbox);

	if (crowded != outbox->crowded)
		crowd_change(&outbox->options->late->crowd,
		    crowded - outbox->crowded);
	outbox->crowded = crowded;
}

/* A long queue: the other three quarters are for who does not read. */
static size_t
mark_of(const struct outbox *outbox)
{
	return (outbox->options->bound / 4);
}

static int
wait_locked(struct outbox *outbox, int64_t deadline)
{
	struct timespec until = clock_timespec(deadline);

	if (deadline == CLOCK_NEVER)
		return (pthread_cond_wait(&outbox->eased, &outbox->lock));
	return (pthread_cond_timedwait(&outbox->eased, &outbox->lock, &until));
}
