/* fetch.c - a request, its redirections, and the answer where it is wanted.
 * See also: tools/http/fetch.h */
#include "tools/http/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "client/interrupt.h"
#include "tools/http/answer.h"
#include "tools/http/output.h"
#include "tools/http/request.h"

#define HOPS_MAX	10
#define SHOWN_SIZE	256

enum fetch_step { FETCH_DONE, FETCH_FURTHER, FETCH_ENDED };

struct fetch {
	const struct fetch_options *options;
	struct wire_options wire_options;
	struct http_url	 url;		/* of this request */
	int		 hops;
	struct interrupt interrupt;
	struct wire	 wire;
	struct answer	 answer;
	int		 status;	/* of FETCH_ENDED, the exit status */
};

static enum fetch_step end(struct fetch *, const char *,
    const struct cause *);
static enum fetch_step exchange(struct fetch *);
static enum fetch_step follow(struct fetch *, const struct http_text *);
static void forget_tls(struct fetch *);
static int is_redirection(const struct fetch *, struct http_text *);
static enum fetch_step one_request(struct fetch *);
static int prepare_tls(struct fetch *, struct cause *);
static enum fetch_step refuse(struct fetch *);
static int same_server(const struct http_url *, const struct http_url *);
static enum fetch_step take(struct fetch *);
static int take_answer(struct fetch *, struct output *, struct cause *);

int
fetch_run(const struct fetch_options *options)
{
	struct fetch fetch = { .options = options, .url = options->url,
	    .wire_options = options->wire };
	enum fetch_step step;

	do
		step = one_request(&fetch);
	while (step == FETCH_FURTHER);
	tls_client_free(fetch.wire_options.tls);
	interrupt_obey(&fetch.interrupt);
	return (step == FETCH_DONE ? 0 : fetch.status);
}

/* One connection: for one request. */
static enum fetch_step
one_request(struct fetch *fetch)
{
	enum fetch_step step;
	struct cause cause;

	if (fetch->url.secure && prepare_tls(fetch, &cause) == -1)
		return (end(fetch, _("no TLS with"), &cause));
	if (wire_open(&fetch->wire, &fetch->url, &fetch->wire_options,
	    &fetch->interrupt, &cause) == -1)
		return (end(fetch, cause.kind == CAUSE_CERTIFICATE ?
		    _("not to be trusted:") : _("cannot connect to"),
		    &cause));
	step = exchange(fetch);
	if (step != FETCH_ENDED)
		stream_end(&fetch->wire.stream);
	if (fetch->options->timing && fetch->answer.len > 0)
		timing_print(&fetch->wire.timing);
	wire_close(&fetch->wire);
	return (step);
}

static enum fetch_step
exchange(struct fetch *fetch)
{
	const struct fetch_options *options = fetch->options;
	struct request request = { .url = &fetch->url,
	    .method = options->part == FETCH_HEAD ? "HEAD" : "GET",
	    .minor = options->minor, .fields = &options->fields,
	    .elsewhere = !same_server(&fetch->url, &options->url) };
	struct http_text location;
	struct cause cause;

	fetch->answer.len = 0;
	/* A server that turns us away may have said why before it closed. */
	if (request_send(&request, &fetch->wire, &cause) == -1 &&
	    cause.error != EPIPE && cause.error != ECONNRESET)
		return (end(fetch, _("no answer from"), &cause));
	if (answer_head(&fetch->wire, options->part == FETCH_HEAD,
	    &fetch->answer, &cause) == -1)
		return (end(fetch, _("no answer from"), &cause));
	if (is_redirection(fetch, &location))
		return (follow(fetch, &location));
	if (options->fail && fetch->answer.head.status >= 400)
		return (refuse(fetch));
	return (take(fetch));
}

/* The signals are held while there is a temporary file, and no longer: what
 * else there is the kernel takes away by itself. */
static enum fetch_step
take(struct fetch *fetch)
{
	const struct fetch_options *options = fetch->options;
	const struct http_head *head = &fetch->answer.head;
	const char *doing = N_("cannot write the answer:");
	struct output output;
	struct cause cause;
	int result;

	if (save_replaces(options->output))
		interrupt_hold(&fetch->interrupt);
	result = output_open(&output, options->output,
	    head->framing == HTTP_LENGTH ? head->length : PROGRESS_UNKNOWN,
	    options->quiet, &cause);
	if (result == 0) {
		doing = N_("the answer is not complete:");
		result = take_answer(fetch, &output, &cause);
		if (result == 0)
			result = output_commit(&output, &cause);
		else
			output_discard(&output);
	}
	interrupt_release(&fetch->interrupt);
	timing_mark(&fetch->wire.timing, TIMING_REST);
	if (result == 0)
		return (FETCH_DONE);
	if (fetch->interrupt.number != 0) {
		log_line(LOG_LEVEL_ERROR, _("interrupted: nothing is saved"));
		fetch->status = 1;
		return (FETCH_ENDED);
	}
	return (end(fetch, _(doing), &cause));
}

