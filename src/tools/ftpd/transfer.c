/* transfer.c - one transfer: its data connection, and what the client says
 * meanwhile.
 * See also: tools/ftpd/transfer.h, tests/system/ftpd.py */
#include "tools/ftpd/transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"

#define CONNECT_MS	30000		/* for the data connection */
#define HANDSHAKE_MS	10000
#define STEP		(1024 * 1024)	/* then the control connection's turn */
#define STEP_LEAST	1024
#define STEPS_A_SECOND	8		/* under a rate */

static int transfer_connect(struct transfer *);
static int transfer_encrypt(struct transfer *);
static int transfer_finish(struct transfer *);
static int transfer_hear(struct transfer *);
static int transfer_pace(struct transfer *);
static int transfer_poll(struct transfer *, int, short, int64_t);
static int transfer_refuse(struct transfer *, enum ftp_code, const char *);
static void transfer_tell(struct transfer *, int);

int
transfer_begin(struct transfer *transfer, struct session *session,
    enum transfer_way way, const char *text)
{
	const struct ftpd_options *options = session->ftpd->options;

	*transfer = (struct transfer){ .session = session, .way = way,
	    .stream = &session->data.stream, .step = STEP,
	    .rate = way == TRANSFER_SENDS ? options->rate_down :
	    options->rate_up };
	if (options->require_tls && !session->private)
		return (transfer_refuse(transfer, FTP_521_PROT_NEEDED,
		    "PROT P is needed"));
	if (transfer_connect(transfer) == -1) {
		if (errno == ECANCELED || errno == ESHUTDOWN)
			return (transfer_end(transfer, errno));
		return (transfer_refuse(transfer, FTP_425_NO_DATA_CONNECTION,
		    errno == ENOTCONN ? "PASV, EPSV, PORT or EPRT comes first" :
		    "No data connection"));
	}
	session_reply(session, FTP_150_OPENING_DATA_CONNECTION, "%s", text);
	if (session->private && transfer_encrypt(transfer) == -1)
		return (-1);
	if (transfer->rate > 0 && transfer->rate / STEPS_A_SECOND < STEP)
		transfer->step = transfer->rate / STEPS_A_SECOND < STEP_LEAST ?
		    STEP_LEAST : (size_t)(transfer->rate / STEPS_A_SECOND);
	transfer->begun_ms = clock_now_ms();
	session->transferring = 1;
	client_set_state(session->client, way == TRANSFER_SENDS ?
	    CLIENT_SENDING : CLIENT_RECEIVING);
	return (0);
}

int
transfer_wait(struct transfer *transfer, short events)
{
	return (transfer_poll(transfer, transfer->stream->fd, events,
	    clock_deadline(transfer->session->client->server->options->
	    idle_timeout_ms)));
}

int
transfer_moved(struct transfer *transfer, size_t n)
{
	int sent = transfer->way == TRANSFER_SENDS;

	transfer->bytes += n;
	transfer->unheard += n;
	client_count(transfer->session->client, sent ? 0 : n, sent ? n : 0);
	if (transfer->rate > 0 && transfer_pace(transfer) == -1)
		return (-1);
	if (transfer->unheard < STEP)
		return (0);
	transfer->unheard = 0;
	return (transfer_hear(transfer));
}

int
transfer_send(struct transfer *transfer, const void *buf, size_t len)
{
	const char *at = buf;

	while (len > 0) {
		struct iovec piece = { (void *)at, len };
		ssize_t n = stream_send_now(transfer->stream, &piece, 1);

		if (n == -1 && errno == EAGAIN) {
			if (transfer_wait(transfer, POLLOUT) == -1)
				return (-1);
			continue;
		}
		if (n == -1 || transfer_moved(transfer, (size_t)n) == -1)
			return (-1);
		at += n;
		len -= (size_t)n;
	}
	return (0);
}

int
transfer_end(struct transfer *transfer, int error)
{
	struct session *session = transfer->session;

	if (error == 0 && transfer_finish(transfer) == -1)
		error = errno;
	/* First what the client waits for. */
	data_end(&session->data);
	transfer_tell(transfer, error);
	session->transferring = 0;
	if (session->kept_end == 0)
		session_flush(session);
	data_close(&session->data);
	return (error == 0 ? 0 : -1);
}

static void
transfer_tell(struct transfer *transfer, int error)
{
	struct session *session = transfer->session;

	switch (error) {
	case 0:
		session_reply(session, FTP_226_CLOSING_DATA_CONNECTION,
		    "Done");
		break;
	case ESHUTDOWN:			/* nobody is there to hear it */
		break;
	case ECANCELED:
		session_reply(session, FTP_426_TRANSFER_ABORTED, "Aborted");
		session_reply(session, FTP_226_CLOSING_DATA_CONNECTION,
		    "ABOR has done it");
		break;
	case ETIMEDOUT:
	case ECONNRESET:
	case ECONNABORTED:		/* no close_notify */
	case EPIPE:
	case EPROTO:
	case EHOSTUNREACH:
	case ENETUNREACH:
		session_reply(session, FTP_426_TRANSFER_ABORTED,
		    "The data connection broke: %s", error == ETIMEDOUT ?
		    "nothing came" : error == ECONNABORTED ?
		    "no close_notify" : "it was cut");
		break;
	default:
		session_reply_errno(session, error);
	}
}

