/* fil-smtp.c - send a message to somebody's mail server.
 * See also: fil-smtp(1), tools/smtp/exchangers.h, tools/smtp/dialogue.h */
#include <arpa/inet.h>
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/standard.h"
#include "base/text.h"
#include "base/wipe.h"
#include "client/secret.h"
#include "client/tls_client_options.h"
#include "net/host_port.h"
#include "proto/mailbox.h"
#include "tools/smtp/delivery.h"
#include "tools/smtp/greeting.h"

#define PROGRAM		"fil-smtp"
#define USER_SIZE	256		/* of --auth */
#define PORT_DNS	53
#define PORT_SMTP	25
#define PORT_SMTPS	465		/* RFC 8314 3.3 */

struct smtp_options {
	const char	*to, *from, *subject, *body;
	const char	*server, *dns;
	int		 port;		/* -1: the protocol's own */
	int		 show_mx;
	int		 encryption;	/* enum encryption */
	const char	*user;
	int		 family;
	int64_t		 timeout_ms;
	int		 log_level, color;
	struct tls_options tls;
	struct secret_options secret;

	/* What some of them mean: */
	char		 own_address[GREETING_NAME_SIZE + 66];
	struct host_port host;		/* of --server */
	struct sockaddr_in dns_server;
};

static const char *default_from(struct smtp_options *);
static int deliver_letter(const struct smtp_options *, struct letter *);
static int find(const struct smtp_options *, const struct resolver *,
    struct exchangers *);
static int is_utf8(const char *);
static int log_in_and_deliver(const struct smtp_options *, struct errand *,
    const struct resolver *, const struct exchangers *);
static int make_letter(const struct smtp_options *, struct letter *);
static const char *mistake_in(struct smtp_options *);
static const char *mistake_in_places(struct smtp_options *);
static int open_tls(const struct smtp_options *, struct errand *);
static enum opt_outcome read_options(struct smtp_options *, int, char **);
static int show(const struct exchangers *);

#define AT(field)	offsetof(struct smtp_options, field)

static const struct opt rows[] = {
	{ 0, "from", OPT_STRING, AT(from), 0, "ADDRESS",
	    N_("the sender (default: you, on this machine)") },
	{ 0, "subject", OPT_STRING, AT(subject), 0, "TEXT",
	    N_("the subject") },
	{ 0, "body", OPT_STRING, AT(body), 0, "FILE",
	    N_("the text, - for standard input (a welcome)") },
	{ 0, "server", OPT_STRING, AT(server), 0, "HOST[:PORT]",
	    N_("ask this server, whatever DNS says") },
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("port of the servers (25; with --smtps 465)") },
	{ 0, "dns", OPT_STRING, AT(dns), 0, "ADDR[:PORT]",
	    N_("ask this DNS server (IPv4)") },
	{ 0, "show-mx", OPT_SET, AT(show_mx), 1, NULL,
	    N_("print the exchangers, send nothing") },
	{ 0, "starttls", OPT_CHOICE, AT(encryption), 0, "auto|require|no",
	    N_("TLS: if offered; verified; never") },
	{ 0, "smtps", OPT_SET, AT(encryption), ENCRYPTION_FROM_START, NULL,
	    N_("TLS from the first byte, verified") },
	{ 0, "auth", OPT_STRING, AT(user), 0, "USER",
	    N_("log in, over verified TLS; with --server") },
};

