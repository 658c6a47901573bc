/* client.h - fil-tftp's part of a transfer: what is asked for, the file here.
 * See also: tools/tftp/transfer.h, tools/tftp/shell.h, fil-tftp(1) */
#ifndef TFTP_CLIENT_H
#define TFTP_CLIENT_H

#include <stdint.h>

#include "base/cause.h"
#include "client/interrupt.h"
#include "net/address.h"
#include "net/host_port.h"
#include "proto/tftp_packet.h"

#define CLIENT_PORT	6969
#define CLIENT_WINDOW	16

/* Who is asked, and how; the program's options, or what was typed since. */
struct tftp_client {
	struct host_port server;	/* host "": nobody yet */
	int		 family;
	struct address_list addrs;	/* of the server */
	int		 mode;		/* enum tftp_mode */
	int64_t		 blksize;	/* 0: what fits the path */
	int64_t		 window;
	int64_t		 timeout_ms;	/* of silence; 0: never */
	int		 trace, verbose, quiet;
	int		 color;		/* enum log_color */
	struct interrupt interrupt;	/* of the last transfer */
};

/*
 * client_connect - from now on this server is asked; nothing is sent
 *   text   of host_port_parse; without a port: that of the last one
 * Returns 0, or -1 with cause: EINVAL of "host" if text is none of these.
 * Blocks: for the resolver.   Threads: the client's, for all below.
 */
int	client_connect(struct tftp_client *client, const char *text,
	    struct cause *cause);

/*
 * client_transfer - get or put one file, and say how it went
 *   opcode   TFTP_RRQ: get, TFTP_WRQ: put
 *   file     there for get, here for put
 *   as       the other name; NULL: the last part of file
 * Ctrl-C ends it: then client->interrupt tells the signal.
 * Returns 0, or -1: it was told why.
 * Blocks: until it is over.
 */
int	client_transfer(struct tftp_client *client, enum tftp_opcode opcode,
	    const char *file, const char *as);

#endif
