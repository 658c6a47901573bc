/* fil-ftp.c - files from an FTP server and to it: a session, a script, a URL.
 * See also: fil-ftp(1), tools/ftp/ftp.h */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "base/opt.h"
#include "base/standard.h"
#include "client/tls_client_options.h"
#include "tools/ftp/ftp.h"

#define PROGRAM	"fil-ftp"
#define RETRIES_MAX 1000000

static const char *mistake_in(const struct ftp_options *);
static enum opt_outcome read_options(struct ftp_options *, int, char **);
static const char *read_place(struct ftp_options *, char **, int, int);

#define AT(field)	offsetof(struct ftp_options, field)

static const struct opt rows[] = {
	{ 'o', "output", OPT_STRING, AT(output), 0, "FILE",
	    N_("a URL's file goes there (-: standard output)") },
	{ 'T', "upload", OPT_STRING, AT(upload), 0, "FILE",
	    N_("send FILE to the URL") },
	{ 'c', "continue", OPT_SET, AT(resumes), 1, NULL,
	    N_("only the rest of a file that is there in part") },
	{ 0, "retry", OPT_NUMBER, AT(session.retries), RETRIES_MAX, "N",
	    N_("after a lost connection, go on N times (0)") },
	{ 0, "login", OPT_STRING, AT(login), 0, "USER",
	    N_("log in as USER (a URL: anonymous)") },
	{ 'n', "no-netrc", OPT_SET, AT(no_netrc), 1, NULL, NULL },
	{ 'k', "keep-going", OPT_SET, AT(goes_on), 1, NULL,
	    N_("without ~/.netrc; after errors") },
	{ 0, "active", OPT_SET, AT(session.active), 1, NULL,
	    N_("the server opens data connections") },
	{ 0, "tls", OPT_CHOICE, AT(session.tls), 0,
	    "auto|require|no|implicit", N_("encrypt (auto)") },
};

static const struct opt more_rows[] = {
	{ '4', "ipv4", OPT_SET, AT(session.family), AF_INET, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(session.family), AF_INET6, NULL,
	    N_("IPv4 only; IPv6 only") },
	{ 0, "timeout", OPT_SECONDS, AT(session.timeout_ms), 0, "S",
	    N_("give up after S silent seconds (30; 0: never)") },
	{ 0, "plain", OPT_SET, AT(plain), 1, NULL,
	    N_("read typed lines without editing") },
	{ 0, "color", OPT_CHOICE, AT(color), 0, "auto|always|never",
	    N_("colour listings") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("no progress; all commands and replies") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct ftp_options options = { .log_level = LOG_LEVEL_EVENT,
	    .secret = SECRET_OPTIONS_DEFAULT,
	    .session = { .family = AF_UNSPEC, .timeout_ms = 30000 } };
	struct ftp ftp = { .options = &options };
	enum opt_outcome outcome;

	standard_hold();
	intl_init();
	/* A pipe that nobody reads is an error of write, and is told. */
	signal(SIGPIPE, SIG_IGN);
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.log_level, (enum log_color)options.color);
	ftp.log_level = options.log_level;
	session_init(&ftp.session, &options.session, &ftp.interrupt);
	return (options.is_url ? fetch_run(&ftp) : shell_run(&ftp));
}

static enum opt_outcome
read_options(struct ftp_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
		{ tls_client_option_rows, tls_client_option_rows_len,
		    &options->session.tls_options },
		{ secret_option_rows, secret_option_rows_len,
		    &options->secret },
		{ more_rows, OPT_COUNT(more_rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "[[USER@]HOST [PORT] | URL]", .operands_max = 2,
	    .purpose = N_("Fetch files from an FTP server, and send files to "
	    "it."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	if ((mistake = read_place(options, argv, optind, argc)) != NULL ||
	    (mistake = mistake_in(options)) != NULL)
		return (opt_mistake(&program, mistake));
	return (OPT_RUN);
}

/* Whom to connect to.  Returns what is wrong, translated, or NULL. */
static const char *
read_place(struct ftp_options *options, char **argv, int i, int argc)
{
	const char *wrong;
	uint64_t port;

	if (i == argc)
		return (NULL);
	options->is_url = url_is(argv[i]);
	wrong = options->is_url ? url_parse(argv[i], &options->place) :
	    url_parse_place(argv[i], &options->place);
	if (wrong != NULL)
		return (_(wrong));
	if (i + 1 == argc)
		return (NULL);
	if (options->is_url)
		return (_("a URL tells its port itself"));
	if (num_parse(argv[i + 1], strlen(argv[i + 1]), 65535, &port) == -1 ||
	    port == 0)
		return (_("the port is not a number from 1 to 65535"));
	options->place.host.port = (int)port;
	return (NULL);
}

/* What does not go together, translated, or NULL. */
static const char *
mistake_in(const struct ftp_options *options)
{
	const struct session_options *session = &options->session;

	if (!options->is_url && (options->output != NULL ||
	    options->upload != NULL || options->resumes))
		return (_("--output, --upload and --continue go with a URL"));
	if (options->upload != NULL && options->output != NULL)
		return (_("--output is for what is fetched, --upload for what "
		    "is sent"));
	if ((options->output != NULL && options->output[0] == '\0') ||
	    (options->upload != NULL && options->upload[0] == '\0'))
		return (_("the file has no name"));
	if (options->login != NULL && (options->login[0] == '\0' ||
	    strlen(options->login) >= SESSION_USER_SIZE))
		return (_("the user has no name, or a very long one"));
	if (options->login != NULL && options->place.user[0] != '\0')
		return (_("the user is told twice"));
	if (session->tls == SESSION_TLS_NO &&
	    tls_client_options_given(&session->tls_options))
		return (_("only TLS has certificates: not --tls no"));
	return (tls_client_options_mistake(&session->tls_options));
}
