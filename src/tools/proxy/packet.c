/* packet.c - TCP segments as they would have crossed the wire.
 * See also: tools/proxy/packet.h, tests/check_proxy.c */
#include "tools/proxy/packet.h"

#include <string.h>

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define TCP_HEADER	20
#define PROTOCOL_TCP	6
#define HOPS		64
#define WINDOW		65535

static struct address as_ipv6(const struct address *);
static uint16_t checksum(uint32_t, const unsigned char *, size_t);
static size_t ip_header(const struct packet_flow *, int, size_t,
    unsigned char *);
static void put16(unsigned char *, uint32_t);
static void put32(unsigned char *, uint32_t);
static uint32_t pseudo_header(const unsigned char *, size_t, size_t);

void
packet_flow_init(struct packet_flow *flow, const struct address *client,
    const struct address *server, uint32_t first)
{
	memset(flow, 0, sizeof(*flow));
	flow->ends[0] = *client;
	flow->ends[1] = *server;
	if (client->sa.sa_family != server->sa.sa_family)
		for (int i = 0; i < 2; i++)
			flow->ends[i] = as_ipv6(&flow->ends[i]);
	flow->next[0] = flow->next[1] = first;
}

size_t
packet_build(struct packet_flow *flow, int from, unsigned flags,
    const void *bytes, size_t len, unsigned char *packet)
{
	size_t ip = ip_header(flow, from, TCP_HEADER + len, packet);
	unsigned char *tcp = packet + ip;

	memset(tcp, 0, TCP_HEADER);
	put16(tcp, (uint32_t)address_port(&flow->ends[from]));
	put16(tcp + 2, (uint32_t)address_port(&flow->ends[!from]));
	put32(tcp + 4, flow->next[from]);
	if (flags & PACKET_ACK)
		put32(tcp + 8, flow->next[!from]);
	tcp[12] = TCP_HEADER / 4 << 4;
	tcp[13] = (unsigned char)flags;
	put16(tcp + 14, WINDOW);
	if (len > 0)
		memcpy(tcp + TCP_HEADER, bytes, len);
	put16(tcp + 16, checksum(pseudo_header(packet, ip, TCP_HEADER + len),
	    tcp, TCP_HEADER + len));
	/* SYN and FIN take a sequence number each. */
	flow->next[from] += (uint32_t)len + ((flags & PACKET_SYN) != 0) +
	    ((flags & PACKET_FIN) != 0);
	return (ip + TCP_HEADER + len);
}

/* Returns its length. */
static size_t
ip_header(const struct packet_flow *flow, int from, size_t payload,
    unsigned char *ip)
{
	const struct address *source = &flow->ends[from];
	const struct address *destination = &flow->ends[!from];

	memset(ip, 0, IPV6_HEADER);
	if (source->sa.sa_family == AF_INET6) {
		ip[0] = 6 << 4;
		put16(ip + 4, (uint32_t)payload);
		ip[6] = PROTOCOL_TCP;
		ip[7] = HOPS;
		memcpy(ip + 8, &source->in6.sin6_addr, 16);
		memcpy(ip + 24, &destination->in6.sin6_addr, 16);
		return (IPV6_HEADER);
	}
	ip[0] = 4 << 4 | IPV4_HEADER / 4;
	put16(ip + 2, (uint32_t)(IPV4_HEADER + payload));
	ip[6] = 0x40;			/* do not fragment */
	ip[8] = HOPS;
	ip[9] = PROTOCOL_TCP;
	memcpy(ip + 12, &source->in.sin_addr, 4);
	memcpy(ip + 16, &destination->in.sin_addr, 4);
	put16(ip + 10, checksum(0, ip, IPV4_HEADER));
	return (IPV4_HEADER);
}

/* What TCP's checksum covers of the IP header: addresses, protocol, length. */
static uint32_t
pseudo_header(const unsigned char *packet, size_t ip, size_t len)
{
	size_t addresses = ip == IPV6_HEADER ? 8 : 12;
	uint32_t sum = PROTOCOL_TCP + (uint32_t)len;

	for (size_t i = addresses; i < ip; i += 2)
		sum += (uint32_t)(packet[i] << 8 | packet[i + 1]);
	return (sum);
}

/* RFC 1071. */
static uint16_t
checksum(uint32_t sum, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	if (len % 2 == 1)
		sum += (uint32_t)(bytes[len - 1] << 8);
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return ((uint16_t)~sum);
}

/* An IPv4 address, mapped: ::ffff:192.0.2.1. */
static struct address
as_ipv6(const struct address *addr)
{
	struct address mapped = { .len = sizeof(mapped.in6) };

	if (addr->sa.sa_family == AF_INET6)
		return (*addr);
	mapped.in6.sin6_family = AF_INET6;
	mapped.in6.sin6_port = addr->in.sin_port;
	memset(&mapped.in6.sin6_addr.s6_addr[10], 0xff, 2);
	memcpy(&mapped.in6.sin6_addr.s6_addr[12], &addr->in.sin_addr, 4);
	return (mapped);
}

static void
put16(unsigned char *at, uint32_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

static void
put32(unsigned char *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}
