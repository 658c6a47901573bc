/* client_thread.c - the thread of one client, from its start to its close.
 * See also: serve/client_thread.h */
#include "serve/client_thread.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/io.h"
#include "net/tls.h"
#include "serve/lifecycle.h"
#include "serve/server.h"

/* Memory is used as it is touched: a large stack costs addresses only.  JSON
 * and TLS need this much. */
#define STACK_SIZE	(256 * 1024)
#define HANDSHAKE_MS	10000
#define LINGER_MS	1000

static int client_begin(struct client *);
static void *client_main(void *);
static void client_run(void *);
static void client_serve_stream(struct client *);
static void client_tune_socket(struct client *);
static int client_uses_worker(const struct client *);

int
client_thread_attr(pthread_attr_t *attr, struct cause *cause)
{
	int error = pthread_attr_init(attr);

	if (error != 0) {
		cause_errno(cause, "pthread_attr_init", error, NULL);
		return (-1);
	}
	pthread_attr_setdetachstate(attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(attr, STACK_SIZE);
	return (0);
}

int
client_thread_start(struct client *client)
{
	struct server *server = client->server;
	pthread_t thread;

	if (client_uses_worker(client))
		return (workers_run(&server->workers, client_run, client));
	return (pthread_create(&thread, &server->thread_attr, client_main,
	    client));
}

void
client_set_state(struct client *client, enum client_state state)
{
	atomic_store_explicit(&client->state, (int)state,
	    memory_order_relaxed);
}

/* Only this thread writes a counter that it counts on: a plain load and store
 * will do, and costs less than an atomic addition.  Who sends through an
 * outbox (serve/outbox.h) leaves bytes_out to it. */
void
client_count(struct client *client, size_t in, size_t out)
{
	uint64_t bytes_in = atomic_load_explicit(&client->bytes_in,
	    memory_order_relaxed);
	uint64_t bytes_out = atomic_load_explicit(&client->bytes_out,
	    memory_order_relaxed);

	if (out > 0)
		atomic_store_explicit(&client->bytes_out, bytes_out + out,
		    memory_order_relaxed);
	if (in == 0)
		return;
	atomic_store_explicit(&client->bytes_in, bytes_in + in,
	    memory_order_relaxed);
	atomic_store_explicit(&client->active_ms, clock_now_ms(),
	    memory_order_relaxed);
}

int
client_is_dismissed(const struct client *client)
{
	return (atomic_load(&client->server->draining));
}

int
client_wait(struct client *client, int64_t wait_ms)
{
	struct server *server = client->server;
	int64_t deadline = clock_now_ms() + wait_ms;
	struct timespec until = clock_timespec(deadline);
	int error = 0;

	pthread_mutex_lock(&server->stop_lock);
	while (!atomic_load(&server->draining) && error == 0)
		error = pthread_cond_timedwait(&server->stopped,
		    &server->stop_lock, &until);
	pthread_mutex_unlock(&server->stop_lock);
	return (client_is_dismissed(client));
}

void
client_hang_up(struct client *client)
{
	int64_t deadline = clock_deadline(LINGER_MS);
	char unread[4096];

	stream_end(&client->stream);
	while (recv_within(client->stream.fd, unread, sizeof(unread),
	    deadline) > 0 && clock_poll_ms(deadline) > 0)
		;
}

static void *
client_main(void *arg)
{
	lifecycle_leave_signals();
	client_run(arg);
	return (NULL);
}

static void
client_run(void *arg)
{
	struct client *client = arg;
	const struct service *service = client->server->service;
	int fd = client->stream.fd;
	void *job = client->job;

	workers_name("client", client->number);
	if (job != NULL)
		service->serve_job(client, service->context);
	else
		client_serve_stream(client);
	/* Leave, then close: see serve/registry.h. */
	registry_leave(&client->server->registry, client);
	close(fd);
	free(job);
}

static void
client_serve_stream(struct client *client)
{
	const struct service *service = client->server->service;

	client_tune_socket(client);
	if (client_begin(client) == 0) {
		service->serve_client(client, service->context);
		if (client->stream.tls != NULL)
			stream_end(&client->stream);
	} else
		client_hang_up(client);	/* an alert is on its way */
	stream_fini(&client->stream);
}

/* A handshake takes the client's time, so it is done here and not where the
 * connection was accepted. */
static int
client_begin(struct client *client)
{
	int64_t idle_ms = client->server->options->idle_timeout_ms;
	int64_t limit_ms = idle_ms != 0 && idle_ms < HANDSHAKE_MS ? idle_ms :
	    HANDSHAKE_MS;
	char who[ADDRESS_TEXT_SIZE], text[CAUSE_TEXT_SIZE];
	struct cause cause;

	if (!client->encrypted || client->server->service->own_tls)
		return (0);
	client_set_state(client, CLIENT_HANDSHAKE);
	if (tls_accept(client->server->tls, &client->stream,
	    clock_deadline(limit_ms), &cause) == -1) {
		if (log_shows(LOG_LEVEL_EVENT))
			log_line(LOG_LEVEL_EVENT, _("no TLS with %s: %s"),
			    address_format(&client->peer, who, sizeof(who)),
			    cause_text(&cause, text, sizeof(text)));
		return (-1);
	}
	if (log_shows(LOG_LEVEL_DETAIL))
		log_line(LOG_LEVEL_DETAIL, _("TLS with %s: %s"),
		    address_format(&client->peer, who, sizeof(who)),
		    tls_describe(&client->stream, text, sizeof(text)));
	return (0);
}

/* GnuTLS keeps some 150 bytes (its random numbers) for every thread that has
 * ever used it, until the process ends: few threads, then, for many clients. */
static int
client_uses_worker(const struct client *client)
{
	const struct service *service = client->server->service;

	return (service->reuses_threads ||
	    (client->encrypted && !service->own_tls));
}

/* The socket is blocking; idle clients and stuck readers end by its
 * time-outs, dead peers by keepalive.  A failure here costs comfort only. */
static void
client_tune_socket(struct client *client)
{
	int64_t idle_ms = client->server->options->idle_timeout_ms;
	struct timeval idle = { .tv_sec = idle_ms / 1000,
	    .tv_usec = idle_ms % 1000 * 1000 };
	int fd = client->stream.fd, on = 1;

	/* On some systems it has the listener's O_NONBLOCK. */
	fcntl(fd, F_SETFL, 0);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	client->stream.patience_ms = idle_ms;
	if (idle_ms == 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
}
