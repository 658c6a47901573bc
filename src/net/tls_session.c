/* tls_session.c - the records of one TLS session, without waiting.
 * See also: net/tls_session.h, tests/check_tls.c */
#include "net/tls_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/intl.h"
#include "net/tls_internal.h"

#define PIECES_MAX	32		/* GnuTLS pushes no more at once */
#define AHEAD_FROM	4096		/* of a record: more will follow */

static int flush_locked(struct tls_session *);
static ssize_t keep(struct tls_session *, const struct msghdr *, size_t);
static size_t pull_ahead(struct tls_session *, void *, size_t);
static ssize_t send_locked(struct tls_session *, const void *, size_t);
static int session_errno(struct tls_session *, int);
static ssize_t session_pull(gnutls_transport_ptr_t, void *, size_t);
static ssize_t session_push(gnutls_transport_ptr_t, const giovec_t *, int);
static int transport_failed(struct tls_session *, int);

struct tls_session *
tls_session_new(int fd, unsigned flags, struct tls_identity *identity,
    struct cause *cause)
{
	struct tls_session *session = calloc(1, sizeof(*session));
	int error;

	if (session == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		tls_identity_free(identity);
		return (NULL);
	}
	session->fd = fd;
	session->identity = identity;
	if ((error = pthread_mutex_init(&session->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		tls_session_free(session);
		return (NULL);
	}
	error = gnutls_init(&session->gnutls, flags | GNUTLS_NONBLOCK);
	if (error == 0)
		error = gnutls_credentials_set(session->gnutls,
		    GNUTLS_CRD_CERTIFICATE, identity->credentials);
	if (error != 0) {
		tls_fail(error, "gnutls_init", NULL, cause);
		tls_session_free(session);
		return (NULL);
	}
	gnutls_transport_set_ptr(session->gnutls, session);
	gnutls_transport_set_pull_function(session->gnutls, session_pull);
	gnutls_transport_set_vec_push_function(session->gnutls, session_push);
	return (session);
}

void
tls_session_free(struct tls_session *session)
{
	if (session == NULL)
		return;
	gnutls_deinit(session->gnutls);
	pthread_mutex_destroy(&session->lock);
	tls_identity_free(session->identity);
	free(session->unsent);
	free(session);
}

ssize_t
tls_session_recv(struct tls_session *session, void *buf, size_t size)
{
	ssize_t n;

	pthread_mutex_lock(&session->lock);
	n = gnutls_record_recv(session->gnutls, buf, size);
	if (n < 0)
		errno = session_errno(session, (int)n);
	pthread_mutex_unlock(&session->lock);
	return (n < 0 ? -1 : n);
}

ssize_t
tls_session_send(struct tls_session *session, const void *buf, size_t len)
{
	ssize_t n;

	if (len == 0)
		return (0);
	pthread_mutex_lock(&session->lock);
	n = send_locked(session, buf, len);
	pthread_mutex_unlock(&session->lock);
	return (n);
}

int
tls_session_flush(struct tls_session *session)
{
	int result;

	pthread_mutex_lock(&session->lock);
	result = flush_locked(session);
	pthread_mutex_unlock(&session->lock);
	return (result);
}

int
tls_session_end(struct tls_session *session)
{
	int code = 0;

	pthread_mutex_lock(&session->lock);
	if (!session->closed)
		code = gnutls_bye(session->gnutls, GNUTLS_SHUT_WR);
	session->closed = 1;
	if (code < 0)
		errno = session_errno(session, code);
	else
		code = flush_locked(session);
	pthread_mutex_unlock(&session->lock);
	return (code < 0 ? -1 : 0);
}

/* RFC 8446 6.1 let each side end by itself; RFC 5246 7.2.1 had not. */
int
tls_session_half_closes(struct tls_session *session)
{
	return (gnutls_protocol_get_version(session->gnutls) >= GNUTLS_TLS1_3);
}

size_t
tls_session_pending(struct tls_session *session)
{
	size_t pending;

	pthread_mutex_lock(&session->lock);
	pending = gnutls_record_check_pending(session->gnutls);
	pthread_mutex_unlock(&session->lock);
	return (pending);
}

const char *
tls_session_failure(struct tls_session *session)
{
	const char *failure;

	pthread_mutex_lock(&session->lock);
	failure = session->failure;
	pthread_mutex_unlock(&session->lock);
	return (failure != NULL ? failure : N_("no error"));
}

/* A record whose end the socket does not take now is told as sent when all of
 * it went: so a caller who gives up knows that something is missing. */
static ssize_t
send_locked(struct tls_session *session, const void *buf, size_t len)
{
	ssize_t n;

	if (session->closed) {
		errno = EPIPE;
		return (-1);
	}
	if (flush_locked(session) == -1)
		return (-1);
	n = session->told_later;
	session->told_later = 0;
	if (n == 0)
		n = gnutls_record_send(session->gnutls, buf, len);
	if (n < 0) {
		errno = session_errno(session, (int)n);
		return (-1);
	}
	if (session->unsent_len == 0)
		return (n);
	session->told_later = n;
	errno = EAGAIN;
	return (-1);
}

static int
flush_locked(struct tls_session *session)
{
	while (session->unsent_len > 0) {
		ssize_t n = send(session->fd, session->unsent +
		    session->unsent_at, session->unsent_len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (transport_failed(session, errno));
		session->unsent_at += (size_t)n;
		session->unsent_len -= (size_t)n;
	}
	free(session->unsent);
	session->unsent = NULL;
	session->unsent_at = 0;
	return (0);
}

/* GnuTLS's code as an errno.  When it gives a session up, the peer is told why,
 * and later calls on the session fail for the first one's reason. */
static int
session_errno(struct tls_session *session, int code)
{
	int of_transport = code == GNUTLS_E_PULL_ERROR ||
	    code == GNUTLS_E_PUSH_ERROR || code == GNUTLS_E_INVALID_SESSION ||
	    code == GNUTLS_E_PREMATURE_TERMINATION;

	if (code != GNUTLS_E_REHANDSHAKE && !gnutls_error_is_fatal(code))
		return (session->ended ? ECONNABORTED : EAGAIN);
	if (session->failure == NULL && of_transport &&
	    session->transport_error != 0)
		return (session->transport_error);
	if (session->failure == NULL) {
		session->failure = tls_failure_text(session->gnutls, code);
		gnutls_alert_send_appropriate(session->gnutls, code);
	}
	return (EPROTO);
}

/* The end of TCP's stream is told as "nothing yet", and remembered: GnuTLS
 * would give the session up, which may have an answer to send still.
 * One call a record instead of two, where they are large: only a header is
 * taken along, never a whole record, so poll still tells of what remains. */
static ssize_t
session_pull(gnutls_transport_ptr_t transport, void *buf, size_t size)
{
	struct tls_session *session = transport;
	struct iovec iov[] = { { buf, size },
	    { session->ahead, TLS_HEADER_SIZE } };
	struct msghdr message = { .msg_iov = iov,
	    .msg_iovlen = size >= AHEAD_FROM ? 2 : 1 };
	ssize_t n;

	if (session->ahead_len > 0)
		return ((ssize_t)pull_ahead(session, buf, size));
	do
		n = recvmsg(session->fd, &message, MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n == 0)
		session->ended = 1;
	if (n <= 0)
		return (transport_failed(session, n == 0 ? EAGAIN : errno));
	if ((size_t)n <= size)
		return (n);
	session->ahead_at = 0;
	session->ahead_len = (size_t)n - size;
	return ((ssize_t)size);
}

static size_t
pull_ahead(struct tls_session *session, void *buf, size_t size)
{
	if (size > session->ahead_len)
		size = session->ahead_len;
	memcpy(buf, session->ahead + session->ahead_at, size);
	session->ahead_at += size;
	session->ahead_len -= size;
	return (size);
}

/* GnuTLS never learns that the socket is full.  It would keep the rest of its
 * record; if the receiving thread then gets a key update, or has an alert to
 * send, it loses count: a record goes twice, or the alert not at all. */
static ssize_t
session_push(gnutls_transport_ptr_t transport, const giovec_t *pieces,
    int pieces_len)
{
	struct tls_session *session = transport;
	struct iovec iov[PIECES_MAX];
	struct msghdr message = { .msg_iov = iov };
	ssize_t n = 0;

	for (int i = 0; i < pieces_len && i < PIECES_MAX; i++)
		iov[message.msg_iovlen++] = (struct iovec){
		    pieces[i].iov_base, pieces[i].iov_len };
	if (session->unsent_len == 0) {
		do
			n = sendmsg(session->fd, &message,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		while (n == -1 && errno == EINTR);
		if (n == -1 && transport_failed(session, errno) == -1 &&
		    errno != EAGAIN)
			return (-1);
	}
	return (keep(session, &message, n == -1 ? 0 : (size_t)n));
}

/* Keep what the socket did not take of a message; returns all its length. */
static ssize_t
keep(struct tls_session *session, const struct msghdr *message, size_t sent)
{
	size_t len = 0;
	unsigned char *grown;

	for (size_t i = 0; i < message->msg_iovlen; i++)
		len += message->msg_iov[i].iov_len;
	if (sent == len)
		return ((ssize_t)len);
	grown = realloc(session->unsent, session->unsent_at +
	    session->unsent_len + len - sent);
	if (grown == NULL)
		return (transport_failed(session, ENOMEM));
	session->unsent = grown;
	for (size_t i = 0; i < message->msg_iovlen; i++) {
		const struct iovec *piece = &message->msg_iov[i];
		size_t skipped = sent < piece->iov_len ? sent : piece->iov_len;

		memcpy(grown + session->unsent_at + session->unsent_len,
		    (const char *)piece->iov_base + skipped,
		    piece->iov_len - skipped);
		session->unsent_len += piece->iov_len - skipped;
		sent -= skipped;
	}
	return ((ssize_t)len);
}

/* GnuTLS looks for the errno where it is put for it; returns -1. */
static int
transport_failed(struct tls_session *session, int error)
{
	errno = error == EWOULDBLOCK ? EAGAIN : error;
	if (errno != EAGAIN)
		session->transport_error = errno;
	gnutls_transport_set_errno(session->gnutls, errno);
	return (-1);
}
