/* http_url.c - where a resource is: http://host:port/path?query
 * See also: proto/http_url.h, tests/check_http_url.c */
#include "proto/http_url.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "base/num.h"

#define HTTP_PORT	80
#define HTTPS_PORT	443

/* Some of a text. */
struct span {
	const char	*at;
	size_t		 len;
};

static int begins(struct span, const char *);
static int is_host_char(char);
static struct span cut_at(struct span *, const char *);
static size_t last_segment(const char *, size_t);
static void remove_dots(char *);
static size_t scheme_len(struct span);
static int scheme_port(const struct http_url *);
static enum http_url_verdict set_authority(struct http_url *, struct span);
static enum http_url_verdict set_host(struct http_url *, struct span);
static enum http_url_verdict set_number(struct http_url *, struct span);
static enum http_url_verdict set_port(struct http_url *, struct span);
static enum http_url_verdict set_target(struct http_url *, const char *,
    struct span);
static size_t span_of(struct span, const char *);

enum http_url_verdict
http_url_parse(const char *text, size_t len, struct http_url *url)
{
	struct span rest = { text, len }, authority;
	enum http_url_verdict verdict;

	if (begins(rest, "https://"))
		url->secure = 1;
	else if (begins(rest, "http://"))
		url->secure = 0;
	else
		return (HTTP_URL_NOT_HTTP);
	cut_at(&rest, "/");
	rest.at += 2;
	rest.len -= 2;
	authority = cut_at(&rest, "/?#");
	url->port = scheme_port(url);
	if ((verdict = set_authority(url, authority)) != HTTP_URL_GOOD)
		return (verdict);
	return (set_target(url, "", rest));
}

enum http_url_verdict
http_url_resolve(const struct http_url *base, const char *text, size_t len,
    struct http_url *url)
{
	struct span rest = { text, len }, authority;
	enum http_url_verdict verdict;
	char folder[HTTP_TARGET_SIZE];
	size_t path_len;

	if (scheme_len(rest) > 0)
		return (http_url_parse(text, len, url));
	*url = *base;
	if (begins(rest, "//")) {
		rest.at += 2;
		rest.len -= 2;
		authority = cut_at(&rest, "/?#");
		url->port = scheme_port(url);
		if ((verdict = set_authority(url, authority)) != HTTP_URL_GOOD)
			return (verdict);
		return (set_target(url, "", rest));
	}
	if (len > 0 && text[0] == '/')
		return (set_target(url, "", rest));
	path_len = strcspn(base->target, "?");
	if (len == 0 || text[0] == '#')		/* the same, but its fragment */
		path_len = strlen(base->target);
	else if (text[0] != '?')
		path_len = last_segment(base->target, path_len);
	memcpy(folder, base->target, path_len);
	folder[path_len] = '\0';
	return (set_target(url, folder, rest));
}

enum http_url_verdict
http_url_host(const char *text, size_t len, int port, struct http_url *url)
{
	const char *colon = memchr(text, ':', len);
	struct span all = { text, len };

	url->secure = 0;
	url->port = port;
	memcpy(url->target, "/", 2);
	if (memchr(text, '@', len) != NULL)
		return (HTTP_URL_USER);
	/* Two colons: an IPv6 number as it is, without a port. */
	if (colon != NULL && text[0] != '[' && memchr(colon + 1, ':',
	    len - (size_t)(colon + 1 - text)) != NULL)
		return (set_number(url, all));
	return (set_authority(url, all));
}

const char *
http_url_authority(const struct http_url *url, char text[HTTP_AUTHORITY_SIZE])
{
	int is_number = strchr(url->host, ':') != NULL;
	int len = snprintf(text, HTTP_AUTHORITY_SIZE, "%s%.*s%s",
	    is_number ? "[" : "", (int)strcspn(url->host, "%"), url->host,
	    is_number ? "]" : "");

	if (url->port != scheme_port(url))
		snprintf(text + len, HTTP_AUTHORITY_SIZE - (size_t)len, ":%d",
		    url->port);
	return (text);
}

const char *
http_url_wrong(enum http_url_verdict verdict)
{
	static const char *const texts[] = {
		[HTTP_URL_GOOD] = "",
		[HTTP_URL_NOT_HTTP] =
		    N_("neither http:// nor https:// begins it"),
		[HTTP_URL_USER] = N_("a user name or a password has no place "
		    "in it"),
		[HTTP_URL_BAD_HOST] = N_("this is no host's name or number"),
		[HTTP_URL_BAD_PORT] = N_("a port is a number from 1 to 65535"),
		[HTTP_URL_BAD_CHARACTER] = N_("a control character is in it"),
		[HTTP_URL_TOO_LONG] = N_("it is too long"),
	};

	return (texts[verdict]);
}

/* "host", "host:port", "[number]:port"; the default port is set.  What stands
 * before an @ would be sent to whoever a link names, and shown to all who list
 * the processes. */
static enum http_url_verdict
set_authority(struct http_url *url, struct span rest)
{
	enum http_url_verdict verdict;
	struct span host;

	if (memchr(rest.at, '@', rest.len) != NULL)
		return (HTTP_URL_USER);
	if (begins(rest, "[")) {
		rest.at++;
		rest.len--;
		host = cut_at(&rest, "]");
		if (rest.len == 0)
			return (HTTP_URL_BAD_HOST);
		rest.at++;
		rest.len--;
		verdict = set_number(url, host);
	} else {
		host = cut_at(&rest, ":");
		verdict = set_host(url, host);
	}
	if (verdict != HTTP_URL_GOOD || rest.len == 0)
		return (verdict);
	return (set_port(url, rest));
}

