/* fil-gethttp.c - what a web server answers, to the last byte or not at all.
 * See also: fil-gethttp(1), tools/http/fetch.h, src/lessons/http_get.c */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/standard.h"
#include "client/tls_client_options.h"
#include "tools/http/fetch.h"
#include "tools/http/request.h"

#define PROGRAM	"fil-gethttp"

struct gethttp_options {
	int	 body, head;
	int	 port;			/* -1: 80 */
	int	 log_level;
	const char *output;
	struct fetch_options fetch;
};

static const char *mistake_in(struct gethttp_options *, const char *);
static enum opt_outcome read_options(struct gethttp_options *, int, char **);
static const char *read_place(struct gethttp_options *, const char *);
static enum fetch_part wanted_part(const struct gethttp_options *, int);

#define AT(field)	offsetof(struct gethttp_options, field)

static const struct opt rows[] = {
	{ 'b', "body", OPT_SET, AT(body), 1, NULL,
	    N_("print the body alone") },
	{ 'I', "head", OPT_SET, AT(head), 1, NULL,
	    N_("ask for the head alone") },
	{ 'L', "location", OPT_SET, AT(fetch.follow), 1, NULL,
	    N_("go where a redirection leads, 10 times at most") },
	{ 'f', "fail", OPT_SET, AT(fetch.fail), 1, NULL,
	    N_("exit with 22 for 400 and above, print nothing") },
	{ 'o', "output", OPT_STRING, AT(output), 0, "FILE",
	    N_("write to FILE: of a URL the body alone") },
	{ 'H', "header", OPT_LIST, AT(fetch.fields), 0, "FIELD",
	    N_("send this field, NAME:VALUE, too") },
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("HOST's port (80)") },
	{ 0, "http1.0", OPT_SET, AT(fetch.minor), 0, NULL,
	    N_("ask by HTTP/1.0") },
	{ 0, "timing", OPT_SET, AT(fetch.timing), 1, NULL,
	    N_("tell on standard error what took how long") },
};

static const struct opt more_rows[] = {
	{ '4', "ipv4", OPT_SET, AT(fetch.wire.family), AF_INET, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(fetch.wire.family), AF_INET6, NULL,
	    N_("IPv4 only; IPv6 only") },
	{ 0, "timeout", OPT_SECONDS, AT(fetch.wire.timeout_ms), 0, "S",
	    N_("give up after S silent seconds (30; 0: never)") },
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    NULL },
	{ 'v', "verbose", OPT_SET, AT(log_level), LOG_LEVEL_DETAIL, NULL,
	    N_("no progress; tell each step, with the heads") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct gethttp_options options = { .port = -1,
	    .log_level = LOG_LEVEL_EVENT,
	    .fetch = { .minor = 1, .tls.alpn = "http/1.1",
	    .wire = { .family = AF_UNSPEC, .timeout_ms = 30000 } } };
	enum opt_outcome outcome;

	standard_hold();
	intl_init();
	/* A pipe that nobody reads is an error of write, and is told. */
	signal(SIGPIPE, SIG_IGN);
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.log_level, LOG_COLOR_AUTO);
	return (fetch_run(&options.fetch));
}

static enum opt_outcome
read_options(struct gethttp_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
		{ tls_client_option_rows, tls_client_option_rows_len,
		    &options->fetch.tls },
		{ more_rows, OPT_COUNT(more_rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "HOST|URL", .operands_max = 1,
	    .purpose = N_("Print what a web server answers, to the last byte "
	    "or with an error."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	if (optind == argc)
		return (opt_mistake(&program, _("which HOST or URL?")));
	if ((mistake = mistake_in(options, argv[optind])) != NULL)
		return (opt_mistake(&program, mistake));
	options->fetch.output = options->output != NULL ? options->output :
	    "-";
	options->fetch.quiet = options->log_level <= LOG_LEVEL_WARNING;
	return (OPT_RUN);
}

/* What does not go together, translated, or NULL. */
static const char *
mistake_in(struct gethttp_options *options, const char *place)
{
	const struct opt_list *fields = &options->fetch.fields;
	const char *mistake;

	if (options->body && options->head)
		return (_("--head has no body to print: not --body, too"));
	if (options->output != NULL && options->output[0] == '\0')
		return (_("the file has no name"));
	for (size_t i = 0; i < fields->len; i++)
		if ((mistake = request_field_wrong(fields->items[i])) != NULL)
			return (mistake);
	if ((mistake = read_place(options, place)) != NULL)
		return (mistake);
	return (tls_client_options_mistake(&options->fetch.tls));
}

/* A URL has "://", which no host has. */
static const char *
read_place(struct gethttp_options *options, const char *place)
{
	struct http_url *url = &options->fetch.url;
	int is_url = strstr(place, "://") != NULL;
	enum http_url_verdict verdict;

	if (is_url && options->port != -1)
		return (_("a URL tells its port itself: not --port, too"));
	verdict = is_url ? http_url_parse(place, strlen(place), url) :
	    http_url_host(place, strlen(place), options->port != -1 ?
	    options->port : 80, url);
	if (verdict != HTTP_URL_GOOD)
		return (_(http_url_wrong(verdict)));
	if (url->port == 0)
		return (_("port 0 cannot be connected to"));
	options->fetch.part = wanted_part(options, is_url);
	return (NULL);
}

static enum fetch_part
wanted_part(const struct gethttp_options *options, int is_url)
{
	if (options->head)
		return (FETCH_HEAD);
	if (options->body)
		return (FETCH_BODY);
	if (!is_url)
		return (FETCH_WHOLE);
	return (options->output != NULL ? FETCH_BODY : FETCH_HEAD_AND_BODY);
}
