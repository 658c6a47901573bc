/* talk.h - a session of the fil protocol: what is typed, what is answered.
 * A request is sent only when the one before has been answered, so neither end
 * ever waits for the other to make room; but typing goes on meanwhile, and
 * events come whenever they come.  One thread, one select (talk_wait).
 *
 *	a line is typed		verbs.c		request_send
 *	a line is received	request_take	answers.c, screen.c
 *
 * Ref: fil-protocol(7).   See also: proto/message.h, client/prompt.h,
 * tests/system/talk.py */
#ifndef MIXED_TALK_H
#define MIXED_TALK_H

#include <stdint.h>

#include "client/connection.h"
#include "client/prompt.h"
#include "client/secret.h"
#include "net/address.h"
#include "net/line.h"
#include "net/stream.h"
#include "proto/message.h"
#include "tools/mixed/names.h"
#include "tools/mixed/screen.h"

#define TALK_LINE_MAX	65536		/* of the server, with its end */
#define TALK_TOKEN_SIZE	65
#define TALK_UDP_MS	3000		/* an answer over UDP comes by then */

struct talk_options {
	struct destination to;
	int		 udp_port;	/* of the same server */
	const char	*user;		/* log in at once; NULL: do not */
	struct secret_options secret;	/* where its password comes from */
	int		 clear_password; /* one may go in the clear */
	int		 plain;		/* do not edit the line being typed */
	int		 color;		/* enum log_color */
	int		 quiet;
};

struct talk;
struct verb;

/* What was asked, and is not answered yet. */
struct talk_waiting {
	const struct verb *verb;	/* NULL: nothing */
	int64_t		 id;
};

/* A session; all of it belongs to the one thread. */
struct talk {
	const struct talk_options *options;
	struct stream	 stream;
	struct address	 peer;
	int		 udp_fd;	/* -1: not needed yet */
	struct prompt	*prompt;	/* NULL: not yet */
	char		 label[PROMPT_LABEL_SIZE];
	struct screen	 screen;
	struct talk_waiting waiting;
	int64_t		 deadline;	/* for its answer, or for the end */
	int64_t		 last_id;
	int		 greeted;	/* the server speaks the protocol */
	int		 logged_in;
	char		 token[TALK_TOKEN_SIZE];	/* "": none */
	struct names	 names;

	int		 leaving;	/* nothing more is to be read */
	int		 ending;	/* we have said that we are done */
	int		 dismissed;	/* the server has said why it ends */
	int		 over;		/* nothing more can be sent or come */
	int		 refused;	/* something was */
	int		 failed;	/* the session did not end well */
	struct line_reader reader;
	char		 buf[TALK_LINE_MAX];
};

/*
 * talk_run - a whole session: from connect to the end of standard input
 * Everything is said on standard output and error.
 * Returns the program's exit status: 0; 1 for a failure, or if a request that
 * was not typed by a person was refused; 3 if the server's certificate was.
 * Blocks: as long as the session lasts.   Threads: the main one.
 */
int	talk_run(const struct talk_options *options);

/* talk_fail - the session cannot go on: say why.
 *   primitive, error   what failed, and its errno */
void	talk_fail(struct talk *talk, const char *primitive, int error);

/* talk_set_label - what stands before the line being typed.
 *   user   who is logged in; "": nobody */
void	talk_set_label(struct talk *talk, const char *user);

#endif
