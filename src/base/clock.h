/* clock.h - deadlines in milliseconds; the time, for people and for the wire.
 * A deadline is a moment of the monotonic clock, so that a wait that is
 * interrupted and begun again does not grow, and setting the date harms none.
 * See also: tests/check_clock.c */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_NEVER	INT64_MAX	/* a deadline that does not come */
#define CLOCK_UTC_SIZE	25		/* until the year 9999 */

/*
 * clock_now_ms - the monotonic clock, milliseconds from some past moment
 * Blocks: no.   Threads: safe.   Ref: POSIX clock_gettime.
 */
int64_t	clock_now_ms(void);

/*
 * clock_now_us - the same clock in microseconds: for measured round trips
 * Blocks: no.   Threads: safe.
 */
int64_t	clock_now_us(void);

/*
 * clock_deadline - the moment timeout_ms from now
 *   timeout_ms   0 or less: CLOCK_NEVER (an option's 0 means no limit)
 * Blocks: no.   Threads: safe.
 */
int64_t	clock_deadline(int64_t timeout_ms);

/*
 * clock_poll_ms - what is left of a deadline, as poll(2) takes it
 * Returns -1 for CLOCK_NEVER, 0 if it has passed, else at most INT_MAX.
 * Blocks: no.   Threads: safe.
 */
int	clock_poll_ms(int64_t deadline);

/*
 * clock_timespec - milliseconds as pselect and pthread_cond_timedwait take them
 *   ms   a time to wait, or a deadline: the far end of time for CLOCK_NEVER
 * Blocks: no.   Threads: safe.
 */
struct timespec clock_timespec(int64_t ms);

/*
 * clock_cond_init - a condition variable whose waits end by a deadline
 * pthread_cond_init alone would have it heed the date, which may be set.
 * Returns as pthread_cond_init does: 0, or the error.
 * Blocks: no.   Threads: safe.   Ref: POSIX pthread_condattr_setclock.
 */
int	clock_cond_init(pthread_cond_t *condition);

/*
 * clock_time_of_day - local time, "12:03:04.120"
 *   text, size   where to write; 16 bytes are enough
 * Returns text.
 * Blocks: no.   Threads: safe.
 */
const char *clock_time_of_day(char *text, size_t size);

/*
 * clock_utc - date and time for a protocol, "2026-11-21T18:00:00.123Z": the
 * same moment reads the same in every time zone, and sorts as text
 *   text, size   where to write; CLOCK_UTC_SIZE bytes are enough
 * Returns text.
 * Blocks: no.   Threads: safe.   Ref: RFC 3339 5.6.
 */
const char *clock_utc(char *text, size_t size);

#endif
