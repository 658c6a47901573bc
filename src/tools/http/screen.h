/* screen.h - a stream of bytes made safe for a terminal.
 * A character may be cut where one recv ends and the next begins: what is not
 * yet whole waits for the rest.
 * See also: base/text.h */
#ifndef HTTP_SCREEN_H
#define HTTP_SCREEN_H

#include <stddef.h>

#include "base/cause.h"
#include "client/save.h"

#define SCREEN_HELD	3		/* of the 4 bytes of a character */

struct screen {
	char	 held[SCREEN_HELD];
	size_t	 len;
};

/*
 * screen_write - write what can be read of some bytes
 * A CR before LF is left out: it moves the cursor where it is to go anyway.
 * Returns 0, or -1 with cause.
 * Blocks: as the terminal does.
 */
int	screen_write(struct screen *screen, struct save *to, const char *bytes,
	    size_t len, struct cause *cause);

/* screen_end - no more comes: write what waits.  Returns as screen_write. */
int	screen_end(struct screen *screen, struct save *to,
	    struct cause *cause);

#endif
