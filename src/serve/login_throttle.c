/* login_throttle.c - who has failed to log in too often of late.
 * See also: serve/login_throttle.h, tests/check_host_rate.c */
#include "serve/login_throttle.h"

int
login_throttle_init(struct login_throttle *throttle, const struct rate *rate,
    struct cause *cause)
{
	int error;

	throttle->ready = 0;
	if (host_rate_init(&throttle->failures, rate, cause) == -1)
		return (-1);
	if ((error = pthread_mutex_init(&throttle->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		host_rate_fini(&throttle->failures);
		return (-1);
	}
	throttle->ready = 1;
	return (0);
}

void
login_throttle_fini(struct login_throttle *throttle)
{
	if (!throttle->ready)
		return;
	pthread_mutex_destroy(&throttle->lock);
	host_rate_fini(&throttle->failures);
	throttle->ready = 0;
}

int
login_throttle_allows(struct login_throttle *throttle,
    const struct address *from, int64_t now_ms)
{
	int allowed;

	pthread_mutex_lock(&throttle->lock);
	allowed = host_rate_allows(&throttle->failures, from, now_ms);
	pthread_mutex_unlock(&throttle->lock);
	return (allowed);
}

void
login_throttle_failed(struct login_throttle *throttle,
    const struct address *from, int64_t now_ms)
{
	pthread_mutex_lock(&throttle->lock);
	host_rate_charge(&throttle->failures, from, now_ms);
	pthread_mutex_unlock(&throttle->lock);
}
