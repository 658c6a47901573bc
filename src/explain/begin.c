/* begin.c - the library's beginning and end, and the table that a signal asks
 * for.  See also: explain/wrap.h, fil-explain(1) */
#include "explain/begin.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "explain/catalogue.h"
#include "explain/output.h"
#include "explain/real.h"
#include "explain/record.h"
#include "explain/thread.h"
#include "explain/wrap.h"

#define OPEN_SHOWN	4
#define COLUMN_CALL	18
#define COLUMN_FOR	76

static void after_fork(void);
static void begin(void);
static void catch(int);
static void end(void);
static void on_signal(int);
static void table(void);
static void table_row(struct words *, const struct thread_wait *, int64_t);

/* Of this thread: what cuts short the wait of one may leave another's alone. */
static _Thread_local volatile unsigned table_signals
	__attribute__((tls_model("initial-exec")));
static atomic_int is_finished, own_pid;

static void __attribute__((constructor))
begin(void)
{
	int saved = errno;

	own_pid = getpid();
	output_open();
	thread_begin(NULL);
	pthread_atfork(NULL, NULL, after_fork);
	catch(SIGUSR1);
	catch(BEGIN_TABLE_SIGNAL);
	if (output_settings()->has_log)
		record_start();
	errno = saved;
}

static void __attribute__((destructor))
end(void)
{
	wrap_finish();
}

static void
after_fork(void)
{
	own_pid = getpid();
	output_forked();
	thread_forked();
	if (output_settings()->has_log)
		record_start();
}

int
wrap_is_stranger(void)
{
	return (own_pid != 0 && getpid() != own_pid);
}

unsigned
wrap_table_signals(void)
{
	return (table_signals);
}

int
wrap_again(ssize_t result, unsigned *signals)
{
	unsigned before = *signals;

	*signals = table_signals;
	return (result == -1 && errno == EINTR && before != *signals);
}

void
wrap_finish(void)
{
	int fds[OPEN_SHOWN], count;
	char buf[OUTPUT_SIZE];
	struct words words;
	struct sock sock;

	if (!output_settings()->is_first || wrap_is_stranger() ||
	    atomic_exchange(&is_finished, 1) ||
	    (count = sock_open_ones(fds, OPEN_SHOWN)) == 0)
		return;
	words_init(&words, buf, sizeof(buf));
	output_time(&words);
	words_add(&words, " %s", _(N_("The process ends. Never closed:")));
	for (int i = 0; i < count && i < OPEN_SHOWN; i++) {
		sock_get(fds[i], &sock);
		words_add(&words, " ");
		sock_add(&words, fds[i], &sock, 0, NULL);
	}
	if (count > OPEN_SHOWN)
		words_add(&words, " ... %d", count);
	words_add(&words, "\n");
	output_text(&words);
}

/* --- who waits where ------------------------------------------------------ */

/* A signal that the program has a use for stays the program's. */
static void
catch(int number)
{
	struct sigaction old, new = { .sa_handler = on_signal,
	    .sa_flags = SA_RESTART };

	if (real()->sigaction(number, NULL, &old) == 0 &&
	    old.sa_handler == SIG_DFL)
		real()->sigaction(number, &new, NULL);
}

static void
on_signal(int number)
{
	int saved = errno;

	(void)number;
	table_signals++;
	table();
	errno = saved;
}

static void
table(void)
{
	char buf[OUTPUT_SIZE];
	struct thread_wait wait;
	struct words words;
	int64_t now = output_now(CLOCK_MONOTONIC);

	words_init(&words, buf, sizeof(buf));
	output_time(&words);
	words_add(&words, " %s\n", _(N_("Who waits where, and for how long:")));
	for (int row = 0; row < THREAD_MAX; row++) {
		if (!thread_wait(row, &wait))
			continue;
		table_row(&words, &wait, now);
		if (words.len < OUTPUT_SIZE - 512)
			continue;
		output_text(&words);
		words_init(&words, buf, sizeof(buf));
	}
	output_text(&words);
}

/* "    client-2      recv(5<tcp ... <- 10.0.0.1:41844>)     3.204 s" */
static void
table_row(struct words *words, const struct thread_wait *wait, int64_t now)
{
	size_t begin = words->len;
	struct sock sock;

	words_add(words, "    ");
	words_safe(words, wait->name, strlen(wait->name));
	while (words->len < begin + COLUMN_CALL)
		words_add(words, " ");
	if (wait->call == NULL) {
		words_add(words, "%s\n", _(N_("does not wait")));
		return;
	}
	words_add(words, "%s(", wait->call);
	if (wait->fd != -1) {
		sock_get(wait->fd, &sock);
		sock_add(words, wait->fd, &sock, -1, NULL);
	}
	words_add(words, ") ");
	while (words->len < begin + COLUMN_FOR)
		words_add(words, " ");
	words_seconds(words, now - wait->since_ns);
	words_add(words, "\n");
}

/* To the program its signals look as if we were not here. */
static void
hide(struct sigaction *old)
{
	if (old != NULL && old->sa_handler == on_signal) {
		memset(old, 0, sizeof(*old));
		old->sa_handler = SIG_DFL;
	}
}

WRAPPER int
sigaction(int number, const struct sigaction *new, struct sigaction *old)
{
	struct sigaction copy;
	int result;

	/* What is given back may stand where the new one does. */
	if (new != NULL)
		copy = *new;
	result = real()->sigaction(number, new != NULL ? &copy : NULL, old);
	if (result == 0)
		hide(old);
	return (result);
}

WRAPPER sighandler_t
signal(int number, sighandler_t handler)
{
	sighandler_t old = real()->signal(number, handler);

	return (old == on_signal ? SIG_DFL : old);
}
