/* fuzz_chat_heard.c - any line of a server gives parts of itself, and names
 * that are names.
 * See also: proto/chat_heard.h, tests/check_chat_heard.c */
#include "proto/chat_heard.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void check_part(const char *, size_t, const char *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name_rules rules = { 0 };	/* letters of ASCII only */
	struct chat_heard heard;
	char *line = malloc(size > 0 ? size : 1);
	size_t left;

	assert(line != NULL);
	if (size > 0)
		memcpy(line, data, size);
	chat_heard_parse(&rules, line, size, &heard);
	check_part(line, size, heard.text, heard.text_len);
	assert(heard.kind != CHAT_HEARD_OTHER || heard.name_len == 0);
	assert(heard.kind != CHAT_HEARD_NOTICE || heard.name_len == 0);
	if (heard.name_len > 0) {
		check_part(line, size, heard.name, heard.name_len);
		assert(name_check(&rules, heard.name, heard.name_len) ==
		    NAME_GOOD);
	}
	assert((heard.kind == CHAT_HEARD_SENT) == (heard.sender != NULL));
	if (heard.sender != NULL)
		check_part(line, size, heard.sender, heard.sender_len);
	if (heard.kind == CHAT_HEARD_RENAMED)
		assert(name_check(&rules, heard.text, heard.text_len) ==
		    NAME_GOOD);
	left = heard.text_len;
	while (chat_heard_next(&rules, &heard)) {
		check_part(line, size, heard.name, heard.name_len);
		check_part(line, size, heard.text, heard.text_len);
		assert(heard.text_len < left);
		left = heard.text_len;
	}
	free(line);
	return (0);
}

static void
check_part(const char *line, size_t size, const char *part, size_t len)
{
	assert(part >= line && len <= size &&
	    (size_t)(part - line) <= size - len);
}
