/* transfer.c - bytes over a data connection, from 150 to 226.
 * See also: tools/ftp/transfer.h, tests/system/ftp_hostile.py */
#include "tools/ftp/transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/recv_file.h"
#include "net/send_file.h"
#include "proto/ftp_ascii.h"

#define PIECE_SIZE	65536
#define PIPE_SIZE	(1024 * 1024)
#define MOVED_FROM	(256 * 1024)	/* a pipe is worth it from here on */
#define STEP		(1024 * 1024)	/* then progress is looked at */
#define LOOK_MS		200
#define ABORT_MS	5000
#define LATE_REPLIES	4		/* of the transfer, of ABOR, of NOOP */

static enum outcome abort_it(struct transfer *);
static enum outcome broke(struct transfer *, const char *, int);
static enum outcome here(const char *, const struct cause *);
static int is_in_step(struct session *);
static int move(struct transfer *, struct sink *);
static void moved(struct transfer *, size_t);
static enum outcome restart_at(struct transfer *);
static enum outcome send_bytes(struct transfer *, const char *, size_t);
static enum outcome send_moved(struct transfer *, int);
static enum outcome send_read(struct transfer *, int);
static int take(struct transfer *, struct sink *, const char *, size_t);
static enum outcome take_early_end(const struct transfer *);
static int wait_data(struct transfer *, short);

enum outcome
transfer_begin(struct transfer *transfer, int is_trial)
{
	struct session *session = transfer->session;
	enum outcome outcome = data_prepare(session, &transfer->data);

	transfer->bytes = 0;
	transfer->is_over = transfer->is_cut = 0;
	if (outcome == OUTCOME_DONE && transfer->offset > 0)
		outcome = restart_at(transfer);
	if (outcome == OUTCOME_DONE) {
		outcome = session_try(session, transfer->verb,
		    transfer->path);
		if (!is_trial && (outcome == OUTCOME_REFUSED ||
		    outcome == OUTCOME_LATER))
			session_refused(session, transfer->verb,
			    transfer->path);
	}
	transfer->is_over = session->wire.answer.code / 100 != 1;
	if (outcome == OUTCOME_DONE && transfer->is_over)
		outcome = take_early_end(transfer);
	if (outcome == OUTCOME_DONE && !transfer->is_over) {
		outcome = data_begin(session, &transfer->data);
		if (outcome != OUTCOME_DONE)
			return (transfer_end(transfer, outcome, 0));
	}
	if (outcome != OUTCOME_DONE)
		data_drop(&transfer->data);
	return (outcome);
}

enum outcome
transfer_receive(struct transfer *transfer, struct sink *sink)
{
	struct stream *stream = &transfer->data.stream;
	int is_moved = sink->fd != -1 && stream->tls == NULL &&
	    !transfer->session->is_ascii;
	char piece[PIECE_SIZE];
	ssize_t n;

	while (!transfer->is_over) {
		n = stream_recv_now(stream, piece, sizeof(piece));
		if (n == 0)
			break;
		if (n == -1 && errno == ECONNABORTED) {
			transfer->is_cut = 1;
			break;
		}
		if (n == -1 && (errno != EAGAIN ||
		    wait_data(transfer, POLLIN) == -1))
			return (broke(transfer, "recv", errno));
		if (n > 0 && take(transfer, sink, piece, (size_t)n) == -1)
			return (OUTCOME_HERE);
		if (transfer->most > 0 && transfer->bytes >= transfer->most)
			break;
		if (is_moved && transfer->bytes >= MOVED_FROM) {
			int result = move(transfer, sink);

			if (result == -1)
				return (broke(transfer, "splice", errno));
			if (result == 0)
				break;
			is_moved = 0;
		}
	}
	return (OUTCOME_DONE);
}

enum outcome
transfer_send(struct transfer *transfer, int fd)
{
	struct stat st;

	if (transfer->is_over)
		return (OUTCOME_DONE);
	if (!transfer->session->is_ascii && fstat(fd, &st) == 0 &&
	    S_ISREG(st.st_mode))
		return (send_moved(transfer, fd));
	return (send_read(transfer, fd));
}

