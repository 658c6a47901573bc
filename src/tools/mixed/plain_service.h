/* plain_service.h - the exchange of sheet A: every message is acknowledged.
 * See also: serve/server.h, tests/system/mixed.py */
#ifndef MIXED_PLAIN_SERVICE_H
#define MIXED_PLAIN_SERVICE_H

#include "serve/server.h"

/* What fil-mixedd does with a client and with a datagram; needs no context. */
extern const struct service plain_service;

#endif
