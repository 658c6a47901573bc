/* requests.h - requests out, and what comes for them.
 * See also: tools/mixed/talk.h, fil-protocol(7) */
#ifndef MIXED_REQUESTS_H
#define MIXED_REQUESTS_H

#include "tools/mixed/talk.h"
#include "tools/mixed/verbs.h"

/*
 * request_init - begin a request, with the next id
 * Blocks: no.   Threads: the session's.
 */
void	request_init(struct talk *talk, struct message *request,
	    const char *command);

/*
 * request_send - send a request, and free it; its answer will be the verb's
 * Over UDP it is sent once: repeated, it would be a second message.
 * Blocks: until it is in the socket's buffer.   Threads: the session's.
 */
void	request_send(struct talk *talk, const struct verb *verb,
	    struct message *request);

/* request_send_line - the same for a line that is written already, with its
 * newline. */
void	request_send_line(struct talk *talk, const struct verb *verb,
	    const char *line, size_t len);

/*
 * request_take - an event or a reply came: show it
 *   line, len   any bytes
 *   by_udp      it came in a datagram
 * Blocks: as long as standard output does.   Threads: the session's.
 */
void	request_take(struct talk *talk, const char *line, size_t len,
	    int by_udp);

/* request_refuse - say why something is not sent, or not answered.
 *   text   translated */
void	request_refuse(struct talk *talk, const char *text);

/* request_forget - nothing is waited for any more. */
void	request_forget(struct talk *talk);

#endif
