/* address.c - socket addresses: looked up, compared, printed.
 * See also: net/address.h, tests/check_address.c */
#include "net/address.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint32_t address_ipv4(const struct address *);

int
address_lookup(const char *host, const struct address_query *query,
    struct address_list *list, struct cause *cause)
{
	struct addrinfo hints = { .ai_family = query->family,
	    .ai_socktype = query->socktype, .ai_flags = AI_NUMERICSERV |
	    (host == NULL ? AI_PASSIVE : 0) };
	struct addrinfo *found, *ai;
	char service[8];
	int error;

	snprintf(service, sizeof(service), "%d", query->port);
	error = getaddrinfo(host, service, &hints, &found);
	if (error != 0) {
		cause_lookup(cause, error, errno, host);
		return (-1);
	}
	list->len = 0;
	for (ai = found; ai != NULL && list->len < ADDRESSES_MAX;
	    ai = ai->ai_next) {
		struct address *addr = &list->items[list->len];

		memset(addr, 0, sizeof(*addr));
		memcpy(&addr->storage, ai->ai_addr, ai->ai_addrlen);
		addr->len = ai->ai_addrlen;
		list->len++;
	}
	freeaddrinfo(found);
	return (0);
}

const char *
address_format(const struct address *addr, char *text, size_t size)
{
	struct address plain = *addr;
	char host[ADDRESS_TEXT_SIZE - 16];
	int bracket;

	if (addr->sa.sa_family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr)) {
		memset(&plain, 0, sizeof(plain));
		plain.len = sizeof(plain.in);
		plain.in.sin_family = AF_INET;
		plain.in.sin_port = addr->in6.sin6_port;
		plain.in.sin_addr.s_addr = htonl(address_ipv4(addr));
	}
	if (addr->len == 0 || getnameinfo(&plain.sa, plain.len, host,
	    sizeof(host), NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(host, sizeof(host), "?");
	bracket = strchr(host, ':') != NULL;
	snprintf(text, size, "%s%s%s:%d", bracket ? "[" : "", host,
	    bracket ? "]" : "", address_port(&plain));
	return (text);
}

int
address_fail(int fd, const char *primitive, const struct address *addr,
    struct cause *cause)
{
	char text[ADDRESS_TEXT_SIZE];
	int error = errno;

	cause_errno(cause, primitive, error,
	    address_format(addr, text, sizeof(text)));
	if (fd != -1)
		close(fd);
	return (-1);
}

int
address_port(const struct address *addr)
{
	if (addr->sa.sa_family == AF_INET)
		return (ntohs(addr->in.sin_port));
	if (addr->sa.sa_family == AF_INET6)
		return (ntohs(addr->in6.sin6_port));
	return (0);
}

void
address_set_port(struct address *addr, int port)
{
	if (addr->sa.sa_family == AF_INET)
		addr->in.sin_port = htons((uint16_t)port);
	else
		addr->in6.sin6_port = htons((uint16_t)port);
}

int
address_equal(const struct address *a, const struct address *b)
{
	if (a->sa.sa_family != b->sa.sa_family ||
	    address_port(a) != address_port(b))
		return (0);
	if (a->sa.sa_family == AF_INET)
		return (a->in.sin_addr.s_addr == b->in.sin_addr.s_addr);
	return (a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
	    memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
	    sizeof(a->in6.sin6_addr)) == 0);
}

int
address_is_loopback(const struct address *addr)
{
	if (addr->sa.sa_family == AF_INET6 &&
	    IN6_IS_ADDR_LOOPBACK(&addr->in6.sin6_addr))
		return (1);
	return (address_ipv4(addr) >> 24 == 127);
}

int
address_is_wildcard(const struct address *addr)
{
	if (addr->sa.sa_family == AF_INET6)
		return (IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr));
	return (addr->in.sin_addr.s_addr == htonl(INADDR_ANY));
}

int
address_is_unicast(const struct address *addr)
{
	uint32_t ipv4;

	if (addr->sa.sa_family == AF_INET6 &&
	    !IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr))
		return (!IN6_IS_ADDR_MULTICAST(&addr->in6.sin6_addr) &&
		    !IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr));
	/* 224/4 is multicast, 240/4 reserved up to the broadcast address. */
	ipv4 = address_ipv4(addr);
	return (ipv4 >> 24 != 0 && ipv4 >> 24 < 224);
}

struct address_host
address_host(const struct address *addr)
{
	struct address_host host = { .family = AF_INET };

	if (addr->sa.sa_family == AF_INET6 &&
	    !IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr)) {
		host.family = AF_INET6;
		memcpy(host.words, &addr->in6.sin6_addr, sizeof(host.words));
	} else
		host.words[0] = address_ipv4(addr);
	return (host);
}

/* The IPv4 address, plain or mapped, in host order; 0 if it is neither. */
static uint32_t
address_ipv4(const struct address *addr)
{
	uint32_t word;

	if (addr->sa.sa_family == AF_INET)
		return (ntohl(addr->in.sin_addr.s_addr));
	if (addr->sa.sa_family != AF_INET6 ||
	    !IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr))
		return (0);
	memcpy(&word, &addr->in6.sin6_addr.s6_addr[12], sizeof(word));
	return (ntohl(word));
}
