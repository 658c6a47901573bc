/* fuzz_http_url.c - any bytes as a URL, as a host, as what a server redirects to.
 * The reference: what was understood, written down again and read again, is the
 * same.
 * See also: proto/http_url.h, tests/check_http_url.c */
#include "proto/http_url.h"

#include <stdio.h>
#include <string.h>

#include "fuzz.h"

static void check_url(const struct http_url *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char base_text[] = "https://[fe80::1%25lo]:81/a/b?c";
	const char *text = (const char *)data;
	struct http_url base, url;

	assert(http_url_parse(base_text, sizeof(base_text) - 1, &base) ==
	    HTTP_URL_GOOD);
	if (http_url_parse(text, size, &url) == HTTP_URL_GOOD)
		check_url(&url);
	if (http_url_resolve(&base, text, size, &url) == HTTP_URL_GOOD)
		check_url(&url);
	if (size > 0 && http_url_host(text, size, 80, &url) == HTTP_URL_GOOD)
		check_url(&url);
	return (0);
}

static void
check_url(const struct http_url *url)
{
	char authority[HTTP_AUTHORITY_SIZE];
	char text[HTTP_AUTHORITY_SIZE + HTTP_TARGET_SIZE + 16];
	struct http_url again;

	assert(url->port >= 1 && url->port <= 65535);
	assert(url->host[0] != '\0' && strlen(url->host) < HTTP_HOST_SIZE);
	assert(url->target[0] == '/');
	for (const char *c = url->target; *c != '\0'; c++)
		assert(*c > 0x20 && *c < 0x7f);
	http_url_authority(url, authority);
	assert(strpbrk(authority, "@/?# \r\n%") == NULL);
	snprintf(text, sizeof(text), "%s%s%s", url->secure ? "https://" :
	    "http://", authority, url->target);
	assert(http_url_parse(text, strlen(text), &again) == HTTP_URL_GOOD);
	assert(again.port == url->port && again.secure == url->secure);
	assert(strcmp(again.target, url->target) == 0);
	if (strchr(url->host, '%') == NULL)
		assert(strcmp(again.host, url->host) == 0);
}
