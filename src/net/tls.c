/* tls.c - servers, clients and their handshakes.
 * See also: net/tls.h, net/tls_internal.h, tests/check_tls.c */
#include "net/tls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/io.h"
#include "net/tls_internal.h"
#include "net/tls_session.h"

/* Most clients guess that X25519 will be chosen.  GnuTLS would rather have
 * P-256, and ask them for it: a round trip more (RFC 8446 2.1).  So the groups
 * on NIST's curves, and the slow ones, go to the end of the list. */
#define PRIORITY \
	"NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:%SERVER_PRECEDENCE:" \
	"-GROUP-SECP256R1:-GROUP-SECP384R1:-GROUP-SECP521R1:-GROUP-DH-ALL:" \
	"+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:+GROUP-DH-ALL"

struct tls_server {
	struct tls_options options;
	gnutls_priority_t priority;
	gnutls_datum_t	 ticket_key;	/* GnuTLS derives new ones from it */

	pthread_mutex_t	 lock;		/* level 8 */
	/* guarded by lock: */
	struct tls_identity *identity;
};

struct tls_client {
	struct tls_options options;
	gnutls_priority_t priority;
	struct tls_identity *identity;
	gnutls_datum_t	 resumed;	/* a session; empty: none */
};

static void acknowledge_now(int);
static int flush_within(struct tls_session *, int64_t);
static struct tls_identity *identity_of(struct tls_server *);
static int prepare(struct tls_session *, gnutls_priority_t, const char *,
    unsigned);
static int priority_open(const struct tls_options *, gnutls_priority_t *,
    struct cause *);
static int session_start(struct tls_session *, struct stream *, int64_t,
    struct cause *);
static int shake_hands(struct tls_session *, int64_t, struct cause *);
static int shake_hands_failed(struct tls_session *, int, struct cause *);
static void warn_of_key_log(void);

