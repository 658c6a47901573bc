/* report.c - the table that SIGUSR1 asks for.
 * See also: serve/report.h */
#include "serve/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/server.h"

struct report {
	FILE		*stream;	/* in memory */
	int64_t		 now_ms;
};

static void report_client(const struct client *, void *);
static void report_row(FILE *, const char *, const char *, const char *,
    const char *);
static void report_udp(FILE *, const struct server *);

void
report_print(struct server *server)
{
	char *text = NULL;
	size_t len = 0;
	struct report report = { .stream = open_memstream(&text, &len),
	    .now_ms = clock_now_ms() };

	if (report.stream == NULL) {
		log_line(LOG_LEVEL_ERROR, _("out of memory"));
		return;
	}
	report_row(report.stream, _("thread"), _("peer"), _("state"),
	    _("   idle s     bytes in    bytes out"));
	registry_each(&server->registry, report_client, &report);
	fprintf(report.stream, _("clients turned away: %" PRIu64 "\n"),
	    server->turned_away);
	report_udp(report.stream, server);
	if (fclose(report.stream) == 0)
		log_text(text, len);
	free(text);
}

static void
report_client(const struct client *client, void *context)
{
	static const char *const states[] = {
		[CLIENT_STARTING] = N_("starting"),
		[CLIENT_HANDSHAKE] = N_("handshake"),
		[CLIENT_RECEIVING] = N_("receiving"),
		[CLIENT_WORKING] = N_("working"),
		[CLIENT_SENDING] = N_("sending"),
	};
	struct report *report = context;
	char peer[ADDRESS_TEXT_SIZE], thread[32], numbers[80];

	snprintf(thread, sizeof(thread), "client-%lu", client->number);
	snprintf(numbers, sizeof(numbers),
	    "%9" PRId64 " %12" PRIu64 " %12" PRIu64,
	    (report->now_ms - atomic_load(&client->active_ms)) / 1000,
	    atomic_load(&client->bytes_in),
	    atomic_load(&client->bytes_out));
	report_row(report->stream, thread,
	    address_format(&client->peer, peer, sizeof(peer)),
	    _(states[atomic_load(&client->state)]), numbers);
}

/* printf pads to bytes; accents need it to pad to columns. */
static void
report_row(FILE *stream, const char *thread, const char *peer,
    const char *state, const char *numbers)
{
	const char *cells[] = { thread, peer, state };
	static const size_t columns[] = { 14, 28, 12 };

	for (int i = 0; i < 3; i++) {
		size_t used = text_columns(cells[i]);

		fprintf(stream, "%s%*s", cells[i],
		    used < columns[i] ? (int)(columns[i] - used) : 1, "");
	}
	fprintf(stream, "%s\n", numbers);
}

static void
report_udp(FILE *stream, const struct server *server)
{
	const struct udp_counters *udp = &server->udp;
	size_t i = 0;

	while (i < server->endpoints_len &&
	    server->endpoints[i].kind != ENDPOINT_UDP)
		i++;
	if (i == server->endpoints_len)
		return;
	fprintf(stream, _("UDP: %" PRIu64 " received (%" PRIu64 " bytes), "
	    "%" PRIu64 " answered (%" PRIu64 " bytes)\n"),
	    udp->received, udp->bytes_in, udp->answered, udp->bytes_out);
	fprintf(stream, _("UDP: not answered: %" PRIu64 " of a bad source, "
	    "%" PRIu64 " too fast, %" PRIu64 " not sent, %" PRIu64
	    " empty\n"), udp->bad_source, udp->too_fast, udp->unsent,
	    udp->ignored);
}
