/* files.c - what the server says of a file, and how long to wait for it.
 * See also: tools/ftp/files.h, get.c, put.c */
#include "tools/ftp/files.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"

#define PAUSE_MS	250
#define PAUSE_MAX_MS	30000

int
files_refuse_rest(const struct session *session)
{
	if (session->is_ascii)
		log_line(LOG_LEVEL_ERROR, _("the rest of a file can only be "
		    "told of its bytes as they are: binary"));
	return (session->is_ascii);
}

enum outcome
files_size(struct session *session, const char *remote, uint64_t *size)
{
	enum outcome outcome = session_try(session, "SIZE", remote);
	const char *last = session->wire.answer.last;

	if (outcome == OUTCOME_DONE && (session->wire.answer.code !=
	    FTP_213_FILE_STATUS || num_parse(last, strlen(last), INT64_MAX,
	    size) == -1))
		return (OUTCOME_REFUSED);
	return (outcome);
}

enum outcome
files_modified(struct session *session, const char *remote, int64_t *modified)
{
	enum outcome outcome = session_try(session, "MDTM", remote);
	const char *last = session->wire.answer.last;

	if (outcome == OUTCOME_DONE && (session->wire.answer.code !=
	    FTP_213_FILE_STATUS || ftp_time_parse(last, strlen(last),
	    modified) == -1))
		return (OUTCOME_REFUSED);
	return (outcome);
}

enum outcome
files_pause(struct session *session, int64_t attempt)
{
	int64_t ms = PAUSE_MS;

	while (attempt-- > 0 && ms < PAUSE_MAX_MS)
		ms *= 2;
	ms = ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
	if (interrupt_wait_for(session->interrupt, -1, 0,
	    clock_deadline(ms)) == -1 && errno == EINTR)
		return (OUTCOME_STOPPED);
	return (OUTCOME_DONE);
}
