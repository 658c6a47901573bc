/* answers.h - what replies and events look like to the person who reads them.
 * See also: tools/mixed/screen.h, verbs.h */
#ifndef MIXED_ANSWERS_H
#define MIXED_ANSWERS_H

#include "tools/mixed/talk.h"

/*
 * answer_event - show an event
 *   by_udp   it came in a datagram
 * Blocks: as long as standard output does.   Threads: the session's.
 */
void	answer_event(struct talk *talk, const struct message *event,
	    int by_udp);

/* answer_error - show why a request was refused. */
void	answer_error(struct talk *talk, const struct message *reply);

/* answer_raw - show the line that answers /raw as it is. */
void	answer_raw(struct talk *talk, const char *line, size_t len);

/* answer_nonsense - the server sent a line that is no message: if it is the
 * very first, the session is over. */
void	answer_nonsense(struct talk *talk, const char *line, size_t len);

/* What each verb says when its request was done. */
void	answer_greeting(struct talk *talk, const struct message *reply);
void	answer_hello(struct talk *talk, const struct message *reply);
void	answer_login(struct talk *talk, const struct message *reply);
void	answer_logout(struct talk *talk, const struct message *reply);
void	answer_sent(struct talk *talk, const struct message *reply);
void	answer_who(struct talk *talk, const struct message *reply);
void	answer_subscribed(struct talk *talk, const struct message *reply);
void	answer_unsubscribed(struct talk *talk, const struct message *reply);
void	answer_time(struct talk *talk, const struct message *reply);

#endif
