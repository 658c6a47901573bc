/* url.c - ftp://user@host:port/path, taken apart.
 * See also: tools/ftp/url.h, tests/check_ftp_url.c */
#include "tools/ftp/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"

#define SCHEME	"ftp://"

static int decode(const char *, size_t, char *, size_t);
static int hex(int);

int
url_is(const char *text)
{
	return (strstr(text, "://") != NULL);
}

const char *
url_parse(const char *text, struct ftp_url *url)
{
	const char *wrong, *slash, *path;
	char place[SESSION_USER_SIZE + HOST_PORT_SIZE + 16];

	if (strncasecmp(text, SCHEME, strlen(SCHEME)) != 0)
		return (N_("only ftp:// is spoken here"));
	text += strlen(SCHEME);
	slash = strchr(text, '/');
	if (slash == NULL)
		slash = text + strlen(text);
	if ((size_t)(slash - text) >= sizeof(place))
		return (N_("the host is not one"));
	memcpy(place, text, (size_t)(slash - text));
	place[slash - text] = '\0';
	if ((wrong = url_parse_place(place, url)) != NULL)
		return (wrong);
	path = *slash == '/' ? slash + 1 : slash;
	if (decode(path, strlen(path), url->path, sizeof(url->path)) == -1)
		return (N_("the path has a wrong %XX in it, or an end of "
		    "line, or is too long"));
	return (NULL);
}

const char *
url_parse_place(const char *text, struct ftp_url *url)
{
	const char *at = strrchr(text, '@'), *host = text;

	memset(url, 0, sizeof(*url));
	if (at != NULL) {
		/* Whoever can run ps(1) would see it, and a shell keep it. */
		if (memchr(text, ':', (size_t)(at - text)) != NULL)
			return (N_("a password is not given there: see "
			    "--password-file"));
		if (decode(text, (size_t)(at - text), url->user,
		    sizeof(url->user)) == -1 || url->user[0] == '\0')
			return (N_("the user is not one"));
		host = at + 1;
	}
	return (host_port_parse(host, 0, &url->host) == 0 ? NULL :
	    N_("the host is not one"));
}

/* RFC 3986 2.1.  An end of line would end a command. */
static int
decode(const char *text, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)text[i];

		if (c == '%') {
			if (i + 2 >= len || hex(text[i + 1]) == -1 ||
			    hex(text[i + 2]) == -1)
				return (-1);
			c = hex(text[i + 1]) << 4 | hex(text[i + 2]);
			i += 2;
		}
		if (c == '\0' || c == '\r' || c == '\n' || n + 1 >= size)
			return (-1);
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return (0);
}

static int
hex(int c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	c = tolower(c);
	return (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
}
