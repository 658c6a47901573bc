/* workers.c - threads that are used again.
 * See also: serve/workers.h, tests/check_workers.c */
#include "config.h"

#ifdef HAVE_PTHREAD_SETNAME_NP
#define _GNU_SOURCE
#endif
#include "serve/workers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "serve/client_thread.h"
#include "serve/lifecycle.h"

#define IDLE_MS		2000		/* how long they wait */

struct worker {
	struct workers	*workers;
	pthread_cond_t	 wake;		/* monotonic clock */
	/* guarded by workers->lock: */
	void		(*run)(void *);	/* NULL: it waits */
	void		*arg;
	struct worker	*next;		/* of those that wait */
};

static void worker_end_locked(struct worker *);
static void *worker_main(void *);
static int worker_start(struct workers *, void (*)(void *), void *);
static int worker_wait_locked(struct worker *);

int
workers_init(struct workers *workers, struct cause *cause)
{
	int error;

	*workers = (struct workers){ .idle = NULL };
	if (client_thread_attr(&workers->attr, cause) == -1)
		return (-1);
	if ((error = pthread_mutex_init(&workers->lock, NULL)) != 0)
		cause_errno(cause, "pthread_mutex_init", error, NULL);
	else if ((error = pthread_cond_init(&workers->ended, NULL)) != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		pthread_mutex_destroy(&workers->lock);
	}
	if (error != 0)
		pthread_attr_destroy(&workers->attr);
	workers->ready = error == 0;
	return (error == 0 ? 0 : -1);
}

void
workers_fini(struct workers *workers)
{
	if (!workers->ready)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->ending = 1;
	for (struct worker *worker = workers->idle; worker != NULL;
	    worker = worker->next)
		pthread_cond_signal(&worker->wake);
	while (workers->len > 0)
		pthread_cond_wait(&workers->ended, &workers->lock);
	pthread_mutex_unlock(&workers->lock);
	pthread_cond_destroy(&workers->ended);
	pthread_mutex_destroy(&workers->lock);
	pthread_attr_destroy(&workers->attr);
	workers->ready = 0;
}

int
workers_run(struct workers *workers, void (*run)(void *), void *arg)
{
	struct worker *worker;

	pthread_mutex_lock(&workers->lock);
	if ((worker = workers->idle) != NULL) {
		workers->idle = worker->next;
		workers->idle_len--;
		worker->run = run;
		worker->arg = arg;
		pthread_cond_signal(&worker->wake);
	}
	pthread_mutex_unlock(&workers->lock);
	return (worker != NULL ? 0 : worker_start(workers, run, arg));
}

void
workers_name(const char *kind, unsigned long number)
{
#ifdef HAVE_PTHREAD_SETNAME_NP
	char name[16];

	snprintf(name, sizeof(name), number != 0 ? "%s-%lu" : "%s", kind,
	    number % 1000000);
	pthread_setname_np(pthread_self(), name);
#else
	(void)kind;
	(void)number;
#endif
}

static int
worker_start(struct workers *workers, void (*run)(void *), void *arg)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	pthread_t thread;
	int error;

	if (worker == NULL)
		return (ENOMEM);
	*worker = (struct worker){ .workers = workers, .run = run,
	    .arg = arg };
	error = clock_cond_init(&worker->wake);
	if (error != 0) {
		free(worker);
		return (error);
	}
	pthread_mutex_lock(&workers->lock);
	workers->len++;
	pthread_mutex_unlock(&workers->lock);
	error = pthread_create(&thread, &workers->attr, worker_main, worker);
	if (error != 0) {
		pthread_mutex_lock(&workers->lock);
		worker_end_locked(worker);
		pthread_mutex_unlock(&workers->lock);
	}
	return (error);
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct workers *workers = worker->workers;

	lifecycle_leave_signals();
	do {
		worker->run(worker->arg);
		pthread_mutex_lock(&workers->lock);
		if (worker_wait_locked(worker) == -1) {
			worker_end_locked(worker);
			worker = NULL;
		}
		pthread_mutex_unlock(&workers->lock);
	} while (worker != NULL);
	return (NULL);
}

/* Returns 0 when there is work, -1 if this thread shall end. */
static int
worker_wait_locked(struct worker *worker)
{
	struct workers *workers = worker->workers;
	int64_t deadline = clock_deadline(IDLE_MS);
	struct timespec until = clock_timespec(deadline);
	struct worker **at = &workers->idle;

	if (workers->idle_len == WORKERS_IDLE_MAX || workers->ending)
		return (-1);
	workers_name("idle", 0);
	worker->run = NULL;
	worker->next = workers->idle;
	workers->idle = worker;
	workers->idle_len++;
	while (worker->run == NULL && !workers->ending &&
	    pthread_cond_timedwait(&worker->wake, &workers->lock,
	    &until) == 0)
		;
	if (worker->run != NULL)
		return (0);
	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
	workers->idle_len--;
	return (-1);
}

static void
worker_end_locked(struct worker *worker)
{
	struct workers *workers = worker->workers;

	workers->len--;
	pthread_cond_signal(&workers->ended);
	pthread_cond_destroy(&worker->wake);
	free(worker);
}
