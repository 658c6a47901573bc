/* server.c - the shape of every server: one select, one thread a client.
 * See also: serve/server.h, tests/check_server.c */
#include "serve/server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "serve/client_thread.h"
#include "serve/datagrams.h"
#include "serve/endpoints.h"
#include "serve/lifecycle.h"
#include "serve/report.h"

#define ACCEPT_BATCH	64		/* connections, then UDP's turn */
#define PAUSE_MS	100		/* of a listener, when accept fails */
#define SAY_AGAIN_MS	60000		/* the same complaint once a minute */
#define INETD_LOOK_MS	100		/* is the one client still there? */
#define STOP_POLITE_MS	700
#define STOP_MS		1000

/* Whoever asks for a thread. */
struct newcomer {
	int		 fd;
	const struct address *peer;
	int		 encrypted;
	void		*job;
};

static int accept_is_over(int);
static int inetd_is_over(struct server *);
static int say_again(int64_t *);
static void server_accept(struct server *, struct endpoint *);
static void server_accept_failed(struct server *, struct endpoint *, int);
static void server_admit(struct server *, enum endpoint_kind, int,
    const struct address *);
static int server_open_tls(struct server *, struct cause *);
static void server_pause(struct server *, struct endpoint *);
static const char *server_place(struct server *, const struct newcomer *,
    char [CAUSE_TEXT_SIZE]);
static void server_reload(struct server *);
static int64_t server_resume(struct server *);
static void server_signals(struct server *);
static int server_stop_init(struct server *, struct cause *);
static void server_turn_away(struct server *, enum endpoint_kind, int);

int
server_init(struct server *server, const struct server_options *options,
    const struct service *service, struct cause *cause)
{
	memset(server, 0, sizeof(*server));
	server->options = options;
	server->service = service;
	mux_init(&server->mux);
	if (client_thread_attr(&server->thread_attr, cause) == -1)
		return (-1);
	if (server_stop_init(server, cause) == -1) {
		pthread_attr_destroy(&server->thread_attr);
		return (-1);
	}
	if (server_open_tls(server, cause) == -1 ||
	    endpoints_adopt(server, cause) == -1 ||
	    (server->wake_fd = lifecycle_start(cause)) == -1 ||
	    mux_watch(&server->mux, server->wake_fd, cause) == -1 ||
	    udp_guard_init(&server->udp_guard, options->udp_rate,
	    cause) == -1 || registry_init(&server->registry, cause) == -1 ||
	    workers_init(&server->workers, cause) == -1) {
		server_fini(server);
		return (-1);
	}
	server->registry.max_clients = options->max_clients;
	server->registry.loopback_exempt =
	    options->max_per_host == SERVER_PER_HOST_UNSET;
	server->registry.max_per_host = server->registry.loopback_exempt ?
	    200 : options->max_per_host;
	return (0);
}

int
server_run(struct server *server, struct cause *cause)
{
	fd_set ready;

	if (server->inetd_client.len != 0)
		server_admit(server, ENDPOINT_TCP, STDIN_FILENO,
		    &server->inetd_client);
	server->heard_ms = clock_now_ms();
	while (!server->stopping) {
		int n = mux_wait(&server->mux, &ready, server_resume(server));

		if (n == -1) {
			cause_errno(cause, "select", errno, NULL);
			return (-1);
		}
		if (n == 0 || FD_ISSET(server->wake_fd, &ready))
			server_signals(server);
		if (server->stopping)
			break;
		if (server->options->inetd && inetd_is_over(server))
			break;
		for (size_t i = 0; i < server->endpoints_len; i++) {
			struct endpoint *endpoint = &server->endpoints[i];

			if (!FD_ISSET(endpoint->fd, &ready))
				continue;
			if (endpoint->kind == ENDPOINT_UDP)
				server_datagrams(server, endpoint);
			else
				server_accept(server, endpoint);
		}
	}
	return (0);
}