static int
take_answer(struct fetch *fetch, struct output *output, struct cause *cause)
{
	const struct answer *answer = &fetch->answer;
	enum fetch_part part = fetch->options->part;

	if (part != FETCH_BODY && output_write(output, answer->bytes,
	    answer->len, cause) == -1)
		return (-1);
	output->done = 0;		/* the progress is the body's */
	return (answer_body(&fetch->wire, &answer->head, part == FETCH_WHOLE,
	    output, cause));
}

/* RFC 9110 15.4: those after which the same is asked elsewhere. */
static int
is_redirection(const struct fetch *fetch, struct http_text *location)
{
	int status = fetch->answer.head.status;

	return (fetch->options->follow && (status == 301 || status == 302 ||
	    status == 303 || status == 307 || status == 308) &&
	    http_head_field(fetch->answer.bytes, fetch->answer.len,
	    "Location", location));
}

/* What was asked for in secret is not asked for in the clear. */
static enum fetch_step
follow(struct fetch *fetch, const struct http_text *location)
{
	char shown[SHOWN_SIZE];
	enum http_url_verdict verdict;
	struct http_url next;

	text_safe(shown, sizeof(shown), location->bytes, location->len,
	    TEXT_ONE_LINE);
	verdict = http_url_resolve(&fetch->url, location->bytes,
	    location->len, &next);
	fetch->status = 1;
	if (verdict != HTTP_URL_GOOD)
		log_line(LOG_LEVEL_ERROR, _("redirected to %s: %s"), shown,
		    _(http_url_wrong(verdict)));
	else if (fetch->url.secure && !next.secure)
		log_line(LOG_LEVEL_ERROR, _("redirected from https to %s: "
		    "not followed"), shown);
	else if (fetch->hops == HOPS_MAX)
		log_line(LOG_LEVEL_ERROR, _("redirected to %s: more than %d "
		    "times"), shown, HOPS_MAX);
	else {
		log_line(LOG_LEVEL_DETAIL, _("redirected to %s"), shown);
		if (!same_server(&fetch->url, &next))
			forget_tls(fetch);
		fetch->url = next;
		fetch->hops++;
		return (FETCH_FURTHER);
	}
	return (FETCH_ENDED);
}

static enum fetch_step
refuse(struct fetch *fetch)
{
	const struct http_head *head = &fetch->answer.head;
	char shown[SHOWN_SIZE];

	text_safe(shown, sizeof(shown), head->reason.bytes, head->reason.len,
	    TEXT_ONE_LINE);
	log_line(LOG_LEVEL_ERROR, _("%s answers: %d %s"), fetch->wire.peer,
	    head->status, shown);
	fetch->status = FETCH_REFUSED;
	return (FETCH_ENDED);
}

/* Who the user is, a certificate tells too: whom a redirection names is not
 * shown it. */
static int
prepare_tls(struct fetch *fetch, struct cause *cause)
{
	struct tls_options tls = fetch->options->tls;

	if (!same_server(&fetch->url, &fetch->options->url))
		tls.cert = tls.key = NULL;
	if (fetch->wire_options.tls == NULL)
		fetch->wire_options.tls = tls_client_open(&tls, cause);
	return (fetch->wire_options.tls != NULL ? 0 : -1);
}

static void
forget_tls(struct fetch *fetch)
{
	if (fetch->options->tls.cert == NULL)
		return;
	tls_client_free(fetch->wire_options.tls);
	fetch->wire_options.tls = NULL;
}

static int
same_server(const struct http_url *a, const struct http_url *b)
{
	return (a->secure == b->secure && a->port == b->port &&
	    http_field_is(a->host, strlen(a->host), b->host));
}

static enum fetch_step
end(struct fetch *fetch, const char *doing, const struct cause *cause)
{
	log_cause(doing, cause);
	fetch->status = cause_exit_status(cause);
	return (FETCH_ENDED);
}
