/* pieces.c - a file cut into pieces, which several sessions fetch.
 * See also: tools/ftp/pieces.h */
#include "tools/ftp/pieces.h"

#include <errno.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "tools/ftp/files.h"
#include "tools/ftp/transfer.h"

/* Where what comes belongs. */
struct place {
	struct pieces	*pieces;
	struct piece	*piece;
};

static enum outcome check_unchanged(struct pieces *, struct session *);
static enum outcome fetch(struct pieces *, struct piece *, struct session *);
static int take(struct sink *, const char *, size_t, struct cause *);

void
pieces_cut(struct pieces *pieces)
{
	uint64_t length = pieces->size / pieces->count;

	for (size_t i = 0; i < pieces->count; i++) {
		struct piece *piece = &pieces->items[i];

		piece->at = length * i;
		piece->end = i + 1 < pieces->count ? length * (i + 1) :
		    pieces->size;
		if (piece->at == piece->end)
			piece->state = PIECE_DONE;
	}
}

struct piece *
pieces_claim(struct pieces *pieces)
{
	struct piece *found = NULL;

	pthread_mutex_lock(&pieces->lock);
	for (size_t i = 0; i < pieces->count && found == NULL; i++)
		if (pieces->items[i].state == PIECE_FREE) {
			found = &pieces->items[i];
			found->state = PIECE_TAKEN;
		}
	pthread_mutex_unlock(&pieces->lock);
	return (found);
}

void
pieces_give_back(struct pieces *pieces, struct piece *piece)
{
	pthread_mutex_lock(&pieces->lock);
	piece->state = PIECE_FREE;
	pthread_mutex_unlock(&pieces->lock);
}

enum outcome
pieces_fetch(struct pieces *pieces, struct piece *piece,
    struct session *session)
{
	enum outcome outcome = OUTCOME_DONE;

	if (!session->is_logged_in)
		outcome = session_again(session);
	if (outcome == OUTCOME_DONE)
		outcome = session_set_type(session, 0);
	if (outcome == OUTCOME_DONE && piece->at < piece->end)
		outcome = fetch(pieces, piece, session);
	if (outcome == OUTCOME_DONE)
		outcome = check_unchanged(pieces, session);
	if (outcome == OUTCOME_DONE) {
		pthread_mutex_lock(&pieces->lock);
		piece->state = PIECE_DONE;
		pthread_mutex_unlock(&pieces->lock);
	}
	return (outcome);
}

/* Of all pieces but the last we have had enough in the middle of its
 * sending. */
static enum outcome
fetch(struct pieces *pieces, struct piece *piece, struct session *session)
{
	struct place place = { pieces, piece };
	struct transfer transfer = { .session = session,
	    .verb = "RETR", .path = pieces->remote, .offset = piece->at,
	    .most = piece->end - piece->at };
	struct sink sink = { .fd = -1, .take = take, .context = &place };
	enum outcome outcome = transfer_begin(&transfer, 0);

	if (outcome != OUTCOME_DONE)
		return (outcome);
	outcome = transfer_receive(&transfer, &sink);
	/* A session that nobody needs any more is no longer asked. */
	if (atomic_load(&pieces->stopped)) {
		data_drop(&transfer.data);
		session_drop(session);
		return (OUTCOME_STOPPED);
	}
	if (piece->at < piece->end)
		return (transfer_end(&transfer, outcome == OUTCOME_DONE ?
		    OUTCOME_LOST : outcome, 0));
	transfer_cut(&transfer);
	return (session->is_open ? OUTCOME_DONE : OUTCOME_LOST);
}

/* Pieces of two files are no file.  It is told once. */
static enum outcome
check_unchanged(struct pieces *pieces, struct session *session)
{
	int64_t modified = pieces->modified;
	uint64_t size;
	enum outcome outcome = files_size(session, pieces->remote, &size);

	if (outcome == OUTCOME_DONE && pieces->has_time)
		outcome = files_modified(session, pieces->remote, &modified);
	if (!session->is_open || (outcome == OUTCOME_DONE &&
	    size == pieces->size && modified == pieces->modified))
		return (outcome);
	if (atomic_exchange(&pieces->stopped, 1) == 0)
		log_line(LOG_LEVEL_ERROR, _("%s: the server's file has changed "
		    "meanwhile"), pieces->remote);
	return (OUTCOME_HERE);
}

static int
take(struct sink *sink, const char *bytes, size_t len, struct cause *cause)
{
	const struct place *place = sink->context;
	struct piece *piece = place->piece;

	if (atomic_load(&place->pieces->stopped)) {
		cause_errno(cause, "recv", EINTR, NULL);
		return (-1);
	}
	if (len > piece->end - piece->at)
		len = (size_t)(piece->end - piece->at);
	while (len > 0) {
		ssize_t n = pwrite(place->pieces->fd, bytes, len,
		    (off_t)piece->at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			cause_errno(cause, "pwrite", errno, NULL);
			return (-1);
		}
		bytes += n;
		len -= (size_t)n;
		piece->at += (uint64_t)n;
		atomic_fetch_add(&place->pieces->done, (uint64_t)n);
	}
	return (0);
}
