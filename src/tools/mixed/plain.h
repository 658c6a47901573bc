/* plain.h - the exchange of sheet A: every message is acknowledged.
 * The texts on the wire are the sheet's own: French, UTF-8, no newline.
 * See also: tools/mixed/mixed_service.h, tests/system/mixed.py */
#ifndef MIXED_PLAIN_H
#define MIXED_PLAIN_H

#include "serve/server.h"

#define PLAIN_CHUNK_SIZE	4096	/* of one recv, so of one answer */

/*
 * plain_serve - answer every chunk of a client, until it leaves
 *   chunk, len   what it has sent already; PLAIN_CHUNK_SIZE bytes of room
 * Returns 0 at the end of its stream, or the errno of primitive.
 * Blocks: until then.   Threads: the client's own.
 */
int	plain_serve(struct client *client, char *chunk, size_t len,
	    const char **primitive);

/*
 * plain_answer_datagram - the same, for one datagram
 * Returns 1 if it was answered, 0 if it is empty.
 * Blocks: no.   Threads: main's only.
 */
int	plain_answer_datagram(const struct datagram *datagram);

#endif
