/* resolver.h - questions to DNS, each with a resolver state of its own.
 * res_nquery keeps its settings in a structure, not in the process, so another
 * server can be named there.  It asks over UDP, and over TCP if the answer was
 * cut; getaddrinfo, which knows /etc/hosts too, cannot be asked for MX.
 * Over TCP the C library waits without end, so a thread does the asking, and is
 * left to itself when its time is up.
 * Ref: resolver(3), RFC 1035 4.2.   See also: proto/mx.h,
 * tests/system/smtp_dns.py */
#ifndef SMTP_RESOLVER_H
#define SMTP_RESOLVER_H

#include <netinet/in.h>
#include <stdint.h>

#include "proto/mx.h"

struct resolver {
	const struct sockaddr_in *server; /* NULL: those of resolv.conf(5) */
	int64_t		 timeout_ms;	/* for each question; 0: a minute */
};

/*
 * resolver_ask - the records of a name, aliases followed to their end
 *   name     a full name, with or without the last dot
 *   answer   receives them
 * Returns what mx_parse does, but for MX_ELSEWHERE and MX_CUT; MX_SILENT if
 * nobody answered in time.
 * Blocks: until the time-out of each of 8 questions.   Threads: safe.
 */
enum mx_verdict resolver_ask(const struct resolver *resolver,
	    const char *name, enum mx_type type, struct mx_answer *answer);

#endif
