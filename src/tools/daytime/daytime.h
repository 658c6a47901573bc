/* daytime.h - what fil-daytimed does with a client and with a datagram.
 * Ref: RFC 867.   See also: serve/server.h, tests/system/daytime.py */
#ifndef DAYTIME_DAYTIME_H
#define DAYTIME_DAYTIME_H

#include "serve/server.h"
#include "tools/daytime/date.h"

/* The service's context. */
struct daytime {
	int	 form;			/* enum date_form */
	int	 utc;

	/* The main thread's, for datagrams: many of them ask for the same
	 * second. */
	time_t	 moment;
	char	 line[DATE_SIZE];
	size_t	 len;			/* 0: no line yet */
};

/* Its context is to be set. */
extern const struct service daytime_service;

#endif
