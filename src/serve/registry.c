/* registry.c - who is connected: the clients of a server, counted and limited.
 * See also: serve/registry.h, tests/check_registry.c */
#include "serve/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "serve/host_hash.h"

static struct client **bucket_of(struct registry *, const struct address *);
static int host_is_full_locked(struct registry *, const struct address *);
static int is_of_host(const struct client *, const struct address_host *);
static struct client *take_unused_locked(struct registry *);

int
registry_init(struct registry *registry, struct cause *cause)
{
	int error;

	memset(registry, 0, sizeof(*registry));
	if (random_fill(&registry->hash_key,
	    sizeof(registry->hash_key)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		return (-1);
	}
	if ((error = pthread_mutex_init(&registry->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	error = clock_cond_init(&registry->left);
	if (error != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		pthread_mutex_destroy(&registry->lock);
		return (-1);
	}
	registry->ready = 1;
	return (0);
}

void
registry_fini(struct registry *registry)
{
	struct client *client;

	if (!registry->ready)
		return;
	while ((client = registry->unused) != NULL) {
		registry->unused = client->next;
		free(client);
	}
	pthread_cond_destroy(&registry->left);
	pthread_mutex_destroy(&registry->lock);
	registry->ready = 0;
}

enum registry_answer
registry_join(struct registry *registry, int fd, const struct address *peer,
    struct client **joined)
{
	enum registry_answer answer = REGISTRY_JOINED;
	struct client **bucket = bucket_of(registry, peer);
	struct client *client = NULL;

	pthread_mutex_lock(&registry->lock);
	if (registry->max_clients != 0 &&
	    registry->len >= registry->max_clients)
		answer = REGISTRY_FULL;
	else if (host_is_full_locked(registry, peer))
		answer = REGISTRY_HOST_FULL;
	else if ((client = take_unused_locked(registry)) == NULL)
		answer = REGISTRY_NO_MEMORY;
	if (client != NULL) {
		stream_init(&client->stream, fd);
		client->peer = *peer;
		client->number = ++registry->joined;
		client->active_ms = clock_now_ms();
		client->next = *bucket;
		if (client->next != NULL)
			client->next->previous = client;
		*bucket = client;
		registry->len++;
	}
	pthread_mutex_unlock(&registry->lock);
	*joined = client;
	return (answer);
}

void
registry_leave(struct registry *registry, struct client *client)
{
	pthread_mutex_lock(&registry->lock);
	if (client->previous != NULL)
		client->previous->next = client->next;
	else
		*bucket_of(registry, &client->peer) = client->next;
	if (client->next != NULL)
		client->next->previous = client->previous;
	client->next = registry->unused;
	registry->unused = client;
	if (client->lingers)
		registry->lingerers--;
	else
		registry->len--;
	pthread_cond_broadcast(&registry->left);
	pthread_mutex_unlock(&registry->lock);
}

int
registry_linger(struct registry *registry, struct client *client)
{
	int full;

	pthread_mutex_lock(&registry->lock);
	full = registry->lingerers >= REGISTRY_LINGERERS;
	if (!full) {
		client->lingers = 1;
		registry->len--;
		registry->lingerers++;
	}
	pthread_mutex_unlock(&registry->lock);
	return (full ? -1 : 0);
}

void
registry_shutdown(struct registry *registry, int how)
{
	pthread_mutex_lock(&registry->lock);
	for (int i = 0; i < REGISTRY_BUCKETS; i++)
		for (struct client *client = registry->buckets[i];
		    client != NULL; client = client->next)
			shutdown(client->stream.fd, how);
	pthread_mutex_unlock(&registry->lock);
}

int
registry_wait_empty(struct registry *registry, int64_t deadline)
{
	struct timespec until = clock_timespec(deadline);
	int error = 0, empty;

	pthread_mutex_lock(&registry->lock);
	while (registry->len + registry->lingerers > 0 && error == 0)
		error = pthread_cond_timedwait(&registry->left,
		    &registry->lock, &until);
	empty = registry->len + registry->lingerers == 0;
	pthread_mutex_unlock(&registry->lock);
	return (empty ? 0 : -1);
}

void
registry_each(struct registry *registry,
    void (*visit)(const struct client *, void *), void *context)
{
	pthread_mutex_lock(&registry->lock);
	for (int i = 0; i < REGISTRY_BUCKETS; i++)
		for (struct client *client = registry->buckets[i];
		    client != NULL; client = client->next)
			visit(client, context);
	pthread_mutex_unlock(&registry->lock);
}

int
registry_find(struct registry *registry, const struct address *peer,
    int (*visit)(const struct client *, void *), void *context)
{
	struct address_host host = address_host(peer);
	int found = 0;

	pthread_mutex_lock(&registry->lock);
	for (struct client *client = *bucket_of(registry, peer);
	    client != NULL && found == 0; client = client->next)
		if (is_of_host(client, &host))
			found = visit(client, context);
	pthread_mutex_unlock(&registry->lock);
	return (found);
}

static int
is_of_host(const struct client *client, const struct address_host *host)
{
	struct address_host other = address_host(&client->peer);

	return (memcmp(host, &other, sizeof(other)) == 0);
}

/* A thread that ends leaves its client here: free() in it would cost it an
 * arena of its own. */
static struct client *
take_unused_locked(struct registry *registry)
{
	struct client *client = registry->unused;

	if (client == NULL)
		return (calloc(1, sizeof(*client)));
	registry->unused = client->next;
	memset(client, 0, sizeof(*client));
	return (client);
}

static int
host_is_full_locked(struct registry *registry, const struct address *peer)
{
	struct address_host host = address_host(peer);
	int64_t count = 0;

	if (registry->max_per_host == 0 ||
	    (registry->loopback_exempt && address_is_loopback(peer)))
		return (0);
	for (const struct client *client = *bucket_of(registry, peer);
	    client != NULL; client = client->next) {
		count += !client->lingers && is_of_host(client, &host);
	}
	return (count >= registry->max_per_host);
}

static struct client **
bucket_of(struct registry *registry, const struct address *peer)
{
	struct address_host host = address_host(peer);

	return (&registry->buckets[host_hash(&host, registry->hash_key) %
	    REGISTRY_BUCKETS]);
}
