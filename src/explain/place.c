/* place.c - the address of an end.
 * See also: explain/place.h */
#include "explain/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	0xff };

static void place_path(struct place *, const struct sockaddr_un *, socklen_t);

void
place_set(struct place *place, const struct sockaddr *addr, socklen_t len)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;

	memset(place, 0, sizeof(*place));
	if (addr == NULL || len < sizeof(sa_family_t))
		return;
	if (addr->sa_family == AF_INET && len >= sizeof(*in)) {
		place->port = ntohs(in->sin_port);
		memcpy(place->at.address, &in->sin_addr, 4);
	} else if (addr->sa_family == AF_INET6 && len >= sizeof(*in6)) {
		place->port = ntohs(in6->sin6_port);
		place->scope = in6->sin6_scope_id;
		memcpy(place->at.address, &in6->sin6_addr, 16);
	} else if (addr->sa_family == AF_UNIX)
		place_path(place, (const void *)addr, len);
	else
		return;
	place->family = addr->sa_family;
}

static void
place_path(struct place *place, const struct sockaddr_un *un, socklen_t len)
{
	size_t size = len - offsetof(struct sockaddr_un, sun_path);

	if (len <= offsetof(struct sockaddr_un, sun_path))
		return;
	if (size > sizeof(place->at.path) - 1)
		size = sizeof(place->at.path) - 1;
	memcpy(place->at.path, un->sun_path, size);
	/* An abstract name begins with NUL. */
	if (place->at.path[0] == '\0')
		place->at.path[0] = '@';
}

void
place_add(struct words *words, const struct place *place)
{
	char text[INET6_ADDRSTRLEN];

	if (place->family == AF_INET) {
		inet_ntop(AF_INET, place->at.address, text, sizeof(text));
		words_add(words, "%s:%d", text, place->port);
	} else if (place->family == AF_INET6) {
		inet_ntop(AF_INET6, place->at.address, text, sizeof(text));
		words_add(words, "[%s", text);
		if (place->scope != 0)
			words_add(words, "%%%u", place->scope);
		words_add(words, "]:%d", place->port);
	} else if (place->family == AF_UNIX && place->at.path[0] != '\0')
		words_safe(words, place->at.path, strlen(place->at.path));
	else
		words_add(words, "?");
}

int
place_is_any(const struct place *place)
{
	static const unsigned char zero[16];
	size_t len = place->family == AF_INET ? 4 : 16;

	return ((place->family == AF_INET || place->family == AF_INET6) &&
	    memcmp(place->at.address, zero, len) == 0);
}

int
place_is_loopback(const struct place *place)
{
	static const unsigned char one[16] = { [15] = 1 };

	if (place->family == AF_INET)
		return (place->at.address[0] == 127);
	return (place->family == AF_INET6 &&
	    (memcmp(place->at.address, one, 16) == 0 ||
	    (memcmp(place->at.address, mapped, 12) == 0 &&
	    place->at.address[12] == 127)));
}
