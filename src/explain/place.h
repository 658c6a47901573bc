/* place.h - the address of an end, small enough to be kept for each descriptor.
 * See also: explain/sock.h */
#ifndef EXPLAIN_PLACE_H
#define EXPLAIN_PLACE_H

#include <stdint.h>
#include <sys/socket.h>

#include "explain/words.h"

#define PLACE_WORDS	6		/* 48 bytes */

struct place {
	uint16_t	 family;	/* AF_UNSPEC: none is known */
	uint16_t	 port;
	uint32_t	 scope;
	union {
		unsigned char	 address[16];
		char		 path[40];	/* of AF_UNIX, cut to fit */
	} at;
};

/*
 * place_set - take a socket address
 *   addr, len   as a call of the socket API gives it; NULL, or nonsense: none
 * Blocks: no.   Threads: safe.
 */
void	place_set(struct place *place, const struct sockaddr *addr,
	    socklen_t len);

/* place_add - write it: "127.0.0.1:80", "[::1]:80", "/run/x", "?" */
void	place_add(struct words *words, const struct place *place);

/* place_is_any - is it the wildcard address, every address of the machine? */
int	place_is_any(const struct place *place);

/* place_is_loopback - is it reached from this machine only? */
int	place_is_loopback(const struct place *place);

#endif
