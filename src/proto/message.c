/* message.c - the fil protocol: one JSON object a line.
 * See also: proto/message.h */
#include "proto/message.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "proto/json_shape.h"

/* Bytes for jansson to read. */
struct source {
	const char	*at, *end;
	int		 no_memory;
};

struct code_row {
	const char	*name, *text;
};

static enum message_code code_of(const json_error_t *);
static enum message_code id_find(const char *, size_t, struct message_id *);
static int id_read(const json_t *, struct message_id *);
static enum message_member list_item(const struct message *, const char *,
    size_t, const json_t **);
static enum message_code load(const char *, size_t, json_t **);
static void message_append(struct message *, const char *, json_t *);
static void message_set(struct message *, const char *, json_t *);
static void message_set_id(struct message *, const struct message_id *);
static size_t source_read(void *, size_t, void *);

static const struct code_row codes[] = {
	[MESSAGE_OK] = { "ok", "done" },
	[MESSAGE_BAD_JSON] = { "bad-json",
	    "the line is not JSON in UTF-8" },
	[MESSAGE_BAD_REQUEST] = { "bad-request",
	    "one object is expected, with the members of its command" },
	[MESSAGE_LINE_TOO_LONG] = { "line-too-long",
	    "the line has more than 8192 bytes; it was skipped" },
	[MESSAGE_UNKNOWN_COMMAND] = { "unknown-command",
	    "HELLO tells the commands" },
	[MESSAGE_NOT_OVER_UDP] = { "not-over-udp",
	    "send this command over TCP or TLS" },
	[MESSAGE_BAD_TOKEN] = { "bad-token",
	    "send the token that LOGIN returned" },
	[MESSAGE_TLS_REQUIRED] = { "tls-required",
	    "a password is not taken in the clear; connect over TLS" },
	[MESSAGE_NO_ACCOUNTS] = { "no-accounts",
	    "start the server with --users FILE or --demo" },
	[MESSAGE_BAD_CREDENTIALS] = { "bad-credentials",
	    "wrong user or password" },
	[MESSAGE_TOO_MANY_ATTEMPTS] = { "too-many-attempts",
	    "too many wrong passwords; try again later" },
	[MESSAGE_ALREADY_LOGGED_IN] = { "already-logged-in",
	    "LOGOUT first" },
	[MESSAGE_NOT_LOGGED_IN] = { "not-logged-in", "LOGIN first" },
	[MESSAGE_NO_SUCH_USER] = { "no-such-user",
	    "nobody of that name is logged in" },
	[MESSAGE_TEXT_TOO_LONG] = { "text-too-long",
	    "a text has at most 4096 bytes" },
	[MESSAGE_BAD_TEXT] = { "bad-text",
	    "a text is not empty, and has no control characters but tab" },
	[MESSAGE_BAD_PORT] = { "bad-port",
	    "a port is a number from 1024 to 65535" },
	[MESSAGE_NO_UDP] = { "no-udp",
	    "this server has no UDP socket that reaches your address" },
	[MESSAGE_SERVER_ERROR] = { "server-error",
	    "the server could not do it; try again" },
};

enum message_code
message_parse(const void *buf, size_t len, struct message *message,
    struct message_id *id)
{
	json_t *value;
	enum message_code code = load(buf, len, &value);

	*message = (struct message){ .object = NULL };
	*id = (struct message_id){ .kind = MESSAGE_ID_NONE };
	if (code == MESSAGE_BAD_REQUEST)
		return (id_find(buf, len, id));
	if (code != MESSAGE_OK)
		return (code);
	if (json_is_object(value) &&
	    id_read(json_object_get(value, "id"), id)) {
		message->object = value;
		return (MESSAGE_OK);
	}
	json_decref(value);
	return (MESSAGE_BAD_REQUEST);
}

void
message_fini(struct message *message)
{
	json_decref(message->object);
	*message = (struct message){ .object = NULL };
}

/* jansson gives its own copy out as constant, because it must not change while
 * others see it: nobody does any more. */
void
message_wipe_text(struct message *message, const char *name)
{
	json_t *text = json_object_get(message->object, name);

	if (json_is_string(text))
		wipe((char *)(uintptr_t)json_string_value(text),
		    json_string_length(text));
}

