/* fuzz_chat_command.c - any line gives parts of itself, and one meaning.
 * The input is a line as it comes from a member.
 * See also: proto/chat_command.h, tests/check_chat_command.c */
#include "proto/chat_command.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void check_form(const char *, size_t, const struct chat_command *);
static void check_part(const char *, size_t, const char *, size_t);
static int is_blank(char);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chat_command command;
	char *line = malloc(size + 1);	/* a byte beyond size is found */
	enum chat_verdict verdict;

	assert(line != NULL);
	if (size > 0)
		memcpy(line, data, size);
	line = realloc(line, size > 0 ? size : 1);
	assert(line != NULL);
	verdict = chat_command_parse(line, size, &command);
	check_part(line, size, command.word, command.word_len);
	check_part(line, size, command.text, command.text_len);
	assert(command.verb < CHAT_VERBS);
	if (verdict == CHAT_COMMAND_UNKNOWN) {
		assert(size > 0 && line[0] == '/' &&
		    command.word == line + 1);
	} else if (command.verb == CHAT_SAY) {
		assert(verdict == CHAT_COMMAND_GOOD);
		assert(size == 0 || line[0] != '/' || line[1] == '/');
		assert(command.text + command.text_len == line + size);
		assert(command.text_len == size ||
		    (command.text_len + 1 == size && line[0] == '/'));
	} else
		check_form(line, size, &command);
	free(line);
	return (0);
}

/* A command: its name stands after the slash, and only there. */
static void
check_form(const char *line, size_t size, const struct chat_command *command)
{
	const char *name = chat_command_name(command->verb);
	size_t len = strlen(name);

	assert(size > len && line[0] == '/');
	for (size_t i = 0; i < len; i++)
		assert(line[1 + i] == name[i] ||
		    (line[1 + i] | 0x20) == name[i]);
	assert(size == 1 + len || is_blank(line[1 + len]));
	if (command->word_len > 0) {
		assert(!is_blank(command->word[0]));
		assert(!is_blank(command->word[command->word_len - 1]));
		assert(command->word >= line + 1 + len);
	}
	if (command->text_len > 0)
		assert(!is_blank(command->text[0]));
}

static void
check_part(const char *line, size_t size, const char *part, size_t len)
{
	assert(part >= line && len <= size &&
	    (size_t)(part - line) <= size - len);
}

static int
is_blank(char byte)
{
	return (byte == ' ' || byte == '\t');
}
