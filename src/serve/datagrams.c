/* datagrams.c - the UDP side of a server: recvfrom, judge, answer.
 * See also: serve/server.h, serve/udp_guard.h */
#include "serve/datagrams.h"

#include <sys/socket.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/datagram.h"

#define BATCH_MAX	64

static void server_answer(struct server *, const struct datagram *);

/* Take what has come, but no more than a batch: the listeners have their turn
 * too.  The batch grows while datagrams keep coming, so that a lone one costs
 * no recvfrom in vain. */
void
server_datagrams(struct server *server, struct endpoint *sock)
{
	struct datagram datagram = { .server = server, .endpoint = sock,
	    .data = server->data };

	for (int i = 0; i < sock->batch; i++) {
		struct address *from = &datagram.from;
		ssize_t n;

		if (address_is_wildcard(&sock->addr))
			n = datagram_recv(sock->fd, server->data,
			    sizeof(server->data), from, &datagram.to);
		else {
			from->len = sizeof(from->storage);
			n = recvfrom(sock->fd, server->data,
			    sizeof(server->data), 0, &from->sa, &from->len);
		}
		if (n == -1) {
			sock->batch = 1;
			return;
		}
		datagram.len = (size_t)n;
		server_answer(server, &datagram);
	}
	if (sock->batch < BATCH_MAX)
		sock->batch *= 2;
}

/* Answer a datagram, unless its source may not be answered. */
static void
server_answer(struct server *server, const struct datagram *datagram)
{
	struct udp_counters *udp = &server->udp;
	char who[ADDRESS_TEXT_SIZE];
	int64_t now_ms = clock_now_ms();
	enum udp_verdict verdict = udp_guard_judge(&server->udp_guard,
	    &datagram->from, now_ms);

	server->heard_ms = now_ms;
	udp->received++;
	udp->bytes_in += datagram->len;
	if (verdict == UDP_ANSWER) {
		udp->ignored += !server->service->serve_datagram(datagram,
		    server->service->context);
		return;
	}
	if (verdict == UDP_BAD_SOURCE)
		udp->bad_source++;
	else
		udp->too_fast++;
	if (log_shows(LOG_LEVEL_DETAIL))
		log_line(LOG_LEVEL_DETAIL, verdict == UDP_BAD_SOURCE ?
		    _("no answer to %s: a server may be there") :
		    _("no answer to %s: over --udp-rate"),
		    address_format(&datagram->from, who, sizeof(who)));
}

void
server_reply(const struct datagram *datagram, const void *buf, size_t len)
{
	struct udp_counters *udp = &datagram->server->udp;
	int fd = datagram->endpoint->fd;
	ssize_t n;

	if (datagram->to.len != 0)
		n = datagram_send(fd, buf, len, &datagram->from,
		    &datagram->to);
	else
		n = sendto(fd, buf, len, MSG_NOSIGNAL, &datagram->from.sa,
		    datagram->from.len);
	if (n == -1) {
		udp->unsent++;
		return;
	}
	udp->answered++;
	udp->bytes_out += (uint64_t)n;
}
