/* data.c - a data connection: one file or listing, and its end.
 * See also: tools/ftp/data.h, tests/system/ftp_hostile.py */
#include "tools/ftp/data.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "client/connection.h"
#include "net/listen.h"
#include "proto/ftp_address.h"

static enum outcome active(struct session *, struct data *);
static enum outcome accept_server(struct session *, struct data *);
static enum outcome ask_port(struct session *, int *, int *);
static int ask_to_connect(struct session *, const struct address *,
    enum outcome *);
static int connect_to(struct session *, const struct address *, struct cause *);
static int control_is_ipv4(const struct session *);
static enum outcome dial(struct session *, struct data *, int);
static enum outcome failed(const struct cause *);
static int is_server(const struct session *, const struct address *);
static enum outcome malformed(struct session *, const char *);
static enum outcome passive(struct session *, struct data *);
static void set_up(struct data *, int, int64_t);
static void to_ftp(const struct address *, struct ftp_address *);

enum outcome
data_prepare(struct session *session, struct data *data)
{
	*data = (struct data)DATA_NONE;
	return (session->active ? active(session, data) :
	    passive(session, data));
}

enum outcome
data_begin(struct session *session, struct data *data)
{
	const struct destination to = { .host = session->host,
	    .timeout_ms = session->options->timeout_ms,
	    .tls = session->tls };
	enum outcome outcome;
	struct cause cause;

	if (data->listen_fd != -1 &&
	    (outcome = accept_server(session, data)) != OUTCOME_DONE)
		return (outcome);
	if (!session->is_private)
		return (OUTCOME_DONE);
	/* Many servers insist on it: who has the one session has the other. */
	if (!session->resumes)
		session->resumes = tls_client_resume(session->tls,
		    &session->wire.stream) == 0;
	if (connection_encrypt(&to, &data->stream, session->wire.peer_text,
	    &cause) == 0)
		return (OUTCOME_DONE);
	log_cause(cause.kind == CAUSE_CERTIFICATE ? _("not to be trusted:") :
	    _("no TLS on the data connection:"), &cause);
	return (cause.kind == CAUSE_CERTIFICATE ? OUTCOME_UNTRUSTED :
	    OUTCOME_LOST);
}

/* A server whose tickets for TLS stay unread is sent a reset by the close, and
 * may then lose what it had not read yet: so its end is waited for. */
void
data_finish(struct session *session, struct data *data, int we_sent)
{
	int64_t deadline = clock_deadline(session->options->timeout_ms);
	char rest[4096];

	stream_end(&data->stream);
	if (we_sent)
		shutdown(data->stream.fd, SHUT_WR);
	while (we_sent && data->stream.tls != NULL && interrupt_recv(
	    session->interrupt, &data->stream, rest, sizeof(rest),
	    deadline) > 0)
		continue;
	connection_close(&data->stream);
}

/* A reset, where we sent: an end in good order would make half a file a whole
 * one. */
void
data_drop(struct data *data)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (data->stream.fd != -1)
		setsockopt(data->stream.fd, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
	connection_close(&data->stream);
	if (data->listen_fd != -1)
		close(data->listen_fd);
	data->listen_fd = -1;
}

/* EPSV, or else PASV; and also if the port that EPSV told cannot be reached:
 * some boxes in between open those of PASV only. */
static enum outcome
passive(struct session *session, struct data *data)
{
	int port = 0, by_epsv = 0;
	enum outcome outcome = ask_port(session, &port, &by_epsv);

	if (outcome == OUTCOME_DONE)
		outcome = dial(session, data, port);
	if (outcome == OUTCOME_LATER && by_epsv && control_is_ipv4(session)) {
		session->lacks_epsv = 1;
		if ((outcome = ask_port(session, &port, &by_epsv)) ==
		    OUTCOME_DONE)
			outcome = dial(session, data, port);
	}
	return (outcome);
}

static enum outcome
ask_port(struct session *session, int *port, int *by_epsv)
{
	struct ftp_address addr;
	enum outcome outcome;

	if (!session->lacks_epsv) {
		outcome = session_try(session, "EPSV", NULL);
		*by_epsv = 1;
		if (outcome == OUTCOME_DONE)
			return (ftp_address_parse_229(
			    session->wire.answer.last, port) == 0 ?
			    OUTCOME_DONE : malformed(session, "EPSV"));
		if (outcome != OUTCOME_REFUSED || !control_is_ipv4(session)) {
			if (outcome == OUTCOME_REFUSED ||
			    outcome == OUTCOME_LATER)
				session_refused(session, "EPSV", NULL);
			return (outcome);
		}
		session->lacks_epsv = 1;
	}
	*by_epsv = 0;
	outcome = session_ask(session, "PASV", NULL);
	if (outcome != OUTCOME_DONE)
		return (outcome);
	if (ftp_address_parse_227(&addr, session->wire.answer.last) !=
	    FTP_ADDRESS_GOOD)
		return (malformed(session, "PASV"));
	*port = addr.port;
	return (OUTCOME_DONE);
}

static enum outcome
malformed(struct session *session, const char *verb)
{
	session_refused(session, verb, NULL);
	log_line(LOG_LEVEL_ERROR, _("%s: no port is in that answer"),
	    session->wire.peer_text);
	return (OUTCOME_REFUSED);
}