enum message_member
message_get_text(const struct message *message, const char *name,
    const char **text)
{
	const json_t *value = json_object_get(message->object, name);

	*text = json_string_value(value);
	if (value == NULL)
		return (MESSAGE_MISSING);
	return (*text != NULL ? MESSAGE_FOUND : MESSAGE_WRONG_TYPE);
}

enum message_member
message_get_number(const struct message *message, const char *name,
    int64_t *number)
{
	const json_t *value = json_object_get(message->object, name);

	if (value == NULL)
		return (MESSAGE_MISSING);
	if (!json_is_integer(value))
		return (MESSAGE_WRONG_TYPE);
	*number = json_integer_value(value);
	return (MESSAGE_FOUND);
}

enum message_member
message_get_flag(const struct message *message, const char *name, int *flag)
{
	const json_t *value = json_object_get(message->object, name);

	if (value == NULL)
		return (MESSAGE_MISSING);
	if (!json_is_boolean(value))
		return (MESSAGE_WRONG_TYPE);
	*flag = json_is_true(value);
	return (MESSAGE_FOUND);
}

enum message_member
message_list_text(const struct message *message, const char *list, size_t i,
    const char **text)
{
	const json_t *item;
	enum message_member found = list_item(message, list, i, &item);

	*text = json_string_value(item);
	return (found == MESSAGE_FOUND && *text == NULL ?
	    MESSAGE_WRONG_TYPE : found);
}

enum message_member
message_list_row(const struct message *message, const char *list, size_t i,
    struct message *row)
{
	const json_t *item;
	enum message_member found = list_item(message, list, i, &item);

	*row = (struct message){ .object = NULL };
	if (found != MESSAGE_FOUND)
		return (found);
	if (!json_is_object(item))
		return (MESSAGE_WRONG_TYPE);
	row->object = (json_t *)item;
	return (MESSAGE_FOUND);
}

void
message_init_reply(struct message *message, const struct message_id *id,
    enum message_code code)
{
	message_init_row(message);
	message_set_id(message, id);
	message_set_text(message, "status", code == MESSAGE_OK ? "ok" :
	    "error");
	if (code == MESSAGE_OK)
		return;
	message_set_text(message, "code", codes[code].name);
	message_set_text(message, "text", codes[code].text);
}

void
message_init_request(struct message *message, const struct message_id *id,
    const char *command)
{
	message_init_row(message);
	if (id != NULL && id->kind != MESSAGE_ID_NONE)
		message_set_id(message, id);
	message_set_text(message, "command", command);
}

void
message_init_event(struct message *message, const char *event)
{
	message_init_row(message);
	message_set_text(message, "event", event);
}

void
message_init_row(struct message *message)
{
	message->object = json_object();
	message->failed = message->object == NULL;
}

void
message_set_text(struct message *message, const char *name, const char *text)
{
	message_set(message, name, json_string(text));
}

void
message_set_number(struct message *message, const char *name, int64_t number)
{
	message_set(message, name, json_integer(number));
}

void
message_set_flag(struct message *message, const char *name, int flag)
{
	message_set(message, name, json_boolean(flag));
}

void
message_append_text(struct message *message, const char *list,
    const char *text)
{
	message_append(message, list, json_string(text));
}

void
message_append_row(struct message *message, const char *list,
    struct message *row)
{
	message->failed |= row->failed;
	message_append(message, list, row->object);
	*row = (struct message){ .object = NULL };
}

ssize_t
message_format(const struct message *message, char *buf, size_t size)
{
	size_t len;

	if (message->failed)
		return (-1);
	len = json_dumpb(message->object, buf, size, JSON_COMPACT);
	/* 0: no memory; else how long it is, which may be too long. */
	if (len == 0 || len >= size)
		return (-1);
	buf[len] = '\n';
	return ((ssize_t)len + 1);
}

const char *
message_code_name(enum message_code code)
{
	return (codes[code].name);
}

const char *
message_code_text(enum message_code code)
{
	return (codes[code].text);
}

enum message_code
message_text_check(const char *text, size_t len)
{
	if (len > MESSAGE_TEXT_MAX)
		return (MESSAGE_TEXT_TOO_LONG);
	if (len == 0)
		return (MESSAGE_BAD_TEXT);
	for (size_t i = 0; i < len; ) {
		uint32_t code;
		size_t n = text_utf8_next(text + i, len - i, &code);

		if (n == 0 || (text_is_control(code) && code != '\t'))
			return (MESSAGE_BAD_TEXT);
		i += n;
	}
	return (MESSAGE_OK);
}

