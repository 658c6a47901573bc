/* fuzz_smtp_reply.c - any bytes, cut into lines, as the replies of a server.
 * See also: proto/smtp_reply.h, tests/check_smtp_reply.c */
#include "proto/smtp_reply.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void
check_done(const struct smtp_reply *reply)
{
	assert(reply->code >= 200 && reply->code <= 599);
	assert(reply->lines >= 1 && reply->lines <= SMTP_REPLY_LINES_MAX);
	assert(strlen(reply->text) < sizeof(reply->text));
	assert(reply->enhanced[0] == 0 ||
	    reply->enhanced[0] == reply->code / 100);
	for (int i = 0; i < 3; i++)
		assert(reply->enhanced[i] >= 0 && reply->enhanced[i] <= 999);
}

/* Each line lies alone in memory: a byte beyond it is found. */
static enum smtp_reply_verdict
add(struct smtp_reply *reply, struct smtp_features *features,
    const uint8_t *line, size_t len)
{
	enum smtp_reply_verdict verdict;
	char *exact = malloc(len > 0 ? len : 1);

	assert(exact != NULL);
	memcpy(exact, line, len);
	smtp_features_add(features, exact, len);
	verdict = smtp_reply_add(reply, exact, len);
	free(exact);
	return (verdict);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_reply reply = { .code = 0 };
	struct smtp_features features = { .size = 0 };

	while (size > 0) {
		const uint8_t *newline = memchr(data, '\n', size);
		size_t len = newline != NULL ? (size_t)(newline - data) : size;
		enum smtp_reply_verdict verdict = add(&reply, &features, data,
		    len);

		assert(features.size || features.size_max == 0);
		if (verdict == SMTP_REPLY_DONE)
			check_done(&reply);
		else if (verdict != SMTP_REPLY_MORE)
			assert(smtp_reply_wrong(verdict) != NULL);
		if (verdict != SMTP_REPLY_MORE)
			reply = (struct smtp_reply){ .code = 0 };
		len += newline != NULL;
		data += len;
		size -= len;
	}
	return (0);
}