struct tls_server *
tls_server_open(const struct tls_options *options, struct cause *cause)
{
	struct tls_server *server = calloc(1, sizeof(*server));
	int error;

	if (server == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		return (NULL);
	}
	server->options = *options;
	if ((error = pthread_mutex_init(&server->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		free(server);
		return (NULL);
	}
	error = gnutls_session_ticket_key_generate(&server->ticket_key);
	if (error != 0)
		tls_fail(error, "gnutls_session_ticket_key_generate", NULL,
		    cause);
	if (error != 0 ||
	    priority_open(options, &server->priority, cause) == -1 ||
	    (server->identity = tls_identity_new(options, cause)) == NULL) {
		tls_server_free(server);
		return (NULL);
	}
	warn_of_key_log();
	return (server);
}

void
tls_server_free(struct tls_server *server)
{
	if (server == NULL)
		return;
	tls_identity_free(server->identity);
	if (server->ticket_key.data != NULL)
		gnutls_memset(server->ticket_key.data, 0,
		    server->ticket_key.size);
	gnutls_free(server->ticket_key.data);
	gnutls_priority_deinit(server->priority);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

int
tls_server_reload(struct tls_server *server, struct cause *cause)
{
	struct tls_identity *fresh = tls_identity_new(&server->options, cause);
	struct tls_identity *old;

	if (fresh == NULL)
		return (-1);
	pthread_mutex_lock(&server->lock);
	old = server->identity;
	server->identity = fresh;
	pthread_mutex_unlock(&server->lock);
	tls_identity_free(old);
	return (0);
}

int
tls_accept(struct tls_server *server, struct stream *stream, int64_t deadline,
    struct cause *cause)
{
	const struct tls_accepting accepting = { .server = server,
	    .flags = GNUTLS_SERVER, .ticket_key = &server->ticket_key };

	return (tls_accept_as(&accepting, stream, deadline, cause));
}

int
tls_accept_as(const struct tls_accepting *accepting, struct stream *stream,
    int64_t deadline, struct cause *cause)
{
	struct tls_server *server = accepting->server;
	struct tls_session *session = tls_session_new(stream->fd,
	    accepting->flags, identity_of(server), cause);
	int error;

	if (session == NULL)
		return (-1);
	/* RFC 7301 3.2: who asks for other protocols only is refused. */
	error = prepare(session, server->priority, server->options.alpn,
	    GNUTLS_ALPN_MANDATORY);
	if (error == 0 && accepting->ticket_key != NULL)
		error = gnutls_session_ticket_enable_server(session->gnutls,
		    accepting->ticket_key);
	if (error != 0) {
		tls_session_free(session);
		return (tls_fail(error, "gnutls_alpn_set_protocols",
		    server->options.alpn, cause));
	}
	if (accepting->family != NULL)
		tls_family_join(accepting->family, session->gnutls);
	if (session_start(session, stream, deadline, cause) == -1)
		return (-1);
	acknowledge_now(stream->fd);
	return (0);
}

struct tls_client *
tls_client_open(const struct tls_options *options, struct cause *cause)
{
	struct tls_client *client = calloc(1, sizeof(*client));

	if (client == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		return (NULL);
	}
	client->options = *options;
	if (priority_open(options, &client->priority, cause) == -1 ||
	    (client->identity = tls_identity_new(options, cause)) == NULL ||
	    tls_identity_trust(client->identity, options, cause) == -1) {
		tls_client_free(client);
		return (NULL);
	}
	if (options->insecure && options->insecure != TLS_INSECURE_SILENT)
		log_line(LOG_LEVEL_WARNING, _("--insecure: the server's "
		    "certificate is not verified; anybody may be answering"));
	warn_of_key_log();
	return (client);
}

void
tls_client_free(struct tls_client *client)
{
	if (client == NULL)
		return;
	tls_client_resume(client, NULL);
	tls_identity_free(client->identity);
	gnutls_priority_deinit(client->priority);
	free(client);
}

int
tls_connect(struct tls_client *client, struct stream *stream,
    const char *host, int64_t deadline, struct cause *cause)
{
	struct tls_session *session;
	int error, on = 1;

	/* Nagle's algorithm would hold each small piece of the handshake back
	 * until the one before is acknowledged, 40 ms later. */
	setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	atomic_fetch_add(&client->identity->references, 1);
	session = tls_session_new(stream->fd, GNUTLS_CLIENT, client->identity,
	    cause);
	if (session == NULL)
		return (-1);
	error = prepare(session, client->priority, client->options.alpn, 0);
	if (error == 0 && client->resumed.data != NULL)
		error = gnutls_session_set_data(session->gnutls,
		    client->resumed.data, client->resumed.size);
	if (error == 0 && !client->options.insecure)
		error = tls_verify_host(session, host);
	if (error != 0) {
		tls_session_free(session);
		return (tls_fail(error, "gnutls_server_name_set", host,
		    cause));
	}
	return (session_start(session, stream, deadline, cause));
}

int
tls_client_resume(struct tls_client *client, const struct stream *stream)
{
	gnutls_datum_t fresh = { NULL, 0 };
	int error = 0;

	if (stream != NULL) {
		pthread_mutex_lock(&stream->tls->lock);
		error = gnutls_session_get_data2(stream->tls->gnutls, &fresh);
		pthread_mutex_unlock(&stream->tls->lock);
	}
	if (client->resumed.data != NULL)
		gnutls_memset(client->resumed.data, 0, client->resumed.size);
	gnutls_free(client->resumed.data);
	client->resumed = fresh;
	return (error == 0 ? 0 : -1);
}

const char *
tls_describe(const struct stream *stream, char *text, size_t size)
{
	gnutls_session_t gnutls = stream->tls->gnutls;
	char *suite = gnutls_session_get_desc(gnutls);

	snprintf(text, size, "%s%s", suite != NULL ? suite : "TLS",
	    gnutls_session_is_resumed(gnutls) ? _(", resumed") : "");
	gnutls_free(suite);
	return (text);
}

/* The client's part of a handshake is often the last one, with no answer of
 * ours: until we acknowledge it, as a rule 40 ms later, Nagle's algorithm holds
 * the client's first message back. */
static void
acknowledge_now(int fd)
{
#ifdef TCP_QUICKACK
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
#else
	(void)fd;
#endif
}

static struct tls_identity *
identity_of(struct tls_server *server)
{
	struct tls_identity *identity;

	pthread_mutex_lock(&server->lock);
	identity = server->identity;
	atomic_fetch_add(&identity->references, 1);
	pthread_mutex_unlock(&server->lock);
	return (identity);
}

static int
priority_open(const struct tls_options *options, gnutls_priority_t *priority,
    struct cause *cause)
{
	const char *wanted = options->priority != NULL ? options->priority :
	    PRIORITY;
	int error = gnutls_priority_init(priority, wanted, NULL);

	if (error == 0)
		return (0);
	cause_said(cause, "gnutls_priority_init",
	    N_("GnuTLS does not know such versions or ciphers"), wanted);
	return (-1);
}

static int
prepare(struct tls_session *session, gnutls_priority_t priority,
    const char *alpn, unsigned alpn_flags)
{
	gnutls_datum_t name = { (unsigned char *)alpn,
	    alpn != NULL ? (unsigned)strlen(alpn) : 0 };
	int error = gnutls_priority_set(session->gnutls, priority);

	if (error == 0 && alpn != NULL)
		error = gnutls_alpn_set_protocols(session->gnutls, &name, 1,
		    alpn_flags);
	return (error);
}

/* Shake hands and make the stream encrypted. */
static int
session_start(struct tls_session *session, struct stream *stream,
    int64_t deadline, struct cause *cause)
{
	if (shake_hands(session, deadline, cause) == -1) {
		tls_session_free(session);
		return (-1);
	}
	stream->tls = session;
	return (0);
}

/* Nobody else uses the session yet: no lock. */
static int
shake_hands(struct tls_session *session, int64_t deadline, struct cause *cause)
{
	for (;;) {
		int code = gnutls_handshake(session->gnutls);

		if (code != 0 && (gnutls_error_is_fatal(code) ||
		    session->ended))
			return (shake_hands_failed(session, code, cause));
		if (flush_within(session, deadline) == -1 ||
		    (code == GNUTLS_E_AGAIN &&
		    wait_for(session->fd, POLLIN, deadline) == -1)) {
			cause_errno(cause, "gnutls_handshake", errno, NULL);
			return (-1);
		}
		if (code == 0)
			return (0);
		/* A byte may come whenever we look: look at the clock. */
		if (clock_poll_ms(deadline) == 0) {
			cause_errno(cause, "gnutls_handshake", ETIMEDOUT,
			    NULL);
			return (-1);
		}
	}
}

static int
flush_within(struct tls_session *session, int64_t deadline)
{
	while (tls_session_flush(session) == -1)
		if (errno != EAGAIN ||
		    wait_for(session->fd, POLLOUT, deadline) == -1)
			return (-1);
	return (0);
}

static int
shake_hands_failed(struct tls_session *session, int code, struct cause *cause)
{
	gnutls_session_t gnutls = session->gnutls;

	if (session->ended) {
		cause_said(cause, "gnutls_handshake",
		    N_("the other side closed the connection"), NULL);
		return (-1);
	}
	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		cause_certificate(cause, tls_refusal_text(gnutls), NULL);
	else if (session->transport_error != 0)
		cause_errno(cause, "gnutls_handshake",
		    session->transport_error, NULL);
	else
		cause_said(cause, "gnutls_handshake",
		    tls_failure_text(gnutls, code), NULL);
	gnutls_alert_send_appropriate(gnutls, code);
	return (-1);
}

static void
warn_of_key_log(void)
{
	const char *path = getenv("SSLKEYLOGFILE");

	if (path != NULL && path[0] != '\0')
		log_line(LOG_LEVEL_WARNING, _("SSLKEYLOGFILE is set: whoever "
		    "reads %s can read what is encrypted"), path);
}
