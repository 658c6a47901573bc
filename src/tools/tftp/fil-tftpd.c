/* fil-tftpd.c - files over UDP, made reliable by hand.
 * The main thread waits for requests (requests.c); each transfer has a thread
 * and a socket of its own (serving.c), and what both ends of one do is
 * transfer.h.
 * See also: fil-tftpd(8), fil-tftp(1) */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "base/opt.h"
#include "net/listen.h"
#include "serve/privilege.h"
#include "serve/server.h"
#include "serve/sweep.h"
#include "tools/tftp/requests.h"
#include "tools/tftp/serving.h"
#include "tools/tftp/tftpd.h"

#define PROGRAM	"fil-tftpd"

struct tftpd_options {
	int		 port;
	const char	*port_range;
	const char	*dir;
	struct tftpd	 tftpd;
	struct server_options server;
};

static int open_root(struct tftpd *, const char *, struct cause *);
static enum opt_outcome read_options(struct tftpd_options *, int, char **);
static int read_range(struct tftpd *, const char *);
static int serve(struct tftpd_options *);

#define AT(field)	offsetof(struct tftpd_options, field)

static const struct opt own_rows[] = {
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("UDP port of requests (6969; 0: any free one)") },
	{ 0, "port-range", OPT_STRING, AT(port_range), 0, "A-B",
	    N_("ports of transfers, for firewalls (any)") },
	{ 0, "write", OPT_CHOICE, AT(tftpd.write), 0, TFTPD_WRITE_WORDS,
	    N_("uploads") },
	{ 0, "max-file-size", OPT_NUMBER, AT(tftpd.file_max), INT64_MAX,
	    "N", N_("of an upload, in bytes (0: any)") },
	{ 0, "min-free", OPT_NUMBER, AT(tftpd.free_min), INT64_MAX, "N",
	    N_("bytes of the disk that uploads leave") },
	{ 0, "window-bytes", OPT_NUMBER, AT(tftpd.window_bytes), 1 << 30,
	    "N", N_("on their way to a client, at most") },
	{ 0, "trace", OPT_SET, AT(tftpd.trace), 1, NULL,
	    N_("log every packet") },
};

static const struct service tftp_service = {
	.serve_datagram = requests_serve,
	.serve_job = serving_job,
	.reuses_threads = 1,
};

int
main(int argc, char *argv[])
{
	struct tftpd_options options = { .port = 6969, .dir = ".",
	    .tftpd = { .root_fd = -1, .free_min = 16 << 20,
	    .window_bytes = 4 << 20 }, .server = SERVER_OPTIONS_DEFAULT };
	enum opt_outcome outcome;
	struct cause cause;

	options.server.max_clients = 500;
	options.server.max_per_host = 20;
	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.server.log_level, options.server.log_color);
	if (open_root(&options.tftpd, options.dir, &cause) == -1) {
		log_cause(_("cannot serve"), &cause);
		return (1);
	}
	return (serve(&options));
}

/* From the first socket to the last client; the exit status. */
static int
serve(struct tftpd_options *options)
{
	static struct server server;
	static struct sweep sweep;
	struct service service = tftp_service;
	struct cause cause;

	options->tftpd.patience_us = options->server.idle_timeout_ms * 1000;
	service.context = &options->tftpd;
	if (server_init(&server, &options->server, &service, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	if (server_listen(&server, ENDPOINT_UDP, udp_bind, options->port,
	    &cause) == -1) {
		log_cause(_("cannot listen on"), &cause);
		return (1);
	}
	if (privilege_drop(options->server.user, &cause) == -1) {
		log_cause(_("cannot become"), &cause);
		return (1);
	}
	/* Under inetd each client has a server: once would be too often. */
	if (!options->server.inetd &&
	    sweep_start(&sweep, options->tftpd.root_fd, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	server_announce(&server, PROGRAM);
	if (server_run(&server, &cause) == -1) {
		log_cause(_("cannot go on:"), &cause);
		return (1);
	}
	if (server_drain(&server) == -1)
		_exit(0);	/* stuck threads still use the server */
	server_fini(&server);
	sweep_end(&sweep);
	close(options->tftpd.root_fd);
	return (0);
}

/* Everything is below this folder, whatever a request names. */
static int
open_root(struct tftpd *tftpd, const char *dir, struct cause *cause)
{
	tftpd->root_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tftpd->root_fd != -1)
		return (0);
	cause_errno(cause, "open", errno, dir);
	return (-1);
}

static enum opt_outcome
read_options(struct tftpd_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ own_rows, OPT_COUNT(own_rows), options },
		{ server_udp_option_rows, server_udp_option_rows_len,
		    &options->server },
		{ server_option_rows, server_option_rows_len,
		    &options->server },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "[DIR]", .operands_max = 1,
	    .purpose = N_("Serve the files of a folder by TFTP."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome != OPT_RUN)
		return (outcome);
	if (optind < argc)
		options->dir = argv[optind];
	if (options->port_range != NULL &&
	    read_range(&options->tftpd, options->port_range) == -1)
		return (opt_mistake(&program, _("--port-range is two ports, "
		    "the lower one first: 40000-40100")));
	return (OPT_RUN);
}

static int
read_range(struct tftpd *tftpd, const char *text)
{
	const char *dash = strchr(text, '-');
	uint64_t first, last;

	if (dash == NULL ||
	    num_parse(text, (size_t)(dash - text), 65535, &first) == -1 ||
	    num_parse(dash + 1, strlen(dash + 1), 65535, &last) == -1 ||
	    first == 0 || first > last)
		return (-1);
	tftpd->first_port = (int)first;
	tftpd->last_port = (int)last;
	return (0);
}