static const struct opt more_rows[] = {
	{ '4', "ipv4", OPT_SET, AT(family), AF_INET, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(family), AF_INET6, NULL,
	    N_("IPv4 only; IPv6 only") },
	{ 0, "timeout", OPT_SECONDS, AT(timeout_ms), 0, "S",
	    N_("no step takes longer (0: RFC 5321's limits)") },
	{ 0, "color", OPT_CHOICE, AT(color), 0, "auto|always|never",
	    N_("colour the dialogue") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("no dialogue; more about each step") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct smtp_options options = { .port = -1, .family = AF_UNSPEC,
	    .log_level = LOG_LEVEL_EVENT,
	    .secret = SECRET_OPTIONS_DEFAULT };
	struct letter letter = { .body = NULL };
	enum opt_outcome outcome;
	int status;

	standard_hold();
	intl_init();
	/* Whoever reads the dialogue may leave: the message goes on. */
	signal(SIGPIPE, SIG_IGN);
	outcome = read_options(&options, argc, argv);
	if (outcome != OPT_RUN)
		return (outcome == OPT_MISTAKE ? SMTP_USAGE :
		    opt_exit_status(outcome));
	log_open(PROGRAM, options.log_level, (enum log_color)options.color);

	status = options.show_mx ? 0 : make_letter(&options, &letter);
	if (status == 0)
		status = deliver_letter(&options, &letter);
	letter_fini(&letter);
	return (status);
}

static enum opt_outcome
read_options(struct smtp_options *options, int argc, char **argv)
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
	    .operands = "ADDRESS", .operands_max = 1,
	    .purpose = N_("Send a message to ADDRESS, and show what is said "
	    "to its mail server."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	options->to = optind < argc ? argv[optind] : NULL;
	if (options->subject == NULL)
		options->subject = _("Welcome");
	if ((mistake = mistake_in(options)) != NULL)
		return (opt_mistake(&program, mistake));
	return (OPT_RUN);
}

/* What is wrong, translated, or NULL. */
static const char *
mistake_in(struct smtp_options *options)
{
	enum mailbox_verdict verdict;

	if (options->to == NULL)
		return (_("to whom?  An ADDRESS is needed"));
	if ((verdict = mailbox_check(options->to)) != MAILBOX_GOOD)
		return (_(mailbox_wrong(verdict)));
	if (options->from == NULL)
		options->from = default_from(options);
	if (mailbox_check(options->from) != MAILBOX_GOOD)
		return (_("the sender is no address: --from USER@DOMAIN"));
	if (!is_utf8(options->subject))
		return (_("the subject is not UTF-8"));
	if (options->user != NULL && (options->user[0] == '\0' ||
	    strlen(options->user) >= USER_SIZE))
		return (_("no user can have such a name"));
	if (options->user != NULL && options->server == NULL)
		return (_("a password is for one server: --server says which"));
	if (options->user != NULL && options->encryption == ENCRYPTION_NO)
		return (_("a password needs TLS: not with --starttls no"));
	if (options->user != NULL && options->encryption == ENCRYPTION_AUTO)
		options->encryption = ENCRYPTION_REQUIRE;
	if (options->encryption == ENCRYPTION_NO &&
	    tls_client_options_given(&options->tls))
		return (_("only TLS has certificates: not with "
		    "--starttls no"));
	return (mistake_in_places(options));
}

static const char *
mistake_in_places(struct smtp_options *options)
{
	struct host_port dns;
	int port = options->port;

	if (port == 0)
		return (_("no server has port 0"));
	if (port == -1)
		port = options->encryption == ENCRYPTION_FROM_START ?
		    PORT_SMTPS : PORT_SMTP;
	options->host.port = port;
	if (options->server != NULL &&
	    host_port_parse(options->server, port, &options->host) == -1)
		return (_("--server is HOST or HOST:PORT"));
	if (options->dns != NULL) {
		options->dns_server.sin_family = AF_INET;
		if (host_port_parse(options->dns, PORT_DNS, &dns) == -1 ||
		    inet_pton(AF_INET, dns.host,
		    &options->dns_server.sin_addr) != 1)
			return (_("--dns is an IPv4 address, or ADDR:PORT"));
		options->dns_server.sin_port = htons((uint16_t)dns.port);
	}
	return (tls_client_options_mistake(&options->tls));
}

/* Whoever runs this, on this machine. */
static const char *
default_from(struct smtp_options *options)
{
	const struct passwd *who = getpwuid(geteuid());
	char host[GREETING_NAME_SIZE];

	greeting_host(host);
	snprintf(options->own_address, sizeof(options->own_address), "%.64s@%s",
	    who != NULL ? who->pw_name : "", host);
	return (options->own_address);
}

static int
is_utf8(const char *text)
{
	size_t taken;
	uint32_t code;

	for (size_t len = strlen(text); len > 0; len -= taken, text += taken)
		if ((taken = text_utf8_next(text, len, &code)) == 0)
			return (0);
	return (1);
}

static int
make_letter(const struct smtp_options *options, struct letter *letter)
{
	struct cause cause;
	const char *wrong;

	letter->from = options->from;
	letter->to = options->to;
	letter->subject = options->subject;
	if (options->body == NULL && letter_write(letter,
	    _("Hello,\n\nwelcome to the network!\n\n-- \nfil-smtp\n"),
	    &cause) == -1) {
		log_cause(_("no message:"), &cause);
		return (SMTP_SYSTEM);
	}
	if (options->body != NULL &&
	    letter_read(letter, options->body, &cause) == -1) {
		log_cause(_("no message:"), &cause);
		return (SMTP_NO_INPUT);
	}
	if ((wrong = letter_wrong(letter)) != NULL) {
		log_line(LOG_LEVEL_ERROR, _("the body is not sent: %s"),
		    _(wrong));
		return (SMTP_BAD_TEXT);
	}
	if (letter_stamp(letter, strrchr(letter->from, '@') + 1, &cause) ==
	    -1) {
		log_cause(_("no message:"), &cause);
		return (SMTP_SYSTEM);
	}
	return (0);
}

static int
deliver_letter(const struct smtp_options *options, struct letter *letter)
{
	struct errand errand = { .letter = letter,
	    .encryption = options->encryption, .user = options->user,
	    .timeout_ms = options->timeout_ms,
	    .transcript = {
	    .is_quiet = options->log_level <= LOG_LEVEL_WARNING,
	    .is_colored = log_wants_color((enum log_color)options->color,
	    STDOUT_FILENO),
	    .is_terminal = isatty(STDOUT_FILENO) } };
	const struct resolver resolver = {
	    .server = options->dns != NULL ? &options->dns_server : NULL,
	    .timeout_ms = options->timeout_ms };
	struct exchangers exchangers;
	int status = find(options, &resolver, &exchangers);

	if (status != 0)
		return (status);
	return (options->show_mx ? show(&exchangers) :
	    log_in_and_deliver(options, &errand, &resolver, &exchangers));
}

/* Who is to be asked: the server that the user named, the address in brackets,
 * or those that DNS says. */
static int
find(const struct smtp_options *options, const struct resolver *resolver,
    struct exchangers *exchangers)
{
	char domain[MAILBOX_DOMAIN_SIZE];

	if (options->server != NULL)
		exchangers_set(exchangers, options->host.host);
	else if (mailbox_domain(options->to, domain))
		exchangers_set(exchangers, domain);
	else
		return (exchangers_find(resolver, domain, exchangers));
	return (0);
}

static int
show(const struct exchangers *exchangers)
{
	struct cause cause;

	for (size_t i = 0; i < exchangers->len; i++)
		printf("%d %s\n", exchangers->items[i].preference,
		    exchangers->items[i].name);
	if (fflush(stdout) == 0)
		return (0);
	cause_errno(&cause, "write", errno, NULL);
	log_cause(_("the exchangers were not printed:"), &cause);
	return (SMTP_SYSTEM);
}

static int
log_in_and_deliver(const struct smtp_options *options, struct errand *errand,
    const struct resolver *resolver, const struct exchangers *exchangers)
{
	const struct address_query query = { .port = options->host.port,
	    .family = options->family, .socktype = SOCK_STREAM };
	char password[SECRET_SIZE] = "";
	struct cause cause;
	int status = 0;

	errand->password = password;
	if (options->user != NULL && secret_get(&options->secret,
	    _("Password: "), password, &cause) == -1) {
		log_cause(_("no password:"), &cause);
		return (SMTP_NO_INPUT);
	}
	if (options->encryption != ENCRYPTION_NO)
		status = open_tls(options, errand);
	if (status == 0)
		status = deliver(errand, resolver, exchangers, &query);
	tls_client_free(errand->tls);
	wipe(password, sizeof(password));
	return (status);
}

/* Without being asked to, nobody is verified, as the dialogue will say: a
 * certificate that is refused would only send the message in the clear. */
static int
open_tls(const struct smtp_options *options, struct errand *errand)
{
	struct tls_options tls = options->tls;
	struct cause cause;

	if (options->encryption == ENCRYPTION_AUTO && !tls.insecure)
		tls.insecure = TLS_INSECURE_SILENT;
	if ((errand->tls = tls_client_open(&tls, &cause)) != NULL)
		return (0);
	log_cause(_("no TLS with"), &cause);
	return (SMTP_NO_INPUT);
}