static enum http_url_verdict
set_host(struct http_url *url, struct span host)
{
	if (host.len == 0)
		return (HTTP_URL_BAD_HOST);
	if (host.len >= HTTP_HOST_SIZE)
		return (HTTP_URL_TOO_LONG);
	for (size_t i = 0; i < host.len; i++)
		if (!is_host_char(host.at[i]))
			return (HTTP_URL_BAD_HOST);
	memcpy(url->host, host.at, host.len);
	url->host[host.len] = '\0';
	return (HTTP_URL_GOOD);
}

/* An IPv6 number; RFC 6874: a zone is written %25eth0, and as everywhere else
 * %eth0 where no URL is. */
static enum http_url_verdict
set_number(struct http_url *url, struct span number)
{
	struct span zone = number;
	size_t len = span_of(number, "0123456789abcdefABCDEF:.");
	int used;

	zone.at += len;
	zone.len -= len;
	if (begins(zone, "%25"))
		zone = (struct span){ zone.at + 3, zone.len - 3 };
	else if (begins(zone, "%"))
		zone = (struct span){ zone.at + 1, zone.len - 1 };
	else if (zone.len > 0)
		return (HTTP_URL_BAD_HOST);
	if (memchr(number.at, ':', len) == NULL ||
	    (zone.len == 0 && len < number.len))
		return (HTTP_URL_BAD_HOST);
	for (size_t i = 0; i < zone.len; i++)
		if (!is_host_char(zone.at[i]))
			return (HTTP_URL_BAD_HOST);
	if (number.len >= HTTP_HOST_SIZE)
		return (HTTP_URL_TOO_LONG);
	used = snprintf(url->host, sizeof(url->host), "%.*s%s%.*s", (int)len,
	    number.at, zone.len > 0 ? "%" : "", (int)zone.len, zone.at);
	return (used > 0 ? HTTP_URL_GOOD : HTTP_URL_BAD_HOST);
}

/* ":8080"; RFC 3986 3.2.3: an empty one is the default. */
static enum http_url_verdict
set_port(struct http_url *url, struct span port)
{
	uint64_t number;

	if (!begins(port, ":"))
		return (HTTP_URL_BAD_HOST);
	if (port.len == 1)
		return (HTTP_URL_GOOD);
	if (num_parse(port.at + 1, port.len - 1, 65535, &number) == -1 ||
	    number == 0)
		return (HTTP_URL_BAD_PORT);
	url->port = (int)number;
	return (HTTP_URL_GOOD);
}

/* A path's folder (or nothing), then the rest of a URL up to its fragment. */
static enum http_url_verdict
set_target(struct http_url *url, const char *folder, struct span rest)
{
	size_t len = strlen(folder);
	struct span wanted = cut_at(&rest, "#");

	memcpy(url->target, folder, len + 1);
	if (len == 0 && !begins(wanted, "/"))
		url->target[len++] = '/';
	for (size_t i = 0; i < wanted.len; i++) {
		unsigned char c = (unsigned char)wanted.at[i];

		if (c < 0x20 || c == 0x7f)
			return (HTTP_URL_BAD_CHARACTER);
		if (len + 4 > sizeof(url->target))
			return (HTTP_URL_TOO_LONG);
		if (c == ' ' || c > 0x7f)
			len += (size_t)sprintf(url->target + len, "%%%02X", c);
		else
			url->target[len++] = (char)c;
	}
	url->target[len] = '\0';
	remove_dots(url->target);
	return (HTTP_URL_GOOD);
}

/* RFC 3986 5.2.4, in place: the path only shrinks.  It begins with "/". */
static void
remove_dots(char *target)
{
	size_t path_len = strcspn(target, "?"), in = 0, out = 0;

	while (in < path_len) {
		size_t len = 1 + strcspn(target + in + 1, "/?");
		int last = in + len == path_len;
		const char *name = target + in + 1;

		if (len == 2 && name[0] == '.') {
			if (last)
				target[out++] = '/';
		} else if (len == 3 && name[0] == '.' && name[1] == '.') {
			while (out > 0 && target[--out] != '/')
				;
			if (last)
				target[out++] = '/';
		} else {
			memmove(target + out, target + in, len);
			out += len;
		}
		in += len;
	}
	memmove(target + out, target + path_len, strlen(target + path_len) + 1);
}

/* How much of a path its last segment leaves: "/a/" of "/a/b". */
static size_t
last_segment(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	return (len);
}

/* RFC 3986 3.1: letters, digits, "+-." and a colon; 0 if none is there. */
static size_t
scheme_len(struct span text)
{
	size_t len = span_of(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	if (len == 0 || len == text.len || text.at[len] != ':' ||
	    memchr("0123456789+-.", text.at[0], 13) != NULL)
		return (0);
	return (len);
}

static int
scheme_port(const struct http_url *url)
{
	return (url->secure ? HTTPS_PORT : HTTP_PORT);
}

/* What stands before the first of some characters; the text goes on there. */
static struct span
cut_at(struct span *text, const char *ends)
{
	size_t len = 0;

	while (len < text->len && (text->at[len] == '\0' ||
	    strchr(ends, text->at[len]) == NULL))
		len++;
	text->at += len;
	text->len -= len;
	return ((struct span){ text->at - len, len });
}

static int
begins(struct span text, const char *with)
{
	size_t len = strlen(with);

	return (text.len >= len && strncasecmp(text.at, with, len) == 0);
}

/* How many characters are all among some. */
static size_t
span_of(struct span text, const char *set)
{
	size_t len = 0;

	while (len < text.len && text.at[len] != '\0' &&
	    strchr(set, text.at[len]) != NULL)
		len++;
	return (len);
}

/* Names of hosts, and of interfaces; "_" is in many. */
static int
is_host_char(char c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_');
}
