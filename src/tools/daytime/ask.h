/* ask.h - ask a daytime server for its line.
 * Ref: RFC 867.   See also: src/lessons/udp_client.c */
#ifndef DAYTIME_ASK_H
#define DAYTIME_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"

#define ASK_LINE_SIZE	257		/* one byte more than a line may have */

struct ask_options {
	const char	*host;
	int		 port;
	int		 family;
	int64_t		 timeout_ms;	/* 0: none */
};

/* What was told: a line without its end, in some bytes. */
struct ask_line {
	char		 bytes[ASK_LINE_SIZE];
	size_t		 begin, len;
};

/*
 * ask_tcp - connect, and read the line
 * It ends with LF, or where the server ends the stream.  Empty lines before it
 * are read over: some servers begin with one.
 * Returns 0, or -1 with cause.
 * Blocks: until the deadline at most, and for the resolver.   Threads: safe.
 */
int	ask_tcp(const struct ask_options *options, struct ask_line *line,
	    struct cause *cause);

/*
 * ask_udp - send an empty datagram, and read the line in the answer
 * Three tries, as long as nothing tells that nobody is there.
 * Returns and blocks as ask_tcp; 7 s for each address at most.
 */
int	ask_udp(const struct ask_options *options, struct ask_line *line,
	    struct cause *cause);

#endif
