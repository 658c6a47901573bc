/* fuzz_message.c - any line, read as a message and written again.
 * What is taken is the same when it was written and read again; what is refused
 * is refused for the fault that a simpler eye sees, and has no id but its own.
 * Input: the line.
 * See also: proto/message.h, proto/json_shape.h, tests/check_message.c */
#include "proto/message.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "proto/json_shape.h"

#define CANARY		0x5a

static void check_again(const struct message *, const struct message_id *);
static void check_members(const struct message *);
static void check_message(const char *, size_t);
static void check_refused_id(const char *, size_t, const struct message_id *);
static void check_text(const char *, size_t);
static size_t count_of(const char *, size_t, const char *);
static size_t depth_of(const char *, size_t);
static int id_equals(const struct message_id *, const json_t *);
static int text_is_plain(const char *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The exact size: the sanitizer sees a byte too far. */
	char *line = malloc(size > 0 ? size : 1);

	assert(line != NULL);
	if (size > 0)
		memcpy(line, data, size);
	assert(json_shape_depth(line, size) == depth_of(line, size));
	check_message(line, size);
	check_text(line, size);
	free(line);
	return (0);
}

static void
check_message(const char *line, size_t len)
{
	struct message message;
	struct message_id id;
	enum message_code code = message_parse(line, len, &message, &id);
	int nul = memchr(line, '\0', len) != NULL;
	int deep = depth_of(line, len) > MESSAGE_DEPTH_MAX;

	assert(memchr(id.text, '\0', sizeof(id.text)) != NULL);
	assert((message.object != NULL) == (code == MESSAGE_OK));
	switch (code) {
	case MESSAGE_OK:
		assert(!nul && !deep && json_is_object(message.object));
		assert(id_equals(&id, json_object_get(message.object, "id")));
		check_members(&message);
		check_again(&message, &id);
		break;
	case MESSAGE_BAD_JSON:
		assert((nul || !deep) && id.kind == MESSAGE_ID_NONE);
		break;
	case MESSAGE_BAD_REQUEST:
		assert(!nul);
		check_refused_id(line, len, &id);
		break;
	default:
		abort();
	}
	message_fini(&message);
}

/* How many brackets are open at most, outside strings. */
static size_t
depth_of(const char *line, size_t len)
{
	size_t depth = 0, most = 0;
	int in_string = 0;

	for (size_t i = 0; i < len; i++)
		if (in_string && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			in_string = !in_string;
		else if (!in_string && (line[i] == '[' || line[i] == '{'))
			most = ++depth > most ? depth : most;
		else if (!in_string && (line[i] == ']' || line[i] == '}'))
			depth -= depth > 0;
	return (most);
}

/* Written and read again it is the same; a smaller buffer does not do. */
static void
check_again(const struct message *message, const struct message_id *id)
{
	size_t size = 6 * MESSAGE_LINE_MAX;
	char *first = malloc(size), *second = malloc(size), *small;
	struct message again;
	struct message_id id_again;
	ssize_t len = message_format(message, first, size);

	assert(first != NULL && second != NULL && len > 0);
	assert(memchr(first, '\n', (size_t)len) == first + len - 1);
	assert(message_parse(first, (size_t)len - 1, &again, &id_again) ==
	    MESSAGE_OK);
	assert(memcmp(id, &id_again, sizeof(*id)) == 0);
	assert(json_equal(message->object, again.object));
	assert(message_format(&again, second, (size_t)len) == len);
	assert(memcmp(first, second, (size_t)len) == 0);
	small = malloc((size_t)len);
	assert(small != NULL);
	small[len - 1] = CANARY;
	assert(message_format(&again, small, (size_t)len - 1) == -1);
	assert(small[len - 1] == CANARY);
	free(small);
	free(second);
	free(first);
	message_fini(&again);
}

/* Each member is of one type at most, and a list has an end. */
static void
check_members(const struct message *message)
{
	const char *name, *text;
	json_t *value;

	json_object_foreach(message->object, name, value) {
		enum message_member found[3];
		struct message row;
		int64_t number;
		int flag, n = 0;

		found[0] = message_get_text(message, name, &text);
		found[1] = message_get_number(message, name, &number);
		found[2] = message_get_flag(message, name, &flag);
		for (size_t i = 0; i < FUZZ_COUNT(found); i++) {
			assert(found[i] != MESSAGE_MISSING);
			n += found[i] == MESSAGE_FOUND;
		}
		assert(n <= 1 && (text != NULL) == (found[0] == MESSAGE_FOUND));
		for (size_t i = 0; message_list_row(message, name, i, &row) ==
		    MESSAGE_FOUND; i++)
			assert(message_list_text(message, name, i, &text) ==
			    MESSAGE_WRONG_TYPE);
	}
}

/* Whoever reads more than we take finds the id that we found.  He finds one if
 * we found none only where it is there twice, or of a kind that is refused. */
static void
check_refused_id(const char *line, size_t len, const struct message_id *id)
{
	size_t names = count_of(line, len, "\"id\"");
	json_t *value, *theirs;

	assert(id->kind == MESSAGE_ID_NONE || names > 0 ||
	    count_of(line, len, "\\u006") > 0);
	if (depth_of(line, len) > 1000)
		return;
	value = json_loadb(line, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	theirs = json_object_get(value, "id");
	if (value != NULL && id->kind != MESSAGE_ID_NONE)
		assert(id_equals(id, theirs));
	if (json_is_integer(theirs) && names == 1 &&
	    count_of(line, len, "\\u006") == 0)
		assert(id_equals(id, theirs));
	json_decref(value);
}

static size_t
count_of(const char *line, size_t len, const char *text)
{
	size_t n = 0, text_len = strlen(text);

	for (size_t i = 0; i + text_len <= len; i++)
		n += memcmp(line + i, text, text_len) == 0;
	return (n);
}

static int
id_equals(const struct message_id *id, const json_t *value)
{
	if (value == NULL || json_is_null(value))
		return (id->kind == MESSAGE_ID_NONE);
	if (json_is_integer(value))
		return (id->kind == MESSAGE_ID_NUMBER &&
		    id->number == json_integer_value(value));
	return (json_is_string(value) && id->kind == MESSAGE_ID_TEXT &&
	    json_string_length(value) <= MESSAGE_ID_MAX &&
	    strcmp(id->text, json_string_value(value)) == 0);
}

static void
check_text(const char *text, size_t len)
{
	enum message_code code = message_text_check(text, len);

	if (len > MESSAGE_TEXT_MAX)
		assert(code == MESSAGE_TEXT_TOO_LONG);
	else
		assert(code == (text_is_plain(text, len) ? MESSAGE_OK :
		    MESSAGE_BAD_TEXT));
}

/* UTF-8 by jansson's judgement; C1 are the two bytes c2 80 to c2 9f. */
static int
text_is_plain(const char *text, size_t len)
{
	json_t *string = json_stringn(text, len);
	int plain = string != NULL && len > 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
			plain = 0;
		if (byte == 0xc2 && i + 1 < len &&
		    (unsigned char)text[i + 1] <= 0x9f)
			plain = 0;
	}
	json_decref(string);
	return (plain);
}
