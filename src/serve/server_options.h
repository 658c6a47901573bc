/* server_options.h - the options that every server takes.
 * See also: base/opt.h, serve/server.h */
#ifndef SERVE_SERVER_OPTIONS_H
#define SERVE_SERVER_OPTIONS_H

#include <stdint.h>

#include "base/log.h"
#include "base/opt.h"
#include "net/tls.h"

#define SERVER_PER_HOST_UNSET	(-1)

struct server_options {
	struct opt_list	 bind;		/* empty: FIL_BIND, or localhost */
	int		 family;	/* AF_UNSPEC, AF_INET, AF_INET6 */
	int64_t		 max_clients;	/* 0: no limit */
	int64_t		 max_per_host;	/* 0: no limit; UNSET: the default,
					 * which leaves loopback out */
	int64_t		 idle_timeout_ms; /* 0: never */
	int64_t		 udp_rate;	/* a second and source; 0: no limit */
	const char	*user;		/* whom to become; NULL: nobody else */
	int		 inetd;		/* serve descriptor 0 */
	struct tls_options tls;		/* cert NULL: no TLS */
	int		 log_level;	/* enum log_level */
	int		 log_color;	/* enum log_color */
};

/* The values that hold when no option is given. */
#define SERVER_OPTIONS_DEFAULT { \
	.family = AF_UNSPEC, .max_clients = 1000, \
	.max_per_host = SERVER_PER_HOST_UNSET, .idle_timeout_ms = 300000, \
	.udp_rate = 1000, .log_level = LOG_LEVEL_EVENT, \
	.log_color = LOG_COLOR_AUTO }

/*
 * server_options_mistake - what is wrong with them together
 *   starts_tls   the protocol has a command that begins TLS: without one, the
 *                client of --inetd, who has no second port, cannot have TLS
 * Returns a translated text for opt_mistake, or NULL: nothing.
 * Blocks: no.   Threads: safe.
 */
const char *server_options_mistake(const struct server_options *options,
	    int starts_tls);

/* Rows for a program's last option group; the base is a server_options. */
extern const struct opt server_option_rows[];
extern const size_t server_option_rows_len;

/* Rows for a server that speaks TLS, before the former; the same base. */
extern const struct opt server_tls_option_rows[];
extern const size_t server_tls_option_rows_len;

/* Rows for a server that has UDP, there too. */
extern const struct opt server_udp_option_rows[];
extern const size_t server_udp_option_rows_len;

#endif
