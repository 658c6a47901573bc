/* timing.h - how long each step of a request took.
 * See also: --timing in fil-gethttp(1) */
#ifndef HTTP_TIMING_H
#define HTTP_TIMING_H

#include <stdint.h>

/* In the order in which a request takes them. */
enum timing_step {
	TIMING_LOOKUP,			/* getaddrinfo */
	TIMING_CONNECT,
	TIMING_TLS,
	TIMING_FIRST_BYTE,		/* since the request could be sent */
	TIMING_REST,
	TIMING_STEPS
};

struct timing {
	int64_t	 begin_us, last_us;	/* monotonic */
	int64_t	 took_us[TIMING_STEPS];
};

/* timing_begin - a request begins now. */
void	timing_begin(struct timing *timing);

/* timing_mark - a step ends now, and the next one begins. */
void	timing_mark(struct timing *timing, enum timing_step step);

/*
 * timing_print - print the steps and their sum on standard error, as a line
 * Blocks: as long as standard error does.
 */
void	timing_print(const struct timing *timing);

#endif
