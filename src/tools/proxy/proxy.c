/* proxy.c - what all conversations of fil-proxy share.
 * See also: tools/proxy/proxy.h */
#include "tools/proxy/proxy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/random.h"
#include "tools/proxy/connection.h"

#define END_MS		700		/* from proxy_stop to the last word */
#define SEEDS		1000000

static int proxy_open_display(struct proxy *, struct cause *);
static int proxy_open_tls(struct proxy *, struct cause *);
static int proxy_seed(struct proxy *, struct cause *);

int
proxy_init(struct proxy *proxy, const struct proxy_options *options,
    struct cause *cause)
{
	int error;

	memset(proxy, 0, sizeof(*proxy));
	proxy->options = options;
	if (proxy_seed(proxy, cause) == -1)
		return (-1);
	if ((error = pthread_mutex_init(&proxy->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	if (proxy_open_tls(proxy, cause) == -1)
		return (-1);
	if (options->pcap != NULL &&
	    (proxy->capture = capture_open(options->pcap, cause)) == NULL)
		return (-1);
	return (proxy_open_display(proxy, cause));
}

static int
proxy_seed(struct proxy *proxy, struct cause *cause)
{
	const struct proxy_options *options = proxy->options;

	proxy->seed = (uint64_t)options->seed;
	if (options->seed != -1)
		return (0);
	if (random_fill(&proxy->seed, sizeof(proxy->seed)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		return (-1);
	}
	proxy->seed %= SEEDS;
	for (int i = 0; i < 2; i++)
		if (options->faults[i].values[FAULT_JITTER] > 0) {
			log_line(LOG_LEVEL_EVENT, _("the same jitter again: "
			    "--seed %d"), (int)proxy->seed);
			break;
		}
	return (0);
}

static int
proxy_open_tls(struct proxy *proxy, struct cause *cause)
{
	struct tls_options options = proxy->options->tls;

	if (!proxy->options->connect_tls)
		return (0);
	options.priority = proxy->options->server.tls.priority;
	proxy->tls = tls_client_open(&options, cause);
	return (proxy->tls != NULL ? 0 : -1);
}

static int
proxy_open_display(struct proxy *proxy, struct cause *cause)
{
	const struct proxy_options *options = proxy->options;
	struct display_options display = { .fd = STDOUT_FILENO,
	    .form = (enum block_form)options->form,
	    .wait = options->wait_display,
	    .colored = log_wants_color((enum log_color)
	    options->server.log_color, STDOUT_FILENO),
	    .quiet = options->server.log_level <= LOG_LEVEL_WARNING };

	return (display_open(&proxy->display, &display, cause));
}

int
proxy_join(struct proxy *proxy, struct connection *connection)
{
	int stopping;

	pthread_mutex_lock(&proxy->lock);
	stopping = proxy->stopping;
	if (!stopping) {
		connection->next = proxy->connections;
		if (connection->next != NULL)
			connection->next->previous = connection;
		proxy->connections = connection;
	}
	pthread_mutex_unlock(&proxy->lock);
	return (stopping ? -1 : 0);
}

void
proxy_leave(struct proxy *proxy, struct connection *connection)
{
	pthread_mutex_lock(&proxy->lock);
	if (connection->previous != NULL)
		connection->previous->next = connection->next;
	else
		proxy->connections = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	pthread_mutex_unlock(&proxy->lock);
}

void
proxy_stop(struct proxy *proxy)
{
	proxy->end = clock_deadline(END_MS);
	display_hurry(&proxy->display);
	pthread_mutex_lock(&proxy->lock);
	proxy->stopping = 1;
	for (struct connection *connection = proxy->connections;
	    connection != NULL; connection = connection->next)
		relay_break(&connection->relay, RELAY_BROKEN);
	pthread_mutex_unlock(&proxy->lock);
}

void
proxy_abandon(struct proxy *proxy)
{
	display_end(&proxy->display, proxy->end);
}

int
proxy_fini(struct proxy *proxy)
{
	if (display_close(&proxy->display, proxy->end) == -1)
		return (-1);
	capture_close(proxy->capture);
	tls_client_free(proxy->tls);
	pthread_mutex_destroy(&proxy->lock);
	return (0);
}
