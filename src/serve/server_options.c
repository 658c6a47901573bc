/* server_options.c - the options that every server takes.
 * See also: serve/server_options.h */
#include "serve/server_options.h"

#include <sys/socket.h>

#include "base/intl.h"

#define AT(field)	offsetof(struct server_options, field)

const struct opt server_option_rows[] = {
	{ 'b', "bind", OPT_LIST, AT(bind), 0, "ADDR",
	    N_("listen there (localhost; '*': everywhere)") },
	{ '4', "ipv4", OPT_SET, AT(family), AF_INET, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(family), AF_INET6, NULL,
	    N_("IPv4 only; IPv6 only") },
	{ 0, "max-clients", OPT_NUMBER, AT(max_clients), 1000000, "N",
	    N_("clients at once (0: any)") },
	{ 0, "max-per-host", OPT_NUMBER, AT(max_per_host), 1000000, "N",
	    N_("of one host (0: any)") },
	{ 0, "idle-timeout", OPT_SECONDS, AT(idle_timeout_ms), 0, "S",
	    N_("close a silent client after S (0: never)") },
	{ 0, "user", OPT_STRING, AT(user), 0, "NAME",
	    N_("become NAME once the ports are bound") },
	{ 0, "inetd", OPT_SET, AT(inetd), 1, NULL,
	    N_("serve the socket on descriptor 0") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("log only what went wrong; log more") },
	{ 0, "color", OPT_CHOICE, AT(log_color), 0, "auto|always|never",
	    N_("colour the log") },
	OPT_COMMON_ROWS
};

const size_t server_option_rows_len = OPT_COUNT(server_option_rows);

const struct opt server_tls_option_rows[] = {
	{ 0, "cert", OPT_STRING, AT(tls.cert), 0, "FILE",
	    N_("TLS with this certificate (PEM)") },
	{ 0, "key", OPT_STRING, AT(tls.key), 0, "FILE",
	    N_("its private key (PEM)") },
	{ 0, "priority", OPT_STRING, AT(tls.priority), 0, "STRING",
	    N_("versions and ciphers, as GnuTLS names them") },
};

const size_t server_tls_option_rows_len = OPT_COUNT(server_tls_option_rows);

const struct opt server_udp_option_rows[] = {
	{ 0, "udp-rate", OPT_NUMBER, AT(udp_rate), 1000000, "N",
	    N_("UDP answers a second to a host (1000)") },
};

const size_t server_udp_option_rows_len = OPT_COUNT(server_udp_option_rows);

const char *
server_options_mistake(const struct server_options *options, int starts_tls)
{
	if ((options->tls.cert == NULL) != (options->tls.key == NULL))
		return (_("--cert and --key go together"));
	if (options->inetd && options->tls.cert != NULL && !starts_tls)
		return (_("--inetd serves its client in the clear: --cert is "
		    "for a server of its own"));
	return (NULL);
}
