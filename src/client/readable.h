/* readable.h - a stream of bytes made safe for a terminal.
 * A character may be cut where one recv ends and the next begins: what is not
 * yet whole waits for the rest.
 * See also: base/text.h */
#ifndef CLIENT_READABLE_H
#define CLIENT_READABLE_H

#include <stddef.h>

#include "base/cause.h"
#include "client/save.h"

#define READABLE_HELD	3		/* of the 4 bytes of a character */

struct readable {
	char	 held[READABLE_HELD];
	size_t	 len;
};

/*
 * readable_write - write what can be read of some bytes
 * A CR before LF is left out: it moves the cursor where it is to go anyway.
 * Returns 0, or -1 with cause.
 * Blocks: as the terminal does.
 */
int	readable_write(struct readable *readable, struct save *to,
	    const char *bytes, size_t len, struct cause *cause);

/* readable_end - no more comes: write what waits.  Returns as the other. */
int	readable_end(struct readable *readable, struct save *to,
	    struct cause *cause);

#endif
