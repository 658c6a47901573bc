/* prompt_signals.c - signals while the terminal is not as the shell left it.
 * See also: client/prompt_signals.h */
#include "client/prompt_signals.h"

#include <pthread.h>
#include <stdatomic.h>

static void note_signal(int);

static const int numbers[PROMPT_SIGNALS] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP,
    SIGTSTP, SIGCONT, SIGWINCH };

/* A bit for each: a handler has nowhere else to write to. */
static atomic_uint pending_signals;

void
prompt_signals_take(struct prompt_signals *signals)
{
	struct sigaction noting = { .sa_handler = note_signal };
	sigset_t ours;

	sigemptyset(&ours);
	for (int i = 0; i < PROMPT_SIGNALS; i++)
		sigaddset(&ours, numbers[i]);
	noting.sa_mask = ours;
	pthread_sigmask(SIG_BLOCK, &ours, &signals->before);
	for (int i = 0; i < PROMPT_SIGNALS; i++) {
		sigaction(numbers[i], NULL, &signals->actions[i]);
		if (signals->actions[i].sa_handler != SIG_IGN)
			sigaction(numbers[i], &noting, NULL);
	}
}

/* The mask last: what is pending then acts as it always did. */
void
prompt_signals_leave(const struct prompt_signals *signals)
{
	for (int i = 0; i < PROMPT_SIGNALS; i++)
		sigaction(numbers[i], &signals->actions[i], NULL);
	pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
}

int
prompt_signals_next(void)
{
	for (int i = 0; i < PROMPT_SIGNALS; i++)
		if ((atomic_fetch_and(&pending_signals, ~(1u << i)) >> i &
		    1) != 0)
			return (numbers[i]);
	return (0);
}

void
prompt_signals_give(struct prompt_signals *signals, int number)
{
	prompt_signals_leave(signals);
	raise(number);
	prompt_signals_take(signals);
}

/* Asynchronous: a lock-free atomic only. */
static void
note_signal(int number)
{
	for (int i = 0; i < PROMPT_SIGNALS; i++)
		if (numbers[i] == number)
			atomic_fetch_or(&pending_signals, 1u << i);
}
