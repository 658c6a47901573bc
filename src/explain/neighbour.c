/* neighbour.c - the kernel's table of TCP sockets, read for one port.
 * A row is "  sl: 0100007F:1F90 00000000:0000 0A ...": the local address and
 * port, the peer's, the state, in hexadecimal.
 * See also: explain/neighbour.h */
#include "explain/neighbour.h"

#include <fcntl.h>

#include "explain/call.h"
#include "explain/own.h"

#define STATE_TIME_WAIT	6
#define STATE_LISTEN	10

/* The fields of a row, between blanks. */
enum field { FIELD_NUMBER, FIELD_LOCAL, FIELD_PEER, FIELD_STATE, FIELD_REST };

struct reading {
	int		 field, is_blank;
	unsigned	 value;		/* of the digits since blank or colon */
	unsigned	 port;
};

static int field_ends(struct reading *, unsigned);
static int read_byte(struct reading *, char, unsigned);
static int table_find(const char *, unsigned);

int
neighbour_find(const struct place *place)
{
	int found = table_find("/proc/net/tcp", place->port) |
	    table_find("/proc/net/tcp6", place->port);

	return (found & FOUND_LISTENER ? FOUND_LISTENER : found);
}

static int
table_find(const char *path, unsigned port)
{
	struct reading reading = { .is_blank = 1 };
	int fd = open(path, O_RDONLY | O_CLOEXEC), found = 0;
	char buf[1024];
	ssize_t len;

	if (fd == -1)
		return (0);
	while ((len = own_read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < len; i++)
			found |= read_byte(&reading, buf[i], port);
	own_close(fd);
	return (found);
}

/* What a byte ends: the state of a socket on the port? */
static int
read_byte(struct reading *r, char c, unsigned port)
{
	int found = 0;

	if (c != ' ' && c != '\n') {
		r->is_blank = 0;
		r->value = c == ':' ? 0 : r->value * 16 + (unsigned)(c <= '9' ?
		    c - '0' : (c | 32) - 'a' + 10);
		return (0);
	}
	if (!r->is_blank)
		found = field_ends(r, port);
	r->is_blank = 1;
	r->value = 0;
	if (c == '\n')
		r->field = FIELD_NUMBER;
	return (found);
}

static int
field_ends(struct reading *r, unsigned port)
{
	int field = r->field;

	r->field += field < FIELD_REST;
	if (field == FIELD_LOCAL)
		r->port = r->value;
	if (field != FIELD_STATE || r->port != port)
		return (0);
	return (r->value == STATE_LISTEN ? FOUND_LISTENER :
	    r->value == STATE_TIME_WAIT ? FOUND_TIME_WAIT : 0);
}
