/* wire.c - one connection to a mail server: lines out, replies in.
 * See also: tools/smtp/wire.h, tests/system/smtp_hostile.py */
#include "tools/smtp/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/wipe.h"
#include "client/connection.h"
#include "client/hear.h"
#include "net/dial.h"

#define CONNECT_S	30
#define BLOCK_S		180		/* RFC 5321 4.5.3.2.5 */
#define BLOCK_SIZE	16384
#define LINES_SHOWN	40		/* of a message */

/* A message on its way, some lines at a time. */
struct block {
	char		 bytes[BLOCK_SIZE];
	size_t		 len;
	size_t		 lines;
};

static void add_line(struct wire *, struct block *, const char *, size_t);
static int send_block(struct wire *, struct block *, struct cause *);
static int send_bytes(struct wire *, const char *, size_t, struct cause *);
static void show_rest(struct wire *, const struct block *);

int
wire_open(struct wire *wire, const struct address *addr, struct cause *cause)
{
	struct address_list list = { .items = { *addr }, .len = 1 };
	int fd;

	stream_init(&wire->stream, -1);
	line_reader_init(&wire->reader, wire->buf, sizeof(wire->buf));
	address_format(addr, wire->peer, sizeof(wire->peer));
	fd = tcp_dial(&list, wire_limit_ms(wire, CONNECT_S), cause);
	if (fd == -1)
		return (-1);
	stream_init(&wire->stream, fd);
	stream_set_patience(&wire->stream, wire_limit_ms(wire, BLOCK_S));
	return (0);
}

void
wire_close(struct wire *wire)
{
	if (wire->stream.fd == -1)
		return;
	stream_end(&wire->stream);
	connection_close(&wire->stream);
}

int64_t
wire_limit_ms(const struct wire *wire, int limit_s)
{
	int64_t ms = (int64_t)limit_s * 1000;

	return (wire->timeout_ms > 0 && wire->timeout_ms < ms ?
	    wire->timeout_ms : ms);
}

int
wire_say(struct wire *wire, const char *line, const char *shown,
    struct cause *cause)
{
	char command[WIRE_LINE_SIZE];
	int len = snprintf(command, sizeof(command), "%s\r\n", line);
	int result;

	if (shown == NULL)
		shown = line;
	transcript_line(wire->transcript, SPEAKER_CLIENT, shown,
	    strlen(shown));
	result = send_bytes(wire, command, (size_t)len, cause);
	wipe(command, sizeof(command));
	return (result);
}

int
wire_say_text(struct wire *wire, const char *text, size_t len,
    struct cause *cause)
{
	struct block block = { .len = 0 };
	const char *end = text + len;

	while (text < end) {
		const char *next = (const char *)memchr(text, '\n',
		    (size_t)(end - text)) + 1;

		if (block.len + 1 + (size_t)(next - text) > BLOCK_SIZE &&
		    send_block(wire, &block, cause) == -1)
			return (-1);
		add_line(wire, &block, text, (size_t)(next - text));
		text = next;
	}
	show_rest(wire, &block);
	if (send_block(wire, &block, cause) == -1)
		return (-1);
	return (wire_say(wire, ".", NULL, cause));
}

int
wire_hear(struct wire *wire, int limit_s, struct smtp_reply *reply,
    struct smtp_features *features, struct cause *cause)
{
	int64_t deadline = clock_deadline(wire_limit_ms(wire, limit_s));
	const struct hearing server = { .stream = &wire->stream,
	    .reader = &wire->reader, .name = wire->peer };
	enum smtp_reply_verdict verdict;
	const char *line;
	size_t len;

	*reply = (struct smtp_reply){ .code = 0 };
	do {
		if (hear_line(&server, deadline, &line, &len, cause) == -1)
			return (-1);
		transcript_line(wire->transcript, SPEAKER_SERVER, line, len);
		if (features != NULL && reply->lines > 0)
			smtp_features_add(features, line, len);
		verdict = smtp_reply_add(reply, line, len);
	} while (verdict == SMTP_REPLY_MORE);
	if (verdict == SMTP_REPLY_DONE)
		return (0);
	cause_said(cause, "recv", smtp_reply_wrong(verdict), wire->peer);
	return (-1);
}

/* RFC 5321 4.5.2: a line that begins with a dot gets another, lest it be taken
 * for the end; and only the beginning of a line counts. */
static void
add_line(struct wire *wire, struct block *block, const char *line, size_t len)
{
	char *at = block->bytes + block->len;
	int dots = line[0] == '.';

	if (dots)
		*at = '.';
	memcpy(at + dots, line, len);
	len += (size_t)dots;
	block->len += len;
	if (block->lines++ < LINES_SHOWN)
		transcript_line(wire->transcript, SPEAKER_CLIENT, at,
		    len - 2);
}

/* A person wants to see how a message looks, not all of a long one. */
static void
show_rest(struct wire *wire, const struct block *block)
{
	char line[80];

	if (block->lines <= LINES_SHOWN)
		return;
	snprintf(line, sizeof(line), _("[%zu more lines]"),
	    block->lines - LINES_SHOWN);
	transcript_line(wire->transcript, SPEAKER_CLIENT, line, strlen(line));
}

static int
send_block(struct wire *wire, struct block *block, struct cause *cause)
{
	size_t len = block->len;

	block->len = 0;
	return (send_bytes(wire, block->bytes, len, cause));
}

static int
send_bytes(struct wire *wire, const char *bytes, size_t len,
    struct cause *cause)
{
	if (stream_send_all(&wire->stream, bytes, len) == 0)
		return (0);
	stream_cause(&wire->stream, "send", errno, wire->peer, cause);
	return (-1);
}
