/* datagrams.h - what server.c asks of datagrams.c; tools use server.h.
 * See also: serve/server.h */
#ifndef SERVE_DATAGRAMS_H
#define SERVE_DATAGRAMS_H

#include "serve/server.h"

/*
 * server_datagrams - receive what has come on one socket, and have it answered
 * Takes a bounded batch: what is left is reported by the next select.
 * Blocks: no.   Threads: main's only.
 */
void	server_datagrams(struct server *server, struct endpoint *sock);

#endif
