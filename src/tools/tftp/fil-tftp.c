/* fil-tftp.c - get and put files by TFTP: one, or line by line.
 * See also: fil-tftp(1), tools/tftp/client.h, tools/tftp/shell.h */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/standard.h"
#include "tools/tftp/client.h"
#include "tools/tftp/shell.h"

#define PROGRAM	"fil-tftp"

struct tftp_program {
	struct tftp_client client;
	int		 log_level, plain;
	const char	*host, *verb, *file, *as;
};

static const char *mistake_in(const struct tftp_program *);
static enum opt_outcome read_options(struct tftp_program *, int, char **);

#define AT(field)	offsetof(struct tftp_program, field)

static const struct opt rows[] = {
	{ 'm', "mode", OPT_CHOICE, AT(client.mode), 0, "octet|netascii",
	    N_("bytes as they are, or text") },
	{ 0, "blksize", OPT_NUMBER, AT(client.blksize), TFTP_BLKSIZE_MAX,
	    "N", N_("bytes a block (0: what fits the path)") },
	{ 0, "window", OPT_NUMBER, AT(client.window), TFTP_WINDOW_MAX, "N",
	    N_("blocks on their way at once (16)") },
	{ 'p', "port", OPT_PORT, AT(client.server.port), 0, "PORT",
	    N_("server's (6969)") },
	{ '4', "ipv4", OPT_SET, AT(client.family), AF_INET, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(client.family), AF_INET6, NULL,
	    N_("IPv4 only; IPv6 only") },
	{ 0, "timeout", OPT_SECONDS, AT(client.timeout_ms), 0, "S",
	    N_("give up after S seconds of silence (30)") },
	{ 0, "trace", OPT_SET, AT(client.trace), 1, NULL,
	    N_("show every packet") },
	{ 0, "plain", OPT_SET, AT(plain), 1, NULL,
	    N_("read typed lines without editing") },
	{ 0, "color", OPT_CHOICE, AT(client.color), 0, "auto|always|never",
	    N_("colour what went wrong") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("say only what went wrong; say more") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct tftp_program program = { .log_level = LOG_LEVEL_EVENT,
	    .client = { .server.port = CLIENT_PORT, .family = AF_UNSPEC,
	    .window = CLIENT_WINDOW, .timeout_ms = 30000 } };
	enum opt_outcome outcome;
	struct cause cause;
	int result;

	standard_hold();
	intl_init();
	if ((outcome = read_options(&program, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, program.log_level,
	    (enum log_color)program.client.color);
	program.client.quiet = program.log_level <= LOG_LEVEL_WARNING;
	program.client.verbose = program.log_level >= LOG_LEVEL_DETAIL;

	if (program.host != NULL && client_connect(&program.client,
	    program.host, &cause) == -1) {
		log_cause(_("cannot find"), &cause);
		return (cause.kind == CAUSE_ERRNO ? 2 : 1);
	}
	if (program.verb == NULL)
		return (shell_run(&program.client, program.plain));
	result = client_transfer(&program.client,
	    strcmp(program.verb, "get") == 0 ? TFTP_RRQ : TFTP_WRQ,
	    program.file, program.as);
	interrupt_obey(&program.client.interrupt);
	return (result == 0 ? 0 : 1);
}

static enum opt_outcome
read_options(struct tftp_program *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "[HOST[:PORT] [get|put FILE [AS]]]",
	    .operands_max = 4,
	    .purpose = N_("Get and put files by TFTP."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char **operands[] = { &options->host, &options->verb,
	    &options->file, &options->as };
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	for (int i = 0; optind + i < argc; i++)
		*operands[i] = argv[optind + i];
	mistake = mistake_in(options);
	return (mistake == NULL ? OPT_RUN : opt_mistake(&program, mistake));
}

/* What does not go together, translated, or NULL. */
static const char *
mistake_in(const struct tftp_program *options)
{
	if (options->verb != NULL && strcmp(options->verb, "get") != 0 &&
	    strcmp(options->verb, "put") != 0)
		return (_("it is get or put"));
	if (options->verb != NULL && (options->file == NULL ||
	    options->file[0] == '\0' ||
	    (options->as != NULL && options->as[0] == '\0')))
		return (_("which file?"));
	if (options->client.window == 0)
		return (_("a window has at least one block"));
	if (options->client.blksize != 0 &&
	    options->client.blksize < TFTP_BLKSIZE_MIN)
		return (_("a block has at least 8 bytes"));
	return (NULL);
}
