/* fil-mixedd.c - one server, three transports: TCP, TLS and UDP.
 * The main thread waits by one select for connections and datagrams
 * (serve/server.c); each client has a thread (mixed_service.c).
 * See also: fil-mixedd(8), fil-protocol(7), src/lessons/mixed_threads.c */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "net/listen.h"
#include "serve/privilege.h"
#include "serve/server.h"
#include "tools/mixed/demo.h"
#include "tools/mixed/mixed.h"
#include "tools/mixed/mixed_service.h"

#define PROGRAM	"fil-mixedd"

struct mixedd_options {
	int	 port, udp_port, tls_port;
	int	 no_tcp, no_udp;
	int	 demo, allow_plain_login;
	const char *users;
	struct server_options server;
};

static void hold_signals(void);
static int listen_all(struct server *, const struct mixedd_options *,
    struct cause *);
static enum opt_outcome read_options(struct mixedd_options *, int, char **);
static int serve(struct mixedd_options *, struct demo *);

#define AT(field)	offsetof(struct mixedd_options, field)

static const struct opt own_rows[] = {
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("TCP port (12345; 0: any free one)") },
	{ 0, "udp-port", OPT_PORT, AT(udp_port), 0, "PORT",
	    N_("UDP port (12346; 0: any free one)") },
	{ 0, "tls-port", OPT_PORT, AT(tls_port), 0, "PORT",
	    N_("TLS port (12347; 0: any free one)") },
	{ 0, "users", OPT_STRING, AT(users), 0, "FILE",
	    N_("who may log in (see fil-passwd)") },
	{ 0, "allow-plain-login", OPT_SET, AT(allow_plain_login), 1, NULL,
	    N_("passwords in the clear from other machines") },
	{ 0, "demo", OPT_SET, AT(demo), 1, NULL,
	    N_("make a certificate and two accounts to try") },
	{ 0, "no-tcp", OPT_SET, AT(no_tcp), 1, NULL, NULL },
	{ 0, "no-udp", OPT_SET, AT(no_udp), 1, NULL, N_("no TCP; no UDP") },
};

int
main(int argc, char *argv[])
{
	struct mixedd_options options = { .port = 12345, .udp_port = 12346,
	    .tls_port = 12347, .server = SERVER_OPTIONS_DEFAULT };
	struct demo demo = { .dir = "" };
	enum opt_outcome outcome;
	struct cause cause;
	int status;

	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.server.log_level, options.server.log_color);

	if (options.demo)
		hold_signals();
	if (options.demo && demo_make(&demo, &cause) == -1) {
		log_cause(_("no demonstration:"), &cause);
		return (1);
	}
	status = serve(&options, &demo);
	demo_remove(&demo);
	return (status);
}

/* Whoever interrupts what comes next must not leave its files behind: the
 * signals wait until server_init takes them. */
static void
hold_signals(void)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &held, NULL);
}

/* From the first socket to the last client; the exit status. */
static int
serve(struct mixedd_options *options, struct demo *demo)
{
	static struct server server;
	static struct mixed mixed;
	struct service service = mixed_service;
	struct cause cause;

	if (options->demo) {
		options->server.tls.cert = demo->cert;
		options->server.tls.key = demo->key;
		options->users = demo->users;
	}
	mixed.users = options->users;
	mixed.allow_plain_login = options->allow_plain_login;
	service.context = &mixed;
	if (options->users == NULL)
		service.reload = NULL;
	if (server_init(&server, &options->server, &service, &cause) == -1 ||
	    mixed_init(&mixed, &server, &cause) == -1) {
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
	if (options->users != NULL && access(options->users, R_OK) == -1)
		log_line(LOG_LEVEL_WARNING, _("%s cannot be read any more: "
		    "SIGHUP will not renew the accounts"), options->users);
	if (options->demo && demo_explain(demo, &server, &cause) == -1) {
		log_cause(_("no demonstration:"), &cause);
		return (1);
	}
	log_line(LOG_LEVEL_EVENT, _("waiting for connections"));

	if (server_run(&server, &cause) == -1) {
		log_cause(_("cannot go on:"), &cause);
		return (1);
	}
	if (server_drain(&server) == -1) {
		demo_remove(demo);
		_exit(0);	/* stuck threads still use the server */
	}
	mixed_fini(&mixed);
	server_fini(&server);
	return (0);
}

static int
listen_all(struct server *server, const struct mixedd_options *options,
    struct cause *cause)
{
	if (!options->no_tcp && server_listen(server, ENDPOINT_TCP,
	    tcp_listen, options->port, cause) == -1)
		return (-1);
	if (!options->no_udp && server_listen(server, ENDPOINT_UDP,
	    udp_bind, options->udp_port, cause) == -1)
		return (-1);
	if (server_has_tls(server) && server_listen(server, ENDPOINT_TLS,
	    tcp_listen, options->tls_port, cause) == -1)
		return (-1);
	return (0);
}

static enum opt_outcome
read_options(struct mixedd_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ own_rows, OPT_COUNT(own_rows), options },
		{ server_tls_option_rows, server_tls_option_rows_len,
		    &options->server },
		{ server_udp_option_rows, server_udp_option_rows_len,
		    &options->server },
		{ server_option_rows, server_option_rows_len,
		    &options->server },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "",
	    .purpose = N_("Answer messages over TCP, UDP and TLS at once."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	mistake = server_options_mistake(&options->server, 0);
	if (mistake != NULL)
		return (opt_mistake(&program, mistake));
	if (options->demo && (options->users != NULL ||
	    options->server.tls.cert != NULL || options->server.inetd ||
	    options->server.user != NULL))
		return (opt_mistake(&program, _("--demo makes its own "
		    "accounts and certificate, for a server of its own")));
	if (options->no_tcp && options->no_udp && !options->demo &&
	    options->server.tls.cert == NULL)
		return (opt_mistake(&program,
		    _("--no-tcp and --no-udp leave nothing to serve")));
	return (OPT_RUN);
}
