/* mixed_service.c - what fil-mixedd does with a client and with a datagram.
 * See also: tools/mixed/mixed_service.h, tests/system/mixed.py */
#include "tools/mixed/mixed_service.h"

#include <errno.h>

#include "base/intl.h"
#include "base/log.h"
#include "tools/mixed/plain.h"
#include "tools/mixed/session.h"
#include "tools/mixed/udp_requests.h"

static void mixed_client(struct client *, void *);
static int mixed_datagram(const struct datagram *, void *);
static void mixed_farewell(const struct client *, const char *, int);
static void mixed_service_reload(void *);
static const char *transport_of(const struct client *);

const struct service mixed_service = {
	.serve_client = mixed_client,
	.serve_datagram = mixed_datagram,
	.reload = mixed_service_reload,
	.busy = "Serveur occupé",
	.alpn = "fil/1",
};

static void
mixed_client(struct client *client, void *context)
{
	char who[ADDRESS_TEXT_SIZE], chunk[PLAIN_CHUNK_SIZE];
	const char *primitive = "recv";
	ssize_t n;
	int error;

	if (log_shows(LOG_LEVEL_EVENT))
		log_line(LOG_LEVEL_EVENT, _("%s connection from %s"),
		    transport_of(client),
		    address_format(&client->peer, who, sizeof(who)));
	client_set_state(client, CLIENT_RECEIVING);
	n = stream_recv(&client->stream, chunk, sizeof(chunk));
	if (n == -1)
		error = errno;
	else if (n > 0 && chunk[0] == '{')
		error = session_serve(client, context, chunk, (size_t)n,
		    &primitive);
	else
		error = plain_serve(client, chunk, (size_t)n, &primitive);
	mixed_farewell(client, primitive, error);
}

static int
mixed_datagram(const struct datagram *datagram, void *context)
{
	struct mixed *mixed = context;

	if (datagram->len > 0 && datagram->data[0] == '{')
		return (udp_requests_answer(&mixed->udp, datagram));
	return (plain_answer_datagram(datagram));
}

static void
mixed_service_reload(void *context)
{
	mixed_reload(context);
}

/* error 0: the end of the stream. */
static void
mixed_farewell(const struct client *client, const char *primitive, int error)
{
	char who[ADDRESS_TEXT_SIZE], why[CAUSE_TEXT_SIZE];
	struct cause cause;

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	address_format(&client->peer, who, sizeof(who));
	if (client_is_dismissed(client) && (error == 0 ||
	    error == ECONNABORTED))
		log_line(LOG_LEVEL_EVENT,
		    _("client %s dismissed: the server stops"), who);
	else if (error == ECANCELED)
		log_line(LOG_LEVEL_EVENT, _("client %s was sent away"), who);
	else if (error == 0)
		log_line(LOG_LEVEL_EVENT, _("client %s disconnected"), who);
	else if (error == EAGAIN || error == EWOULDBLOCK)
		/* The time-outs that serve/client_thread.c has set. */
		log_line(LOG_LEVEL_EVENT, _("client %s idle for too long"),
		    who);
	else {
		stream_cause(&client->stream, primitive, error, who, &cause);
		log_line(LOG_LEVEL_EVENT, _("client lost: %s"),
		    cause_text(&cause, why, sizeof(why)));
	}
	log_line(LOG_LEVEL_EVENT, _("%s connection closed"),
	    transport_of(client));
}

static const char *
transport_of(const struct client *client)
{
	return (client->encrypted ? "TLS" : "TCP");
}
