/* keepalive.h - notice that a peer is gone without a word.
 * A laptop that was closed, a cable that was pulled: no segment says so, and a
 * connection that only listens would stay for ever.  TCP can ask (keepalive),
 * and count how long what it sends stays unanswered (the user time-out).
 * Ref: RFC 9293 3.8.4 (keepalive), 3.8.3 (user time-out).
 * See also: tests/check_keepalive.c */
#ifndef NET_KEEPALIVE_H
#define NET_KEEPALIVE_H

/*
 * keepalive_set - give a TCP connection up when its peer is silent
 *   gone_s   seconds without any acknowledgement until it is given up; then
 *            recv and send fail with ETIMEDOUT
 * What the system does not offer is left as it is: it costs time only.
 * Blocks: no.   Threads: safe.
 */
void	keepalive_set(int fd, int gone_s);

#endif