int
server_drain(struct server *server)
{
	int64_t begin = clock_now_ms();

	pthread_mutex_lock(&server->stop_lock);
	atomic_store(&server->draining, 1);
	pthread_cond_broadcast(&server->stopped);
	pthread_mutex_unlock(&server->stop_lock);
	/* UDP sockets stay open: clients' threads may still send by them. */
	for (size_t i = 0; i < server->endpoints_len; i++)
		if (server->endpoints[i].kind != ENDPOINT_UDP) {
			close(server->endpoints[i].fd);
			server->endpoints[i].fd = -1;
		}
	registry_shutdown(&server->registry, SHUT_RD);
	if (registry_wait_empty(&server->registry,
	    begin + STOP_POLITE_MS) == 0)
		return (0);
	registry_shutdown(&server->registry, SHUT_RDWR);
	return (registry_wait_empty(&server->registry, begin + STOP_MS));
}

void
server_fini(struct server *server)
{
	while (server->endpoints_len > 0)
		if (server->endpoints[--server->endpoints_len].fd != -1)
			close(server->endpoints[server->endpoints_len].fd);
	workers_fini(&server->workers);
	udp_guard_fini(&server->udp_guard);
	registry_fini(&server->registry);
	tls_server_free(server->tls);
	server->tls = NULL;
	pthread_cond_destroy(&server->stopped);
	pthread_mutex_destroy(&server->stop_lock);
	pthread_attr_destroy(&server->thread_attr);
	lifecycle_end();
}

int
server_has_tls(const struct server *server)
{
	return (server->tls != NULL);
}

static int
server_open_tls(struct server *server, struct cause *cause)
{
	struct tls_options options = server->options->tls;

	if (options.cert == NULL)
		return (0);
	options.alpn = server->service->alpn;
	server->tls = tls_server_open(&options, cause);
	return (server->tls != NULL ? 0 : -1);
}

static int
server_stop_init(struct server *server, struct cause *cause)
{
	int error = pthread_mutex_init(&server->stop_lock, NULL);

	if (error != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	error = clock_cond_init(&server->stopped);
	if (error == 0)
		return (0);
	cause_errno(cause, "pthread_cond_init", error, NULL);
	pthread_mutex_destroy(&server->stop_lock);
	return (-1);
}

static void
server_accept(struct server *server, struct endpoint *listener)
{
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct address peer = { .len = sizeof(peer.storage) };
		int fd = accept(listener->fd, &peer.sa, &peer.len);

		if (fd != -1)
			server_admit(server, listener->kind, fd, &peer);
		else if (accept_is_over(errno)) {
			server_accept_failed(server, listener, errno);
			return;
		}
	}
}

/* accept also reports the pending errors of the connection that it would have
 * returned (accept(2)): then the next one may be well. */
static int
accept_is_over(int error)
{
	return (error != EINTR && error != ECONNABORTED && error != EPROTO &&
	    error != ENETDOWN && error != ENETUNREACH &&
#ifdef EHOSTDOWN
	    error != EHOSTDOWN &&
#endif
	    error != EHOSTUNREACH &&
	    error != ENOPROTOOPT && error != EOPNOTSUPP);
}

/* EAGAIN: all are accepted.  Otherwise out of descriptors or memory: the
 * connections stay in the queue, and select would report them at once, for
 * ever; so the listener is not watched for a moment. */
static void
server_accept_failed(struct server *server, struct endpoint *listener,
    int error)
{
	struct cause cause;

	if (error == EAGAIN || error == EWOULDBLOCK)
		return;
	server_pause(server, listener);
	if (!say_again(&server->said_accept_ms))
		return;
	cause_errno(&cause, "accept", error, NULL);
	log_cause(_("new clients have to wait:"), &cause);
}

static void
server_pause(struct server *server, struct endpoint *listener)
{
	mux_ignore(&server->mux, listener->fd);
	listener->resume = clock_deadline(PAUSE_MS);
}

/* Under inetd the server ends with its client, or when no datagram comes any
 * more. */
static int
inetd_is_over(struct server *server)
{
	int64_t idle_ms = server->options->idle_timeout_ms;

	if (server->inetd_client.len != 0)
		return (registry_wait_empty(&server->registry, 0) == 0);
	return (idle_ms != 0 &&
	    clock_now_ms() - server->heard_ms >= idle_ms &&
	    registry_wait_empty(&server->registry, 0) == 0);
}

/* Watch again what has paused long enough; returns the next such moment. */
static int64_t
server_resume(struct server *server)
{
	int64_t next = server->options->inetd ?
	    clock_deadline(INETD_LOOK_MS) : CLOCK_NEVER;

	for (size_t i = 0; i < server->endpoints_len; i++) {
		struct endpoint *endpoint = &server->endpoints[i];
		struct cause ignored;

		if (endpoint->resume == 0)
			continue;
		if (clock_poll_ms(endpoint->resume) == 0) {
			endpoint->resume = 0;
			mux_watch(&server->mux, endpoint->fd, &ignored);
		} else if (endpoint->resume < next)
			next = endpoint->resume;
	}
	return (next);
}

