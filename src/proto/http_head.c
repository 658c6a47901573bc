/* http_head.c - the head of an HTTP answer: status, fields, its body's end.
 * See also: proto/http_head.h, tests/check_http_head.c */
#include "proto/http_head.h"

#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "base/num.h"

/* What remains of a head. */
struct cursor {
	const char	*at, *end;
};

/* One field; an obs-fold (RFC 9112 5.2) keeps its line ends in the value. */
struct field {
	struct http_text name, value;
};

/* What the fields say of the body's length. */
struct told {
	int		 coded;		/* Transfer-Encoding, chunked at best */
	int		 has_length;
	uint64_t	 length;
	enum http_verdict coding_verdict, length_verdict;
};

static int digits_of(const char *, size_t, int *);
static int is_blank(char);
static int is_token_char(char);
static enum http_verdict next_field(struct cursor *, struct field *);
static int next_item(struct http_text *, struct http_text *);
static int next_line(struct cursor *, struct http_text *);
static void set_framing(struct http_head *, const struct told *, int);
static enum http_verdict take_coding(struct told *, struct http_text);
static void take_field(struct told *, const struct field *);
static enum http_verdict take_lengths(struct told *, struct http_text);
static enum http_verdict take_status(struct cursor *, struct http_head *);
static size_t token_len(const char *, size_t);
static struct http_text trim(struct http_text);

static const char version[] = "HTTP/1.";

#define VERSION_LEN	(sizeof(version) - 1)

size_t
http_head_end(const char *buf, size_t len, size_t searched)
{
	/* An end may begin in what was seen: LF, CR, LF. */
	const char *at = buf + (searched > 2 ? searched - 2 : 0);
	const char *end = buf + len;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		if (end - at >= 1 && at[0] == '\n')
			return ((size_t)(at - buf) + 1);
		if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
			return ((size_t)(at - buf) + 2);
	}
	return (0);
}

int
http_head_begins(const char *buf, size_t len)
{
	return (memcmp(buf, version, len < VERSION_LEN ? len :
	    VERSION_LEN) == 0);
}

enum http_verdict
http_head_parse(const char *buf, size_t len, int asked_head,
    struct http_head *head)
{
	struct cursor cursor = { buf, buf + len };
	struct told told = { .coding_verdict = HTTP_GOOD,
	    .length_verdict = HTTP_GOOD };
	enum http_verdict verdict;
	struct field field;

	*head = (struct http_head){ .minor = 0 };
	if ((verdict = take_status(&cursor, head)) != HTTP_GOOD)
		return (verdict);
	while (cursor.at < cursor.end) {
		if ((verdict = next_field(&cursor, &field)) != HTTP_GOOD)
			return (verdict);
		if (field.name.len == 0)
			break;		/* the empty line */
		take_field(&told, &field);
	}
	set_framing(head, &told, asked_head);
	return (head->framing == HTTP_CHUNKED ? told.coding_verdict :
	    head->framing == HTTP_LENGTH ? told.length_verdict : HTTP_GOOD);
}

int
http_head_field(const char *buf, size_t len, const char *name,
    struct http_text *value)
{
	struct cursor cursor = { buf, buf + len };
	struct http_text line;
	struct field field;

	next_line(&cursor, &line);
	while (cursor.at < cursor.end &&
	    next_field(&cursor, &field) == HTTP_GOOD && field.name.len > 0)
		if (http_field_is(field.name.bytes, field.name.len, name)) {
			*value = field.value;
			return (1);
		}
	return (0);
}

int
http_field_is_good(const char *field, size_t len, size_t *name_len)
{
	*name_len = token_len(field, len);
	if (*name_len == 0 || *name_len == len || field[*name_len] != ':')
		return (0);
	for (size_t i = *name_len + 1; i < len; i++)
		if (field[i] != '\t' &&
		    ((unsigned char)field[i] < 0x20 || field[i] == 0x7f))
			return (0);
	return (1);
}

int
http_field_is(const char *field, size_t name_len, const char *name)
{
	return (name_len == strlen(name) &&
	    strncasecmp(field, name, name_len) == 0);
}

const char *
http_wrong(enum http_verdict verdict)
{
	static const char *const texts[] = {
		[HTTP_GOOD] = "",
		[HTTP_NOT_HTTP] = N_("this is no answer of HTTP/1"),
		[HTTP_BAD_FIELD] = N_("a field of the head is broken"),
		[HTTP_BAD_LENGTH] = N_("the length of the body is no number"),
		[HTTP_TWO_LENGTHS] =
		    N_("the head tells two lengths of the body"),
		[HTTP_BAD_CODING] = N_("the body has an unknown coding"),
	};

	return (texts[verdict]);
}

/* "HTTP/1.1 200 OK"; the reason may be missing, and its space, too. */
static enum http_verdict
take_status(struct cursor *cursor, struct http_head *head)
{
	struct http_text line;
	const char *at;

	if (!next_line(cursor, &line) || line.len < VERSION_LEN + 5)
		return (HTTP_NOT_HTTP);
	at = line.bytes + VERSION_LEN;
	if (memcmp(line.bytes, version, VERSION_LEN) != 0 ||
	    !digits_of(at, 1, &head->minor) || at[1] != ' ' ||
	    !digits_of(at + 2, 3, &head->status) || head->status < 100 ||
	    (line.len > VERSION_LEN + 5 && at[5] != ' '))
		return (HTTP_NOT_HTTP);
	head->reason = (struct http_text){ at + 5,
	    line.len - VERSION_LEN - 5 };
	head->reason = trim(head->reason);
	if (memchr(line.bytes, '\0', line.len) != NULL ||
	    memchr(line.bytes, '\r', line.len) != NULL)
		return (HTTP_NOT_HTTP);
	return (HTTP_GOOD);
}

