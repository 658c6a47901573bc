/* session.h - a session at one FTP server: connected, encrypted, logged in.
 * It can be lost and made again: what it needs for that it keeps, the password
 * too, until it is closed.
 * Each call logs what goes wrong, and says by its outcome what kind of thing
 * that was.
 * Ref: RFC 959, 2228, 2389, 2428, 3659, 4217.
 * See also: tools/ftp/wire.h, tools/ftp/data.h */
#ifndef FTP_SESSION_H
#define FTP_SESSION_H

#include <stdint.h>

#include "client/interrupt.h"
#include "client/secret.h"
#include "net/host_port.h"
#include "net/tls.h"
#include "tools/ftp/outcome.h"
#include "tools/ftp/wire.h"

#define SESSION_USER_SIZE	256
#define SESSION_PATH_SIZE	4096

enum session_tls {
	SESSION_TLS_AUTO,		/* for whoever has a name, if there is
					 * TLS */
	SESSION_TLS_REQUIRE,
	SESSION_TLS_NO,
	SESSION_TLS_IMPLICIT		/* before the first word */
};

/* What FEAT tells. */
enum session_feature {
	SESSION_MLSD = 1,
	SESSION_MDTM = 2,
	SESSION_SIZE = 4,
	SESSION_REST = 8,
	SESSION_UTF8 = 16
};

struct session_options {
	int	 family;
	int64_t	 timeout_ms;
	int	 tls;			/* enum session_tls */
	int	 active;		/* PORT: the server connects to us */
	int64_t	 retries;		/* of a transfer, after a lost
					 * connection */
	struct tls_options tls_options;
};

struct session {
	const struct session_options *options;
	struct interrupt *interrupt;	/* the caller's */
	char		 host[HOST_PORT_SIZE];
	int		 port;
	struct tls_client *tls;		/* NULL: not yet, or none */
	struct wire	 wire;

	int		 is_open;
	int		 is_logged_in;
	char		 user[SESSION_USER_SIZE];
	char		 password[SECRET_SIZE];
	char		 cwd[SESSION_PATH_SIZE]; /* ""; not known */
	int		 was_moved;	/* cwd is not where a login begins */

	unsigned	 features;
	int		 knows_features;
	int		 is_private;	/* PROT P */
	int		 was_encrypted;	/* then it must be so again */
	int		 was_protected;	/* files, too */
	int		 told_clear;	/* that it is not, once */
	int		 resumes;	/* data connections resume TLS */
	int		 is_ascii;	/* wanted: TYPE A */
	int		 type;		/* 'A' or 'I' at the server; 0: not
					 * said yet */
	/* What worked, or rather did not. */
	int		 active;
	int		 lacks_epsv, lacks_eprt, lacks_all;
	unsigned	 changes;	/* counts what changed a listing */
};

/* session_init - not open yet; the options and the interrupt are kept. */
void	session_init(struct session *session,
	    const struct session_options *options, struct interrupt *interrupt);

/*
 * session_open - connect, and be greeted
 *   host   NULL: the same again
 *   port   0: 21, or 990 where TLS comes first
 * With --tls require or implicit it is encrypted when this is done.
 * Blocks: for each address until its deadline, and for the resolver.
 */
enum outcome session_open(struct session *session, const char *host, int port);

/*
 * session_login - say who we are
 *   user, password   kept; NULL: the same again
 * A user with a name is not told in the clear if the server has TLS.
 * Blocks: until the timeout.
 */
enum outcome session_login(struct session *session, const char *user,
	    const char *password);

/*
 * session_again - connect, log in and go to the same folder once more
 * Blocks: as the two above do.
 */
enum outcome session_again(struct session *session);

/* session_close - leave: QUIT if anybody hears it, and forget the password.
 * Takes one that is not open. */
void	session_close(struct session *session);

/* session_drop - hang up without a word; what session_again needs is kept. */
void	session_drop(struct session *session);

/*
 * session_ask - a command and its reply
 *   argument   NULL: none
 * Returns OUTCOME_DONE for 1yz to 3yz.  The answer is in
 * session->wire.answer.  A refusal is logged: session_try does not.
 * Blocks: until the timeout at most.
 */
enum outcome session_ask(struct session *session, const char *verb,
	    const char *argument);
enum outcome session_try(struct session *session, const char *verb,
	    const char *argument);

/*
 * session_hear - one more reply, as session_try takes one
 * Blocks: until the timeout at most.
 */
enum outcome session_hear(struct session *session);

/* session_refused - log what the last answer was to; returns its outcome. */
enum outcome session_refused(struct session *session, const char *verb,
	    const char *argument);

/*
 * session_lost - the connection broke, or cannot go on: say so, and hang up
 *   doing   translated
 * Returns OUTCOME_LOST, or _STOPPED, _HERE or _UNTRUSTED if that was it.
 */
enum outcome session_lost(struct session *session, const char *doing,
	    const struct cause *cause);

/*
 * session_has - does the server say that it can do this?  It is asked once.
 * Blocks: until the timeout at most.
 */
int	session_has(struct session *session, enum session_feature feature);

/*
 * session_set_type - TYPE A or TYPE I, if it is not so already
 * Blocks: until the timeout at most.
 */
enum outcome session_set_type(struct session *session, int is_ascii);

/*
 * session_find_cwd - ask where we are, if that is not known: session->cwd
 * Blocks: until the timeout at most.
 */
enum outcome session_find_cwd(struct session *session);

/*
 * session_find_way_back - before what session_again may have to go on with: in
 * another folder another file may have the name
 * Blocks: until the timeout at most.
 */
enum outcome session_find_way_back(struct session *session);

#endif
