/* json_shape.c - what a line of JSON looks like, told without reading it.
 * See also: proto/json_shape.h */
#include "proto/json_shape.h"

#include <string.h>

/* What is not yet looked at. */
struct shape {
	const char	*at, *end;
};

struct span {
	const char	*text;
	size_t		 len;
};

static size_t depth_after(size_t, char);
static void skip_blanks(struct shape *);
static int skip_string(struct shape *);
static int span_is_id(const struct span *);
static int take(struct shape *, char);
static int take_name(struct shape *, struct span *);
static int take_value(struct shape *, struct span *);

size_t
json_shape_depth(const char *text, size_t len)
{
	struct shape shape = { text, text + len };
	size_t depth = 0, most = 0;

	while (shape.at < shape.end) {
		if (*shape.at == '"') {
			skip_string(&shape);
			continue;
		}
		depth = depth_after(depth, *shape.at++);
		if (depth > most)
			most = depth;
	}
	return (most);
}

size_t
json_shape_id(const char *text, size_t len, const char **id)
{
	struct shape shape = { text, text + len };
	struct span found = { NULL, 0 }, name, value;

	if (!take(&shape, '{'))
		return (0);
	do {
		if (!take_name(&shape, &name) || !take(&shape, ':') ||
		    !take_value(&shape, &value))
			return (0);
		if (!span_is_id(&name))
			continue;
		/* Which of two is meant is not ours to guess. */
		if (found.text != NULL)
			return (0);
		found = value;
	} while (take(&shape, ','));
	if (!take(&shape, '}'))
		return (0);
	skip_blanks(&shape);
	if (shape.at < shape.end)
		return (0);
	*id = found.text;
	return (found.len);
}

/* Takes a byte, if it is the next one that is no blank. */
static int
take(struct shape *shape, char byte)
{
	skip_blanks(shape);
	if (shape->at == shape->end || *shape->at != byte)
		return (0);
	shape->at++;
	return (1);
}

static int
take_name(struct shape *shape, struct span *name)
{
	skip_blanks(shape);
	name->text = shape->at;
	if (shape->at == shape->end || *shape->at != '"' ||
	    !skip_string(shape))
		return (0);
	name->len = (size_t)(shape->at - name->text);
	return (1);
}

/* All up to the comma or the bracket that ends the member. */
static int
take_value(struct shape *shape, struct span *value)
{
	size_t depth = 0;

	value->text = shape->at;
	while (shape->at < shape->end) {
		char byte = *shape->at;

		if (depth == 0 && (byte == ',' || byte == '}')) {
			value->len = (size_t)(shape->at - value->text);
			return (1);
		}
		if (byte != '"') {
			depth = depth_after(depth, byte);
			shape->at++;
		} else if (!skip_string(shape)) {
			return (0);
		}
	}
	return (0);
}

static size_t
depth_after(size_t depth, char byte)
{
	if (byte == '[' || byte == '{')
		return (depth + 1);
	if ((byte == ']' || byte == '}') && depth > 0)
		return (depth - 1);
	return (depth);
}

static void
skip_blanks(struct shape *shape)
{
	while (shape->at < shape->end && (*shape->at == ' ' ||
	    *shape->at == '\t' || *shape->at == '\n' || *shape->at == '\r'))
		shape->at++;
}

/* Goes behind a string that begins here.  Returns whether it has an end. */
static int
skip_string(struct shape *shape)
{
	while (++shape->at < shape->end && *shape->at != '"')
		if (*shape->at == '\\' && ++shape->at == shape->end)
			return (0);
	if (shape->at == shape->end)
		return (0);
	shape->at++;
	return (1);
}

/* Each letter can be written in two ways. */
static int
span_is_id(const struct span *name)
{
	static const char *const spellings[] = { "\"id\"", "\"\\u0069d\"",
	    "\"i\\u0064\"", "\"\\u0069\\u0064\"" };

	for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++)
		if (name->len == strlen(spellings[i]) &&
		    memcmp(name->text, spellings[i], name->len) == 0)
			return (1);
	return (0);
}
