/* serving.h - fil-tftpd's threads: one transfer each.
 * See also: tools/tftp/requests.h, tools/tftp/transfer.h */
#ifndef TFTP_SERVING_H
#define TFTP_SERVING_H

#include "serve/server.h"

/*
 * serving_job - a service's serve_job: read or write one file
 *   client    its job is a struct tftpd_job
 *   context   a struct tftpd
 * The log has a line when it is over.
 * Blocks: until then.   Threads: the client's own.
 */
void	serving_job(struct client *client, void *context);

#endif
