/* timing.c - how long each step of a request took.
 * See also: tools/http/timing.h */
#include "tools/http/timing.h"

#include <stdio.h>
#include <time.h>

#include "base/intl.h"

static int64_t now_us(void);

void
timing_begin(struct timing *timing)
{
	*timing = (struct timing){ .begin_us = now_us() };
	timing->last_us = timing->begin_us;
}

void
timing_mark(struct timing *timing, enum timing_step step)
{
	int64_t now = now_us();

	timing->took_us[step] += now - timing->last_us;
	timing->last_us = now;
}

void
timing_print(const struct timing *timing)
{
	const int64_t *took = timing->took_us;
	double ms[TIMING_STEPS];

	for (int i = 0; i < TIMING_STEPS; i++)
		ms[i] = (double)took[i] / 1000;
	fprintf(stderr, _("lookup %.3f ms, connect %.3f ms, TLS %.3f ms, "
	    "first byte %.3f ms, total %.3f ms\n"), ms[TIMING_LOOKUP],
	    ms[TIMING_CONNECT], ms[TIMING_TLS], ms[TIMING_FIRST_BYTE],
	    (double)(timing->last_us - timing->begin_us) / 1000);
}

/* base/clock.h counts milliseconds; a connection over loopback takes less. */
static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}
