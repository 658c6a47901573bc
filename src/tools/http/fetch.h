/* fetch.h - a request, its redirections, and the answer where it is wanted.
 * See also: fil-gethttp(1), tests/system/gethttp.py */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "base/opt.h"
#include "net/tls.h"
#include "proto/http_url.h"
#include "tools/http/wire.h"

#define FETCH_REFUSED	22		/* --fail: exit status, as curl's */

/* What of the answer is written. */
enum fetch_part {
	FETCH_WHOLE,			/* head and body, as they came */
	FETCH_HEAD_AND_BODY,		/* the body without its coding */
	FETCH_BODY,
	FETCH_HEAD			/* by HEAD */
};

struct fetch_options {
	struct http_url	 url;
	enum fetch_part	 part;
	struct opt_list	 fields;
	int		 minor;		/* of HTTP/1.minor */
	int		 follow, fail, timing, quiet;
	const char	*output;	/* a path; "-": standard output */
	struct wire_options wire;	/* its tls is opened when needed */
	struct tls_options tls;
};

/*
 * fetch_run - get it, and write it
 * Says what goes wrong.  A signal that interrupts it ends the process, once
 * everything is tidy.
 * Returns the exit status: 0 for any complete answer.
 * Blocks: as long as the server sends.   Threads: the main one.
 */
int	fetch_run(const struct fetch_options *options);

#endif
