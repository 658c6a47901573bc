/* fil-daytimed.c - what day and time it is, over TCP and UDP.
 * A TCP client needs to say nothing, a datagram need hold nothing: whoever
 * comes is told the date.
 * See also: fil-daytimed(8), tools/daytime/daytime.h,
 * src/lessons/daytime_select.c */
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "net/listen.h"
#include "serve/privilege.h"
#include "serve/server.h"
#include "tools/daytime/date.h"
#include "tools/daytime/daytime.h"

#define PROGRAM	"fil-daytimed"

struct daytimed_options {
	int	 port, udp_port;
	int	 no_tcp, no_udp;
	struct daytime daytime;
	struct server_options server;
};

static int listen_all(struct server *, const struct daytimed_options *,
    struct cause *);
static enum opt_outcome read_options(struct daytimed_options *, int, char **);
static int serve(struct daytimed_options *);

#define AT(field)	offsetof(struct daytimed_options, field)

static const struct opt own_rows[] = {
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("TCP port (1313; 0: any free one)") },
	{ 0, "udp-port", OPT_PORT, AT(udp_port), 0, "PORT",
	    N_("UDP port (1313; 0: any free one)") },
	{ 0, "format", OPT_CHOICE, AT(daytime.form), 0, DATE_FORMS,
	    N_("how the date is written") },
	{ 0, "utc", OPT_SET, AT(daytime.utc), 1, NULL,
	    N_("not in the time zone of this machine") },
	{ 0, "no-tcp", OPT_SET, AT(no_tcp), 1, NULL, NULL },
	{ 0, "no-udp", OPT_SET, AT(no_udp), 1, NULL, N_("no TCP; no UDP") },
};

int
main(int argc, char *argv[])
{
	struct daytimed_options options = { .port = 1313, .udp_port = 1313,
	    .server = SERVER_OPTIONS_DEFAULT };
	enum opt_outcome outcome;

	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.server.log_level, options.server.log_color);
	return (serve(&options));
}

/* From the first socket to the last client; the exit status. */
static int
serve(struct daytimed_options *options)
{
	static struct server server;
	struct service service = daytime_service;
	struct cause cause;

	service.context = &options->daytime;
	if (server_init(&server, &options->server, &service, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	if (listen_all(&server, options, &cause) == -1) {
		log_cause(_("cannot listen on"), &cause);
		return (1);
	}
	if (privilege_drop(options->server.user, &cause) == -1) {
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

static int
listen_all(struct server *server, const struct daytimed_options *options,
    struct cause *cause)
{
	if (!options->no_tcp && server_listen(server, ENDPOINT_TCP,
	    tcp_listen, options->port, cause) == -1)
		return (-1);
	if (!options->no_udp && server_listen(server, ENDPOINT_UDP,
	    udp_bind, options->udp_port, cause) == -1)
		return (-1);
	return (0);
}

static enum opt_outcome
read_options(struct daytimed_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ own_rows, OPT_COUNT(own_rows), options },
		{ server_udp_option_rows, server_udp_option_rows_len,
		    &options->server },
		{ server_option_rows, server_option_rows_len,
		    &options->server },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "",
	    .purpose = N_("Tell the date over TCP and UDP (RFC 867)."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome != OPT_RUN)
		return (outcome);
	if (options->no_tcp && options->no_udp)
		return (opt_mistake(&program,
		    _("--no-tcp and --no-udp leave nothing to serve")));
	return (OPT_RUN);
}