enum outcome
transfer_end(struct transfer *transfer, enum outcome so_far, int we_sent)
{
	struct session *session = transfer->session;
	enum outcome said;

	if (transfer->is_over) {
		data_drop(&transfer->data);
		return (so_far);
	}
	/* What is logged from here on stands in lines of its own. */
	if (transfer->meter != NULL)
		meter_pause(transfer->meter);
	if (so_far == OUTCOME_STOPPED)
		return (abort_it(transfer));
	if (so_far == OUTCOME_DONE)
		data_finish(session, &transfer->data, we_sent);
	else
		data_drop(&transfer->data);
	/* What broke it, the server may know better. */
	said = session_hear(session);
	if (said == OUTCOME_REFUSED || said == OUTCOME_LATER)
		session_refused(session, transfer->verb, transfer->path);
	if (said == OUTCOME_DONE && session->wire.answer.code / 100 != 2)
		said = session_refused(session, transfer->verb,
		    transfer->path) == OUTCOME_DONE ? OUTCOME_REFUSED :
		    OUTCOME_LATER;
	return (so_far == OUTCOME_HERE || so_far == OUTCOME_UNTRUSTED ||
	    said == OUTCOME_DONE ? so_far : said);
}

void
transfer_cut(struct transfer *transfer)
{
	struct session *session = transfer->session;
	struct cause cause;

	data_drop(&transfer->data);
	/* 426 as a rule; 226, if all was on its way already. */
	if (!transfer->is_over && (wire_hear(&session->wire, &cause) == -1 ||
	    !is_in_step(session)))
		session_drop(session);
}

/* RFC 959 5.4 has 150 before 226.  Without it a file has neither come nor
 * gone, whatever is said of it. */
static enum outcome
take_early_end(const struct transfer *transfer)
{
	if (transfer->may_be_none &&
	    transfer->session->wire.answer.code / 100 == 2)
		return (OUTCOME_DONE);
	session_refused(transfer->session, transfer->verb, transfer->path);
	return (OUTCOME_REFUSED);
}

/* RFC 3659 5.3: right before the transfer, and 350.  Who says something else
 * may send all of it, which would go behind what we have. */
static enum outcome
restart_at(struct transfer *transfer)
{
	enum outcome outcome;
	char offset[24];

	snprintf(offset, sizeof(offset), "%" PRIu64, transfer->offset);
	outcome = session_ask(transfer->session, "REST", offset);
	if (outcome == OUTCOME_DONE &&
	    transfer->session->wire.answer.code != FTP_350_PENDING) {
		session_refused(transfer->session, "REST", offset);
		outcome = OUTCOME_REFUSED;
	}
	transfer->lacks_rest = outcome == OUTCOME_REFUSED;
	return (outcome);
}

/* Returns 0 at the end, 1 if there is no way to do so, or -1 with errno. */
static int
move(struct transfer *transfer, struct sink *sink)
{
	struct splice_pipe pipe;
	ssize_t n = 1;

	if (splice_pipe_open(&pipe, PIPE_SIZE) == -1)
		return (1);
	while (n > 0) {
		n = recv_file(transfer->data.stream.fd, &pipe, sink->fd, STEP);
		if (n == -1 && errno == EAGAIN)
			n = wait_data(transfer, POLLIN) == -1 ? -1 : 1;
		else if (n > 0)
			moved(transfer, (size_t)n);
	}
	splice_pipe_close(&pipe);
	return ((int)n);
}

static int
take(struct transfer *transfer, struct sink *sink, const char *bytes,
    size_t len)
{
	struct cause cause;

	if (sink->take(sink, bytes, len, &cause) == 0) {
		moved(transfer, len);
		return (0);
	}
	here(_("what came cannot be kept:"), &cause);
	return (-1);
}

static enum outcome
send_moved(struct transfer *transfer, int fd)
{
	off_t offset = lseek(fd, 0, SEEK_CUR);
	struct stream *stream = &transfer->data.stream;

	for (;;) {
		ssize_t n = stream_send_file(stream, fd, &offset, STEP);

		if (n == 0)
			return (OUTCOME_DONE);
		if (n > 0)
			moved(transfer, (size_t)n);
		else if (errno != EAGAIN || wait_data(transfer, POLLOUT) == -1)
			return (broke(transfer, "sendfile", errno));
	}
}

