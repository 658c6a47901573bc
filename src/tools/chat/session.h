/* session.h - one member of the chat, from its arrival to its end.
 * Its thread waits in stream_recv for lines and does what each asks for; what
 * others say comes into the session's outbox from their threads.  The lines of
 * one recv go to the room together, as a run.
 * See also: tools/chat/chat.h, tools/chat/commands.c, proto/chat_command.h */
#ifndef CHAT_SESSION_H
#define CHAT_SESSION_H

#include <stdarg.h>
#include <stdatomic.h>

#include "proto/chat_command.h"
#include "tools/chat/chat.h"
#include "tools/chat/ignores.h"

#define SESSION_REASON_SIZE	256

/* Where /login stands. */
enum login_step {
	LOGIN_NONE,
	LOGIN_PASSWORD,			/* it is the next line */
	LOGIN_REFUSED			/* the next line is one all the same:
					 * it is not said */
};

/* Its thread owns it.  Others read three things: nick, under nicks.lock;
 * ignores, which has a lock; and timed. */
struct session {
	struct chat	*chat;
	struct client	*client;
	struct outbox	 outbox;
	struct member	 member;
	struct chat_room *room;
	struct nick	 nick;
	struct ignores	 ignores;
	atomic_int	 timed;		/* /time on */
	int		 special;	/* timed, or ignores somebody */

	struct rate_bucket pace;
	char		*run;		/* lines on their way to the room;
					 * NULL: none */
	size_t		 run_len;

	enum login_step	 login;
	char		 login_name[NAME_SIZE];	/* as it was typed */
	char		 account[NAME_SIZE];	/* folded; "": not logged in */
	int		 wrong_logins, long_lines;
	int		 begun;		/* a line has come */

	const char	*bye;		/* why we end it, marked with N_();
					 * NULL: we do not */
	char		 reason[SESSION_REASON_SIZE];	/* of /quit */
};

/*
 * session_serve - let a client take part, until it leaves or must
 * It is chat_service's; context is a struct chat.
 * Blocks: until then.   Threads: the client's own.
 */
void	session_serve(struct client *client, void *context);

/*
 * session_tell - tell this member alone, "*** ..."
 *   format   as printf; English: it is for the wire
 * Blocks: until the member reads, if much waits for it.
 * Threads: the session's, here and below.
 */
void	session_tell(struct session *session, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* session_put - send this member a line, which is taken over; as
 * outbox_put_wait. */
void	session_put(struct session *session, struct shared_line *line);

/* session_wait - as outbox_wait: before an answer that is given under a lock,
 * where nothing can be waited for. */
void	session_wait(struct session *session);

/*
 * session_end - leave the room, tell it why, and deliver what still waits
 *   error   the errno that ended it; 0: the end of the stream, or session->bye
 * Blocks: until the client has taken it, 30 s at most (ending.c).
 */
void	session_end(struct session *session, int error);

/* session_run_send - say the run in the room. */
void	session_run_send(struct session *session);

/* session_mark_special - after timed or ignores have changed: it holds for
 * every line that gets its place from then on.
 * Blocks: for the room's lock only. */
void	session_mark_special(struct session *session);

/* session_enter - go into a room, which is taken over (rooms.h).  What it shows
 * takes a quarter of the queue, and more: session_wait first. */
void	session_enter(struct session *session, struct chat_room *room);

/*
 * session_rename - take another nick, and tell the room
 * Returns 0, or -1 if somebody else has it, or it is reserved.
 */
int	session_rename(struct session *session, const char *name,
	    const char *folded);

/* session_run_command - do what a line asks for, or say why not
 * (commands.c). */
void	session_run_command(struct session *session,
	    const struct chat_command *command, enum chat_verdict verdict);

/* session_list_who, _rooms, _help - the answers of several lines (lists.c). */
void	session_list_help(struct session *session);
void	session_list_rooms(struct session *session);
void	session_list_who(struct session *session);

/* session_login - /login NAME; session_password - the line after it, which is
 * never said (login.c). */
void	session_login(struct session *session, const char *name, size_t len);
void	session_password(struct session *session, const char *line,
	    size_t len);

/*
 * session_format_notice - "*** ", what the format gives, CRLF
 *   line   CHAT_NOTICE_SIZE bytes; what does not fit is cut
 * Returns its length.
 * Blocks: no.   Threads: safe.
 */
size_t	session_format_notice(char *line, const char *format,
	    va_list arguments);

#endif
