/* lifecycle.c - signals, and the limits of the process.
 * See also: serve/lifecycle.h, tests/check_lifecycle.c */
#include "serve/lifecycle.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

struct signal_row {
	int		 number;
	unsigned	 event;
};

static void lifecycle_handler(int);
static int lifecycle_open_pipe(struct cause *);
static void lifecycle_take_signals(void);
static void raise_descriptor_limit(void);

static const struct signal_row signals[] = {
	{ SIGINT, LIFECYCLE_STOP },
	{ SIGTERM, LIFECYCLE_STOP },
	{ SIGHUP, LIFECYCLE_RELOAD },
	{ SIGUSR1, LIFECYCLE_REPORT },
};

/* The pipe wakes select, the bits say why: a byte of a flood of signals may
 * not fit into the pipe any more, a bit always does. */
static int wake_pipe[2] = { -1, -1 };
static atomic_uint pending_events;

int
lifecycle_start(struct cause *cause)
{
	if (lifecycle_open_pipe(cause) == -1)
		return (-1);
	lifecycle_take_signals();
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	return (wake_pipe[0]);
}

void
lifecycle_end(void)
{
	for (int i = 0; i < 2; i++)
		if (wake_pipe[i] != -1)
			close(wake_pipe[i]);
	wake_pipe[0] = wake_pipe[1] = -1;
}

unsigned
lifecycle_events(void)
{
	char bytes[256];
	ssize_t n;

	do
		n = read(wake_pipe[0], bytes, sizeof(bytes));
	while (n > 0 || (n == -1 && errno == EINTR));
	return (atomic_exchange(&pending_events, 0));
}

void
lifecycle_leave_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
}

/* Both ends non-blocking: the reader takes what there is, and a handler must
 * not wait for it. */
static int
lifecycle_open_pipe(struct cause *cause)
{
	if (pipe(wake_pipe) == -1) {
		cause_errno(cause, "pipe", errno, NULL);
		return (-1);
	}
	for (int i = 0; i < 2; i++)
		if (fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC) == -1 ||
		    fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK) == -1) {
			cause_errno(cause, "fcntl", errno, NULL);
			lifecycle_end();
			return (-1);
		}
	return (0);
}

static void
lifecycle_take_signals(void)
{
	struct sigaction action = { .sa_handler = lifecycle_handler,
	    .sa_flags = SA_RESTART };
	sigset_t ours;

	sigemptyset(&action.sa_mask);
	sigemptyset(&ours);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i].number, &action, NULL);
		sigaddset(&ours, signals[i].number);
	}
	/* Whoever started us may have blocked them, and we inherit that. */
	pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
}

/* Asynchronous: write, errno and lock-free atomics only. */
static void
lifecycle_handler(int number)
{
	int saved_errno = errno;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].number == number)
			atomic_fetch_or(&pending_events, signals[i].event);
	/* A full pipe wakes the main thread just as well. */
	if (write(wake_pipe[1], "", 1) == -1)
		errno = saved_errno;
	errno = saved_errno;
}

/* 1024 descriptors is the usual soft limit; a thread a client wants more.
 * A hard limit that cannot be reached leaves the soft one as it was. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
