/* host_port.c - HOST, HOST:PORT, [IPV6] or [IPV6]:PORT, as people type it.
 * See also: net/host_port.h, tests/check_host_port.c */
#include "net/host_port.h"

#include <stdint.h>
#include <string.h>

#include "base/num.h"

int
host_port_parse(const char *text, int port, struct host_port *parsed)
{
	const char *host = text, *colon = strchr(text, ':');
	size_t len = strlen(text);
	uint64_t number = (uint64_t)port;

	if (text[0] == '[') {
		host = text + 1;
		len = strcspn(host, "]");
		if (host[len] == '\0' ||
		    (host[len + 1] != ':' && host[len + 1] != '\0'))
			return (-1);
		colon = host[len + 1] == ':' ? host + len + 1 : NULL;
	} else if (colon != NULL && strchr(colon + 1, ':') != NULL)
		colon = NULL;		/* ::1 */
	else if (colon != NULL)
		len = (size_t)(colon - text);
	if (colon != NULL && (num_parse(colon + 1, strlen(colon + 1), 65535,
	    &number) == -1 || number == 0))
		return (-1);
	if (len == 0 || len >= sizeof(parsed->host))
		return (-1);
	memcpy(parsed->host, host, len);
	parsed->host[len] = '\0';
	parsed->port = (int)number;
	return (0);
}
