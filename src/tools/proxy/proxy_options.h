/* proxy_options.h - the command line of fil-proxy.
 * See also: fil-proxy(8), base/opt.h */
#ifndef PROXY_PROXY_OPTIONS_H
#define PROXY_PROXY_OPTIONS_H

#include <stdint.h>

#include "base/opt.h"
#include "net/tls.h"
#include "serve/server_options.h"
#include "tools/proxy/faults.h"

struct proxy_options {
	int		 port;		/* operands: where to listen */
	const char	*host;		/* and where to connect to */
	int		 upstream_port;

	int		 listen_tls, connect_tls;
	struct tls_options tls;		/* of connect_tls: ca, insecure */
	int		 form;		/* enum block_form */
	int		 wait_display;
	const char	*pcap;		/* NULL: no capture */
	int64_t		 half_close_ms;	/* 0: no limit */
	struct opt_list	 given[FAULTS];
	struct faults	 faults[2];	/* up, down: what given means */
	int64_t		 seed;		/* -1: by chance */
	struct server_options server;
};

/*
 * proxy_options_read - from the command line
 *   program   the program's name
 * Returns OPT_RUN, or how it was answered (base/opt.h).
 * Blocks: as opt_parse.   Threads: no.
 */
enum opt_outcome proxy_options_read(const char *program,
	    struct proxy_options *options, int argc, char **argv);

#endif
