/* connection.c - one client, its upstream connection, and what they say.
 * See also: tools/proxy/connection.h, tests/system/proxy.py */
#include "tools/proxy/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/dial.h"

#define DIAL_MS		30000		/* for each address of the server */
#define HANDSHAKE_MS	10000
#define LINE_SIZE	1024

static void connection_carry_down(void *);
static int connection_converse(struct connection *, struct cause *);
static int connection_dial(struct connection *, struct cause *);
static void connection_farewell(struct connection *);
static void connection_refuse(struct connection *, struct cause *);
static void connection_serve(struct client *, void *);
static int connection_start(struct connection *, struct cause *);
static void connection_tune(struct connection *);
static const char *fate_text(const struct connection *);
static void log_fate(const struct connection *);

const struct service connection_service = {
	.serve_client = connection_serve,
	.reuses_threads = 1,
};

/* The client's thread.  What the client sends before there is an upstream
 * connection waits in its socket. */
static void
connection_serve(struct client *client, void *context)
{
	struct connection connection = { .proxy = context, .client = client,
	    .upstream.fd = -1, .begin_ms = clock_now_ms() };
	struct cause cause;

	connection.ends[0] = client->peer;
	address_format(&client->peer, connection.client_text,
	    sizeof(connection.client_text));
	client_set_state(client, CLIENT_WORKING);
	if (connection_dial(&connection, &cause) == -1 ||
	    connection_start(&connection, &cause) == -1)
		connection_refuse(&connection, &cause);
	/* Both ends have been told, or will be by a reset: no more goodbyes. */
	stream_fini(&client->stream);
	stream_fini(&connection.upstream);
	if (connection.upstream.fd != -1)
		close(connection.upstream.fd);
}

/* The name is looked up each time: it may have moved. */
static int
connection_dial(struct connection *connection, struct cause *cause)
{
	struct proxy *proxy = connection->proxy;
	const struct proxy_options *options = proxy->options;
	struct address_query query = { .port = options->upstream_port,
	    .family = options->server.family, .socktype = SOCK_STREAM };
	struct address *peer = &connection->ends[1];
	struct address_list addrs;
	int fd;

	if (address_lookup(options->host, &query, &addrs, cause) == -1 ||
	    (fd = tcp_dial(&addrs, DIAL_MS, cause)) == -1)
		return (-1);
	stream_init(&connection->upstream, fd);
	connection_tune(connection);
	peer->len = sizeof(peer->storage);
	if (getpeername(fd, &peer->sa, &peer->len) == -1)
		*peer = addrs.items[0];
	address_format(peer, connection->upstream_text,
	    sizeof(connection->upstream_text));
	return (proxy->tls == NULL ? 0 : tls_connect(proxy->tls,
	    &connection->upstream, options->host,
	    clock_deadline(HANDSHAKE_MS), cause));
}

