/* tls.h - TLS over a connected socket, by GnuTLS; no other file knows GnuTLS.
 * Any peer may ask for new keys at any time, so a session that one thread
 * reads may have to write: each session has a mutex, which is never held while
 * waiting for the peer (the socket is polled outside it, and pushed and pulled
 * with MSG_DONTWAIT).
 * TLS 1.2 and 1.3, no renegotiation.  Whoever lets GnuTLS log the keys of its
 * sessions (SSLKEYLOGFILE) is warned.
 * Ref: RFC 8446 (TLS 1.3), RFC 5246 (1.2), RFC 7301 (ALPN), RFC 6125 (names).
 * See also: net/stream.h, fil-certs(1), tests/check_tls.c */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/cause.h"
#include "net/stream.h"

/* Verify nothing, and leave it to the caller to say so: TLS where it happens to
 * be offered is better than none (RFC 7435). */
#define TLS_INSECURE_SILENT	2

/* What a server shows, what a client believes.  The strings are kept, not
 * copied. */
struct tls_options {
	const char	*cert;		/* a PEM file; NULL: none (a client) */
	const char	*key;		/* another; NULL: it is in cert's */
	const char	*ca;		/* whom a client trusts; NULL: the
					 * system's */
	int		 insecure;	/* a client's: verify nothing, and warn;
					 * or TLS_INSECURE_SILENT */
	const char	*priority;	/* GnuTLS's; NULL: as above */
	const char	*alpn;		/* "fil/1"; NULL: none */
};

struct tls_server;
struct tls_client;

/*
 * tls_server_open - read a certificate and its key
 * Returns a server that the caller frees, or NULL with cause, which names the
 * file.
 * Blocks: for the disk.   Threads: before any starts.
 */
struct tls_server *tls_server_open(const struct tls_options *options,
	    struct cause *cause);

/* tls_server_free - its sessions must have ended.  Takes NULL. */
void	tls_server_free(struct tls_server *server);

/*
 * tls_server_reload - read the files again
 * Sessions that live keep what they began with; new ones get the new.  If
 * anything is wrong with the files, the old ones stay.
 * Returns 0, or -1 with cause.
 * Blocks: for the disk.   Threads: safe.
 */
int	tls_server_reload(struct tls_server *server, struct cause *cause);

/*
 * tls_accept - shake hands as a server
 *   stream     in the clear; encrypted afterwards
 *   deadline   of base/clock.h, for the whole handshake
 * Returns 0, or -1 with cause; the stream is then still to be ended.
 * Blocks: until the deadline at most.   Threads: the stream's.
 */
int	tls_accept(struct tls_server *server, struct stream *stream,
	    int64_t deadline, struct cause *cause);

/* Connections of one client, who may resume the session of one in another: as
 * FTP's data connections belong to a control connection.  Their tickets are
 * sealed with a key of the family's own, and a session without a ticket (TLS
 * 1.2, some clients) is remembered here and nowhere else: so one that is
 * resumed is known to be the same client's. */
struct tls_family {
	struct tls_server *server;
	int		 forgets;	/* nothing can be resumed */
	int		 silent;	/* no new tickets: who closes with one
					 * unread sends a reset, which takes
					 * what it had sent with it */
	unsigned char	 key[64];
	unsigned char	 id[32];	/* of the first member's session */
	size_t		 id_len;
	void		*remembered;	/* that session; NULL: none */
	size_t		 remembered_len;
};

/*
 * tls_family_init - a family without members; the server must outlive it
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: safe.
 */
int	tls_family_init(struct tls_family *family, struct tls_server *server,
	    struct cause *cause);

/* tls_family_fini - forget the keys.  Takes a zeroed one. */
void	tls_family_fini(struct tls_family *family);

/* tls_family_accept - tls_accept, of one more of a family's connections */
int	tls_family_accept(struct tls_family *family, struct stream *stream,
	    int64_t deadline, struct cause *cause);

/*
 * tls_is_resumed - did this session resume another one?
 * Blocks: no.   Threads: the stream's.
 */
int	tls_is_resumed(const struct stream *stream);

/*
 * tls_client_open - read what a client trusts, and its certificate if any
 * Returns a client that the caller frees, or NULL with cause.
 * Blocks: for the disk.   Threads: safe.
 */
struct tls_client *tls_client_open(const struct tls_options *options,
	    struct cause *cause);

/* tls_client_free - its sessions must have ended.  Takes NULL. */
void	tls_client_free(struct tls_client *client);

/*
 * tls_connect - shake hands as a client, and verify the server
 *   host   the name or address that the certificate must be for
 * The chain, the name, the time and the purpose are verified, unless the
 * options say insecure.  Small pieces leave at once from now on (TCP_NODELAY).
 * Returns 0, or -1 with cause: of kind CAUSE_CERTIFICATE if the certificate
 * is what was refused.
 * Blocks: until the deadline at most.   Threads: the stream's.
 */
int	tls_connect(struct tls_client *client, struct stream *stream,
	    const char *host, int64_t deadline, struct cause *cause);

/*
 * tls_client_resume - from now on, resume this session in each new connection
 *   stream   of this client; NULL: no more
 * To the same server only: who it is was verified for this session, and is not
 * verified again.  A server that forgets has a whole handshake instead.
 * Returns 0, or -1: there is nothing to be resumed.
 * Blocks: no.   Threads: one that connects.   Ref: RFC 8446 2.2.
 */
int	tls_client_resume(struct tls_client *client,
	    const struct stream *stream);

/*
 * tls_describe - the session in a line: "TLS1.3 ... AES-256-GCM", and "resumed"
 * Returns text.
 * Blocks: no.   Threads: the stream's.
 */
const char *tls_describe(const struct stream *stream, char *text, size_t size);

#endif
