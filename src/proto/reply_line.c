/* reply_line.c - how a line of a reply begins.
 * See also: proto/reply_line.h, tests/check_smtp_reply.c */
#include "proto/reply_line.h"

#include <stdint.h>

#include "base/num.h"

#define DIGITS	3

int
reply_line_parse(const char *buf, size_t len, struct reply_line *line)
{
	uint64_t code;
	int more = len > DIGITS && buf[DIGITS] == '-';

	if (len < DIGITS || num_parse(buf, DIGITS, 599, &code) == -1 ||
	    code < 100)
		return (-1);
	if (len > DIGITS && !more && buf[DIGITS] != ' ')
		return (-1);
	*line = (struct reply_line){ .code = (int)code, .more = more,
	    .text = buf + DIGITS + (len > DIGITS),
	    .len = len - DIGITS - (len > DIGITS) };
	return (0);
}