/* As the client's socket was (serve/client_thread.c). */
static void
connection_tune(struct connection *connection)
{
	int64_t idle_ms = connection->proxy->options->server.idle_timeout_ms;
	struct timeval idle = { .tv_sec = idle_ms / 1000,
	    .tv_usec = idle_ms % 1000 * 1000 };
	int fd = connection->upstream.fd, on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	connection->upstream.patience_ms = idle_ms;
	if (idle_ms != 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
}

static int
connection_start(struct connection *connection, struct cause *cause)
{
	struct client *client = connection->client;
	struct proxy *proxy = connection->proxy;
	struct relay *relay = &connection->relay;
	int result = -1;

	if (relay_init(relay, &client->stream, &connection->upstream,
	    cause) == -1)
		return (-1);
	relay->idle_ms = proxy->options->server.idle_timeout_ms;
	relay->half_close_ms = proxy->options->half_close_ms;
	/* So that the table of SIGUSR1 tells of both directions. */
	relay->up.bytes = &client->bytes_in;
	relay->down.bytes = &client->bytes_out;
	relay->active_ms = &client->active_ms;
	relay_moved(&relay->up, 0);

	if (passage_init(&connection->passages[0], connection, 0) == -1 ||
	    passage_init(&connection->passages[1], connection, 1) == -1)
		cause_errno(cause, "malloc", ENOMEM, NULL);
	else if (proxy_join(proxy, connection) == -1)
		cause_said(cause, "accept", N_("the server stops"), NULL);
	else {
		result = connection_converse(connection, cause);
		proxy_leave(proxy, connection);
	}
	passage_fini(&connection->passages[1]);
	passage_fini(&connection->passages[0]);
	relay_fini(relay);
	return (result);
}

/* Two threads, one a direction, until both are out: then this one closes. */
static int
connection_converse(struct connection *connection, struct cause *cause)
{
	struct proxy *proxy = connection->proxy;
	char line[LINE_SIZE];
	int error;

	snprintf(line, sizeof(line), _("#%lu opened"),
	    connection->client->number);
	display_line(&proxy->display, line);
	capture_begin(&connection->capture, proxy->capture, connection->ends,
	    connection->client->number);
	error = workers_run(&connection->client->server->workers,
	    connection_carry_down, connection);
	if (error != 0) {
		capture_reset(&connection->capture, 1);
		cause_errno(cause, "pthread_create", error, NULL);
		return (-1);
	}
	client_set_state(connection->client, CLIENT_RECEIVING);
	relay_carry(&connection->relay.up);
	connection_farewell(connection);
	return (0);
}

/* The second thread.  The connection is the first one's. */
static void
connection_carry_down(void *arg)
{
	struct connection *connection = arg;

	workers_name("upstream", connection->client->number);
	relay_carry(&connection->relay.down);
}

static void
connection_farewell(struct connection *connection)
{
	const struct relay *relay = &connection->relay;
	int64_t took_ms = clock_now_ms() - connection->begin_ms;
	char line[LINE_SIZE], up[BLOCK_COUNT_SIZE], down[BLOCK_COUNT_SIZE];

	if (relay->fate.end == RELAY_DROPPED) {
		capture_end(&connection->capture, 0);
		capture_end(&connection->capture, 1);
	} else if (relay->fate.end != RELAY_CLOSED)
		capture_reset(&connection->capture,
		    relay->fate.side == &connection->upstream);
	if (relay->fate.end == RELAY_RESET)
		log_fate(connection);
	/* #3 closed by client: 1,204 bytes -> 88,120 bytes <- 2.31 s */
	snprintf(line, sizeof(line), _("#%lu %s: %s -> %s <- %d.%02d s"),
	    connection->client->number, _(fate_text(connection)),
	    block_bytes(atomic_load(relay->up.bytes), up),
	    block_bytes(atomic_load(relay->down.bytes), down),
	    (int)(took_ms / 1000), (int)(took_ms % 1000 / 10));
	display_line(&connection->proxy->display, line);
}

static const char *
fate_text(const struct connection *connection)
{
	static const char *const texts[][2] = {
		[RELAY_CLOSED] = { N_("closed by client"),
		    N_("closed by upstream") },
		[RELAY_RESET] = { N_("reset by client"),
		    N_("reset by upstream") },
		[RELAY_IDLE] = { N_("closed, idle for too long"),
		    N_("closed, idle for too long") },
		[RELAY_HALF_CLOSED] = { N_("closed, half-closed for too long"),
		    N_("closed, half-closed for too long") },
		[RELAY_BROKEN] = { N_("closed, the server stops"),
		    N_("reset by --reset-after") },
		[RELAY_DROPPED] = { N_("closed by --drop-after"),
		    N_("closed by --drop-after") },
	};
	const struct relay_fate *fate = &connection->relay.fate;
	int column = fate->side == &connection->upstream;

	if (fate->end == RELAY_BROKEN)
		for (int i = 0; i < 2; i++)
			column |= passage_has_reset(&connection->passages[i]);
	return (texts[fate->end][column]);
}

/* A reset is nothing new to tell; that TLS failed, and how, is. */
static void
log_fate(const struct connection *connection)
{
	const struct relay_fate *fate = &connection->relay.fate;
	int is_upstream = fate->side == &connection->upstream;
	char text[CAUSE_TEXT_SIZE];
	struct cause cause;

	if (fate->error == ECONNRESET || fate->error == EPIPE)
		return;
	stream_cause(fate->side, fate->primitive, fate->error, is_upstream ?
	    connection->upstream_text : connection->client_text, &cause);
	log_line(LOG_LEVEL_WARNING, "#%lu %s", connection->client->number,
	    cause_text(&cause, text, sizeof(text)));
}

/* Whom the server refuses we refuse, too: by a reset. */
static void
connection_refuse(struct connection *connection, struct cause *cause)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	char why[CAUSE_TEXT_SIZE], line[LINE_SIZE];

	setsockopt(connection->client->stream.fd, SOL_SOCKET, SO_LINGER,
	    &reset, sizeof(reset));
	if (connection->upstream.fd != -1)
		setsockopt(connection->upstream.fd, SOL_SOCKET, SO_LINGER,
		    &reset, sizeof(reset));
	cause_text(cause, why, sizeof(why));
	snprintf(line, sizeof(line), _("#%lu refused: %s"),
	    connection->client->number, why);
	display_line(&connection->proxy->display, line);
	log_line(LOG_LEVEL_WARNING, _("client %s refused: %s"),
	    connection->client_text, why);
}
