/* outcome.c - what fil-tftp says when a transfer is over.
 * See also: tools/tftp/outcome.h */
#include "tools/tftp/outcome.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"

#define OPTIONS_SIZE	64

static void tell_broken(const struct transfer *);
static void tell_done(const struct transfer *, const char *, enum tftp_opcode);
static void tell_ours(const struct transfer *, const char *,
    const struct cause *);

void
outcome_tell(const struct transfer *transfer, const char *file,
    const struct cause *cause, enum tftp_opcode opcode)
{
	char who[ADDRESS_TEXT_SIZE];

	address_format(&transfer->wire.peer, who, sizeof(who));
	switch (transfer->end) {
	case TRANSFER_DONE:
		tell_done(transfer, file, opcode);
		break;
	case TRANSFER_REFUSED:
		log_line(LOG_LEVEL_ERROR, _("%s: %s says: %s (error %d)"),
		    file, who, transfer->text, transfer->code);
		break;
	case TRANSFER_ABORTED:
		tell_ours(transfer, file, cause);
		break;
	case TRANSFER_SILENT:
		log_line(LOG_LEVEL_ERROR, _("%s: no answer from %s"), file,
		    who);
		break;
	case TRANSFER_STOPPED:
		log_line(LOG_LEVEL_ERROR, _("%s: interrupted"), file);
		break;
	default:
		tell_broken(transfer);
	}
}

static void
tell_done(const struct transfer *transfer, const char *file,
    enum tftp_opcode opcode)
{
	double seconds = (double)(transfer->done_us - transfer->begun_us) /
	    1e6;

	log_line(LOG_LEVEL_EVENT, _("%s: %" PRIu64
	    " bytes in %.3f s (%.1f MB/s)"), file, transfer->bytes, seconds,
	    (double)transfer->bytes / 1e6 / (seconds > 0 ? seconds : 1e-6));
	log_line(LOG_LEVEL_DETAIL, opcode == TFTP_RRQ ?
	    _("block size %zu, window %zu, blocks in vain: %" PRIu64) :
	    _("block size %zu, window %zu, blocks resent: %" PRIu64),
	    transfer->terms.blksize, transfer->terms.window,
	    transfer->resent);
}

/* We have ended it, and told the server. */
static void
tell_ours(const struct transfer *transfer, const char *file,
    const struct cause *cause)
{
	if (cause->kind != CAUSE_NONE)
		log_cause(_("cannot write"), cause);
	else if (transfer->code == TFTP_BAD_OPTIONS)
		log_line(LOG_LEVEL_ERROR, _("%s: the server grants what was "
		    "not asked for"), file);
	else if (transfer->error != 0)
		log_line(LOG_LEVEL_ERROR, "%s: %s", file,
		    strerror(transfer->error));
	else
		log_line(LOG_LEVEL_ERROR, _("%s: we said: %s"), file,
		    transfer->text);
}

static void
tell_broken(const struct transfer *transfer)
{
	char who[ADDRESS_TEXT_SIZE];
	struct cause cause;

	cause_errno(&cause, "sendto", transfer->error,
	    address_format(&transfer->wire.peer, who, sizeof(who)));
	log_cause(_("no transfer with"), &cause);
}
