/* hear.c - what a server says, line by line.
 * See also: client/hear.h, tests/system/ftp_hostile.py,
 * tests/system/smtp_hostile.py */
#include "client/hear.h"

#include <errno.h>

#include "base/intl.h"

static ssize_t hear_some(const struct hearing *, void *, size_t, int64_t);

int
hear_line(const struct hearing *server, int64_t deadline, const char **line,
    size_t *len, struct cause *cause)
{
	enum line_result result;

	while ((result = line_reader_next(server->reader, line, len)) ==
	    LINE_NONE) {
		size_t size;
		char *space = line_reader_space(server->reader, &size);
		ssize_t n = hear_some(server, space, size, deadline);

		if (n > 0) {
			line_reader_filled(server->reader, (size_t)n);
			continue;
		}
		if (n == 0)
			cause_said(cause, "recv", N_("the server hung up"),
			    server->name);
		else
			stream_cause(server->stream, "recv", errno,
			    server->name, cause);
		return (-1);
	}
	if (result == LINE_READY)
		return (0);
	cause_said(cause, "recv", N_("the server sent an endless line"),
	    server->name);
	return (-1);
}

int
hear_has_more(const struct line_reader *reader)
{
	return (line_reader_pending(reader) > 0);
}

static ssize_t
hear_some(const struct hearing *server, void *buf, size_t size,
    int64_t deadline)
{
	return (server->interrupt != NULL ?
	    interrupt_recv(server->interrupt, server->stream, buf, size,
	    deadline) :
	    stream_recv_within(server->stream, buf, size, deadline));
}
