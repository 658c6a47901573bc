/* url.h - ftp://user@host:port/path, taken apart.
 * The path begins where the user is after logging in; behind //, or /%2f, it
 * begins at the root.
 * Ref: RFC 1738 3.2, RFC 3986.   See also: tests/check_ftp_url.c */
#ifndef FTP_URL_H
#define FTP_URL_H

#include "net/host_port.h"
#include "tools/ftp/session.h"

struct ftp_url {
	struct host_port host;		/* its port 0: none is said */
	char		 user[SESSION_USER_SIZE]; /* "": none */
	char		 path[SESSION_PATH_SIZE]; /* "": none */
};

/*
 * url_is - does it begin as a URL does?
 * Blocks: no.   Threads: safe.
 */
int	url_is(const char *text);

/*
 * url_parse - take it apart
 * Returns NULL, or what is wrong with it, a constant marked with N_().
 * Blocks: no.   Threads: safe.
 */
const char *url_parse(const char *text, struct ftp_url *url);

/*
 * url_parse_place - "user@host", "host", "host:port", as a person types it
 * Returns as url_parse; the path is empty.
 */
const char *url_parse_place(const char *text, struct ftp_url *url);

#endif
