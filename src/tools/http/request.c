/* request.c - what a client asks an HTTP server.
 * See also: tools/http/request.h */
#include "tools/http/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/http_head.h"

static int field_is_one_of(const char *, const char *const *);
static int has_field(const struct request *, const char *);
static void log_request(const char *);
static void write_fields(FILE *, const struct request *);
static void write_own(FILE *, const struct request *, const char *,
    const char *);

static const char *const secrets[] = { "Authorization", "Cookie",
    "Proxy-Authorization", NULL };
static const char *const framing[] = { "Content-Length", "Transfer-Encoding",
    NULL };

int
request_send(const struct request *request, struct wire *wire,
    struct cause *cause)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);
	int result = -1;

	if (stream != NULL)
		write_fields(stream, request);
	if (stream == NULL || fclose(stream) != 0)
		cause_errno(cause, "open_memstream", errno, NULL);
	else if (stream_send_all(&wire->stream, text, len) == -1)
		stream_cause(&wire->stream, "send", errno, wire->peer, cause);
	else
		result = 0;
	if (result == 0)
		log_request(text);
	free(text);
	return (result);
}

const char *
request_field_wrong(const char *field)
{
	size_t name_len;

	if (!http_field_is_good(field, strlen(field), &name_len))
		return (_("--header takes NAME:VALUE"));
	if (field_is_one_of(field, framing))
		return (_("a request without a body has no length or coding"));
	return (NULL);
}

/* The connection is for one request: its end is one more sign that the answer
 * is complete. */
static void
write_fields(FILE *stream, const struct request *request)
{
	char authority[HTTP_AUTHORITY_SIZE];

	fprintf(stream, "%s %s HTTP/1.%d\r\n", request->method,
	    request->url->target, request->minor);
	write_own(stream, request, "Host",
	    http_url_authority(request->url, authority));
	write_own(stream, request, "User-Agent", "fil-gethttp/" VERSION);
	write_own(stream, request, "Accept", "*/*");
	write_own(stream, request, "Connection", "close");
	for (size_t i = 0; i < request->fields->len; i++) {
		const char *field = request->fields->items[i];

		if (!request->elsewhere || (!field_is_one_of(field, secrets) &&
		    !http_field_is(field, strcspn(field, ":"), "Host")))
			fprintf(stream, "%s\r\n", field);
	}
	fputs("\r\n", stream);
}

static void
write_own(FILE *stream, const struct request *request, const char *name,
    const char *value)
{
	int is_host = strcmp(name, "Host") == 0;

	if ((is_host && request->elsewhere) || !has_field(request, name))
		fprintf(stream, "%s: %s\r\n", name, value);
}

static int
has_field(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->fields->len; i++) {
		const char *field = request->fields->items[i];

		if (http_field_is(field, strcspn(field, ":"), name))
			return (1);
	}
	return (0);
}

static int
field_is_one_of(const char *field, const char *const *names)
{
	size_t len = strcspn(field, ":\r");

	for (; *names != NULL; names++)
		if (http_field_is(field, len, *names))
			return (1);
	return (0);
}

/* For a log, which others read: secrets are told to be there, no more. */
static void
log_request(const char *text)
{
	while (log_shows(LOG_LEVEL_DETAIL) && *text != '\0') {
		size_t len = strcspn(text, "\r");
		char safe[LOG_LINE_SIZE];

		text_safe(safe, sizeof(safe), text,
		    field_is_one_of(text, secrets) ? strcspn(text, ":") + 1 :
		    len, TEXT_ONE_LINE);
		log_line(LOG_LEVEL_DETAIL, "> %s", safe);
		text += len + 2;
	}
}