/* RFC 9112 6.3: the order of these questions is the rule. */
static void
set_framing(struct http_head *head, const struct told *told, int asked_head)
{
	head->both = told->coded && told->has_length;
	head->length = told->length;
	if (asked_head || head->status < 200 || head->status == 204 ||
	    head->status == 304)
		head->framing = HTTP_NO_BODY;
	else if (told->coded)
		head->framing = HTTP_CHUNKED;
	else if (told->has_length)
		head->framing = HTTP_LENGTH;
	else
		head->framing = HTTP_UNTIL_CLOSE;
}

/* A wrong length counts only where the length does, and so does a coding: an
 * answer to HEAD tells what GET would bring (RFC 9112 6.1). */
static void
take_field(struct told *told, const struct field *field)
{
	const char *name = field->name.bytes;

	if (http_field_is(name, field->name.len, "Transfer-Encoding") &&
	    told->coding_verdict == HTTP_GOOD)
		told->coding_verdict = take_coding(told, field->value);
	if (http_field_is(name, field->name.len, "Content-Length") &&
	    told->length_verdict == HTTP_GOOD)
		told->length_verdict = take_lengths(told, field->value);
}

/* RFC 9112 6.1: chunked is the last coding, and we asked for no other. */
static enum http_verdict
take_coding(struct told *told, struct http_text value)
{
	int had = told->coded, more;
	struct http_text item;

	told->coded = 1;
	do {
		more = next_item(&value, &item);
		if (had || !http_field_is(item.bytes, item.len, "chunked"))
			return (HTTP_BAD_CODING);
		had = 1;
	} while (more);
	return (HTTP_GOOD);
}

/* RFC 9110 8.6: "5, 5" was one field once; "5, 6" is an attack. */
static enum http_verdict
take_lengths(struct told *told, struct http_text value)
{
	int had = told->has_length, more;
	struct http_text item;

	told->has_length = 1;
	do {
		uint64_t length;

		more = next_item(&value, &item);
		if (num_parse(item.bytes, item.len, INT64_MAX, &length) == -1)
			return (HTTP_BAD_LENGTH);
		if (had && length != told->length)
			return (HTTP_TWO_LENGTHS);
		told->length = length;
		had = 1;
	} while (more);
	return (HTTP_GOOD);
}

/* The next of a list, blanks taken off; 0 if it was the last. */
static int
next_item(struct http_text *list, struct http_text *item)
{
	const char *comma = memchr(list->bytes, ',', list->len);
	size_t len = comma != NULL ? (size_t)(comma - list->bytes) :
	    list->len;

	*item = trim((struct http_text){ list->bytes, len });
	list->bytes += len + (comma != NULL);
	list->len -= len + (comma != NULL);
	return (comma != NULL);
}

/* A field with the lines that are folded below it; the name is empty at the
 * empty line. */
static enum http_verdict
next_field(struct cursor *cursor, struct field *field)
{
	struct http_text line, folded;

	next_line(cursor, &line);
	field->name = (struct http_text){ line.bytes, 0 };
	if (line.len == 0)
		return (HTTP_GOOD);
	field->name.len = token_len(line.bytes, line.len);
	if (field->name.len == 0 || field->name.len == line.len ||
	    line.bytes[field->name.len] != ':')
		return (HTTP_BAD_FIELD);
	field->value.bytes = line.bytes + field->name.len + 1;
	for (;;) {
		if (memchr(line.bytes, '\0', line.len) != NULL ||
		    memchr(line.bytes, '\r', line.len) != NULL)
			return (HTTP_BAD_FIELD);
		if (cursor->at == cursor->end ||
		    (*cursor->at != ' ' && *cursor->at != '\t'))
			break;
		next_line(cursor, &folded);
		line = folded;
	}
	field->value.len = (size_t)(line.bytes + line.len -
	    field->value.bytes);
	field->value = trim(field->value);
	return (HTTP_GOOD);
}

/* A line without its end; 0 if there is none. */
static int
next_line(struct cursor *cursor, struct http_text *line)
{
	size_t left = (size_t)(cursor->end - cursor->at);
	const char *newline = memchr(cursor->at, '\n', left);
	size_t len = newline != NULL ? (size_t)(newline - cursor->at) : left;

	line->bytes = cursor->at;
	line->len = len;
	cursor->at += len + (newline != NULL);
	if (newline != NULL && len > 0 && newline[-1] == '\r')
		line->len--;
	return (newline != NULL);
}

static size_t
token_len(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_token_char(text[n]))
		n++;
	return (n);
}

/* RFC 9110 5.6.2; in bytes, whatever the locale. */
static int
is_token_char(char c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL));
}

/* A folded value holds line ends; they are blanks (RFC 9112 5.2). */
static int
is_blank(char c)
{
	return (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

static struct http_text
trim(struct http_text text)
{
	while (text.len > 0 && is_blank(text.bytes[0])) {
		text.bytes++;
		text.len--;
	}
	while (text.len > 0 && is_blank(text.bytes[text.len - 1]))
		text.len--;
	return (text);
}

static int
digits_of(const char *text, size_t len, int *value)
{
	uint64_t number;

	if (num_parse(text, len, 999, &number) == -1)
		return (0);
	*value = (int)number;
	return (1);
}
