/* fil-mixed.c - send one message over TCP or UDP and show the reply.
 * See also: fil-mixed(1), tools/mixed/exchange.h, src/lessons/tcp_client.c */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/text.h"
#include "net/address.h"
#include "tools/mixed/exchange.h"

#define PROGRAM	"fil-mixed"

enum protocol { PROTOCOL_UNCHOSEN, PROTOCOL_TCP, PROTOCOL_UDP };

struct mixed_options {
	int	 protocol;		/* enum protocol */
	int	 port;			/* -1: the protocol's own */
	int	 family;
	int64_t	 timeout_ms;
	int	 log_level;
	const char *host, *message;
};

struct protocol_row {
	const char	*name;
	int		 port;
	const char	*message;
	ssize_t		(*exchange)(const struct exchange_request *, char *,
			    size_t, struct cause *);
};

static enum protocol ask_protocol(void);
static enum opt_outcome read_options(struct mixed_options *, int, char **);
static int show_reply(const struct mixed_options *, const char *, size_t);

#define AT(field)	offsetof(struct mixed_options, field)

static const struct opt rows[] = {
	{ 0, "tcp", OPT_SET, AT(protocol), PROTOCOL_TCP, NULL,
	    N_("over TCP") },
	{ 0, "udp", OPT_SET, AT(protocol), PROTOCOL_UDP, NULL,
	    N_("over UDP") },
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("port of the server (TCP 12345, UDP 12346)") },
	{ '4', "ipv4", OPT_SET, AT(family), AF_INET, NULL,
	    N_("IPv4 only") },
	{ '6', "ipv6", OPT_SET, AT(family), AF_INET6, NULL,
	    N_("IPv6 only") },
	{ 0, "timeout", OPT_SECONDS, AT(timeout_ms), 0, "S",
	    N_("give up after S seconds (30; 0: never)") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    N_("print the reply alone") },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("tell each step") },
	OPT_COMMON_ROWS
};

static const struct protocol_row protocols[] = {
	[PROTOCOL_TCP] = { "TCP", 12345, "Bonjour serveur TCP",
	    exchange_tcp },
	[PROTOCOL_UDP] = { "UDP", 12346, "Bonjour serveur UDP",
	    exchange_udp },
};

int
main(int argc, char *argv[])
{
	struct mixed_options options = { .port = -1, .family = AF_UNSPEC,
	    .timeout_ms = 30000, .log_level = LOG_LEVEL_EVENT };
	const struct protocol_row *protocol;
	struct exchange_request request;
	enum opt_outcome outcome;
	struct cause cause;
	char reply[EXCHANGE_REPLY_SIZE];
	ssize_t len;

	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.log_level, LOG_COLOR_AUTO);
	if (options.protocol == PROTOCOL_UNCHOSEN &&
	    (options.protocol = ask_protocol()) == PROTOCOL_UNCHOSEN) {
		fprintf(stderr, "%s\n", _("Invalid protocol."));
		return (2);
	}

	protocol = &protocols[options.protocol];
	request = (struct exchange_request){ .host = options.host,
	    .port = options.port != -1 ? options.port : protocol->port,
	    .family = options.family, .timeout_ms = options.timeout_ms,
	    .message = options.message != NULL ? options.message :
	    protocol->message };
	len = protocol->exchange(&request, reply, sizeof(reply), &cause);
	if (len == -1) {
		log_cause(_("no reply from"), &cause);
		return (1);
	}
	if (show_reply(&options, reply, (size_t)len) == -1) {
		cause_errno(&cause, "write", errno, NULL);
		log_cause(_("the reply was not printed:"), &cause);
		return (1);
	}
	return (0);
}

static enum opt_outcome
read_options(struct mixed_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "[HOST [MESSAGE]]", .operands_max = 2,
	    .purpose = N_("Send a message over TCP or UDP, show the reply."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome != OPT_RUN)
		return (outcome);
	options->host = optind < argc ? argv[optind] : "localhost";
	options->message = optind + 1 < argc ? argv[optind + 1] : NULL;
	if (options->host[0] == '\0')
		return (opt_mistake(&program, _("the host has no name")));
	if (options->message != NULL && options->message[0] == '\0')
		return (opt_mistake(&program, _("the message is empty")));
	return (OPT_RUN);
}

/* Upper or lower case, and spaces around, do not matter. */
static enum protocol
ask_protocol(void)
{
	char line[64], word[64], more[2];

	/* A question is for a person: not into a file or a pipe. */
	fprintf(isatty(STDOUT_FILENO) ? stdout : stderr, "%s",
	    _("Choose the protocol (TCP/UDP): "));
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL ||
	    sscanf(line, "%63s %1s", word, more) != 1)
		return (PROTOCOL_UNCHOSEN);
	for (int i = PROTOCOL_TCP; i <= PROTOCOL_UDP; i++)
		if (strcasecmp(word, protocols[i].name) == 0)
			return ((enum protocol)i);
	return (PROTOCOL_UNCHOSEN);
}

/* To a terminal only what can be read; into a pipe the bytes as they came. */
static int
show_reply(const struct mixed_options *options, const char *reply, size_t len)
{
	char safe[TEXT_SAFE_GROWTH * EXCHANGE_REPLY_SIZE + 1];
	int alone = options->log_level <= LOG_LEVEL_WARNING;

	if (!alone)
		printf("%s", _("Server's reply: "));
	if (isatty(STDOUT_FILENO))
		fwrite(safe, 1, text_safe(safe, sizeof(safe), reply, len,
		    TEXT_LINES), stdout);
	else
		fwrite(reply, 1, len, stdout);
	if (!alone)
		putchar('\n');
	return (fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1);
}
