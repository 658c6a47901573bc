/* session.h - one client that speaks the fil protocol over TCP or TLS.
 * See also: fil-protocol(7), tools/mixed/commands.c, tests/system/protocol.py
 */
#ifndef MIXED_SESSION_H
#define MIXED_SESSION_H

#include "proto/message.h"
#include "tools/mixed/mixed.h"

/* Its thread owns it; entry and member are in the directory and the room while
 * it is logged in. */
struct session {
	struct mixed	*mixed;
	struct client	*client;
	struct outbox	 outbox;
	struct member	 member;
	struct entry	 entry;
	int		 logged_in;
	int		 wrong_logins;
	int		 long_lines;
	const char	*bye;		/* why we end it; NULL: we do not */
};

/*
 * session_serve - answer requests, until the client leaves or must
 *   begun, len   what it has sent already; wiped, it may hold a password
 *   primitive    of the errno that is returned
 * Returns 0, or an errno value, as plain_serve (tools/mixed/plain.h);
 * ECANCELED: we have ended it, and told the client why.
 * Blocks: until then.   Threads: the client's own.
 */
int	session_serve(struct client *client, struct mixed *mixed,
	    char *begun, size_t len, const char **primitive);

/*
 * session_run_command - do what a request asks for
 *   reply   of status ok so far: receives what else there is to say
 * Returns MESSAGE_OK, or why it was refused.
 * Blocks: LOGIN waits for its hash, and a second when it is refused; MESSAGE
 * as room_say (serve/room.h).
 * Threads: the session's.
 */
enum message_code session_run_command(struct session *session,
	    const struct message *request, struct message *reply);

/* session_logout - as LOGOUT; it may not be logged in. */
void	session_logout(struct session *session);

/* session_via - "tcp" or "tls" */
const char *session_via(const struct session *session);

#endif
