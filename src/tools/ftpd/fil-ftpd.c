/* fil-ftpd.c - serve a folder by FTP, in the clear and under TLS.
 * The main thread waits by one select for connections (serve/server.c); each
 * client has a thread (session.c), which does its transfers too.
 * See also: fil-ftpd(8), RFC 959 */
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "net/listen.h"
#include "serve/jail.h"
#include "serve/privilege.h"
#include "serve/server.h"
#include "tools/ftpd/ftpd.h"
#include "tools/ftpd/session.h"

#define PROGRAM	"fil-ftpd"
#define RATE_MAX	INT64_C(1000000000000)	/* bytes a second */
#define SIZE_MOST	INT64_C(1000000000000000000)

static enum opt_outcome read_options(struct ftpd_options *, int, char **);
static int serve(const struct ftpd_options *);
static void service_reload(void *);
static void warn_of_root(void);

#define AT(field)	offsetof(struct ftpd_options, field)

static const struct opt own_rows[] = {
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("TCP port (2121; 0: any free one)") },
	{ 0, "users", OPT_STRING, AT(users), 0, "FILE", NULL },
	{ 0, "xferlog", OPT_STRING, AT(xferlog), 0, "FILE",
	    N_("who may log in; a line a transfer") },
	{ 0, "anonymous", OPT_SET, AT(anonymous), 1, NULL, NULL },
	{ 0, "anonymous-upload", OPT_STRING, AT(anonymous_upload), 0, "DIR",
	    N_("anybody reads; puts there") },
	{ 0, "implicit-tls", OPT_SET, AT(implicit_tls), 1, NULL, NULL },
	{ 0, "require-tls", OPT_SET, AT(require_tls), 1, NULL,
	    N_("from the first byte; nothing else") },
	{ 0, "tls-reuse", OPT_CHOICE, AT(tls_reuse), 0, "off|prefer|require",
	    N_("of the session, for data") },
	{ 0, "passive-ports", OPT_STRING, AT(passive_ports), 0, "A-B", NULL },
	{ 0, "passive-address", OPT_STRING, AT(passive_address), 0, "ADDR",
	    N_("of data; told") },
	{ 0, "rate-up", OPT_NUMBER, AT(rate_up), RATE_MAX, "N", NULL },
	{ 0, "rate-down", OPT_NUMBER, AT(rate_down), RATE_MAX, "N",
	    N_("bytes a second of a client") },
	{ 0, "max-file-size", OPT_NUMBER, AT(max_file_size), SIZE_MOST, "N",
	    NULL },
	{ 0, "durable", OPT_SET, AT(durable), 1, NULL,
	    N_("of uploads; on the disk, then 226") },
};

int
main(int argc, char *argv[])
{
	struct ftpd_options options = { .dir = ".", .port = 2121,
	    .tls_reuse = TLS_REUSE_PREFER,
	    .server = SERVER_OPTIONS_DEFAULT };
	enum opt_outcome outcome;

	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.server.log_level, options.server.log_color);
	warn_of_root();
	return (serve(&options));
}

/* From the first socket to the last client; the exit status. */
static int
serve(const struct ftpd_options *options)
{
	static struct server server;
	static struct ftpd ftpd;
	static const char busy[] = "421 Too many clients, try again later\r\n";
	const struct service service = { .serve_client = session_serve,
	    .reload = service_reload, .own_tls = 1, .context = &ftpd,
	    /* Where all have one home, a jailed thread may serve the next. */
	    .reuses_threads = options->users == NULL,
	    /* A socket handed down need not be called tls to be. */
	    .busy = options->implicit_tls ? NULL : busy };
	struct cause cause;

	ftpd.options = options;
	ftpd.server = &server;
	if (server_init(&server, &options->server, &service, &cause) == -1 ||
	    jail_prepare(&cause) == -1 || ftpd_init(&ftpd, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	if (server_listen(&server, options->implicit_tls ? ENDPOINT_TLS :
	    ENDPOINT_TCP, tcp_listen, options->port, &cause) == -1) {
		log_cause(_("cannot listen on"), &cause);
		return (1);
	}
	if (privilege_drop(options->server.user, &cause) == -1) {
		log_cause(_("cannot become"), &cause);
		return (1);
	}
	if (ftpd_start(&ftpd, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	server_announce(&server, PROGRAM);
	ftpd_welcome(&ftpd);
	log_line(LOG_LEVEL_EVENT, _("waiting for connections"));

	if (server_run(&server, &cause) == -1) {
		log_cause(_("cannot go on:"), &cause);
		return (1);
	}
	if (server_drain(&server) == -1)
		_exit(0);	/* stuck threads still use the server */
	ftpd_fini(&ftpd);
	server_fini(&server);
	return (0);
}

static void
service_reload(void *context)
{
	ftpd_reload(context);
}

static void
warn_of_root(void)
{
	if (geteuid() == 0)
		log_line(LOG_LEVEL_DETAIL, _("this is root's: --user NAME "
		    "would make it an ordinary user's"));
}

static enum opt_outcome
read_options(struct ftpd_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ own_rows, OPT_COUNT(own_rows), options },
		{ server_tls_option_rows, server_tls_option_rows_len,
		    &options->server },
		{ server_option_rows, server_option_rows_len,
		    &options->server },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "[DIR]", .operands_max = 1,
	    .purpose = N_("Serve a folder by FTP, in the clear and under "
	    "TLS."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	if (optind < argc)
		options->dir = argv[optind];
	mistake = server_options_mistake(&options->server, 1);
	if (mistake != NULL)
		return (opt_mistake(&program, mistake));
	if (options->server.tls.cert == NULL &&
	    (options->implicit_tls || options->require_tls))
		return (opt_mistake(&program,
		    _("TLS needs --cert and --key")));
	if (options->server.inetd && options->users == NULL &&
	    !options->anonymous)
		return (opt_mistake(&program,
		    _("--inetd needs --users or --anonymous")));
	if (options->anonymous_upload != NULL && !options->anonymous)
		return (opt_mistake(&program,
		    _("--anonymous-upload goes with --anonymous")));
	return (OPT_RUN);
}
