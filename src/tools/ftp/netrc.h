/* netrc.h - who we are at which server, as ~/.netrc has it.
 *	machine ftp.example login pc3 password secret
 *	default login anonymous password pc3@example
 * A macro (macdef) is not run, and account is not sent.
 * See also: netrc(5) of inetutils, tests/check_ftp_netrc.c */
#ifndef FTP_NETRC_H
#define FTP_NETRC_H

#include <stddef.h>

#include "base/cause.h"
#include "client/secret.h"
#include "tools/ftp/session.h"

struct netrc_login {
	char	 user[SESSION_USER_SIZE];
	char	 password[SECRET_SIZE];
	int	 has_password;
};

/*
 * netrc_search - look a host up in the text of such a file
 *   user    NULL: any; the first entry that fits is taken
 *   login   receives it
 * Returns 1, or 0: there is none.
 * Blocks: no.   Threads: safe.
 */
int	netrc_search(const char *text, const char *host, const char *user,
	    struct netrc_login *login);

/*
 * netrc_find - look a host up in the user's file
 * Returns 1, 0 if there is no entry, or no file; or -1 with cause: it cannot
 * be read, or others can read a password in it.
 * Blocks: for the disk.   Threads: safe, if nobody sets the environment.
 */
int	netrc_find(const char *host, const char *user,
	    struct netrc_login *login, struct cause *cause);

#endif
