/* session.h - one client of fil-ftpd: its control connection and its state.
 * The thread that serves it does everything, the transfers too; so nothing here
 * has a lock.  Replies are gathered, and leave before the thread waits.
 * See also: tools/ftpd/commands.h, tools/ftpd/transfer.h, RFC 959 5.4 */
#ifndef FTPD_SESSION_H
#define FTPD_SESSION_H

#include <stdint.h>

#include "net/line.h"
#include "net/tls.h"
#include "proto/ftp_command.h"
#include "proto/ftp_reply.h"
#include "tools/ftpd/data.h"
#include "tools/ftpd/ftpd.h"

#define SESSION_LOGIN_MS	60000	/* to log in */
#define SESSION_OUT_SIZE	1024
#define SESSION_SHORT_SIZE	256	/* of a line; few are longer */
#define SESSION_KEPT_SIZE	(2 * FTP_LINE_MAX)

struct command;

/* Whom a session is for. */
struct login {
	int		 done;
	int		 anonymous;
	int		 wrong;		/* passwords, in this session */
	int		 root_fd;	/* the home; -1 before */
	int		 root_is_own;	/* to be closed */
	int		 named;		/* USER was said, PASS comes next */
	char		 name[NAME_SIZE]; /* claimed, then as it is */
	char		 perms[sizeof(USERS_PERMS)];
};

/* It lies on its thread's stack, and what an idle session has not touched costs
 * no memory: so what each one needs comes last, in the page of its callers, and
 * buffers that few ever fill come first.  Only the first of them, which is read
 * into, is in the page of what it calls. */
struct session {
	char		 line_buf[FTP_LINE_MAX + 2];
	char		 cwd[CONFINE_PATH_SIZE];	/* of serve/confine.h */
	char		 line_long[FTP_LINE_MAX + 1];
	char		 rename_from[CONFINE_PATH_SIZE];
	char		 kept[SESSION_KEPT_SIZE]; /* lines, heard during a
					 * transfer */

	struct client	*client;	/* the first that session_begin sets */
	struct ftpd	*ftpd;
	const struct command *command;	/* the one that runs */
	struct login	 login;
	struct data	 data;
	struct tls_family family;	/* TLS: all its connections */
	struct address	 local;		/* ours, of the control connection */
	int64_t		 login_deadline;
	int		 ascii;		/* TYPE A */
	int		 private;	/* PROT P */
	int		 pbsz;		/* PBSZ was said */
	int		 epsv_all;
	unsigned	 facts;		/* that MLST tells */
	uint64_t	 rest;		/* of the next transfer */
	int		 renaming;	/* commands for which rename_from is
					 * good, with the one that runs */
	int		 bad_commands;
	int		 transferring;	/* 150 was said, and no 226 yet */
	int		 leaving;	/* the last reply was given */
	int		 gone;		/* the client is, or its last line was
					 * read */
	int		 lost;		/* errno of a reply that failed; or 0 */

	uint16_t	 random[16];	/* for ports */
	unsigned	 random_len;	/* of them, unused */
	struct line_reader reader;
	size_t		 out_len, kept_begin, kept_end;
	int		 away;		/* not in the home: cwd says where */
	char		 out[SESSION_OUT_SIZE];
	char		 line_short[SESSION_SHORT_SIZE]; /* the one obeyed */
};

/*
 * session_serve - talk FTP with a client, until it leaves or must
 * Blocks: until then.   Threads: the client's own.
 */
void	session_serve(struct client *client, void *ftpd);

/*
 * session_reply - one line: "226 Done"
 *   format   as printf; what it gives is cut at 500 bytes, and must not hold
 *            the client's bytes unless they have no line end
 * session_reply_more - a line of a reply that goes on: "211-Features:"
 * session_text - a line in the midst of one, behind a space
 * None fails: a client that is lost is noticed when it is heard next.
 * Blocks: when there are many, as long as the client does not read.
 */
void	session_reply(struct session *session, enum ftp_code code,
	    const char *format, ...) __attribute__((format(printf, 3, 4)));
void	session_reply_more(struct session *session, enum ftp_code code,
	    const char *text);
void	session_text(struct session *session, const char *text);

/* session_cwd - where the client is; session_go - go there, both as paths of
 * confine_path (serve/confine.h) */
const char *session_cwd(const struct session *session);
void	session_go(struct session *session, const char *path);

/* session_write - bytes of a reply, any number of them. */
void	session_write(struct session *session, const char *bytes, size_t len);

/* session_reply_errno - why the system refused it: 550, or 452 and 451. */
void	session_reply_errno(struct session *session, int error);

/* session_flush - send the replies that wait; 0, or -1 with errno. */
int	session_flush(struct session *session);

/*
 * session_hear - read what the client says during a transfer
 * Lines are kept for later, in their order; but ABOR, STAT and QUIT are looked
 * at now, if no other line is kept (ABOR in any case).
 *   so_far   bytes transferred, for STAT
 * Returns 0; 1: ABOR; -1: the client is gone, or the server stops.
 * Blocks: no.
 */
int	session_hear(struct session *session, uint64_t so_far);

/* session_can_hear - is there room to keep what it may say? */
int	session_can_hear(const struct session *session);

#endif