static int
transfer_connect(struct transfer *transfer)
{
	struct session *session = transfer->session;
	int64_t deadline = clock_deadline(CONNECT_MS);
	short events;
	int fd;

	if (data_start(session) == -1)
		return (-1);
	while ((fd = data_waits_on(&session->data, &events)) != -1) {
		/* Who connects as a rule has done so: look, then wait. */
		if (events == POLLOUT &&
		    transfer_poll(transfer, fd, events, deadline) == -1)
			return (-1);
		if (data_continue(session) == -1)
			return (-1);
		if (data_waits_on(&session->data, &events) == fd &&
		    transfer_poll(transfer, fd, events, deadline) == -1)
			return (-1);
	}
	return (0);
}

/* The client waits for the 150 before it begins. */
static int
transfer_encrypt(struct transfer *transfer)
{
	struct session *session = transfer->session;
	struct tls_family *family = &session->family;
	char text[CAUSE_TEXT_SIZE];
	struct cause cause;
	int on = 1;

	if (session_flush(session) == -1)
		return (-1);
	setsockopt(transfer->stream->fd, IPPROTO_TCP, TCP_NODELAY, &on,
	    sizeof(on));
	/* See net/tls.h: who uploads might not read its new ticket. */
	family->silent = transfer->way == TRANSFER_RECEIVES;
	if (tls_family_accept(family, transfer->stream,
	    clock_deadline(HANDSHAKE_MS), &cause) == -1) {
		log_line(LOG_LEVEL_EVENT, _("no TLS for data: %s"),
		    cause_text(&cause, text, sizeof(text)));
		return (transfer_refuse(transfer, FTP_425_NO_DATA_CONNECTION,
		    "No TLS on the data connection"));
	}
	if (session->ftpd->options->tls_reuse == TLS_REUSE_REQUIRE &&
	    !tls_is_resumed(transfer->stream))
		return (transfer_refuse(transfer, FTP_522_BAD_FAMILY,
		    "The data connection must resume the control "
		    "connection's TLS session"));
	return (0);
}

/* Replies and closes the data connection; returns -1. */
static int
transfer_refuse(struct transfer *transfer, enum ftp_code code,
    const char *text)
{
	session_reply(transfer->session, code, "%s", text);
	data_close(&transfer->session->data);
	return (-1);
}

/* Under TLS: say that this was all, so that the client can tell it from a
 * connection that was cut.  A client that has gone already has what it wanted:
 * as in the clear, where nobody would notice. */
static int
transfer_finish(struct transfer *transfer)
{
	if (transfer->stream->tls == NULL)
		return (0);
	while (stream_end_now(transfer->stream) == -1 && errno == EAGAIN)
		if (transfer->way == TRANSFER_RECEIVES ||
		    transfer_wait(transfer, POLLOUT) == -1)
			return (transfer->way == TRANSFER_RECEIVES ? 0 : -1);
	return (0);
}

/* Poll a descriptor (-1: none), and the control connection beside it. */
static int
transfer_poll(struct transfer *transfer, int fd, short events,
    int64_t deadline)
{
	struct session *session = transfer->session;
	struct pollfd fds[2] = { { .events = POLLIN },
	    { .fd = fd, .events = events } };

	for (;;) {
		int n;

		if (session_flush(session) == -1) {
			errno = ESHUTDOWN;
			return (-1);
		}
		fds[0].fd = session_can_hear(session) ?
		    session->client->stream.fd : -1;
		n = poll(fds, 2, clock_poll_ms(deadline));
		if (n == -1 && errno != EINTR)
			return (-1);
		if (n > 0 && fds[0].revents != 0 &&
		    transfer_hear(transfer) == -1)
			return (-1);
		if (n > 0 && fds[1].revents != 0)
			return (0);
		if (n == 0 && clock_poll_ms(deadline) == 0) {
			errno = ETIMEDOUT;
			return (-1);
		}
	}
}

/* Also what TLS has decrypted already, and poll does not see. */
static int
transfer_hear(struct transfer *transfer)
{
	switch (session_hear(transfer->session, transfer->bytes)) {
	case 0:
		return (0);
	case 1:
		errno = ECANCELED;
		return (-1);
	default:
		errno = ESHUTDOWN;
		return (-1);
	}
}

/* Wait until the bytes so far are due. */
static int
transfer_pace(struct transfer *transfer)
{
	int64_t due = transfer->begun_ms + (int64_t)(transfer->bytes /
	    (uint64_t)transfer->rate * 1000 + transfer->bytes %
	    (uint64_t)transfer->rate * 1000 / (uint64_t)transfer->rate);

	if (clock_poll_ms(due) == 0 ||
	    transfer_poll(transfer, -1, 0, due) == 0 || errno == ETIMEDOUT)
		return (0);
	return (-1);
}
