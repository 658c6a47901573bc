/* tls_internal.h - what the files of TLS share.
 * See also: net/tls.h, net/tls_session.h */
#ifndef NET_TLS_INTERNAL_H
#define NET_TLS_INTERNAL_H

#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/cause.h"
#include "net/tls.h"

#define TLS_HEADER_SIZE	5	/* of a record; RFC 8446 5.1 */

/* Certificate and key, or a client's trust; freed with its last session. */
struct tls_identity {
	atomic_int	 references;
	gnutls_certificate_credentials_t credentials;
};

struct tls_session {
	int		 fd;		/* the stream's */
	struct tls_identity *identity;	/* one reference */
	gnutls_typed_vdata_st wanted[2]; /* of the peer's certificate */

	pthread_mutex_t	 lock;		/* level 9: taken last, held briefly */
	/* guarded by lock: */
	gnutls_session_t gnutls;
	const char	*failure;	/* the reason of an EPROTO, or NULL */
	int		 transport_error; /* errno of the socket, or 0 */
	int		 ended;		/* TCP's end was reached */
	unsigned char	 ahead[TLS_HEADER_SIZE]; /* of the next record */
	size_t		 ahead_at, ahead_len;	/* not yet pulled */
	int		 closed;	/* our close_notify was sent */
	unsigned char	*unsent;	/* records that the socket did not take;
					 * NULL: none */
	size_t		 unsent_at, unsent_len;
	ssize_t		 told_later;	/* bytes of the caller's that are in
					 * unsent; 0: none */
};

/* How a server shakes hands. */
struct tls_accepting {
	struct tls_server *server;
	unsigned	 flags;		/* of gnutls_init */
	const gnutls_datum_t *ticket_key; /* NULL: no tickets */
	struct tls_family *family;	/* that remembers; NULL: none does */
};

/* tls_accept_as - tls_accept (net/tls.h), in this way */
int	tls_accept_as(const struct tls_accepting *accepting,
	    struct stream *stream, int64_t deadline, struct cause *cause);

/* tls_family_join - let a session resume, or be remembered by, a family; until
 * its hands are shaken */
void	tls_family_join(struct tls_family *family, gnutls_session_t gnutls);

/*
 * tls_session_new - a session over a connected socket, not yet shaken hands
 *   flags      GNUTLS_SERVER or GNUTLS_CLIENT
 *   identity   a reference that the session takes over, also on failure
 * Returns NULL with cause.
 */
struct tls_session *tls_session_new(int fd, unsigned flags,
	    struct tls_identity *identity, struct cause *cause);

/*
 * tls_identity_new - read the certificate and the key, if there are any
 * Returns an identity with one reference, or NULL with cause.
 */
struct tls_identity *tls_identity_new(const struct tls_options *options,
	    struct cause *cause);

/* tls_identity_trust - read what a client trusts; 0, or -1 with cause. */
int	tls_identity_trust(struct tls_identity *identity,
	    const struct tls_options *options, struct cause *cause);

/* tls_identity_free - give a reference back.  Takes NULL. */
void	tls_identity_free(struct tls_identity *identity);

/*
 * tls_verify_host - let the handshake of a client verify whom it talks to
 *   host   kept, not copied, until hands are shaken
 * Returns 0, or GnuTLS's code.
 */
int	tls_verify_host(struct tls_session *session, const char *host);

/* tls_refusal_text - why the peer's certificate was refused: a constant marked
 * with N_(). */
const char *tls_refusal_text(gnutls_session_t gnutls);

/*
 * tls_error_text - GnuTLS's code as a sentence, a constant marked with N_() or
 * GnuTLS's own
 */
const char *tls_error_text(int code);

/* tls_failure_text - the same, or the peer's alert if that was it */
const char *tls_failure_text(gnutls_session_t gnutls, int code);

/* tls_fail - note a GnuTLS function's code in cause; returns -1. */
int	tls_fail(int code, const char *primitive, const char *object,
	    struct cause *cause);

#endif
