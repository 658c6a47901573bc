/* client_thread.c - the thread of one client, from its start to its close.
 * See also: serve/client_thread.h */
#include "config.h"

#ifdef HAVE_PTHREAD_SETNAME_NP
#define _GNU_SOURCE
#endif
#include "serve/client_thread.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/lifecycle.h"
#include "serve/server.h"

/* Memory is used as it is touched: a large stack costs addresses only.  JSON
 * and TLS need this much. */
#define STACK_SIZE	(256 * 1024)

static void *client_main(void *);
static void client_name_thread(const struct client *);
static void client_tune_socket(const struct client *);

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
	pthread_t thread;

	return (pthread_create(&thread, &client->server->thread_attr,
	    client_main, client));
}

void
client_set_state(struct client *client, enum client_state state)
{
	atomic_store_explicit(&client->state, (int)state,
	    memory_order_relaxed);
}

/* Only this thread writes the counters: a plain load and store will do, and
 * costs less than an atomic addition. */
void
client_count(struct client *client, size_t in, size_t out)
{
	uint64_t bytes_in = atomic_load_explicit(&client->bytes_in,
	    memory_order_relaxed);
	uint64_t bytes_out = atomic_load_explicit(&client->bytes_out,
	    memory_order_relaxed);

	atomic_store_explicit(&client->bytes_in, bytes_in + in,
	    memory_order_relaxed);
	atomic_store_explicit(&client->bytes_out, bytes_out + out,
	    memory_order_relaxed);
	if (in > 0)
		atomic_store_explicit(&client->active_ms, clock_now_ms(),
		    memory_order_relaxed);
}

int
client_is_dismissed(const struct client *client)
{
	return (atomic_load(&client->server->draining));
}

static void *
client_main(void *arg)
{
	struct client *client = arg;
	const struct service *service = client->server->service;
	int fd = client->fd;

	lifecycle_leave_signals();
	client_name_thread(client);
	client_tune_socket(client);
	service->serve_client(client, service->context);
	/* Leave, then close: see serve/registry.h. */
	registry_leave(&client->server->registry, client);
	close(fd);
	return (NULL);
}

/* The socket is blocking; idle clients and stuck readers end by its
 * time-outs, dead peers by keepalive.  A failure here costs comfort only. */
static void
client_tune_socket(const struct client *client)
{
	int64_t idle_ms = client->server->options->idle_timeout_ms;
	struct timeval idle = { .tv_sec = idle_ms / 1000,
	    .tv_usec = idle_ms % 1000 * 1000 };
	int on = 1;

	/* On some systems it has the listener's O_NONBLOCK. */
	fcntl(client->fd, F_SETFL, 0);
	fcntl(client->fd, F_SETFD, FD_CLOEXEC);
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(client->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (idle_ms == 0)
		return;
	setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
}

/* "client-3" in ps -L, top -H and gdb. */
static void
client_name_thread(const struct client *client)
{
#ifdef HAVE_PTHREAD_SETNAME_NP
	char name[16];

	snprintf(name, sizeof(name), "client-%lu", client->number % 100000000);
	pthread_setname_np(pthread_self(), name);
#else
	(void)client;
#endif
}
