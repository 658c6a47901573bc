/* mixed_service.h - what fil-mixedd does with a client and with a datagram.
 * The first byte decides: a client that begins with an opening brace speaks
 * the fil protocol, any other one gets the acknowledgements of sheet A.
 * See also: tools/mixed/plain.h, fil-protocol(7) */
#ifndef MIXED_MIXED_SERVICE_H
#define MIXED_MIXED_SERVICE_H

#include "serve/server.h"

/* Its context is a struct mixed. */
extern const struct service mixed_service;

#endif
