/* directory.c - who is logged in: found by token, listed for WHO, and told of
 * events by UDP who has asked for it.
 * See also: tools/mixed/directory.h, tests/system/protocol.py */
#include "tools/mixed/directory.h"

#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/random.h"
#include "net/datagram.h"

#define NOTIFY_BATCH	32		/* subscriptions copied at a time */

static struct entry **bucket_of(struct directory *, const char *);
static size_t copy_subscriptions(struct directory *, const struct audience *,
    unsigned long *, struct subscription *);
static int is_in_audience(const struct entry *, const struct audience *);
static int token_make(char *);

int
directory_init(struct directory *directory, struct cause *cause)
{
	int error;

	memset(directory, 0, sizeof(*directory));
	if ((error = pthread_mutex_init(&directory->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	return (0);
}

void
directory_fini(struct directory *directory)
{
	pthread_mutex_destroy(&directory->lock);
}

int
directory_enter(struct directory *directory, struct entry *entry)
{
	struct entry **bucket;

	if (token_make(entry->token) == -1)
		return (-1);
	clock_utc(entry->since, sizeof(entry->since));
	entry->subscription.fd = -1;
	pthread_mutex_lock(&directory->lock);
	bucket = bucket_of(directory, entry->token);
	entry->same_bucket = *bucket;
	*bucket = entry;
	entry->login = ++directory->logins;
	entry->next = NULL;
	entry->previous = directory->last;
	if (directory->last != NULL)
		directory->last->next = entry;
	else
		directory->first = entry;
	directory->last = entry;
	pthread_mutex_unlock(&directory->lock);
	return (0);
}

void
directory_leave(struct directory *directory, struct entry *entry)
{
	struct entry **at;

	directory_subscribe(directory, entry, NULL);
	pthread_mutex_lock(&directory->lock);
	at = bucket_of(directory, entry->token);
	while (*at != entry)
		at = &(*at)->same_bucket;
	*at = entry->same_bucket;
	if (entry->previous != NULL)
		entry->previous->next = entry->next;
	else
		directory->first = entry->next;
	if (entry->next != NULL)
		entry->next->previous = entry->previous;
	else
		directory->last = entry->previous;
	pthread_mutex_unlock(&directory->lock);
}

int
directory_find(struct directory *directory, const char *token,
    struct entry *found)
{
	const struct entry *entry = NULL;

	if (strlen(token) != TOKEN_SIZE - 1)
		return (-1);
	pthread_mutex_lock(&directory->lock);
	entry = *bucket_of(directory, token);
	while (entry != NULL && strcmp(entry->token, token) != 0)
		entry = entry->same_bucket;
	if (entry != NULL)
		*found = *entry;
	pthread_mutex_unlock(&directory->lock);
	return (entry != NULL ? 0 : -1);
}

void
directory_each(struct directory *directory,
    void (*visit)(const struct entry *, void *), void *context)
{
	pthread_mutex_lock(&directory->lock);
	for (const struct entry *entry = directory->first; entry != NULL;
	    entry = entry->next)
		visit(entry, context);
	pthread_mutex_unlock(&directory->lock);
}

void
directory_subscribe(struct directory *directory, struct entry *entry,
    const struct subscription *subscription)
{
	pthread_mutex_lock(&directory->lock);
	directory->subscribed -= entry->subscription.fd != -1;
	if (subscription != NULL)
		entry->subscription = *subscription;
	else
		entry->subscription.fd = -1;
	directory->subscribed += entry->subscription.fd != -1;
	pthread_mutex_unlock(&directory->lock);
}

/* Datagrams leave outside the lock, so they may overtake each other: that they
 * may do on the way as well, and the event has its number. */
void
directory_notify(struct directory *directory, const struct audience *audience,
    const char *event, size_t len)
{
	struct subscription batch[NOTIFY_BATCH];
	unsigned long after = 0;
	size_t n;

	while ((n = copy_subscriptions(directory, audience, &after,
	    batch)) > 0)
		for (size_t i = 0; i < n; i++)
			datagram_send(batch[i].fd, event, len,
			    &batch[i].peer, &batch[i].source);
}

/* The next subscriptions of sessions that logged in after a number, which is
 * moved on. */
static size_t
copy_subscriptions(struct directory *directory,
    const struct audience *audience, unsigned long *after,
    struct subscription *batch)
{
	size_t n = 0;

	pthread_mutex_lock(&directory->lock);
	for (const struct entry *entry = directory->subscribed > 0 ?
	    directory->first : NULL; entry != NULL && n < NOTIFY_BATCH;
	    entry = entry->next)
		if (entry->login > *after &&
		    is_in_audience(entry, audience)) {
			*after = entry->login;
			batch[n++] = entry->subscription;
		}
	pthread_mutex_unlock(&directory->lock);
	return (n);
}

static int
is_in_audience(const struct entry *entry, const struct audience *audience)
{
	return (entry->subscription.fd != -1 &&
	    entry->session != audience->except && (audience->to == NULL ||
	    strcmp(entry->folded, audience->to) == 0));
}

/* Tokens are random, so their first byte spreads them well. */
static struct entry **
bucket_of(struct directory *directory, const char *token)
{
	return (&directory->buckets[(unsigned char)(16 * token[0] +
	    token[1]) % DIRECTORY_BUCKETS]);
}

static int
token_make(char *token)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[TOKEN_BYTES];

	if (random_fill(bytes, sizeof(bytes)) == -1)
		return (-1);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		token[2 * i] = digits[bytes[i] >> 4];
		token[2 * i + 1] = digits[bytes[i] & 15];
	}
	token[2 * sizeof(bytes)] = '\0';
	return (0);
}
