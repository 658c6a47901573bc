/* udp_guard.c - which datagrams a UDP server may answer.
 * See also: serve/udp_guard.h, tests/check_udp_guard.c */
#include "serve/udp_guard.h"

#define SECOND_MS	1000

static int source_is_a_service(const struct address *);

/* Ports above 1023 on which a server answers by itself: NFS, and those of
 * fil's own UDP services (fil-daytimed, fil-tftpd, the lesson udp_server,
 * fil-mixedd). */
static const int service_ports[] = { 2049, 1313, 6969, 12345, 12346 };

int
udp_guard_init(struct udp_guard *guard, int64_t rate, struct cause *cause)
{
	*guard = (struct udp_guard){
	    .all_rate = { rate * UDP_GUARD_ALL, SECOND_MS } };
	return (host_rate_init(&guard->sources,
	    &(struct rate){ rate, SECOND_MS }, cause));
}

void
udp_guard_fini(struct udp_guard *guard)
{
	host_rate_fini(&guard->sources);
}

enum udp_verdict
udp_guard_judge(struct udp_guard *guard, const struct address *from,
    int64_t now_ms)
{
	if (source_is_a_service(from) || !address_is_unicast(from))
		return (UDP_BAD_SOURCE);
	if (guard->all_rate.times == 0)
		return (UDP_ANSWER);
	/* The source first: one that is too fast takes nobody's share. */
	if (!host_rate_take(&guard->sources, from, now_ms) ||
	    !rate_bucket_take(&guard->all, &guard->all_rate, now_ms))
		return (UDP_TOO_FAST);
	return (UDP_ANSWER);
}

static int
source_is_a_service(const struct address *from)
{
	int port = address_port(from);

	if (port < 1024)
		return (1);
	for (size_t i = 0; i < sizeof(service_ports) / sizeof(int); i++)
		if (port == service_ports[i])
			return (1);
	return (0);
}
