/* address.h - socket addresses: looked up, compared, printed.
 * Ref: POSIX getaddrinfo, getnameinfo; RFC 5952 (how IPv6 is written).
 * See also: tests/check_address.c */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/cause.h"

#define ADDRESS_TEXT_SIZE	80	/* "[fe80::1%eth0]:65535" and room */
#define ADDRESSES_MAX		16	/* of one name, the rest is left out */

struct address {
	socklen_t	 len;		/* 0: no address */
	union {
		struct sockaddr		 sa;
		struct sockaddr_in	 in;
		struct sockaddr_in6	 in6;
		struct sockaddr_storage	 storage;
	};
};

struct address_list {
	struct address	 items[ADDRESSES_MAX];
	size_t		 len;
};

/* What limits and rates are counted by: an IPv4 address, or the /64 of an
 * IPv6 one (a host has as many addresses in its /64 as it likes). */
struct address_host {
	int		 family;
	uint32_t	 words[2];
};

/* What kind of addresses are looked for. */
struct address_query {
	int		 port;		/* in host order */
	int		 family;	/* AF_INET, AF_INET6, AF_UNSPEC: both */
	int		 socktype;	/* SOCK_STREAM or SOCK_DGRAM */
};

/*
 * address_lookup - every address of a name, in the order to be tried
 *   host        name or number; NULL: the wildcard addresses
 * Returns 0 with list->len >= 1, or -1 with cause.
 * Blocks: for the resolver, without a deadline.   Threads: safe.
 */
int	address_lookup(const char *host, const struct address_query *query,
	    struct address_list *list, struct cause *cause);

/*
 * address_format - "127.0.0.1:4000", "[::1]:4000"
 *   text, size   where to write; ADDRESS_TEXT_SIZE is enough
 * An IPv4-mapped IPv6 address is written as IPv4.
 * Returns text.
 * Blocks: no.   Threads: safe.
 */
const char *address_format(const struct address *addr, char *text,
	    size_t size);

/*
 * address_fail - note that a call for this address failed, and close
 *   fd          the socket, or -1
 *   primitive   the call; errno says why
 * Returns -1, for the caller to return.
 * Blocks: no.   Threads: safe.
 */
int	address_fail(int fd, const char *primitive, const struct address *addr,
	    struct cause *cause);

/* address_port, address_set_port - the port, in host order. */
int	address_port(const struct address *addr);
void	address_set_port(struct address *addr, int port);

/* address_equal - same family, address and port? */
int	address_equal(const struct address *a, const struct address *b);

/* address_is_loopback - 127.0.0.0/8 (also IPv4-mapped) or ::1? */
int	address_is_loopback(const struct address *addr);

/* address_is_wildcard - 0.0.0.0 or ::? */
int	address_is_wildcard(const struct address *addr);

/*
 * address_is_unicast - may an answer be sent there?
 * Not to multicast, 255.255.255.255, 0.0.0.0/8 or ::, nor to their
 * IPv4-mapped forms.
 */
int	address_is_unicast(const struct address *addr);

/* address_host - by what the limits count this address. */
struct address_host address_host(const struct address *addr);

#endif