int
server_begin(const struct datagram *datagram, int fd, void *job)
{
	char text[CAUSE_TEXT_SIZE];
	const char *why = server_place(datagram->server,
	    &(struct newcomer){ .fd = fd, .peer = &datagram->from,
	    .job = job }, text);

	if (why == NULL)
		return (0);
	server_note_busy(datagram->server, why);
	return (-1);
}

void
server_note_busy(struct server *server, const char *why)
{
	server->turned_away++;
	if (say_again(&server->said_busy_ms))
		log_line(LOG_LEVEL_WARNING, _("a client was turned away: %s"),
		    why);
}

static void
server_admit(struct server *server, enum endpoint_kind kind, int fd,
    const struct address *peer)
{
	char text[CAUSE_TEXT_SIZE];
	const char *why = server_place(server, &(struct newcomer){ .fd = fd,
	    .peer = peer, .encrypted = kind == ENDPOINT_TLS }, text);

	if (why == NULL)
		return;
	server_note_busy(server, why);
	server_turn_away(server, kind, fd);
}

/* Let a client in: a place in the registry and a thread.  Returns NULL, or why
 * there is none. */
static const char *
server_place(struct server *server, const struct newcomer *newcomer,
    char text[CAUSE_TEXT_SIZE])
{
	static const char *const refusals[] = {
		[REGISTRY_FULL] = N_("--max-clients reached"),
		[REGISTRY_HOST_FULL] = N_("--max-per-host reached"),
		[REGISTRY_NO_MEMORY] = N_("out of memory"),
	};
	struct cause cause;
	struct client *client;
	int error;
	enum registry_answer answer = registry_join(&server->registry,
	    newcomer->fd, newcomer->peer, &client);

	if (answer != REGISTRY_JOINED)
		return (_(refusals[answer]));
	client->server = server;
	client->encrypted = newcomer->encrypted;
	client->job = newcomer->job;
	if ((error = client_thread_start(client)) == 0)
		return (NULL);
	registry_leave(&server->registry, client);
	cause_errno(&cause, "pthread_create", error, NULL);
	return (cause_text(&cause, text, CAUSE_TEXT_SIZE));
}

/* Say "busy" without waiting (not under TLS, whose handshake would have to
 * come first), and close.  What the client has sent already is
 * read first, or close would turn into a reset that eats the answer. */
static void
server_turn_away(struct server *server, enum endpoint_kind kind, int fd)
{
	const char *busy = server->service->busy;

	if (busy != NULL && kind != ENDPOINT_TLS)
		send(fd, busy, strlen(busy), MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	recv(fd, server->data, sizeof(server->data), MSG_DONTWAIT);
	close(fd);
}

/* Is it time for this complaint again?  Then its minute begins anew: a flood of
 * clients must not become a flood of log lines. */
static int
say_again(int64_t *said_ms)
{
	int64_t now = clock_now_ms();

	if (*said_ms != 0 && now - *said_ms < SAY_AGAIN_MS)
		return (0);
	*said_ms = now;
	return (1);
}

static void
server_signals(struct server *server)
{
	unsigned events = lifecycle_events();

	if (events & LIFECYCLE_RELOAD)
		server_reload(server);
	if (events & LIFECYCLE_REPORT)
		report_print(server);
	if (events & LIFECYCLE_STOP)
		server->stopping = 1;
}

/* SIGHUP: whoever is connected keeps what he came with. */
static void
server_reload(struct server *server)
{
	const struct service *service = server->service;
	struct cause cause;

	if (server->tls != NULL &&
	    tls_server_reload(server->tls, &cause) == -1)
		log_cause(_("SIGHUP: the certificate stays the old one:"),
		    &cause);
	else if (server->tls != NULL)
		log_line(LOG_LEVEL_EVENT,
		    _("SIGHUP: certificate read again"));
	if (service->reload != NULL)
		service->reload(service->context);
	if (server->tls == NULL && service->reload == NULL)
		log_line(LOG_LEVEL_EVENT, _("SIGHUP: nothing to read again"));
}
