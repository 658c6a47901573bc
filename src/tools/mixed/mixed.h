/* mixed.h - what all sessions of fil-mixedd share.
 * See also: tools/mixed/session.h, tools/mixed/mixed_service.h */
#ifndef MIXED_MIXED_H
#define MIXED_MIXED_H

#include "proto/message.h"
#include "serve/account.h"
#include "serve/late.h"
#include "serve/login_throttle.h"
#include "serve/outbox.h"
#include "serve/room.h"
#include "serve/server.h"
#include "tools/mixed/directory.h"
#include "tools/mixed/udp_requests.h"

struct mixed {
	const struct server *server;	/* its UDP sockets carry events */
	const char	*users;		/* the file; NULL: no accounts */
	int		 allow_plain_login;
	struct accounts	 accounts;
	struct login_throttle throttle;
	struct late	 late;
	struct outbox_options outbox;
	struct room	 room;		/* the logged-in sessions */
	struct directory directory;	/* the same ones */
	struct udp_requests udp;
};

/* Who says something, and how. */
struct speech {
	const struct entry *speaker;
	const char	*via;		/* "tcp", "tls", "udp" */
	const char	*text;
	const char	*to;		/* NULL: everybody */
};

/*
 * mixed_init - read the users file, if there is one; nobody is logged in
 *   mixed   users and allow_plain_login are set, all else is zero
 * Returns 0, or -1 with cause.
 * Blocks: for the disk.   Threads: before any starts.
 */
int	mixed_init(struct mixed *mixed, const struct server *server,
	    struct cause *cause);

/* mixed_fini - all sessions have ended.  Takes a zeroed one. */
void	mixed_fini(struct mixed *mixed);

/*
 * mixed_reload - read the users file again, for SIGHUP; there is one
 * What went wrong is logged, and the accounts stay as they were.
 * Blocks: for the disk.   Threads: main's only.
 */
void	mixed_reload(struct mixed *mixed);

/*
 * mixed_run_message - do what MESSAGE asks for: bring a text to its audience,
 * over TCP, TLS and UDP
 *   speech   the speaker, and how he spoke
 *   reply    receives the message's number
 * Returns MESSAGE_OK, or why it was refused.
 * Blocks: as room_say (serve/room.h); never for a client.
 * Threads: safe; not the main one.
 */
enum message_code mixed_run_message(struct mixed *mixed,
	    const struct speech *speech, const struct message *request,
	    struct message *reply);

/*
 * mixed_log_request - tell what a client asked for, and what became of it;
 * never a password or a token
 * Blocks: as log_line (base/log.h).   Threads: safe.
 */
void	mixed_log_request(const char *transport, const struct address *from,
	    const struct message *request, enum message_code code);

#endif
