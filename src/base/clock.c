/* clock.c - deadlines in milliseconds and waits until them; the
 * time, for people and for the wire.
 * See also: base/clock.h, tests/check_clock.c */
#include "base/clock.h"

#include <limits.h>
#include <stdio.h>

int64_t
clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

int64_t
clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

int64_t
clock_deadline(int64_t timeout_ms)
{
	int64_t now = clock_now_ms();

	if (timeout_ms <= 0 || timeout_ms >= CLOCK_NEVER - now)
		return (CLOCK_NEVER);
	return (now + timeout_ms);
}

int
clock_poll_ms(int64_t deadline)
{
	int64_t left;

	if (deadline == CLOCK_NEVER)
		return (-1);
	left = deadline - clock_now_ms();
	if (left <= 0)
		return (0);
	return (left < INT_MAX ? (int)left : INT_MAX);
}

struct timespec
clock_timespec(int64_t ms)
{
	return ((struct timespec){ .tv_sec = (time_t)(ms / 1000),
	    .tv_nsec = (long)(ms % 1000) * 1000000 });
}

int
clock_cond_init(pthread_cond_t *condition)
{
	pthread_condattr_t attr;
	int error = pthread_condattr_init(&attr);

	if (error != 0)
		return (error);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	error = pthread_cond_init(condition, &attr);
	pthread_condattr_destroy(&attr);
	return (error);
}

const char *
clock_time_of_day(char *text, size_t size)
{
	struct timespec now;
	struct tm local;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	snprintf(text, size, "%02d:%02d:%02d.%03d", local.tm_hour,
	    local.tm_min, local.tm_sec, (int)(now.tv_nsec / 1000000));
	return (text);
}

const char *
clock_utc(char *text, size_t size)
{
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
	    utc.tm_min, utc.tm_sec, (int)(now.tv_nsec / 1000000));
	return (text);
}
