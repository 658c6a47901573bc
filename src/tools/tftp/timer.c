/* timer.c - how long to wait for an answer before saying it again.
 * See also: tools/tftp/timer.h, tests/check_tftp_timer.c */
#include "tools/tftp/timer.h"

#define HURRIED_TRIES	3		/* then a second at least */

void
timer_init(struct timer *timer, int timeout_s)
{
	*timer = (struct timer){ .fixed_us = (int64_t)timeout_s * 1000000 };
}

/* RFC 6298 2.2, 2.3: an eighth of the news, a quarter of the deviation. */
void
timer_measure(struct timer *timer, int64_t trip_us)
{
	int64_t off;

	if (trip_us < 1)
		trip_us = 1;
	if (timer->smooth_us == 0) {
		timer->smooth_us = trip_us;
		timer->deviation_us = trip_us / 2;
		return;
	}
	off = trip_us - timer->smooth_us;
	timer->smooth_us += off / 8;
	timer->deviation_us += ((off < 0 ? -off : off) -
	    timer->deviation_us) / 4;
	if (timer->smooth_us < 1)
		timer->smooth_us = 1;
}

void
timer_progress(struct timer *timer)
{
	timer->tries = 0;
}

int
timer_expired(struct timer *timer)
{
	return (++timer->tries < TIMER_TRIES ? 0 : -1);
}

int64_t
timer_wait_us(const struct timer *timer)
{
	int64_t wait_us = TIMER_FIRST_US;

	if (timer->fixed_us != 0)
		return (timer->fixed_us);
	/* RFC 6298 2.3: a steady path is not trusted to the microsecond. */
	if (timer->smooth_us != 0)
		wait_us = timer->smooth_us +
		    (4 * timer->deviation_us > TIMER_LEAST_US ?
		    4 * timer->deviation_us : TIMER_LEAST_US);
	if (timer->tries >= HURRIED_TRIES && wait_us << HURRIED_TRIES <
	    TIMER_FIRST_US)
		wait_us = TIMER_FIRST_US >> HURRIED_TRIES;
	for (int i = 0; i < timer->tries && wait_us < TIMER_MOST_US; i++)
		wait_us *= 2;
	return (wait_us < TIMER_MOST_US ? wait_us : TIMER_MOST_US);
}
