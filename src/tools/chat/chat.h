/* chat.h - what all sessions of fil-chatd share.
 * Lock levels: registry, the server's stop, rooms, a room's notices 1; nicks, a
 * room, accounts, their throttle, the message of the day 2; the log and late 3;
 * outbox 4; ignores and crowd 5.  Never two of a level.
 * See also: tools/chat/session.h, tools/chat/fil-chatd.c */
#ifndef CHAT_CHAT_H
#define CHAT_CHAT_H

#include <stdint.h>

#include "serve/account.h"
#include "serve/host_rate.h"
#include "serve/late.h"
#include "serve/login_throttle.h"
#include "serve/outbox.h"
#include "serve/server.h"
#include "tools/chat/chat_log.h"
#include "tools/chat/motd.h"
#include "tools/chat/nicks.h"
#include "tools/chat/rooms.h"

#define CHAT_NOTICE_SIZE 1200		/* of what the server says in a line */

#define CHAT_QUEUE_MIN	65536		/* --queue-bytes */

struct chat_options {
	const char	*users, *log, *motd;	/* files; NULL: none */
	int		 allow_plain_login;
	int64_t		 history;	/* lines that a room keeps */
	int64_t		 line_rate;	/* of a member, a second; 0: any */
	int64_t		 queue_bytes;	/* that wait for a member */
};

#define CHAT_OPTIONS_DEFAULT { .history = 20, .line_rate = 10, \
	.queue_bytes = OUTBOX_BOUND }

struct chat {
	const struct chat_options *options;
	struct rate	 line_rate;	/* its times 0: any */
	struct outbox_options outbox;
	struct accounts	 accounts;	/* also the rules of names */
	struct login_throttle throttle;
	struct late	 late;
	struct chat_log	 log;
	struct motd	 motd;
	struct nicks	 nicks;
	struct rooms	 rooms;
};

/* What the server does with a client; its context is a struct chat. */
extern const struct service chat_service;

/*
 * chat_init - open the log, read the files; nobody is here
 *   options   kept, not copied
 * Returns 0, or -1 with cause.
 * Blocks: for the disk.   Threads: before any client's starts.
 */
int	chat_init(struct chat *chat, const struct chat_options *options,
	    struct cause *cause);

/*
 * chat_fini - all sessions have ended
 * Returns 0, or -1 if the log's thread is stuck in a write: then only _exit is
 * safe.
 * Blocks: for the log, a moment at most.   Threads: main's only.
 */
int	chat_fini(struct chat *chat);

#endif
