/* fuzz_words.c - any bytes of a peer's, made safe to be read in a story and in a
 * line of JSON, whatever the room for them.
 * The first byte is that room; the rest is the text.
 * See also: explain/words.h, tests/check_words.c */
#include "explain/words.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static size_t escape_length(const char *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words words;
	size_t room, len;
	char *buf;

	if (size < 1)
		return (0);
	room = 1 + data[0];
	buf = malloc(room);		/* exactly: a byte beyond is found */
	assert(buf != NULL);
	words_init(&words, buf, room);
	words_safe(&words, (const char *)data + 1, size - 1);
	assert(words.len < room && strlen(buf) == words.len);
	for (const char *at = buf; *at != '\0'; at += len) {
		assert((unsigned char)*at >= 0x20 && *at != 0x7f &&
		    *at != '"');
		len = *at == '\\' ? escape_length(at) : 1;
	}
	free(buf);
	return (0);
}

/* \n, \", \u001b: as JSON has them.  One that was cut is the last. */
static size_t
escape_length(const char *at)
{
	size_t len;

	if (at[1] != '\0' && strchr("nrt\"\\", at[1]) != NULL)
		return (2);
	if (at[1] == 'u') {
		len = strspn(at + 2, "0123456789abcdef");
		assert(len >= 4 || at[2 + len] == '\0');
		return (len >= 4 ? 6 : 2 + len);
	}
	assert(at[1] == '\0');
	return (1);
}
