/* mx.h - what a DNS server answers about the exchangers of a domain.
 * The answer is given as bytes and read by ns_parserr; an exchanger's addresses
 * (A, AAAA) come in the same form, so one function reads them all.  An alias
 * (CNAME) in the answer is followed, as far as the answer goes: if it does not
 * hold the records of the name that it leads to, that name is to be asked for.
 * Ref: RFC 1035 4.1, RFC 5321 5.1, RFC 7505 (null MX); ns_parserr(3).
 * See also: tests/check_mx.c, tests/fuzz/fuzz_mx.c */
#ifndef PROTO_MX_H
#define PROTO_MX_H

#include <stddef.h>
#include <stdint.h>

#define MX_NAME_SIZE	1025		/* 255 bytes, each as \DDD */
#define MX_ROWS_MAX	32		/* the best ones, if there are more */

enum mx_type { MX_TYPE_MX, MX_TYPE_A, MX_TYPE_AAAA };

struct mx_row {
	int		 preference;	/* of MX; 0 else */
	union {
		char	 name[MX_NAME_SIZE]; /* of MX, as text: no byte of it
					 * is a control; "." is no host */
		uint8_t	 address[16];	/* of A (4 bytes) and AAAA */
	};
};

struct mx_answer {
	struct mx_row	 rows[MX_ROWS_MAX];
	size_t		 len;
	int		 aliases;	/* how many were followed */
	char		 name[MX_NAME_SIZE]; /* to which they lead */
};

enum mx_verdict {
	MX_FOUND,			/* len >= 1 */
	MX_NONE,			/* the name has none of this type */
	MX_ELSEWHERE,			/* ask for answer->name */
	MX_NO_NAME,			/* NXDOMAIN */
	MX_SERVER_FAILED,		/* SERVFAIL */
	MX_REFUSED,			/* another error */
	MX_CUT,				/* truncated: ask over TCP */
	MX_LOOP,			/* aliases that lead back, or too far */
	MX_MALFORMED,
	MX_SILENT			/* whoever asks says so: no answer */
};

/*
 * mx_parse - read an answer
 *   buf, len   the whole message, any bytes
 *   type       what was asked for
 *   answer     name: what was asked for, on entry; the rest is set.  Rows of
 *              type MX are in the order of their preference, equal ones as
 *              they came
 * Blocks: no.   Threads: safe.
 */
enum mx_verdict mx_parse(const void *buf, size_t len, enum mx_type type,
	    struct mx_answer *answer);

/*
 * mx_is_null - does the domain say that it takes no mail?
 *   answer   of type MX
 * A "." says so, but not beside other exchangers: RFC 7505 3.
 * Blocks: no.   Threads: safe.
 */
int	mx_is_null(const struct mx_answer *answer);

#endif
