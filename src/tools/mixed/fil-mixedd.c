/* fil-mixedd.c - one server, two transports: TCP and UDP.
 * The main thread waits by one select for TCP connections and datagrams
 * (serve/server.c); each TCP client has a thread (plain_service.c).
 * See also: fil-mixedd(8), src/lessons/mixed_threads.c */
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "net/listen.h"
#include "serve/privilege.h"
#include "serve/server.h"
#include "tools/mixed/plain_service.h"

#define PROGRAM	"fil-mixedd"

struct mixedd_options {
	int	 port, udp_port;
	int	 no_tcp, no_udp;
	struct server_options server;
};

static enum opt_outcome read_options(struct mixedd_options *, int, char **);

#define AT(field)	offsetof(struct mixedd_options, field)

static const struct opt own_rows[] = {
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("TCP port (12345; 0: any free one)") },
	{ 0, "udp-port", OPT_PORT, AT(udp_port), 0, "PORT",
	    N_("UDP port (12346; 0: any free one)") },
	{ 0, "no-tcp", OPT_SET, AT(no_tcp), 1, NULL, N_("no TCP") },
	{ 0, "no-udp", OPT_SET, AT(no_udp), 1, NULL, N_("no UDP") },
};

int
main(int argc, char *argv[])
{
	static struct server server;
	struct mixedd_options options = { .port = 12345, .udp_port = 12346,
	    .server = SERVER_OPTIONS_DEFAULT };
	enum opt_outcome outcome;
	struct cause cause;

	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.server.log_level, options.server.log_color);

	if (server_init(&server, &options.server, &plain_service,
	    &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	if ((!options.no_tcp && server_listen(&server, ENDPOINT_TCP,
	    tcp_listen, options.port, &cause) == -1) ||
	    (!options.no_udp && server_listen(&server, ENDPOINT_UDP,
	    udp_bind, options.udp_port, &cause) == -1)) {
		log_cause(_("cannot listen on"), &cause);
		return (1);
	}
	if (privilege_drop(options.server.user, &cause) == -1) {
		log_cause(_("cannot become"), &cause);
		return (1);
	}
	server_announce(&server, PROGRAM);
	log_line(LOG_LEVEL_EVENT, _("waiting for connections"));

	if (server_run(&server, &cause) == -1) {
		log_cause(_("cannot go on:"), &cause);
		return (1);
	}
	if (server_drain(&server) == -1)
		_exit(0);	/* stuck threads still use the server */
	server_fini(&server);
	return (0);
}

static enum opt_outcome
read_options(struct mixedd_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ own_rows, OPT_COUNT(own_rows), options },
		{ server_option_rows, server_option_rows_len,
		    &options->server },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "",
	    .purpose = N_("Answer messages over TCP and UDP at once."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome == OPT_RUN && options->no_tcp && options->no_udp)
		return (opt_mistake(&program,
		    _("--no-tcp and --no-udp leave nothing to serve")));
	return (outcome);
}
