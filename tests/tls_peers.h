/* tls_peers.h - both ends of a connection, for the suites of stream and tls.
 * A pair has our own code at both ends.  A raw peer is GnuTLS alone, without
 * it: it may ask for new keys, renegotiate, or break off.
 * The suite works in the folder of certificates_open.
 * See also: tests/certificates.h, tests/check_stream.c, tests/check_tls.c */
#ifndef TESTS_TLS_PEERS_H
#define TESTS_TLS_PEERS_H

#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdint.h>

#include "base/cause.h"
#include "net/stream.h"
#include "net/tls.h"

#define TLS12	"NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS13	"NORMAL:-VERS-ALL:+VERS-TLS1.3"

enum pair_kind {
	PAIR_CLEAR,
	PAIR_TLS12,
	PAIR_TLS13,
	PAIR_KINDS			/* for loop tests: each of them */
};

struct pair {
	struct stream	 server, client;
	struct tls_server *tls_server;	/* NULL in the clear */
	struct tls_client *tls_client;
};

/* One tls_accept, in a thread of its own. */
struct accepting {
	pthread_t	 thread;
	struct tls_server *server;
	struct stream	 stream;
	int64_t		 deadline;
	int		 result;
	struct cause	 cause;
};

/* GnuTLS at one end of a blocking socket. */
struct raw {
	gnutls_session_t gnutls;
	gnutls_certificate_credentials_t credentials;
	struct tls_server *tls_server;	/* of our end; NULL: none */
	struct tls_client *tls_client;
};

/* text_of - a cause as people read it; the next call's text replaces it */
const char *text_of(const struct cause *cause);

/* great_fill - len bytes of a great stream, from some place on: a loss or a
 * repetition shows */
void	great_fill(char *bytes, size_t place, size_t len);

/* is_great - are they the bytes of that place? */
int	is_great(const char *bytes, ssize_t len, size_t place);

/* say, hear - a text goes through a stream, or comes, in time */
void	say(struct stream *stream, const char *text);
void	hear(struct stream *stream, const char *text);

/* accept_start - begin to shake hands as a server on fd */
void	accept_start(struct accepting *accepting, struct tls_server *server,
	    int fd);

/* accept_end - wait for it; what tls_accept returned */
int	accept_end(struct accepting *accepting);

/* server_of, client_of - opened with these options, or the test fails. */
struct tls_server *server_of(const struct tls_options *options);
struct tls_client *client_of(const struct tls_options *options);

/* pair_open - connected over loopback, hands shaken */
void	pair_open(struct pair *pair, enum pair_kind kind);

/* pair_of - the same over sockets that are there, fds[0] the client's */
void	pair_of(struct pair *pair, enum pair_kind kind, const int fds[2]);

/* pair_close - free the streams and close their descriptors */
void	pair_close(struct pair *pair);

/*
 * raw_open - GnuTLS over fd, hands not yet shaken
 *   flags      GNUTLS_SERVER or GNUTLS_CLIENT
 *   cert       "server": server.pem and server.key; NULL: none
 */
void	raw_open(struct raw *raw, int fd, unsigned flags,
	    const char *priority, const char *cert);

/* raw_shake_hands - what gnutls_handshake says in the end */
int	raw_shake_hands(struct raw *raw);

/* raw_close - after our end's stream_fini */
void	raw_close(struct raw *raw);

/* raw_say, raw_hear - a text goes, or comes, whole */
void	raw_say(struct raw *raw, const char *text);
void	raw_hear(struct raw *raw, const char *text);

/* raw_client_of - a server's stream, and GnuTLS as its client, hands shaken */
void	raw_client_of(struct raw *raw, struct stream *server,
	    const char *priority);

/* raw_server_of - a client's stream, and GnuTLS as its server, hands shaken */
void	raw_server_of(struct raw *raw, struct stream *client,
	    const char *priority);

#endif
