/* pget.c - one file in several pieces at a time, a session and a thread each.
 * Where each connection is held to a rate, or one lost packet holds a long way
 * up, several are faster.  A server may refuse more than so many sessions: the
 * pieces of those that did not come about are fetched by the others, and in the
 * end by the one that was there before.
 * See also: tools/ftp/files.h, tests/system/ftp.py */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "client/save.h"
#include "tools/ftp/files.h"
#include "tools/ftp/names.h"
#include "tools/ftp/pieces.h"
#include "tools/ftp/verbs.h"

#define PIECES		4
#define LOOK_MS		100

struct pget {
	const struct session *like;	/* where, and as whom */
	int		 ends[2];	/* a byte in it: a thread has ended */
	int		 stop[2];	/* its end: the threads have to */
	struct pieces	 pieces;
};

struct worker {
	struct pget	*pget;
	struct session	 session;
	struct interrupt interrupt;	/* not held: told by pget->stop */
	pthread_t	 thread;
};

static void close_pipes(struct pget *);
static enum outcome fetch_pieces(struct pget *, struct session *,
    struct meter *);
static enum outcome fetch_rest(struct pget *, struct session *,
    struct meter *);
static void log_in_like(struct worker *, const struct pget *);
static int open_target(struct pget *, struct save *, const char *,
    struct cause *);
static enum outcome pget(struct ftp *, const struct orders *, size_t);
static enum outcome pget_into(struct ftp *, struct pget *, const char *);
static void show(struct meter *, uint64_t);
static size_t start(struct pget *, struct worker *);
static enum outcome watch(struct pget *, struct interrupt *, struct meter *,
    size_t);
static void *worker_main(void *);

enum outcome
verb_pget(struct ftp *ftp, const struct orders *orders)
{
	struct orders rest = { orders->words, orders->count };
	uint64_t n = PIECES;

	if (strcmp(orders->words[1], "-n") == 0) {
		if (orders->count < 4 || num_parse(orders->words[2],
		    strlen(orders->words[2]), PIECES_MAX, &n) == -1 || n == 0)
			return (verbs_misuse(orders));
		rest.words += 2;
		rest.count -= 2;
	}
	if (rest.count > 3)
		return (verbs_misuse(orders));
	return (pget(ftp, &rest, (size_t)n));
}

static enum outcome
pget(struct ftp *ftp, const struct orders *orders, size_t n)
{
	struct session *session = &ftp->session;
	const char *remote = orders->words[1];
	struct pget pget = { .like = session, .ends = { -1, -1 },
	    .stop = { -1, -1 }, .pieces = { .remote = remote, .count = n } };
	const char *local = orders->count > 2 ? orders->words[2] :
	    names_leaf(remote);
	enum outcome outcome = session_set_type(session, 0);

	if (outcome == OUTCOME_DONE && session->was_moved)
		outcome = session_find_cwd(session);
	if (outcome != OUTCOME_DONE)
		return (outcome);
	outcome = files_size(session, remote, &pget.pieces.size);
	/* Its code may be that of a good answer which makes no sense. */
	if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_LATER)
		session_refused(session, "SIZE", remote);
	if (outcome != OUTCOME_DONE)
		return (outcome);
	if (orders->count == 2 &&
	    !ftp_listing_name_is_safe(local, strlen(local)))
		return (verbs_misuse(orders));
	pget.pieces.has_time = files_modified(session, remote,
	    &pget.pieces.modified) == OUTCOME_DONE;
	if (!session->is_open)
		return (OUTCOME_LOST);
	pieces_cut(&pget.pieces);
	return (pget_into(ftp, &pget, local));
}

static enum outcome
pget_into(struct ftp *ftp, struct pget *pget, const char *local)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT },
	    { .tv_sec = (time_t)pget->pieces.modified } };
	enum outcome outcome = OUTCOME_HERE;
	struct meter meter;
	struct save save;
	struct cause cause;

	if (open_target(pget, &save, local, &cause) == -1) {
		log_cause(_("not fetched:"), &cause);
		save_discard(&save);
		close_pipes(pget);
		return (outcome);
	}
	meter_begin(&meter, NULL, pget->pieces.size, (ftp_is_quiet(ftp) ?
	    METER_QUIET : 0) | (ftp->hash ? METER_HASH : 0));
	outcome = fetch_pieces(pget, &ftp->session, &meter);
	if (outcome == OUTCOME_DONE && pget->pieces.has_time)
		futimens(save.fd, times);
	if (outcome == OUTCOME_DONE && save_commit(&save, &cause) == -1) {
		log_cause(_("what came cannot be kept:"), &cause);
		outcome = OUTCOME_HERE;
	}
	meter_end(&meter, outcome == OUTCOME_DONE ? local : NULL);
	save_discard(&save);
	close_pipes(pget);
	return (outcome);
}

static int
open_target(struct pget *pget, struct save *save, const char *local,
    struct cause *cause)
{
	if (save_open(save, local, cause) == -1)
		return (-1);
	if (save->path == NULL) {
		cause_said(cause, "open", N_("pieces need a file"), local);
		return (-1);
	}
	if (pipe(pget->ends) == -1 || pipe(pget->stop) == -1) {
		cause_errno(cause, "pipe", errno, NULL);
		return (-1);
	}
	for (int i = 0; i < 2; i++) {
		fcntl(pget->ends[i], F_SETFD, FD_CLOEXEC);
		fcntl(pget->stop[i], F_SETFD, FD_CLOEXEC);
	}
	pget->pieces.fd = save->fd;
	return (0);
}

