/* requests.h - fil-tftpd's main thread: what comes to the port of requests.
 * See also: tools/tftp/serving.h, serve/server.h */
#ifndef TFTP_REQUESTS_H
#define TFTP_REQUESTS_H

#include <stddef.h>

#include "serve/server.h"
#include "tools/tftp/transfer.h"

/* One transfer; the main thread fills it in, then it is its thread's.  The
 * main thread goes on looking at request, and at transfer as its header
 * allows. */
struct tftpd_job {
	struct transfer	 transfer;
	size_t		 request_len;
	char		 request[];	/* the datagram */
};

/*
 * requests_serve - a service's serve_datagram: RRQ and WRQ get a thread
 *   context   a struct tftpd
 * A duplicate of a request whose transfer runs is that transfer's own affair;
 * anything else is answered by ERROR, or not at all.
 * Returns 1 if it was answered, or will be, else 0.
 * Blocks: no.   Threads: main's only.
 */
int	requests_serve(const struct datagram *datagram, void *context);

#endif
