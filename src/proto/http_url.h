/* http_url.h - where a resource is: http://host:port/path?query
 * Taken apart for a request: whom to connect to, what to ask for.  What a
 * server sends as Location may lead anywhere: relative, to another host, to
 * another protocol; each is told apart here, and nothing is guessed.
 * Ref: RFC 3986, RFC 9110 4.2 and 10.2.2.   See also: tests/check_http_url.c */
#ifndef PROTO_HTTP_URL_H
#define PROTO_HTTP_URL_H

#include <stddef.h>

#define HTTP_HOST_SIZE		256	/* a name has 253 bytes at most */
#define HTTP_TARGET_SIZE	8192
#define HTTP_AUTHORITY_SIZE	(HTTP_HOST_SIZE + 9) /* brackets, port, NUL */

struct http_url {
	int		 secure;		/* https */
	int		 port;
	char		 host[HTTP_HOST_SIZE];	/* for getaddrinfo: an IPv6
						 * number has no brackets */
	char		 target[HTTP_TARGET_SIZE]; /* "/path?query" */
};

enum http_url_verdict {
	HTTP_URL_GOOD,
	HTTP_URL_NOT_HTTP,		/* another scheme, or none */
	HTTP_URL_USER,			/* user:password@ */
	HTTP_URL_BAD_HOST,
	HTTP_URL_BAD_PORT,
	HTTP_URL_BAD_CHARACTER,		/* a control character */
	HTTP_URL_TOO_LONG
};

/*
 * http_url_parse - take a URL apart
 *   text, len   any bytes
 *   url         filled if it is good
 * A fragment is left out.  Blanks and bytes beyond ASCII in path and query are
 * percent-encoded; "." and ".." in the path are followed (RFC 3986 5.2.4).
 * Blocks: no.   Threads: safe.
 */
enum http_url_verdict http_url_parse(const char *text, size_t len,
	    struct http_url *url);

/*
 * http_url_resolve - where a reference leads, seen from another URL
 *   base        where it was found
 *   text, len   "https://a/b", "//a/b", "/b", "b", "?b", "../b", ""
 *   url         filled if it is good; not base
 * Blocks: no.   Threads: safe.   Ref: RFC 3986 5.2.
 */
enum http_url_verdict http_url_resolve(const struct http_url *base,
	    const char *text, size_t len, struct http_url *url);

/*
 * http_url_host - a host as a person types it: NAME, NAME:PORT, [::1]:PORT, ::1
 *   port   the default
 *   url    http, of that host, with the target "/"
 * Blocks: no.   Threads: safe.
 */
enum http_url_verdict http_url_host(const char *text, size_t len, int port,
	    struct http_url *url);

/*
 * http_url_authority - host and port as the field Host has them
 * The port is left out where it is the scheme's own; so is the zone of an IPv6
 * number, which means nothing to others (RFC 6874 4).
 *   text   receives it
 * Returns text.
 * Blocks: no.   Threads: safe.   Ref: RFC 9110 7.2.
 */
const char *http_url_authority(const struct http_url *url,
	    char text[HTTP_AUTHORITY_SIZE]);

/*
 * http_url_wrong - what is wrong with a URL
 *   verdict   not HTTP_URL_GOOD
 * Returns a string constant, for a person through _().
 * Blocks: no.   Threads: safe.
 */
const char *http_url_wrong(enum http_url_verdict verdict);

#endif
