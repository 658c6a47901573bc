/* daytime.c - what fil-daytimed does with a client and with a datagram.
 * See also: tools/daytime/daytime.h, tests/system/daytime.py */
#include "tools/daytime/daytime.h"

#include <errno.h>

#include "base/intl.h"
#include "base/log.h"

static void daytime_client(struct client *, void *);
static int daytime_datagram(const struct datagram *, void *);
static void log_told(const char *, const struct address *);

/* No line says "busy" here: a client would take it for a date. */
const struct service daytime_service = {
	.serve_client = daytime_client,
	.serve_datagram = daytime_datagram,
};

/* RFC 867: the date, then the end; what the client says does not matter. */
static void
daytime_client(struct client *client, void *context)
{
	const struct daytime *daytime = context;
	char line[DATE_SIZE], who[ADDRESS_TEXT_SIZE], why[CAUSE_TEXT_SIZE];
	size_t len = date_line((enum date_form)daytime->form, daytime->utc,
	    time(NULL), line);
	struct cause cause;

	client_set_state(client, CLIENT_SENDING);
	if (stream_send_all(&client->stream, line, len) == -1) {
		stream_cause(&client->stream, "send", errno,
		    address_format(&client->peer, who, sizeof(who)), &cause);
		log_line(LOG_LEVEL_EVENT, _("client lost: %s"),
		    cause_text(&cause, why, sizeof(why)));
		return;
	}
	client_count(client, 0, len);
	log_told("TCP", &client->peer);
	client_set_state(client, CLIENT_RECEIVING);
	client_hang_up(client);
}

static int
daytime_datagram(const struct datagram *datagram, void *context)
{
	struct daytime *daytime = context;
	time_t now = time(NULL);

	if (daytime->len == 0 || now != daytime->moment) {
		daytime->moment = now;
		daytime->len = date_line((enum date_form)daytime->form,
		    daytime->utc, now, daytime->line);
	}
	server_reply(datagram, daytime->line, daytime->len);
	log_told("UDP", &datagram->from);
	return (1);
}

static void
log_told(const char *transport, const struct address *peer)
{
	char who[ADDRESS_TEXT_SIZE];

	if (log_shows(LOG_LEVEL_EVENT))
		log_line(LOG_LEVEL_EVENT, _("told %s the date over %s"),
		    address_format(peer, who, sizeof(who)), transport);
}