static void
close_pipes(struct pget *pget)
{
	for (int i = 0; i < 2; i++) {
		if (pget->ends[i] != -1)
			close(pget->ends[i]);
		if (pget->stop[i] != -1)
			close(pget->stop[i]);
	}
}

static enum outcome
fetch_pieces(struct pget *pget, struct session *session,
    struct meter *meter)
{
	struct worker workers[PIECES_MAX];
	enum outcome outcome;
	size_t started;

	pthread_mutex_init(&pget->pieces.lock, NULL);
	started = start(pget, workers);
	outcome = watch(pget, session->interrupt, meter, started);
	for (size_t i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	if (outcome == OUTCOME_DONE)
		outcome = atomic_load(&pget->pieces.stopped) ? OUTCOME_HERE :
		    fetch_rest(pget, session, meter);
	pthread_mutex_destroy(&pget->pieces.lock);
	return (outcome);
}

/* What nobody has fetched, over the session that is there; the other threads
 * have ended. */
static enum outcome
fetch_rest(struct pget *pget, struct session *session, struct meter *meter)
{
	enum outcome outcome = OUTCOME_DONE;
	struct piece *piece;

	while (outcome == OUTCOME_DONE &&
	    (piece = pieces_claim(&pget->pieces)) != NULL)
		outcome = pieces_fetch(&pget->pieces, piece, session);
	show(meter, atomic_load(&pget->pieces.done));
	return (outcome);
}

/* Returns how many there are: the threads that cannot be made are not
 * missed. */
static size_t
start(struct pget *pget, struct worker *workers)
{
	size_t n = 0;

	for (; n < pget->pieces.count; n++) {
		workers[n].pget = pget;
		workers[n].interrupt = (struct interrupt){
		    .stop_fd = pget->stop[0] };
		log_in_like(&workers[n], pget);
		if (pthread_create(&workers[n].thread, NULL, worker_main,
		    &workers[n]) != 0) {
			session_close(&workers[n].session);
			break;
		}
	}
	return (n);
}

static void
log_in_like(struct worker *worker, const struct pget *pget)
{
	const struct session *like = pget->like;
	struct session *session = &worker->session;

	session_init(session, like->options, &worker->interrupt);
	memcpy(session->host, like->host, sizeof(session->host));
	memcpy(session->user, like->user, sizeof(session->user));
	memcpy(session->password, like->password, sizeof(session->password));
	memcpy(session->cwd, like->cwd, sizeof(session->cwd));
	session->port = like->port;
	session->was_moved = like->was_moved;
	session->was_encrypted = like->was_encrypted;
	session->was_protected = like->was_protected;
	session->told_clear = like->told_clear;
	session->active = like->active;
	session->lacks_epsv = like->lacks_epsv;
	session->lacks_eprt = like->lacks_eprt;
}

static void
show(struct meter *meter, uint64_t done)
{
	if (done > meter->done)
		meter_moved(meter, (size_t)(done - meter->done));
}

/* Until all have ended, or Ctrl-C: then they are told to. */
static enum outcome
watch(struct pget *pget, struct interrupt *interrupt, struct meter *meter,
    size_t started)
{
	size_t ended = 0;
	char byte;

	while (ended < started) {
		if (interrupt_wait_for(interrupt, pget->ends[0], POLLIN,
		    clock_deadline(LOOK_MS)) == 0)
			ended += read(pget->ends[0], &byte, 1) == 1;
		else if (errno == EINTR) {
			atomic_store(&pget->pieces.stopped, 1);
			close(pget->stop[1]);
			pget->stop[1] = -1;
			interrupt_release(interrupt);
			meter_pause(meter);
			log_line(LOG_LEVEL_EVENT, _("interrupted"));
			return (OUTCOME_STOPPED);
		}
		show(meter, atomic_load(&pget->pieces.done));
	}
	return (OUTCOME_DONE);
}

/* Signals are the main thread's: they were blocked when this one began. */
static void *
worker_main(void *argument)
{
	struct worker *worker = argument;
	struct pget *pget = worker->pget;
	struct pieces *pieces = &pget->pieces;
	enum outcome outcome = OUTCOME_DONE;
	struct piece *piece;
	int64_t attempts = 0;

	while (outcome == OUTCOME_DONE && !atomic_load(&pieces->stopped) &&
	    (piece = pieces_claim(pieces)) != NULL) {
		outcome = pieces_fetch(pieces, piece, &worker->session);
		while ((outcome == OUTCOME_LOST || outcome == OUTCOME_LATER) &&
		    !atomic_load(&pieces->stopped) &&
		    attempts < pget->like->options->retries) {
			files_pause(&worker->session, attempts++);
			outcome = pieces_fetch(pieces, piece,
			    &worker->session);
		}
		if (outcome != OUTCOME_DONE)
			pieces_give_back(pieces, piece);
	}
	session_close(&worker->session);
	while (write(pget->ends[1], "", 1) == -1 && errno == EINTR)
		continue;
	return (NULL);
}
