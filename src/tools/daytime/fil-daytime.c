/* fil-daytime.c - what day and time it is on another machine.
 * See also: fil-daytime(1), tools/daytime/ask.h */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/standard.h"
#include "base/text.h"
#include "net/address.h"
#include "tools/daytime/ask.h"

#define PROGRAM	"fil-daytime"

struct daytime_options {
	int	 udp;
	int	 log_level;
	struct ask_options ask;
};

static int print_line(const struct ask_line *);
static enum opt_outcome read_options(struct daytime_options *, int, char **);

#define AT(field)	offsetof(struct daytime_options, field)

static const struct opt rows[] = {
	{ 0, "udp", OPT_SET, AT(udp), 1, NULL,
	    N_("ask over UDP, three times at most") },
	{ 'p', "port", OPT_PORT, AT(ask.port), 0, "PORT",
	    N_("server's (1313; many servers have 13)") },
	{ '4', "ipv4", OPT_SET, AT(ask.family), AF_INET, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(ask.family), AF_INET6, NULL,
	    N_("IPv4 only; IPv6 only") },
	{ 0, "timeout", OPT_SECONDS, AT(ask.timeout_ms), 0, "S",
	    N_("give up after S seconds (30; 0: never)") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("tell what goes wrong alone; tell each step") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct daytime_options options = { .log_level = LOG_LEVEL_EVENT,
	    .ask = { .port = 1313, .family = AF_UNSPEC,
	    .timeout_ms = 30000 } };
	enum opt_outcome outcome;
	struct ask_line line;
	struct cause cause;

	standard_hold();
	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.log_level, LOG_COLOR_AUTO);

	if ((options.udp ? ask_udp : ask_tcp)(&options.ask, &line,
	    &cause) == -1) {
		log_cause(_("no date from"), &cause);
		return (1);
	}
	if (print_line(&line) == -1) {
		cause_errno(&cause, "write", errno, NULL);
		log_cause(_("the date was not printed:"), &cause);
		return (1);
	}
	return (0);
}

static enum opt_outcome
read_options(struct daytime_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "HOST", .operands_max = 1,
	    .purpose = N_("Print the date that a daytime server tells."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome != OPT_RUN)
		return (outcome);
	if (optind == argc)
		return (opt_mistake(&program, _("which HOST?")));
	options->ask.host = argv[optind];
	if (options->ask.host[0] == '\0')
		return (opt_mistake(&program, _("the host has no name")));
	return (OPT_RUN);
}

/* To a terminal only what can be read; into a pipe the bytes as they came. */
static int
print_line(const struct ask_line *line)
{
	char safe[TEXT_SAFE_GROWTH * ASK_LINE_SIZE + 1];
	const char *bytes = line->bytes + line->begin;
	size_t len = line->len;

	if (isatty(STDOUT_FILENO)) {
		len = text_safe(safe, sizeof(safe), bytes, len,
		    TEXT_ONE_LINE);
		bytes = safe;
	}
	fwrite(bytes, 1, len, stdout);
	putchar('\n');
	return (fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1);
}
