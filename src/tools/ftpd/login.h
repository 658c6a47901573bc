/* login.h - who a session is for, and whether others can listen.
 * Ref: RFC 959 4.1.1, RFC 4217.   See also: serve/account.h, fil-ftpd(8) */
#ifndef FTPD_LOGIN_H
#define FTPD_LOGIN_H

#include "tools/ftpd/session.h"

/* Commands: who. */
void	login_acct(struct session *session, const char *argument);
void	login_pass(struct session *session, const char *password);
void	login_rein(struct session *session, const char *argument);
void	login_user(struct session *session, const char *name);

/* Commands: whether others can listen; security.c. */
void	login_auth(struct session *session, const char *argument);
void	login_ccc(struct session *session, const char *argument);
void	login_pbsz(struct session *session, const char *argument);
void	login_prot(struct session *session, const char *argument);

/*
 * login_begin_tls - shake hands on the control connection
 * Returns 0, or -1: it was logged, and the session is over.
 * Blocks: for the client, with a deadline.
 */
int	login_begin_tls(struct session *session);

/* login_end - log out; closes the home. */
void	login_end(struct session *session);

#endif
