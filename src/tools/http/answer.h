/* answer.h - what an HTTP server answers: its head, and its body to the end.
 * See also: proto/http_head.h, proto/http_chunks.h */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "base/cause.h"
#include "proto/http_head.h"
#include "tools/http/output.h"
#include "tools/http/wire.h"

/* Until the next call of wire_more. */
struct answer {
	struct http_head head;
	const char	*bytes;		/* the head as it came */
	size_t		 len;
};

/*
 * answer_head - receive the head of the answer
 *   asked_head   the request was HEAD
 * Interim answers (1xx) before it are read over.
 * Returns 0, or -1 with cause.
 * Blocks: until the wire's time-out at most.
 */
int	answer_head(struct wire *wire, int asked_head, struct answer *answer,
	    struct cause *cause);

/*
 * answer_body - receive the body, and write it
 *   coded   with the transfer coding, as it came
 * Returns 0 if all of it came and was written, or -1 with cause.
 * Blocks: as long as the server sends, and after that for the time-out.
 */
int	answer_body(struct wire *wire, const struct http_head *head, int coded,
	    struct output *output, struct cause *cause);

#endif
