/* request.h - what a client asks an HTTP server.
 * Ref: RFC 9112 3, RFC 9110 7.2.   See also: tools/http/answer.h */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/cause.h"
#include "base/opt.h"
#include "proto/http_url.h"
#include "tools/http/wire.h"

struct request {
	const struct http_url *url;
	const char	*method;	/* GET or HEAD */
	int		 minor;		/* of HTTP/1.minor */
	const struct opt_list *fields;	/* "Name: value", good ones */
	int		 elsewhere;	/* redirected to a host that the user
					 * did not name */
};

/*
 * request_send - send it
 * A field of the user's takes the place of ours with that name.  Those that are
 * secrets, and Host, are for the host that the user named alone.
 * Returns 0, or -1 with cause.
 * Blocks: until the last byte is in the socket's buffer.
 */
int	request_send(const struct request *request, struct wire *wire,
	    struct cause *cause);

/*
 * request_field_wrong - what is wrong with a field of the user's
 * Returns a translated text for opt_mistake, or NULL: nothing.
 * Blocks: no.   Threads: safe.
 */
const char *request_field_wrong(const char *field);

#endif
