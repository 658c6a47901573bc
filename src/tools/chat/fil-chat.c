/* fil-chat.c - take part in a chat: lines go to the server, its lines come.
 * See also: fil-chat(1), tools/chat/talk.h */
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "base/opt.h"
#include "base/standard.h"
#include "client/secret.h"
#include "client/tls_client_options.h"
#include "net/tls.h"
#include "tools/chat/talk.h"

#define PROGRAM		"fil-chat"
#define CLEAR_PORT	4000
#define TLS_PORT	4001

struct chat_options {
	int		 tls;		/* is it wanted? */
	const char	*nick;
	const char	*host;
	int		 port;		/* -1: the usual one */
	int		 family;
	int64_t		 timeout_ms;
	int		 log_level, color, plain;
	struct tls_options tls_files;
	struct secret_options secret;
};

static const char *mistake_in(struct chat_options *, const char *,
    const struct name_rules *);
static enum opt_outcome read_options(struct chat_options *,
    const struct name_rules *, int, char **);

#define AT(field)	offsetof(struct chat_options, field)

static const struct opt rows[] = {
	{ 0, "tls", OPT_SET, AT(tls), 1, NULL,
	    N_("encrypt; verify the server") },
	{ 0, "nick", OPT_STRING, AT(nick), 0, "NAME",
	    N_("be called NAME") },
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("server's (4000, with TLS 4001)") },
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
	    N_("a colour for each nick") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("say less; tell each step") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct chat_options options = { .port = -1, .family = AF_UNSPEC,
	    .timeout_ms = 30000, .log_level = LOG_LEVEL_EVENT,
	    .secret = SECRET_OPTIONS_DEFAULT };
	struct talk_options talk = { .color = LOG_COLOR_AUTO };
	struct name_rules rules;
	enum opt_outcome outcome;
	struct cause cause;
	int status;

	standard_hold();
	intl_init();
	/* Without C.UTF-8 names are of ASCII, no less and no more. */
	name_rules_init(&rules, &cause);
	outcome = read_options(&options, &rules, argc, argv);
	if (outcome != OPT_RUN) {
		name_rules_fini(&rules);
		return (opt_exit_status(outcome));
	}
	log_open(PROGRAM, options.log_level, (enum log_color)options.color);
	talk = (struct talk_options){ .nick = options.nick,
	    .secret = options.secret, .rules = &rules,
	    .plain = options.plain, .color = options.color,
	    .to = { .host = options.host, .port = options.port,
	    .family = options.family, .timeout_ms = options.timeout_ms } };
	if (options.tls && (talk.to.tls = tls_client_open(&options.tls_files,
	    &cause)) == NULL) {
		log_cause(_("no TLS with"), &cause);
		status = 1;
	} else
		status = talk_run(&talk);
	tls_client_free(talk.to.tls);
	name_rules_fini(&rules);
	return (status);
}

static enum opt_outcome
read_options(struct chat_options *options, const struct name_rules *rules,
    int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
		{ tls_client_option_rows, tls_client_option_rows_len,
		    &options->tls_files },
		{ secret_option_rows, secret_option_rows_len,
		    &options->secret },
		{ more_rows, OPT_COUNT(more_rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "[HOST [PORT]]", .operands_max = 2,
	    .purpose = N_("Take part in a chat: type lines, and see those of "
	    "others."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	options->host = optind < argc ? argv[optind] : "localhost";
	mistake = mistake_in(options,
	    optind + 1 < argc ? argv[optind + 1] : NULL, rules);
	if (mistake != NULL)
		return (opt_mistake(&program, mistake));
	options->tls |= tls_client_options_given(&options->tls_files);
	options->tls_files.alpn = "fil-chat/1";
	if (options->port == -1)
		options->port = options->tls ? TLS_PORT : CLEAR_PORT;
	return (OPT_RUN);
}

/* What is wrong, translated, or NULL; the operand is a port. */
static const char *
mistake_in(struct chat_options *options, const char *port,
    const struct name_rules *rules)
{
	const char *nick = options->nick;
	enum name_verdict verdict = NAME_GOOD;
	uint64_t number;

	if (options->host[0] == '\0')
		return (_("the host has no name"));
	if (port != NULL && options->port != -1)
		return (_("the port is given twice"));
	if (port != NULL && num_parse(port, strlen(port), 65535,
	    &number) == -1)
		return (_("a port is a number from 0 to 65535"));
	if (port != NULL)
		options->port = (int)number;
	if (nick != NULL)
		verdict = name_check(rules, nick, strlen(nick));
	if (verdict != NAME_GOOD)
		return (_(name_wrong(verdict)));
	return (tls_client_options_mistake(&options->tls_files));
}
