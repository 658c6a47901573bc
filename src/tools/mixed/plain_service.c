/* plain_service.c - the exchange of sheet A: every message is acknowledged.
 * The texts on the wire are the sheet's own: French, UTF-8, no newline.
 * See also: tools/mixed/plain_service.h, tests/system/mixed.py */
#include "tools/mixed/plain_service.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "net/io.h"

#define CHUNK_SIZE	4096		/* of one recv, so of one answer */
#define SHOWN_SIZE	1024		/* of a message in the log */

static int plain_answer(struct client *, const char *, size_t);
static void plain_datagram(const struct datagram *, void *);
static void plain_client(struct client *, void *);
static void plain_farewell(const struct client *, const char *, int);
static void plain_log(const char *, const struct address *, const char *,
    size_t);

static const char tcp_answer[] = "Message reçu via TCP";
static const char udp_answer[] = "Message reçu via UDP";

const struct service plain_service = {
	.serve_client = plain_client,
	.serve_datagram = plain_datagram,
	.busy = "Serveur occupé",
};

/* One thread a client: recv, answer, until it leaves. */
static void
plain_client(struct client *client, void *context)
{
	char who[ADDRESS_TEXT_SIZE], chunk[CHUNK_SIZE];
	ssize_t n;

	(void)context;
	if (log_shows(LOG_LEVEL_EVENT))
		log_line(LOG_LEVEL_EVENT, _("TCP connection from %s"),
		    address_format(&client->peer, who, sizeof(who)));
	do {
		client_set_state(client, CLIENT_RECEIVING);
		n = recv(client->fd, chunk, sizeof(chunk), 0);
		if (n > 0 && plain_answer(client, chunk, (size_t)n) == -1) {
			plain_farewell(client, "send", errno);
			return;
		}
	} while (n > 0 || (n == -1 && errno == EINTR));
	plain_farewell(client, "recv", n == -1 ? errno : 0);
}

/* A chunk is what one recv gave: TCP keeps no message boundaries, so it may be
 * half of what the client meant, or twice. */
static int
plain_answer(struct client *client, const char *chunk, size_t len)
{
	client_count(client, len, 0);
	plain_log(_("received over TCP from %s: %s"), &client->peer, chunk,
	    len);
	client_set_state(client, CLIENT_SENDING);
	if (send_all(client->fd, tcp_answer, sizeof(tcp_answer) - 1) == -1)
		return (-1);
	client_count(client, 0, sizeof(tcp_answer) - 1);
	return (0);
}

static void
plain_datagram(const struct datagram *datagram, void *context)
{
	(void)context;
	plain_log(_("received over UDP from %s: %s"), &datagram->from,
	    datagram->data, datagram->len);
	if (datagram->len > 0)
		server_reply(datagram, udp_answer, sizeof(udp_answer) - 1);
}

/* error 0: the end of the stream. */
static void
plain_farewell(const struct client *client, const char *primitive, int error)
{
	char who[ADDRESS_TEXT_SIZE], why[CAUSE_TEXT_SIZE];
	struct cause cause;

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	address_format(&client->peer, who, sizeof(who));
	cause_errno(&cause, primitive, error, who);
	if (error == 0)
		log_line(LOG_LEVEL_EVENT, client_is_dismissed(client) ?
		    _("client %s dismissed: the server stops") :
		    _("client %s disconnected"), who);
	else if (error == EAGAIN || error == EWOULDBLOCK)
		/* The time-outs that serve/client_thread.c has set. */
		log_line(LOG_LEVEL_EVENT, _("client %s idle for too long"),
		    who);
	else
		log_line(LOG_LEVEL_EVENT, _("client lost: %s"),
		    cause_text(&cause, why, sizeof(why)));
	log_line(LOG_LEVEL_EVENT, _("TCP connection closed"));
}

static void
plain_log(const char *format, const struct address *peer, const char *bytes,
    size_t len)
{
	char who[ADDRESS_TEXT_SIZE], shown[SHOWN_SIZE];

	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	text_safe(shown, sizeof(shown), bytes, len, TEXT_ONE_LINE);
	log_line(LOG_LEVEL_EVENT, format,
	    address_format(peer, who, sizeof(who)), shown);
}
