/* plain.c - the exchange of sheet A: every message is acknowledged.
 * See also: tools/mixed/plain.h */
#include "tools/mixed/plain.h"

#include <errno.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"

#define SHOWN_SIZE	1024		/* of a message in the log */

static int plain_answer(struct client *, const char *, size_t);
static void plain_log(const char *, const struct address *, const char *,
    size_t);

static const char tcp_answer[] = "Message reçu via TCP";
static const char tls_answer[] = "Message reçu via TLS";
static const char udp_answer[] = "Message reçu via UDP";

/* A chunk is what one recv gave: TCP keeps no message boundaries, so it may be
 * half of what the client meant, or twice. */
int
plain_serve(struct client *client, char *chunk, size_t len,
    const char **primitive)
{
	ssize_t n = (ssize_t)len;

	while (n > 0) {
		if (plain_answer(client, chunk, (size_t)n) == -1) {
			*primitive = "send";
			return (errno);
		}
		client_set_state(client, CLIENT_RECEIVING);
		n = stream_recv(&client->stream, chunk, PLAIN_CHUNK_SIZE);
	}
	*primitive = "recv";
	return (n == -1 ? errno : 0);
}

int
plain_answer_datagram(const struct datagram *datagram)
{
	plain_log("UDP", &datagram->from, datagram->data, datagram->len);
	if (datagram->len == 0)
		return (0);
	server_reply(datagram, udp_answer, sizeof(udp_answer) - 1);
	return (1);
}

static int
plain_answer(struct client *client, const char *chunk, size_t len)
{
	const char *answer = client->encrypted ? tls_answer : tcp_answer;

	client_count(client, len, 0);
	plain_log(client->encrypted ? "TLS" : "TCP", &client->peer, chunk,
	    len);
	client_set_state(client, CLIENT_SENDING);
	if (stream_send_all(&client->stream, answer, strlen(answer)) == -1)
		return (-1);
	client_count(client, 0, strlen(answer));
	return (0);
}

static void
plain_log(const char *transport, const struct address *peer,
    const char *bytes, size_t len)
{
	char who[ADDRESS_TEXT_SIZE], shown[SHOWN_SIZE];

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	text_safe(shown, sizeof(shown), bytes, len, TEXT_ONE_LINE);
	log_line(LOG_LEVEL_EVENT, _("received over %s from %s: %s"), transport,
	    address_format(peer, who, sizeof(who)), shown);
}
