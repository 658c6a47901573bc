/* xferlog.c - a line for each transfer.
 * See also: tools/ftpd/xferlog.h, tests/system/ftpd.py */
#include "tools/ftpd/xferlog.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"

#define SHOWN_SIZE	1024		/* of a path */

static void write_line(const struct transfer *, const char *, int);

void
xferlog_write(const struct transfer *transfer, const char *path, int whole)
{
	const struct session *session = transfer->session;
	int sent = transfer->way == TRANSFER_SENDS;
	char who[ADDRESS_TEXT_SIZE], safe[SHOWN_SIZE];

	if (session->ftpd->xferlog_fd != -1)
		write_line(transfer, path, whole);
	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	text_safe(safe, sizeof(safe), path, strlen(path), TEXT_ONE_LINE);
	address_format(&session->client->peer, who, sizeof(who));
	if (!whole)
		log_line(LOG_LEVEL_EVENT, sent ?
		    _("%s (%s) did not get all of /%s: %ju bytes") :
		    _("%s (%s) did not put all of /%s: %ju bytes"),
		    session->login.name, who, safe,
		    (uintmax_t)transfer->bytes);
	else
		log_line(LOG_LEVEL_EVENT, sent ?
		    _("%s (%s) got /%s: %ju bytes") :
		    _("%s (%s) put /%s: %ju bytes"),
		    session->login.name, who, safe,
		    (uintmax_t)transfer->bytes);
}

/* One write, so that lines of many threads never mix; blanks in a name become
 * _, as the format has it. */
static void
write_line(const struct transfer *transfer, const char *path, int whole)
{
	const struct session *session = transfer->session;
	int64_t seconds = (clock_now_ms() - transfer->begun_ms + 500) / 1000;
	char line[2 * SHOWN_SIZE], when[32], safe[SHOWN_SIZE];
	char host[ADDRESS_TEXT_SIZE], *port;
	time_t now = time(NULL);
	struct tm tm;
	int len;

	strftime(when, sizeof(when), "%a %b %e %H:%M:%S %Y",
	    localtime_r(&now, &tm));
	text_safe(safe, sizeof(safe), path, strlen(path), TEXT_ONE_LINE);
	for (char *at = safe; *at != '\0'; at++)
		if (*at == ' ' || *at == '\t')
			*at = '_';
	address_format(&session->client->peer, host, sizeof(host));
	if ((port = strrchr(host, ':')) != NULL)
		*port = '\0';
	len = snprintf(line, sizeof(line),
	    "%s %jd %s %ju /%s %c _ %c %c %s ftp 0 * %c\n", when,
	    (intmax_t)(seconds > 0 ? seconds : 1), host,
	    (uintmax_t)transfer->bytes, safe, session->ascii ? 'a' : 'b',
	    transfer->way == TRANSFER_SENDS ? 'o' : 'i',
	    session->login.anonymous ? 'a' : 'r', session->login.name,
	    whole ? 'c' : 'i');
	if (write(session->ftpd->xferlog_fd, line, (size_t)len) == -1)
		log_line(LOG_LEVEL_WARNING,
		    _("--xferlog: a line could not be written"));
}
