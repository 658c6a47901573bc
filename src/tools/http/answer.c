/* answer.c - what an HTTP server answers: its head, and its body to the end.
 * See also: tools/http/answer.h */
#include "tools/http/answer.h"

#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/http_chunks.h"

#define INTERIM_MAX	20
#define SWITCHING	101		/* RFC 9110 15.2.2 */

static int chunked_body(struct wire *, int, struct output *, struct cause *);
static int fail(const struct wire *, const char *, struct cause *);
static void log_head(const struct answer *);
static int more_body(struct wire *, struct cause *);
static int one_head(struct wire *, int64_t, struct answer *, struct cause *);
static int sized_body(struct wire *, uint64_t, struct output *,
    struct cause *);
static int unsized_body(struct wire *, struct output *, struct cause *);

int
answer_head(struct wire *wire, int asked_head, struct answer *answer,
    struct cause *cause)
{
	int64_t deadline = clock_deadline(wire->timeout_ms);

	for (int i = 0; i <= INTERIM_MAX; i++) {
		enum http_verdict verdict;

		if (one_head(wire, deadline, answer, cause) == -1)
			return (-1);
		verdict = http_head_parse(answer->bytes, answer->len,
		    asked_head, &answer->head);
		if (verdict != HTTP_GOOD)
			return (fail(wire, http_wrong(verdict), cause));
		log_head(answer);
		if (answer->head.status == SWITCHING)
			return (fail(wire, N_("the server changes to another "
			    "protocol, unasked"), cause));
		if (answer->head.status >= 200)
			return (0);
	}
	return (fail(wire, N_("too many interim answers"), cause));
}

int
answer_body(struct wire *wire, const struct http_head *head, int coded,
    struct output *output, struct cause *cause)
{
	if (head->both)
		log_line(LOG_LEVEL_DETAIL, _("the head tells a length and "
		    "chunks: the chunks count"));
	switch (head->framing) {
	case HTTP_LENGTH:
		return (sized_body(wire, head->length, output, cause));
	case HTTP_CHUNKED:
		return (chunked_body(wire, coded, output, cause));
	case HTTP_UNTIL_CLOSE:
		return (unsized_body(wire, output, cause));
	case HTTP_NO_BODY:
		break;
	}
	return (0);
}

/* A head is whole when its empty line is there.  It stands at the beginning of
 * the buffer, so that it can be as long as a head may be. */
static int
one_head(struct wire *wire, int64_t deadline, struct answer *answer,
    struct cause *cause)
{
	size_t searched = 0, len = wire->end - wire->begin;
	int more;

	memmove(wire->buf, wire->buf + wire->begin, len);
	wire->begin = 0;
	wire->end = len;
	while ((answer->len = http_head_end(wire->buf, wire->end,
	    searched)) == 0) {
		if (!http_head_begins(wire->buf, wire->end))
			return (fail(wire, http_wrong(HTTP_NOT_HTTP), cause));
		if (wire->end > HTTP_HEAD_MAX)
			break;
		searched = wire->end;
		if ((more = wire_more(wire, deadline, cause)) == -1)
			return (-1);
		if (searched == 0)
			timing_mark(&wire->timing, TIMING_FIRST_BYTE);
		if (more == 0)
			return (fail(wire, wire->end == 0 ?
			    N_("the server closed without an answer") :
			    N_("the head was cut short"), cause));
	}
	if (answer->len == 0 || answer->len > HTTP_HEAD_MAX)
		return (fail(wire, N_("the head does not end"), cause));
	answer->bytes = wire->buf;
	wire->begin = answer->len;
	return (0);
}

static int
sized_body(struct wire *wire, uint64_t length, struct output *output,
    struct cause *cause)
{
	while (length > 0) {
		size_t len = wire->end - wire->begin;

		if (len == 0 && more_body(wire, cause) == -1)
			return (-1);
		len = wire->end - wire->begin;
		if (len > length)
			len = (size_t)length;
		if (output_write(output, wire->buf + wire->begin, len,
		    cause) == -1)
			return (-1);
		wire->begin += len;
		length -= len;
	}
	return (0);
}

static int
chunked_body(struct wire *wire, int coded, struct output *output,
    struct cause *cause)
{
	struct http_chunks chunks;
	struct http_piece piece;
	enum http_chunks_result result;

	http_chunks_init(&chunks);
	for (;;) {
		const char *from = wire->buf + wire->begin;

		result = http_chunks_next(&chunks, from,
		    wire->end - wire->begin, &piece);
		wire->begin += piece.taken;
		if (output_write(output, coded ? from : piece.bytes,
		    coded ? piece.taken : piece.len, cause) == -1)
			return (-1);
		if (result == HTTP_CHUNKS_END)
			return (0);
		if (result == HTTP_CHUNKS_BROKEN)
			return (fail(wire, N_("a chunk of the body is broken"),
			    cause));
		if (result == HTTP_CHUNKS_MORE && more_body(wire, cause) == -1)
			return (-1);
	}
}

/* In the clear nothing tells the end from a server that died in good order;
 * under TLS its close_notify does (net/stream.h). */
static int
unsized_body(struct wire *wire, struct output *output, struct cause *cause)
{
	int more;

	do {
		if (output_write(output, wire->buf + wire->begin,
		    wire->end - wire->begin, cause) == -1)
			return (-1);
		wire->begin = wire->end;
		more = wire_more(wire, clock_deadline(wire->timeout_ms),
		    cause);
	} while (more == 1);
	return (more);
}

/* Of a body that is not yet at its end: the stream's end is an error. */
static int
more_body(struct wire *wire, struct cause *cause)
{
	int more = wire_more(wire, clock_deadline(wire->timeout_ms), cause);

	if (more == 0)
		return (fail(wire, N_("the body was cut short"), cause));
	return (more == 1 ? 0 : -1);
}

static void
log_head(const struct answer *answer)
{
	const char *at = answer->bytes, *end = at + answer->len;

	while (log_shows(LOG_LEVEL_DETAIL) && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)(newline - at);
		char safe[LOG_LINE_SIZE];

		text_safe(safe, sizeof(safe), at,
		    len > 0 && newline[-1] == '\r' ? len - 1 : len,
		    TEXT_ONE_LINE);
		log_line(LOG_LEVEL_DETAIL, "< %s", safe);
		at = newline + 1;
	}
}

static int
fail(const struct wire *wire, const char *said, struct cause *cause)
{
	cause_said(cause, "recv", said, wire->peer);
	return (-1);
}
