/* timer.h - how long to wait for an answer before saying it again.
 * From measured round trips (Jacobson): the smoothed time and four times its
 * deviation, or 20 ms; doubled with each try, so that a slow path is not
 * filled with copies.  A packet that was sent twice measures nothing, for
 * whose answer is it?  (Karn.)  The later tries are not hurried: a path that
 * is gone for a moment comes back.
 * No clock is read here: the caller says what time it is.
 * Ref: RFC 1123 4.2.3.2, RFC 6298 (the same for TCP), RFC 2349 (timeout).
 * See also: tests/check_tftp_timer.c */
#ifndef TFTP_TIMER_H
#define TFTP_TIMER_H

#include <stdint.h>

#define TIMER_FIRST_US	1000000		/* before anything was measured */
#define TIMER_LEAST_US	20000
#define TIMER_MOST_US	8000000
#define TIMER_TRIES	6		/* the first one, and five more */

/* One side of one transfer. */
struct timer {
	int64_t		 fixed_us;	/* negotiated; 0: measured */
	int64_t		 smooth_us;	/* round trip; 0: none measured yet */
	int64_t		 deviation_us;
	int		 tries;		/* without an answer, since the first */
};

/*
 * timer_init - a timer that has measured nothing
 *   timeout_s   of RFC 2349: waits so long, always; 0: measure
 * Blocks: no.   Threads: each transfer its own, for all below.
 */
void	timer_init(struct timer *timer, int timeout_s);

/* timer_measure - an answer took so long. */
void	timer_measure(struct timer *timer, int64_t trip_us);

/* timer_progress - the peer has said something new: tries begin anew. */
void	timer_progress(struct timer *timer);

/*
 * timer_expired - nobody has answered in time
 * Returns 0: say it again, or -1: give up.
 */
int	timer_expired(struct timer *timer);

/* timer_wait_us - how long to wait now. */
int64_t	timer_wait_us(const struct timer *timer);

#endif
