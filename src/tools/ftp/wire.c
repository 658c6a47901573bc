/* wire.c - the control connection: commands out, replies in.
 * See also: tools/ftp/wire.h, tests/system/ftp_hostile.py */
#include "tools/ftp/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "client/connection.h"
#include "client/hear.h"
#include "proto/ftp_command.h"

static int keep_line(struct answer *, const char *, size_t);
static int no_reply(const struct wire *, const char *, struct cause *);
static void show(const char *, const char *, size_t);

int
wire_init(struct wire *wire, struct cause *cause)
{
	address_format(&wire->peer, wire->peer_text, sizeof(wire->peer_text));
	if ((wire->buf = malloc(FTP_REPLY_LINE_MAX)) == NULL) {
		cause_errno(cause, "malloc", errno, NULL);
		return (-1);
	}
	line_reader_init(&wire->reader, wire->buf, FTP_REPLY_LINE_MAX);
	return (0);
}

void
wire_close(struct wire *wire)
{
	if (wire->stream.fd != -1)
		stream_end(&wire->stream);
	connection_close(&wire->stream);
	free(wire->buf);
	free(wire->answer.text);
	wire->buf = NULL;
	wire->answer = (struct answer){ .code = 0 };
}

int
wire_say(struct wire *wire, const char *verb, const char *argument,
    struct cause *cause)
{
	int is_secret = strcasecmp(verb, "PASS") == 0, result;
	char line[FTP_LINE_MAX];
	ssize_t len = strpbrk(verb, "\r\n") != NULL ? -1 :
	    ftp_command_format(line, sizeof(line), verb, argument);

	if (len == -1) {
		cause_said(cause, "send", N_("a command can have no end of "
		    "line in it, and 4096 bytes at most"), wire->peer_text);
		cause->error = EINVAL;
		return (-1);
	}
	show(">", is_secret ? "PASS ********" : line,
	    is_secret ? strlen("PASS ********") : (size_t)len - 2);
	result = stream_send_all(&wire->stream, line, (size_t)len);
	if (result == -1)
		stream_cause(&wire->stream, "send", errno, wire->peer_text,
		    cause);
	wipe(line, sizeof(line));
	return (result);
}

int
wire_hear(struct wire *wire, struct cause *cause)
{
	int64_t deadline = clock_deadline(wire->timeout_ms);
	const struct hearing server = { .stream = &wire->stream,
	    .reader = &wire->reader, .interrupt = wire->interrupt,
	    .name = wire->peer_text };
	struct ftp_reply reply = { .code = 0 };
	enum ftp_reply_verdict verdict;

	wire->answer.len = 0;
	do {
		const char *line, *text;
		size_t len;

		if (hear_line(&server, deadline, &line, &len, cause) == -1)
			return (-1);
		show("<", line, len);
		verdict = ftp_reply_take(&reply, line, len, &text);
		if (verdict == FTP_REPLY_BAD || memchr(line, '\0', len) !=
		    NULL)
			return (no_reply(wire, reply.lines >
			    FTP_REPLY_LINES_MAX ?
			    N_("the server sent an endless reply") :
			    N_("what the server sent is no reply of FTP's"),
			    cause));
		if (keep_line(&wire->answer, text,
		    (size_t)(line + len - text)) == -1) {
			cause_errno(cause, "realloc", errno, NULL);
			return (-1);
		}
	} while (verdict == FTP_REPLY_MORE);
	wire->answer.code = reply.code;
	return (reply.code);
}

/* The line, its newline, and once more the line itself, which the next one
 * overwrites. */
static int
keep_line(struct answer *answer, const char *line, size_t len)
{
	size_t size = answer->len + 2 * (len + 1);

	if (size > answer->size) {
		char *text = realloc(answer->text, 2 * size);

		if (text == NULL)
			return (-1);
		answer->text = text;
		answer->size = 2 * size;
	}
	memcpy(answer->text + answer->len, line, len);
	answer->text[answer->len + len] = '\n';
	answer->len += len + 1;
	memcpy(answer->text + answer->len, line, len);
	answer->text[answer->len + len] = '\0';
	answer->last = answer->text + answer->len;
	return (0);
}

static int
no_reply(const struct wire *wire, const char *said, struct cause *cause)
{
	cause_said(cause, "recv", said, wire->peer_text);
	return (-1);
}

static void
show(const char *who, const char *line, size_t len)
{
	char safe[LOG_LINE_SIZE];

	if (!log_shows(LOG_LEVEL_DETAIL))
		return;
	text_safe(safe, sizeof(safe), line, len, TEXT_ONE_LINE);
	log_line(LOG_LEVEL_DETAIL, "%s %s", who, safe);
}