static enum outcome
send_read(struct transfer *transfer, int fd)
{
	char piece[PIECE_SIZE / 2], wire[PIECE_SIZE];
	int is_ascii = transfer->session->is_ascii;
	enum outcome outcome = OUTCOME_DONE;
	struct cause cause;
	ssize_t n;

	while (outcome == OUTCOME_DONE) {
		n = read(fd, piece, sizeof(piece));
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			cause_errno(&cause, "read", errno, NULL);
			return (here(_("not sent:"), &cause));
		}
		outcome = is_ascii ? send_bytes(transfer, wire,
		    ftp_ascii_encode(wire, piece, (size_t)n)) :
		    send_bytes(transfer, piece, (size_t)n);
	}
	return (outcome);
}

static enum outcome
send_bytes(struct transfer *transfer, const char *bytes, size_t len)
{
	while (len > 0) {
		struct iovec iov = { .iov_base = (void *)bytes,
		    .iov_len = len };
		ssize_t n = stream_send_now(&transfer->data.stream, &iov, 1);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			moved(transfer, (size_t)n);
		} else if (n == -1 && (errno != EAGAIN ||
		    wait_data(transfer, POLLOUT) == -1))
			return (broke(transfer, "send", errno));
	}
	return (OUTCOME_DONE);
}

static void
moved(struct transfer *transfer, size_t n)
{
	transfer->bytes += n;
	if (transfer->meter != NULL)
		meter_moved(transfer->meter, n);
}

/* A transfer may take for ever, as long as it goes on.  Who looks at it sees
 * that it does not. */
static int
wait_data(struct transfer *transfer, short events)
{
	struct session *session = transfer->session;
	int64_t deadline = clock_deadline(session->options->timeout_ms);

	for (;;) {
		int64_t look = clock_deadline(LOOK_MS);

		if (interrupt_wait_for(session->interrupt,
		    transfer->data.stream.fd, events,
		    look < deadline ? look : deadline) == 0)
			return (0);
		if (errno != ETIMEDOUT || clock_poll_ms(deadline) == 0)
			return (-1);
		if (transfer->meter != NULL)
			meter_moved(transfer->meter, 0);
	}
}

static enum outcome
broke(struct transfer *transfer, const char *primitive, int error)
{
	struct cause cause;

	if (error == EINTR)
		return (OUTCOME_STOPPED);
	if (transfer->meter != NULL)
		meter_pause(transfer->meter);
	stream_cause(&transfer->data.stream, primitive, error,
	    transfer->session->wire.peer_text, &cause);
	log_cause(_("the data connection broke off:"), &cause);
	return (OUTCOME_LOST);
}

static enum outcome
here(const char *doing, const struct cause *cause)
{
	log_cause(doing, cause);
	return (OUTCOME_HERE);
}

/* NOOP comes after the first answer: some throw away what came together with
 * ABOR. */
static enum outcome
abort_it(struct transfer *transfer)
{
	struct session *session = transfer->session;
	int64_t timeout_ms = session->wire.timeout_ms;
	struct cause cause;
	int in_step = 0;

	interrupt_rearm(session->interrupt);
	log_line(LOG_LEVEL_EVENT, _("interrupted"));
	if (timeout_ms == 0 || timeout_ms > ABORT_MS)
		session->wire.timeout_ms = ABORT_MS;
	if (wire_say(&session->wire, "ABOR", NULL, &cause) == 0) {
		data_drop(&transfer->data);
		in_step = wire_hear(&session->wire, &cause) != -1 &&
		    is_in_step(session);
	}
	data_drop(&transfer->data);
	session->wire.timeout_ms = timeout_ms;
	if (interrupt_came_twice(session->interrupt))
		session_drop(session);
	else if (!in_step) {
		log_line(LOG_LEVEL_EVENT, _("%s does not end the transfer: "
		    "the session is closed"), session->wire.peer_text);
		session_drop(session);
	}
	return (OUTCOME_STOPPED);
}

/* How many answers come depends on the server and on the moment: to the
 * transfer, to its end, or one to both.  NOOP is asked last, so its 200 comes
 * last. */
static int
is_in_step(struct session *session)
{
	struct cause cause;
	int code = wire_say(&session->wire, "NOOP", NULL, &cause);

	for (int i = 0; i < LATE_REPLIES && code != FTP_200_OK && code != -1;
	    i++)
		code = wire_hear(&session->wire, &cause);
	return (code == FTP_200_OK);
}