/* What is wrong with it jansson tells by a code; *value is NULL, then. */
static enum message_code
load(const char *text, size_t len, json_t **value)
{
	struct source source = { text, text + len, 0 };
	json_error_t error;

	*value = NULL;
	/* jansson overlooks one behind a number. */
	if (memchr(text, '\0', len) != NULL)
		return (MESSAGE_BAD_JSON);
	if (json_shape_depth(text, len) > MESSAGE_DEPTH_MAX)
		return (MESSAGE_BAD_REQUEST);
	errno = 0;
	*value = json_load_callback(source_read, &source,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (source.no_memory || errno == ENOMEM) {
		json_decref(*value);
		*value = NULL;
		return (MESSAGE_SERVER_ERROR);
	}
	return (*value != NULL ? MESSAGE_OK : code_of(&error));
}

/* jansson goes on without a byte for which it got no memory, and a word of a
 * text would be another.  So it gets one at a time, and none after malloc has
 * failed: that is seen before a number, for which jansson clears errno. */
static size_t
source_read(void *buf, size_t size, void *context)
{
	struct source *source = context;

	(void)size;
	if (errno == ENOMEM)
		source->no_memory = 1;
	if (source->no_memory || source->at == source->end)
		return (0);
	*(char *)buf = *source->at++;
	return (1);
}

/* Either it is no JSON, or JSON that jansson or we do not take. */
static enum message_code
code_of(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
	case json_error_null_byte_in_key:
	case json_error_null_character:
	case json_error_numeric_overflow:
		return (MESSAGE_BAD_REQUEST);
	default:
		return (MESSAGE_BAD_JSON);
	}
}

/* The id of a line that is refused, if it can be had.  Returns why the line is
 * refused: it may now be for want of memory. */
static enum message_code
id_find(const char *line, size_t len, struct message_id *id)
{
	const char *text;
	size_t text_len = json_shape_id(line, len, &text);
	json_t *value;

	if (text_len == 0)
		return (MESSAGE_BAD_REQUEST);
	if (load(text, text_len, &value) == MESSAGE_SERVER_ERROR)
		return (MESSAGE_SERVER_ERROR);
	id_read(value, id);
	json_decref(value);
	return (MESSAGE_BAD_REQUEST);
}

/* No id, and null, are well: it is none.  Returns whether it may be one. */
static int
id_read(const json_t *value, struct message_id *id)
{
	if (json_is_integer(value)) {
		id->kind = MESSAGE_ID_NUMBER;
		id->number = json_integer_value(value);
		return (1);
	}
	if (json_is_string(value) &&
	    json_string_length(value) <= MESSAGE_ID_MAX) {
		id->kind = MESSAGE_ID_TEXT;
		memcpy(id->text, json_string_value(value),
		    json_string_length(value));
		return (1);
	}
	return (value == NULL || json_is_null(value));
}

static enum message_member
list_item(const struct message *message, const char *list, size_t i,
    const json_t **item)
{
	const json_t *array = json_object_get(message->object, list);

	*item = NULL;
	if (array == NULL)
		return (MESSAGE_MISSING);
	if (!json_is_array(array))
		return (MESSAGE_WRONG_TYPE);
	*item = json_array_get(array, i);
	return (*item != NULL ? MESSAGE_FOUND : MESSAGE_MISSING);
}

static void
message_set_id(struct message *message, const struct message_id *id)
{
	if (id == NULL || id->kind == MESSAGE_ID_NONE)
		message_set(message, "id", json_null());
	else if (id->kind == MESSAGE_ID_NUMBER)
		message_set_number(message, "id", id->number);
	else
		message_set_text(message, "id", id->text);
}

/* Takes the value over; NULL: it could not be made. */
static void
message_set(struct message *message, const char *name, json_t *value)
{
	if (json_object_set_new(message->object, name, value) == -1)
		message->failed = 1;
}

/* Takes the item over, NULL too. */
static void
message_append(struct message *message, const char *list, json_t *item)
{
	if (json_object_get(message->object, list) == NULL)
		message_set(message, list, json_array());
	if (json_array_append_new(json_object_get(message->object, list),
	    item) == -1)
		message->failed = 1;
}
