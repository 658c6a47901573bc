/* endpoints.h - what server.c asks of endpoints.c; tools use server.h.
 * See also: serve/server.h */
#ifndef SERVE_ENDPOINTS_H
#define SERVE_ENDPOINTS_H

#include "serve/server.h"

/*
 * endpoints_adopt - take over the sockets that a supervisor handed down
 * If there are any, server_listen opens none.
 * Returns 0 (also if there are none), or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	endpoints_adopt(struct server *server, struct cause *cause);

#endif
