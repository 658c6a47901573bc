/* fil-mixed.c - one message over TCP, UDP or TLS; or a session of the fil
 * protocol.
 * See also: fil-mixed(1), tools/mixed/exchange.h, tools/mixed/talk.h,
 * src/lessons/tcp_client.c */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/standard.h"
#include "base/text.h"
#include "client/secret.h"
#include "client/tls_client_options.h"
#include "net/address.h"
#include "net/tls.h"
#include "tools/mixed/exchange.h"
#include "tools/mixed/talk.h"

#define PROGRAM	"fil-mixed"

enum protocol { PROTOCOL_UNCHOSEN, PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_TLS };

struct mixed_options {
	int	 protocol;		/* enum protocol */
	int	 port;			/* -1: the protocol's own */
	int	 udp_port;
	int	 family;
	int64_t	 timeout_ms;
	int	 log_level, color;
	int	 session;		/* of the fil protocol */
	int	 plain;
	int	 protocol_is_said;	/* --tcp, --udp or --tls was given */
	const char *user;
	const char *host, *message;
	struct tls_options tls;
	struct secret_options secret;
};

struct protocol_row {
	const char	*name;
	int		 port;
	const char	*message;
	ssize_t		(*exchange)(const struct exchange_request *, char *,
			    size_t, struct cause *);
};

static enum protocol ask_protocol(void);
static const char *mistake_in(const struct mixed_options *);
static enum opt_outcome read_options(struct mixed_options *, int, char **);
static int send_one(const struct mixed_options *, const struct destination *);
static int show_reply(const struct mixed_options *, const char *, size_t);
static int talk(const struct mixed_options *, const struct destination *);

#define AT(field)	offsetof(struct mixed_options, field)

static const struct opt rows[] = {
	{ 0, "tcp", OPT_SET, AT(protocol), PROTOCOL_TCP, NULL, NULL },
	{ 0, "udp", OPT_SET, AT(protocol), PROTOCOL_UDP, NULL, NULL },
	{ 0, "tls", OPT_SET, AT(protocol), PROTOCOL_TLS, NULL,
	    N_("over TCP; UDP; TLS") },
	{ 0, "login", OPT_STRING, AT(user), 0, "USER",
	    N_("a session of the fil protocol, as USER") },
	{ 0, "protocol", OPT_SET, AT(session), 1, NULL,
	    N_("a session without logging in") },
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("server's (TCP 12345, UDP 12346, TLS 12347)") },
	{ 0, "udp-port", OPT_PORT, AT(udp_port), 0, "PORT",
	    N_("its UDP port, in a session (12346)") },
};

static const struct opt more_rows[] = {
	{ '4', "ipv4", OPT_SET, AT(family), AF_INET, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(family), AF_INET6, NULL,
	    N_("IPv4 only; IPv6 only") },
	{ 0, "timeout", OPT_SECONDS, AT(timeout_ms), 0, "S",
	    N_("give up after S seconds (30; 0: never)") },
	{ 0, "plain", OPT_SET, AT(plain), 1, NULL,
	    N_("read typed lines without editing") },
	{ 0, "color", OPT_CHOICE, AT(color), 0, "auto|always|never",
	    N_("colour a session") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("print the reply alone; tell each step") },
	OPT_COMMON_ROWS
};

static const struct protocol_row protocols[] = {
	[PROTOCOL_TCP] = { "TCP", 12345, "Bonjour serveur TCP",
	    exchange_stream },
	[PROTOCOL_UDP] = { "UDP", 12346, "Bonjour serveur UDP",
	    exchange_udp },
	[PROTOCOL_TLS] = { "TLS", 12347, "Bonjour serveur TLS",
	    exchange_stream },
};

int
main(int argc, char *argv[])
{
	struct mixed_options options = { .port = -1, .udp_port = 12346,
	    .family = AF_UNSPEC, .timeout_ms = 30000,
	    .log_level = LOG_LEVEL_EVENT,
	    .secret = SECRET_OPTIONS_DEFAULT };
	struct destination to;
	enum opt_outcome outcome;
	struct cause cause;
	int status;

	standard_hold();
	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.log_level, (enum log_color)options.color);
	if (options.protocol == PROTOCOL_UNCHOSEN &&
	    (options.protocol = ask_protocol()) == PROTOCOL_UNCHOSEN) {
		fprintf(stderr, "%s\n", _("Invalid protocol."));
		return (2);
	}

	to = (struct destination){ .host = options.host,
	    .port = options.port != -1 ? options.port :
	    protocols[options.protocol].port,
	    .family = options.family, .timeout_ms = options.timeout_ms };
	if (options.protocol == PROTOCOL_TLS &&
	    (to.tls = tls_client_open(&options.tls, &cause)) == NULL) {
		log_cause(_("no TLS with"), &cause);
		return (1);
	}
	status = options.session ? talk(&options, &to) :
	    send_one(&options, &to);
	tls_client_free(to.tls);
	return (status);
}

