/* stream.h - a connection's bytes, in the clear or under TLS: one face.
 * In the clear stream_recv is recv and stream_send_all is send, nothing else;
 * under TLS each goes through the session (net/tls.h).  A peer that ends its
 * side of a TLS stream says so (close_notify); an end without it may be an
 * attacker's, who cut the rest off, and is told apart.
 *
 *	stream_init(&stream, fd)
 *	tls_accept or tls_connect	if it shall be encrypted
 *	stream_recv, stream_send_all
 *	stream_end(&stream)		no more from us
 *	stream_fini(&stream)		then close(fd)
 *
 * Ref: RFC 8446 6.1 (closure).   See also: tests/check_stream.c */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/cause.h"

struct tls_session;

/* One thread receives and one at a time sends; the two may be two. */
struct stream {
	int		 fd;		/* the caller's; blocking */
	struct tls_session *tls;	/* NULL: in the clear */
	int64_t		 patience_ms;	/* under TLS: how long one call waits
					 * for the peer; 0: no limit.  In the
					 * clear the socket's own time-outs
					 * say it */
};

/* stream_init - a stream in the clear over a descriptor, which stays the
 * caller's. */
void	stream_init(struct stream *stream, int fd);

/*
 * stream_set_patience - how long one call waits for the peer, in the clear and
 * under TLS; a receiver in the clear has a deadline of its own
 *   patience_ms   0: no limit
 * Small pieces leave at once from now on (TCP_NODELAY): else the second one
 * waits until the first is acknowledged.
 * Blocks: no.   Threads: before others use the stream.
 */
void	stream_set_patience(struct stream *stream, int64_t patience_ms);

/* stream_fini - free the TLS session, if any; sends nothing and closes
 * nothing.  Takes a zeroed one. */
void	stream_fini(struct stream *stream);

/*
 * stream_recv - what the peer sent next, at least one byte
 * Returns a count, 0 when the peer has ended its side, or -1 with errno as
 * recv(2) sets it: EAGAIN when the peer was silent for too long; under TLS
 * also ECONNABORTED: the connection was cut off, without a close_notify;
 * EPROTO: TLS failed, stream_cause knows how.
 * Blocks: until bytes come.   Threads: one receiver.
 */
ssize_t	stream_recv(struct stream *stream, void *buf, size_t size);

/*
 * stream_recv_within - stream_recv, but only until a deadline
 *   deadline   of base/clock.h
 * Returns what stream_recv does; ETIMEDOUT at the deadline.
 * Blocks: until the deadline at most.   Threads: one receiver.
 */
ssize_t	stream_recv_within(struct stream *stream, void *buf, size_t size,
	    int64_t deadline);

/*
 * stream_recv_now - what is here already
 * Returns what stream_recv does; EAGAIN when nothing is: poll(2) for POLLIN.
 * Blocks: no.   Threads: one receiver.
 */
ssize_t	stream_recv_now(struct stream *stream, void *buf, size_t size);

/*
 * stream_send_all - send every byte
 * Returns 0, or -1 with errno as send_all (net/io.h) and stream_recv set it.
 * Blocks: until the last byte is in the socket's buffer.
 * Threads: one sender at a time.
 */
int	stream_send_all(struct stream *stream, const void *buf, size_t len);

/*
 * stream_send_now - send what the socket takes at once, of several pieces
 *   iov, iov_len   the pieces, in order; under TLS they leave in one record,
 *                  cut at 16 KiB
 * Returns how many bytes went, or -1 with errno: EAGAIN when the socket is
 * full: then call again with pieces that begin with the same bytes (a TLS
 * record of them may have gone in part).
 * Blocks: no.   Threads: one sender at a time.
 */
ssize_t	stream_send_now(struct stream *stream, const struct iovec *iov,
	    int iov_len);

/*
 * stream_pending - bytes that are here and that poll(2) does not see
 * A TLS record is decrypted whole: what is left of it does not make the
 * descriptor readable.
 * Blocks: no.   Threads: the receiver's.
 */
size_t	stream_pending(const struct stream *stream);

/*
 * stream_end - tell the peer that no more will come from us
 * In the clear, and under TLS 1.3, it may go on sending (a half-close); under
 * TLS 1.2 it must end too (RFC 5246 7.2.1).
 * Returns 0, or -1 with errno.
 * Blocks: under TLS for a moment at most, if the socket is full.
 * Threads: the sender's.
 */
int	stream_end(struct stream *stream);

/*
 * stream_half_closes - may the peer go on after stream_end?
 * Under TLS 1.2 it must close at once, and leave its reply unsent.
 * Blocks: no.   Threads: safe once the handshake is done.
 */
int	stream_half_closes(const struct stream *stream);

/*
 * stream_end_now - stream_end, without waiting
 * Returns 0, or -1 with errno: EAGAIN when the socket is full: then poll(2)
 * for POLLOUT, and call it again.
 * Blocks: no.   Threads: the sender's.
 */
int	stream_end_now(struct stream *stream);

/*
 * stream_cause - note why a call on this stream failed
 *   primitive, error   "recv" or "send", and the errno that it left
 *   object             the peer
 * Blocks: no.   Threads: that of the call.
 */
void	stream_cause(const struct stream *stream, const char *primitive,
	    int error, const char *object, struct cause *cause);

#endif
