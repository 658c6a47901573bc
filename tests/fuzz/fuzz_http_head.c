/* fuzz_http_head.c - any bytes as the head of an answer.
 * The first byte: was HEAD asked?  The rest is what a server sent.
 * See also: proto/http_head.h, tests/check_http_head.c */
#include "proto/http_head.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void check_field(const char *, size_t, const char *);
static size_t find_end(const char *, size_t);
static int lies_in(struct http_text, const char *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_head head;
	size_t end;
	char *text;

	if (size < 1)
		return (0);
	text = malloc(size);		/* exactly: a byte beyond is found */
	assert(text != NULL);
	memcpy(text, data + 1, size - 1);
	end = find_end(text, size - 1);
	if (http_head_parse(text, end > 0 ? end : size - 1, data[0] & 1,
	    &head) == HTTP_GOOD) {
		assert(http_head_begins(text, size - 1));
		assert(head.status >= 100 && head.status <= 999);
		assert(head.minor >= 0 && head.minor <= 9);
		assert(head.length <= INT64_MAX);
		assert(lies_in(head.reason, text, size - 1));
		if ((data[0] & 1) || head.status < 200 ||
		    head.status == 204 || head.status == 304)
			assert(head.framing == HTTP_NO_BODY);
		else
			assert(head.framing != HTTP_NO_BODY);
	}
	check_field(text, size - 1, "Location");
	free(text);
	return (0);
}

/* However it arrives, a head ends where it ends. */
static size_t
find_end(const char *text, size_t len)
{
	size_t whole = http_head_end(text, len, 0), end = 0, seen = 0;

	for (size_t n = 0; n <= len && end == 0; seen = n, n++)
		end = http_head_end(text, n, seen);
	assert(end == whole);
	assert(end == 0 || (end >= 2 && text[end - 1] == '\n'));
	return (end);
}

static void
check_field(const char *text, size_t len, const char *name)
{
	struct http_text value;

	if (http_head_field(text, len, name, &value))
		assert(lies_in(value, text, len));
}

static int
lies_in(struct http_text inner, const char *text, size_t len)
{
	return (inner.bytes >= text && inner.bytes <= text + len &&
	    inner.len <= (size_t)(text + len - inner.bytes));
}