static enum opt_outcome
read_options(struct mixed_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
		{ tls_client_option_rows, tls_client_option_rows_len,
		    &options->tls },
		{ secret_option_rows, secret_option_rows_len,
		    &options->secret },
		{ more_rows, OPT_COUNT(more_rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "[HOST [MESSAGE]]", .operands_max = 2,
	    .purpose = N_("Send a message over TCP, UDP or TLS, show the "
	    "reply; or hold a session."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	options->host = optind < argc ? argv[optind] : "localhost";
	options->message = optind + 1 < argc ? argv[optind + 1] : NULL;
	options->session |= options->user != NULL;
	if ((mistake = mistake_in(options)) != NULL)
		return (opt_mistake(&program, mistake));
	options->protocol_is_said = options->protocol != PROTOCOL_UNCHOSEN;
	if (options->session && !options->protocol_is_said)
		options->protocol = tls_client_options_given(&options->tls) ?
		    PROTOCOL_TLS : PROTOCOL_TCP;
	if (options->session)
		options->tls.alpn = "fil/1";
	return (OPT_RUN);
}

/* What does not go together, translated, or NULL. */
static const char *
mistake_in(const struct mixed_options *options)
{
	int protocol = options->protocol;

	if (options->host[0] == '\0')
		return (_("the host has no name"));
	if (options->message != NULL && options->message[0] == '\0')
		return (_("the message is empty"));
	if (options->session && options->message != NULL)
		return (_("a session takes its messages from standard input"));
	if (options->session && protocol == PROTOCOL_UDP)
		return (_("a session needs a connection: --tcp or --tls"));
	if (options->user != NULL && options->user[0] == '\0')
		return (_("the user has no name"));
	if ((protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP) &&
	    tls_client_options_given(&options->tls))
		return (_("only TLS has certificates: --tls"));
	return (tls_client_options_mistake(&options->tls));
}

/* Upper or lower case, and spaces around, do not matter. */
static enum protocol
ask_protocol(void)
{
	char line[64], word[64], more[2];

	/* A question is for a person: not into a file or a pipe. */
	fprintf(isatty(STDOUT_FILENO) ? stdout : stderr, "%s",
	    _("Choose the protocol (TCP/UDP/TLS): "));
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL ||
	    sscanf(line, "%63s %1s", word, more) != 1)
		return (PROTOCOL_UNCHOSEN);
	for (int i = PROTOCOL_TCP; i <= PROTOCOL_TLS; i++)
		if (strcasecmp(word, protocols[i].name) == 0)
			return ((enum protocol)i);
	return (PROTOCOL_UNCHOSEN);
}

static int
send_one(const struct mixed_options *options, const struct destination *to)
{
	const struct protocol_row *protocol = &protocols[options->protocol];
	struct exchange_request request = { .to = *to,
	    .message = options->message != NULL ? options->message :
	    protocol->message };
	char reply[EXCHANGE_REPLY_SIZE];
	struct cause cause;
	ssize_t len = protocol->exchange(&request, reply, sizeof(reply),
	    &cause);

	if (len == -1) {
		log_cause(cause.kind == CAUSE_CERTIFICATE ?
		    _("not to be trusted:") : _("no reply from"), &cause);
		return (cause_exit_status(&cause));
	}
	if (show_reply(options, reply, (size_t)len) == -1) {
		cause_errno(&cause, "write", errno, NULL);
		log_cause(_("the reply was not printed:"), &cause);
		return (1);
	}
	return (0);
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

/* A password goes in the clear to another machine only if --tcp was said. */
static int
talk(const struct mixed_options *options, const struct destination *to)
{
	const struct talk_options session = { .to = *to,
	    .udp_port = options->udp_port, .user = options->user,
	    .secret = options->secret,
	    .clear_password = options->protocol_is_said,
	    .plain = options->plain, .color = options->color,
	    .quiet = options->log_level <= LOG_LEVEL_WARNING };

	return (talk_run(&session));
}
