/* tls_session.h - the records of one TLS session, without waiting.
 * What stream.c asks of tls_session.c, and tls.c makes; tools use
 * net/stream.h and net/tls.h.
 * See also: net/tls.h */
#ifndef NET_TLS_SESSION_H
#define NET_TLS_SESSION_H

#include <stddef.h>
#include <sys/types.h>

struct tls_session;

/*
 * tls_session_recv - what has come, decrypted
 * Returns a count, 0 after the peer's close_notify, or -1 with errno: EAGAIN
 * if poll(2) has to be asked (POLLIN) before the next try, and the others of
 * stream_recv.
 * Blocks: no.   Threads: one receiver, beside one sender.
 */
ssize_t	tls_session_recv(struct tls_session *session, void *buf, size_t size);

/*
 * tls_session_send - encrypt and send one record
 * Returns how much of buf went, or -1 with errno: EAGAIN if the socket is
 * full; the next call must then be given the same bytes.
 * Blocks: no.   Threads: one sender, beside one receiver.
 */
ssize_t	tls_session_send(struct tls_session *session, const void *buf,
	    size_t len);

/*
 * tls_session_flush - send what the socket did not take of a record
 * tls_session_send does so by itself; a handshake needs it.
 * Returns 0 when nothing is left, or -1 with errno, EAGAIN among them.
 * Blocks: no.   Threads: one sender, beside one receiver.
 */
int	tls_session_flush(struct tls_session *session);

/*
 * tls_session_end - send a close_notify, once
 * Returns 0, or -1 with errno, EAGAIN among them.
 * Blocks: no.   Threads: the sender's.
 */
int	tls_session_end(struct tls_session *session);

/* tls_session_half_closes - may the peer still send after tls_session_end? */
int	tls_session_half_closes(struct tls_session *session);

/* tls_session_pending - bytes decrypted and not yet given out. */
size_t	tls_session_pending(struct tls_session *session);

/*
 * tls_session_failure - what EPROTO meant
 * Returns a sentence for people, a constant.
 * Blocks: no.   Threads: that of the call which failed.
 */
const char *tls_session_failure(struct tls_session *session);

/* tls_session_free - forget the keys.  Takes NULL. */
void	tls_session_free(struct tls_session *session);

#endif