/* OUTCOME_LATER: nobody is there. */
static enum outcome
dial(struct session *session, struct data *data, int port)
{
	struct address addr = session->wire.peer;
	struct cause cause;
	int fd;

	address_set_port(&addr, port);
	fd = connect_to(session, &addr, &cause);
	if (fd == -1) {
		if (cause.error == EINTR)
			return (OUTCOME_STOPPED);
		log_cause(_("no data connection to"), &cause);
		return (OUTCOME_LATER);
	}
	set_up(data, fd, session->options->timeout_ms);
	return (OUTCOME_DONE);
}

/* tcp_dial waits where Ctrl-C cannot end it. */
static int
connect_to(struct session *session, const struct address *addr,
    struct cause *cause)
{
	int64_t deadline = clock_deadline(session->options->timeout_ms);
	int fd = socket(addr->sa.sa_family, SOCK_STREAM, 0), error = 0;
	char text[ADDRESS_TEXT_SIZE];
	socklen_t len = sizeof(error);

	if (fd != -1 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	    (connect(fd, &addr->sa, addr->len) == 0 ||
	    (errno == EINPROGRESS && interrupt_wait_for(session->interrupt,
	    fd, POLLOUT, deadline) == 0 && getsockopt(fd, SOL_SOCKET,
	    SO_ERROR, &error, &len) == 0 && error == 0)))
		return (fd);
	cause_errno(cause, "connect", error != 0 ? error : errno,
	    address_format(addr, text, sizeof(text)));
	if (fd != -1)
		close(fd);
	return (-1);
}

/* Our side of the control connection is an address at which the server can
 * reach us, if there is one. */
static enum outcome
active(struct session *session, struct data *data)
{
	struct address addr = { .len = sizeof(addr.storage) };
	enum outcome outcome = OUTCOME_DONE;
	struct cause cause;

	if (getsockname(session->wire.stream.fd, &addr.sa, &addr.len) == -1) {
		cause_errno(&cause, "getsockname", errno, NULL);
		return (failed(&cause));
	}
	address_set_port(&addr, 0);
	if ((data->listen_fd = tcp_listen(&addr, &cause)) == -1)
		return (failed(&cause));
	if (ask_to_connect(session, &addr, &outcome) == -1)
		session_refused(session, session->lacks_eprt ? "PORT" :
		    "EPRT", NULL);
	return (outcome);
}

/* EPRT, or else PORT.  Returns -1 if the last answer is a refusal. */
static int
ask_to_connect(struct session *session, const struct address *addr,
    enum outcome *outcome)
{
	char text[FTP_ADDRESS_TEXT_SIZE];
	struct ftp_address ours;

	to_ftp(addr, &ours);
	if (!session->lacks_eprt) {
		*outcome = session_try(session, "EPRT",
		    ftp_address_format_eprt(&ours, text));
		if (*outcome != OUTCOME_REFUSED ||
		    ours.family != FTP_FAMILY_IPV4)
			return (*outcome == OUTCOME_REFUSED ||
			    *outcome == OUTCOME_LATER ? -1 : 0);
		session->lacks_eprt = 1;
	}
	*outcome = session_try(session, "PORT",
	    ftp_address_format_port(&ours, text));
	return (*outcome == OUTCOME_REFUSED || *outcome == OUTCOME_LATER ?
	    -1 : 0);
}

static void
to_ftp(const struct address *addr, struct ftp_address *ours)
{
	ours->port = address_port(addr);
	if (addr->sa.sa_family == AF_INET) {
		ours->family = FTP_FAMILY_IPV4;
		memcpy(ours->bytes, &addr->in.sin_addr, 4);
	} else {
		ours->family = FTP_FAMILY_IPV6;
		memcpy(ours->bytes, &addr->in6.sin6_addr, 16);
	}
}

/* Anybody may connect to a port that listens; the server alone is let in. */
static enum outcome
accept_server(struct session *session, struct data *data)
{
	int64_t deadline = clock_deadline(session->options->timeout_ms);
	struct cause cause;

	while (interrupt_wait_for(session->interrupt, data->listen_fd, POLLIN,
	    deadline) == 0) {
		struct address from = { .len = sizeof(from.storage) };
		int fd = accept(data->listen_fd, &from.sa, &from.len);

		/* It may be gone again; what is short here stays short. */
		if (fd == -1 && (errno == EAGAIN || errno == EINTR ||
		    errno == ECONNABORTED))
			continue;
		if (fd == -1)
			break;
		if (is_server(session, &from) &&
		    fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
		    fcntl(fd, F_SETFL, O_NONBLOCK) == 0) {
			close(data->listen_fd);
			data->listen_fd = -1;
			set_up(data, fd, session->options->timeout_ms);
			return (OUTCOME_DONE);
		}
		log_line(LOG_LEVEL_WARNING, _("somebody else connected to the "
		    "port of the data connection: not let in"));
		close(fd);
	}
	cause_errno(&cause, "accept", errno, session->wire.peer_text);
	return (failed(&cause));
}

static int
is_server(const struct session *session, const struct address *from)
{
	struct address server = session->wire.peer, other = *from;

	address_set_port(&server, 0);
	address_set_port(&other, 0);
	return (address_equal(&server, &other));
}

static void
set_up(struct data *data, int fd, int64_t timeout_ms)
{
	stream_init(&data->stream, fd);
	stream_set_patience(&data->stream, timeout_ms);
}

static enum outcome
failed(const struct cause *cause)
{
	if (cause->error == EINTR)
		return (OUTCOME_STOPPED);
	log_cause(_("no data connection with"), cause);
	return (cause->error == ETIMEDOUT ? OUTCOME_LATER : OUTCOME_HERE);
}

static int
control_is_ipv4(const struct session *session)
{
	return (session->wire.peer.sa.sa_family == AF_INET);
}
