/* http_head.h - the head of an HTTP answer: status, fields, its body's end.
 * A body has no end mark of its own: its length is a field, or a coding, or the
 * end of the connection, or there is none whatever the fields say.  Whoever
 * takes one for another reads half a file as a whole one, or the next answer
 * as part of this one.
 * Ref: RFC 9112 2 to 6, RFC 9110 5 and 8.6.
 * See also: proto/http_chunks.h, tests/check_http_head.c */
#ifndef PROTO_HTTP_HEAD_H
#define PROTO_HTTP_HEAD_H

#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX	65536		/* bytes; a longer one is endless */

/* Bytes of the head that was parsed; not NUL-terminated. */
struct http_text {
	const char	*bytes;
	size_t		 len;
};

enum http_framing {
	HTTP_NO_BODY,			/* HEAD, 1xx, 204, 304 */
	HTTP_LENGTH,			/* so many bytes */
	HTTP_CHUNKED,
	HTTP_UNTIL_CLOSE
};

struct http_head {
	int		 minor;		/* of HTTP/1.minor */
	int		 status;	/* 100 to 999 */
	struct http_text reason;	/* any bytes but CR, LF, NUL */
	enum http_framing framing;
	uint64_t	 length;	/* of HTTP_LENGTH; at most INT64_MAX */
	int		 both;		/* a length and chunks were told: the
					 * chunks count, RFC 9112 6.3 */
};

enum http_verdict {
	HTTP_GOOD,
	HTTP_NOT_HTTP,			/* no status line of HTTP/1 */
	HTTP_BAD_FIELD,			/* no name, no colon; NUL, bare CR */
	HTTP_BAD_LENGTH,		/* no number, or beyond INT64_MAX */
	HTTP_TWO_LENGTHS,		/* that differ */
	HTTP_BAD_CODING			/* one other than chunked, once */
};

/*
 * http_head_end - where a head ends
 *   buf, len   what came so far
 *   searched   bytes of it that an earlier call has seen; 0 at first
 * Returns the length of the head with the empty line that ends it, or 0: that
 * has not come yet.  A line may end in LF alone.
 * Blocks: no.   Threads: safe.   Ref: RFC 9112 2.2.
 */
size_t	http_head_end(const char *buf, size_t len, size_t searched);

/*
 * http_head_begins - can what came so far be the beginning of a head?
 * Whoever speaks another protocol need not be listened to until the end.
 * Blocks: no.   Threads: safe.   Ref: RFC 9112 2.3.
 */
int	http_head_begins(const char *buf, size_t len);

/*
 * http_head_parse - what a head says
 *   buf, len     of http_head_end
 *   asked_head   the request was HEAD, so there is no body
 *   head         filled if the head is good; points into buf
 * Blocks: no.   Threads: safe.   Ref: RFC 9112 6.3.
 */
enum http_verdict http_head_parse(const char *buf, size_t len, int asked_head,
	    struct http_head *head);

/*
 * http_head_field - the first field of this name
 *   buf, len   a good head
 *   name       as RFC 9110 spells it; case does not matter
 *   value      receives it, without blanks around; folded lines stay in it
 * Returns 1, or 0 if there is none.
 * Blocks: no.   Threads: safe.
 */
int	http_head_field(const char *buf, size_t len, const char *name,
	    struct http_text *value);

/*
 * http_field_is_good - may this be sent as a field, "Name: value"?
 *   name_len   receives the length of the name
 * Blocks: no.   Threads: safe.   Ref: RFC 9110 5.1, 5.5.
 */
int	http_field_is_good(const char *field, size_t len, size_t *name_len);

/*
 * http_field_is - is this field's name that one?  Case does not matter.
 * Blocks: no.   Threads: safe.
 */
int	http_field_is(const char *field, size_t name_len, const char *name);

/*
 * http_wrong - what is wrong with a head
 *   verdict   not HTTP_GOOD
 * Returns a string constant, for a person through _().
 * Blocks: no.   Threads: safe.
 */
const char *http_wrong(enum http_verdict verdict);

#endif
