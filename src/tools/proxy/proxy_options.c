/* proxy_options.c - the command line of fil-proxy.
 * See also: tools/proxy/proxy_options.h */
#include "tools/proxy/proxy_options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/num.h"
#include "base/text.h"
#include "client/tls_client_options.h"
#include "tools/proxy/block.h"

#define MISTAKE_SIZE	512

static const char *faults_conflict(const struct proxy_options *);
static const char *options_conflict(const struct proxy_options *);
static int read_port(const char *, int *);
static enum opt_outcome refuse(const struct opt_program *, const char *,
    const char *);
static enum opt_outcome read_operands(const struct opt_program *,
    struct proxy_options *, int, char **);

#define AT(field)	offsetof(struct proxy_options, field)

static const struct opt rows[] = {
	{ 0, "listen-tls", OPT_SET, AT(listen_tls), 1, NULL, NULL },
	{ 0, "connect-tls", OPT_SET, AT(connect_tls), 1, NULL,
	    N_("TLS with clients (--cert, --key); with RHOST") },
	{ 0, "ca", OPT_STRING, AT(tls.ca), 0, "FILE", NULL },
	{ 0, "insecure", OPT_SET, AT(tls.insecure), 1, NULL,
	    N_("whom to trust as RHOST; trust everybody") },
	{ 0, "text", OPT_SET, AT(form), BLOCK_TEXT, NULL, NULL },
	{ 0, "hex", OPT_SET, AT(form), BLOCK_HEX, NULL, NULL },
	{ 0, "wait-display", OPT_SET, AT(wait_display), 1, NULL,
	    N_("show text; bytes; never drop a block") },
	{ 0, "pcap", OPT_STRING, AT(pcap), 0, "FILE", NULL },
	{ 0, "half-close-timeout", OPT_SECONDS, AT(half_close_ms), 0, "S",
	    N_("capture file; silence after an end") },
	{ 0, "delay", OPT_LIST, AT(given[FAULT_DELAY]), 0, "MS", NULL },
	{ 0, "jitter", OPT_LIST, AT(given[FAULT_JITTER]), 0, "MS", NULL },
	{ 0, "seed", OPT_NUMBER, AT(seed), INT64_MAX, "N",
	    N_("late; unevenly; the same again") },
	{ 0, "rate", OPT_LIST, AT(given[FAULT_RATE]), 0, "N", NULL },
	{ 0, "chunk", OPT_LIST, AT(given[FAULT_CHUNK]), 0, "N",
	    N_("bytes a second; of a send (also up:N, down:N)") },
	{ 0, "drop-after", OPT_LIST, AT(given[FAULT_DROP]), 0, "N", NULL },
	{ 0, "reset-after", OPT_LIST, AT(given[FAULT_RESET]), 0, "N", NULL },
	{ 0, "stall-after", OPT_LIST, AT(given[FAULT_STALL]), 0, "N",
	    N_("so many bytes") },
};

enum opt_outcome
proxy_options_read(const char *name, struct proxy_options *options, int argc,
    char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
		{ server_tls_option_rows, server_tls_option_rows_len,
		    &options->server },
		{ server_option_rows, server_option_rows_len,
		    &options->server },
	};
	const struct opt_program program = { .name = name,
	    .operands = "PORT RHOST RPORT", .operands_max = 3,
	    .purpose = N_("Relay TCP connections to RHOST, and show what is "
	    "said."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *wrong;

	if (outcome != OPT_RUN)
		return (outcome);
	if ((wrong = options_conflict(options)) != NULL)
		return (opt_mistake(&program, wrong));
	wrong = faults_read(options->given, options->faults);
	if (wrong != NULL)
		return (refuse(&program, wrong,
		    _("not a number, up:NUMBER or down:NUMBER")));
	if ((wrong = faults_conflict(options)) != NULL)
		return (opt_mistake(&program, wrong));
	return (read_operands(&program, options, argc, argv));
}

static const char *
options_conflict(const struct proxy_options *options)
{
	const struct tls_options *server = &options->server.tls;

	if (options->listen_tls &&
	    (server->cert == NULL || server->key == NULL))
		return (_("--listen-tls needs --cert and --key"));
	if (!options->listen_tls &&
	    (server->cert != NULL || server->key != NULL))
		return (_("--cert and --key are for --listen-tls"));
	if (!options->connect_tls &&
	    (options->tls.ca != NULL || options->tls.insecure))
		return (_("--ca and --insecure are for --connect-tls"));
	if (!options->listen_tls && !options->connect_tls &&
	    server->priority != NULL)
		return (_("--priority is for --listen-tls and --connect-tls"));
	return (tls_client_options_mistake(&options->tls));
}

/* What waits its time has not moved: the idle clock would end it unsent. */
static const char *
faults_conflict(const struct proxy_options *options)
{
	int64_t idle_ms = options->server.idle_timeout_ms;

	for (int i = 0; i < 2 && idle_ms != 0; i++)
		if (faults_longest_ms(&options->faults[i]) >= idle_ms)
			return (_("--delay and --jitter outlast "
			    "--idle-timeout"));
	return (NULL);
}

static enum opt_outcome
read_operands(const struct opt_program *program,
    struct proxy_options *options, int argc, char **argv)
{
	if (argc - optind != 3)
		return (opt_mistake(program,
		    _("three operands are needed: PORT RHOST RPORT")));
	options->host = argv[optind + 1];
	if (read_port(argv[optind], &options->port) == -1)
		return (refuse(program, argv[optind],
		    _("not a port from 0 to 65535")));
	if (read_port(argv[optind + 2], &options->upstream_port) == -1 ||
	    options->upstream_port == 0)
		return (refuse(program, argv[optind + 2],
		    _("not a port from 1 to 65535")));
	if (options->host[0] == '\0')
		return (opt_mistake(program, _("RHOST is empty")));
	return (OPT_RUN);
}

static int
read_port(const char *text, int *port)
{
	uint64_t value;

	if (num_parse(text, strlen(text), 65535, &value) == -1)
		return (-1);
	*port = (int)value;
	return (0);
}

static enum opt_outcome
refuse(const struct opt_program *program, const char *arg, const char *why)
{
	char safe[MISTAKE_SIZE / 2], text[MISTAKE_SIZE];

	text_safe(safe, sizeof(safe), arg, strlen(arg), TEXT_ONE_LINE);
	snprintf(text, sizeof(text), "%s: %s", safe, why);
	return (opt_mistake(program, text));
}
