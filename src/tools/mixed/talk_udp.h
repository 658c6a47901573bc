/* talk_udp.h - a session's datagrams: messages out with the token, events in.
 * See also: fil-protocol(7), tools/mixed/talk.h */
#ifndef MIXED_TALK_UDP_H
#define MIXED_TALK_UDP_H

#include "tools/mixed/talk.h"

/*
 * talk_udp_open - a UDP socket for the session, if it has none yet
 * Bound to the session's own address, because there the server sends events;
 * connected to the server's, so that nobody else's datagrams arrive.
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: the session's.
 */
int	talk_udp_open(struct talk *talk, struct cause *cause);

/* talk_udp_port - the port it is bound to. */
int	talk_udp_port(const struct talk *talk);

/*
 * talk_udp_send - one datagram
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: the session's.
 */
int	talk_udp_send(struct talk *talk, const char *datagram, size_t len,
	    struct cause *cause);

/* talk_udp_hear - take one datagram, after select: it is shown. */
void	talk_udp_hear(struct talk *talk);

#endif
