/* talk.h - a client's session: what is typed goes, what the server says comes.
 * Neither waits for the other: lines that the socket does not take yet stay in
 * the session, and are sent when it does.  One thread, one select (talk_wait).
 *
 *	a line is typed		talk_input.c	typed.c, then stream_send_now
 *	a line is received	talk_hear	chat_heard.c, view.c
 *	the connection is lost	talk_lose	talk_link.c, backoff.c
 *
 * See also: fil-chat(1), client/prompt.h, tests/system/chat_client.py */
#ifndef CHAT_TALK_H
#define CHAT_TALK_H

#include <stdint.h>

#include "client/connection.h"
#include "client/prompt.h"
#include "client/secret.h"
#include "net/address.h"
#include "net/line.h"
#include "net/stream.h"
#include "proto/chat_command.h"
#include "tools/chat/people.h"
#include "tools/chat/typed.h"
#include "tools/chat/view.h"

struct talk_options {
	struct destination to;
	const char	*nick;		/* to be called so; NULL: as the
					 * server likes */
	struct secret_options secret;	/* of /login */
	const struct name_rules *rules;
	int		 plain;		/* do not edit the line being typed */
	int		 color;		/* enum log_color */
};

/* What the server said to /login. */
enum talk_login {
	TALK_LOGIN_NONE,		/* nobody asked */
	TALK_LOGIN_ASKED,		/* and it has not answered yet */
	TALK_LOGIN_PASSWORD,
	TALK_LOGIN_REFUSED,		/* but the next line is taken for it */
	TALK_LOGIN_LATE			/* it does not know of passwords */
};

/* A session; all of it belongs to the one thread. */
struct talk {
	const struct talk_options *options;
	struct stream	 stream;	/* its fd -1: no connection now */
	struct address	 peer;
	struct prompt	*prompt;	/* NULL: not yet */
	struct view	 view;
	struct people	 people;
	char		 word[NAME_SIZE];	/* "/nick", for the Tab key */

	char		 nick[NAME_SIZE];	/* what we are called; "": the
						 * server has not told */
	char		 wanted[NAME_SIZE];	/* to be asked for; "": none */
	char		 room[NAME_SIZE];	/* the same */
	enum talk_login	 login;
	int64_t		 login_deadline;

	struct typed	 out;		/* to be sent */
	int		 asked;		/* its first lines, that nobody typed:
					 * they ask for the nick, the room */
	struct typed	 unsure;	/* sent, and not yet said */
	int64_t		 active_ms;	/* when bytes last came or went */
	int64_t		 since_ms;	/* when the connection began */
	int64_t		 ending_ms;	/* when we said that we are done, or
					 * were last repeated since */
	int64_t		 retry_ms;	/* when it is tried again */
	int		 tries;		/* that failed */

	int		 person;	/* somebody types: do not give up */
	int		 welcomed;	/* the server is one of the chat's */
	int		 password_next;	/* the next line of a script is one */
	int		 quit;		/* so it was typed */
	int		 leaving;	/* nothing more is to be read */
	int		 ending;	/* the server knows that we are done */
	int		 dismissed;	/* it does not want us any more */
	int		 passing;	/* but may take us back */
	int		 over;		/* nothing more can be sent or come */
	int		 status;	/* of the program's end */
	struct line_reader reader;
	char		 buf[VIEW_LINE_MAX + 2];	/* and CRLF */
};

/*
 * talk_run - a whole session: from connect to the end of standard input
 * Returns the program's exit status: 0; 1 for a failure; 3 if the server's
 * certificate was refused.
 * Blocks: as long as the session lasts.   Threads: the main one, here and
 * below.
 */
int	talk_run(const struct talk_options *options);

/* talk_wait - the one place where a session waits; as prompt_caller has it.
 *   typed_fd   -1: what is typed has to wait */
enum prompt_wait talk_wait(void *context, int typed_fd,
	    const sigset_t *signals);

/* talk_obey - a line was typed (talk_input.c). */
void	talk_obey(struct talk *talk, const char *line, size_t len);

/* talk_word - what the Tab key completes to; as prompt_caller has it. */
const char *talk_word(void *context, const char *before, size_t i);

/* talk_login - ask for a password, and send it after "/login NAME"
 * (talk_login.c). */
void	talk_login(struct talk *talk, const char *line, size_t len);

/* talk_hear - receive what has come, and show it (talk_hear.c).
 * Returns 1 if something had, 0 if not, or if the connection is over. */
int	talk_hear(struct talk *talk);

/* talk_send - send what the socket takes now (talk_link.c, as all below). */
void	talk_send(struct talk *talk);

/*
 * talk_connect - begin a connection, and ask for the nick and the room
 * Returns 0, or -1 with cause.
 * Blocks: until the deadlines of the connection.
 */
int	talk_connect(struct talk *talk, struct cause *cause);

/*
 * talk_lose - the connection has ended, or does not go on
 *   primitive, error   what failed, and its errno; 0: the server ended it
 * For a person it is tried again later; else the session is over.
 */
void	talk_lose(struct talk *talk, const char *primitive, int error);

/* talk_retry - it is time to try again. */
void	talk_retry(struct talk *talk);

/* talk_set_label - what stands before the line being typed: our nick. */
void	talk_set_label(struct talk *talk);

#endif
