/* client_thread.h - the thread of one client, from its start to its close.
 * See also: serve/server.h */
#ifndef SERVE_CLIENT_THREAD_H
#define SERVE_CLIENT_THREAD_H

#include <pthread.h>

#include "base/cause.h"
#include "serve/registry.h"

/*
 * client_thread_attr - what all client threads have: detached, a small stack
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	client_thread_attr(pthread_attr_t *attr, struct cause *cause);

/*
 * client_thread_start - serve a client in a thread of its own
 * The thread owns the client and its descriptor: it runs the service, takes
 * the client out of the registry, and closes.
 * Returns 0, or an errno value: then the client is still the caller's.
 * Blocks: no.   Threads: main's only.
 */
int	client_thread_start(struct client *client);

#endif
