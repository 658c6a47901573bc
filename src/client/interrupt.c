/* interrupt.c - Ctrl-C stops a transfer, and twice the program.
 * See also: client/interrupt.h, tests/check_interrupt.c */
#include "client/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/select.h>

#include "base/clock.h"
#include "net/io.h"

static int fail(int);
static void note_signal(int);
static int take_signal(struct interrupt *);
static int wait_held(struct interrupt *, int, short, int64_t);
static int wait_told(int, int, short, int64_t);

static const int numbers[INTERRUPT_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

/* The last one; a handler has nowhere else to write to. */
static volatile sig_atomic_t pending_signal;

void
interrupt_hold(struct interrupt *interrupt)
{
	struct sigaction noting = { .sa_handler = note_signal };
	sigset_t ours;

	*interrupt = (struct interrupt){ .held = 1 };
	pending_signal = 0;
	sigemptyset(&ours);
	for (int i = 0; i < INTERRUPT_SIGNALS; i++)
		sigaddset(&ours, numbers[i]);
	noting.sa_mask = ours;
	pthread_sigmask(SIG_BLOCK, &ours, &interrupt->before);
	for (int i = 0; i < INTERRUPT_SIGNALS; i++) {
		sigaction(numbers[i], NULL, &interrupt->actions[i]);
		if (interrupt->actions[i].sa_handler != SIG_IGN)
			sigaction(numbers[i], &noting, NULL);
	}
}

int
interrupt_wait(struct interrupt *interrupt, int fd, int64_t deadline)
{
	return (wait_held(interrupt, fd, POLLIN, deadline));
}

int
interrupt_wait_for(struct interrupt *interrupt, int fd, short events,
    int64_t deadline)
{
	if (interrupt->held)
		return (wait_held(interrupt, fd, events, deadline));
	if (interrupt->stop_fd != 0)
		return (wait_told(interrupt->stop_fd, fd, events, deadline));
	return (wait_for(fd, events, deadline));
}

/* While signals are held only interrupt_wait lets them in, so nothing else may
 * wait: half a TLS record is no reason to. */
ssize_t
interrupt_recv(struct interrupt *interrupt, struct stream *stream, void *buf,
    size_t size, int64_t deadline)
{
	ssize_t n;

	if (!interrupt->held && interrupt->stop_fd == 0)
		return (stream_recv_within(stream, buf, size, deadline));
	do {
		if (stream_pending(stream) == 0 && interrupt_wait_for(
		    interrupt, stream->fd, POLLIN, deadline) == -1)
			return (-1);
		n = stream_recv_within(stream, buf, size, clock_now_ms());
	} while (n == -1 && errno == ETIMEDOUT);
	return (n);
}

/* The mask last: what is pending then acts as it always did. */
void
interrupt_release(struct interrupt *interrupt)
{
	if (!interrupt->held)
		return;
	interrupt->held = 0;
	for (int i = 0; i < INTERRUPT_SIGNALS; i++)
		sigaction(numbers[i], &interrupt->actions[i], NULL);
	pthread_sigmask(SIG_SETMASK, &interrupt->before, NULL);
}

void
interrupt_rearm(struct interrupt *interrupt)
{
	if (!interrupt->held)
		return;
	interrupt->first = interrupt->number;
	interrupt->number = 0;
	pending_signal = 0;
}

int
interrupt_came_twice(const struct interrupt *interrupt)
{
	return (interrupt->first != 0 && interrupt->number != 0);
}

void
interrupt_obey(const struct interrupt *interrupt)
{
	int number = interrupt->number != 0 ? interrupt->number :
	    interrupt->first;

	if (number != 0)
		raise(number);
}

/* pselect lets the signals in and waits in one step: one that came just before
 * ends it, too.  But where there is something to read already it may let none
 * in, and a fast server always has something. */
static int
wait_held(struct interrupt *interrupt, int fd, short events, int64_t deadline)
{
	while (interrupt->number == 0) {
		int left_ms = clock_poll_ms(deadline), n, error;
		struct timespec left = clock_timespec(left_ms);
		fd_set ready;

		if (fd >= FD_SETSIZE)
			return (fail(EMFILE));
		FD_ZERO(&ready);
		if (fd != -1)
			FD_SET(fd, &ready);
		n = pselect(fd + 1, events == POLLIN ? &ready : NULL,
		    events == POLLOUT ? &ready : NULL, NULL,
		    left_ms == -1 ? NULL : &left, &interrupt->before);
		error = errno;
		if (take_signal(interrupt))
			break;
		if (n == 1)
			return (0);
		if (n == 0 && left_ms == 0)
			return (fail(ETIMEDOUT));
		if (n == -1 && error != EINTR)
			return (fail(error));
	}
	return (fail(EINTR));
}

static int
wait_told(int stop_fd, int fd, short events, int64_t deadline)
{
	struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN },
	    { .fd = fd, .events = events } };

	for (;;) {
		int n = poll(fds, 2, clock_poll_ms(deadline));

		if (n > 0)
			return (fds[0].revents != 0 ? fail(EINTR) : 0);
		if (n == 0 && clock_poll_ms(deadline) == 0)
			return (fail(ETIMEDOUT));
		if (n == -1 && errno != EINTR)
			return (-1);
	}
}

/* The signal that came, or one that waits behind the mask.  sigpending first:
 * the thread sanitizer calls a handler when a function that it knows is called
 * next, and it does not know pselect. */
static int
take_signal(struct interrupt *interrupt)
{
	sigset_t pending, ours;

	sigemptyset(&ours);
	sigpending(&pending);
	interrupt->number = pending_signal;
	for (int i = 0; i < INTERRUPT_SIGNALS && interrupt->number == 0; i++)
		if (interrupt->actions[i].sa_handler != SIG_IGN &&
		    sigismember(&pending, numbers[i]) == 1) {
			sigaddset(&ours, numbers[i]);
			sigwait(&ours, &interrupt->number);
		}
	return (interrupt->number);
}

static int
fail(int error)
{
	errno = error;
	return (-1);
}

static void
note_signal(int number)
{
	pending_signal = number;
}
