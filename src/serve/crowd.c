/* crowd.c - speakers wait while lines are sent more slowly than placed.
 * See also: serve/crowd.h, tests/check_outbox.c */
#include "serve/crowd.h"

int
crowd_init(struct crowd *crowd, struct cause *cause)
{
	int error;

	if ((error = pthread_mutex_init(&crowd->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	if ((error = pthread_cond_init(&crowd->eased, NULL)) != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		pthread_mutex_destroy(&crowd->lock);
		return (-1);
	}
	atomic_init(&crowd->len, 0);
	return (0);
}

void
crowd_fini(struct crowd *crowd)
{
	pthread_cond_destroy(&crowd->eased);
	pthread_mutex_destroy(&crowd->lock);
}

void
crowd_change(struct crowd *crowd, int change)
{
	pthread_mutex_lock(&crowd->lock);
	atomic_fetch_add(&crowd->len, change);
	if (crowd_is_empty(crowd))
		pthread_cond_signal(&crowd->eased);
	pthread_mutex_unlock(&crowd->lock);
}

void
crowd_wait(struct crowd *crowd)
{
	if (crowd_is_empty(crowd))
		return;
	pthread_mutex_lock(&crowd->lock);
	while (!crowd_is_empty(crowd))
		pthread_cond_wait(&crowd->eased, &crowd->lock);
	pthread_mutex_unlock(&crowd->lock);
}

int
crowd_is_empty(struct crowd *crowd)
{
	return (atomic_load(&crowd->len) == 0);
}

void
crowd_pass_on(struct crowd *crowd)
{
	if (crowd_is_empty(crowd))
		pthread_cond_signal(&crowd->eased);
}
