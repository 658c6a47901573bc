/* account.h - who may log in: the users file, and passwords against it.
 * A client's own thread hashes the password that it was given, behind a gate:
 * two hashes at once, however many clients ask, so that logins can take neither
 * all of the memory nor all of the processor.  An unknown name costs a hash
 * too, of the kind that the file's first account has: the time does not tell
 * who has an account.  (It can where a file mixes methods.)
 * See also: serve/users.h, serve/login_throttle.h, tests/check_account.c */
#ifndef SERVE_ACCOUNT_H
#define SERVE_ACCOUNT_H

#include <pthread.h>
#include <stddef.h>

#include "base/cause.h"
#include "base/name.h"
#include "serve/users.h"

#define ACCOUNTS_HASHES	2		/* at once */

struct account_file;
struct crypt_data;

struct accounts {
	struct name_rules names;
	const char	*path;

	pthread_mutex_t	 lock;		/* level 2 */
	pthread_cond_t	 freed;		/* a scratch was */
	/* guarded by lock: */
	struct account_file *file;	/* as it was read last; NULL: never */
	struct crypt_data *scratch[ACCOUNTS_HASHES]; /* the gate: unused ones */
	int		 scratch_len;
	int		 ready;		/* accounts_init did well */
};

/* What a client claims: any bytes, not NULL and no strings. */
struct account_claim {
	const char	*name, *password;
	size_t		 name_len, password_len;
};

/* What the file says of somebody, besides the hash. */
struct account {
	char		 name[NAME_SIZE]; /* as the file spells it */
	char		 home[USERS_LINE_MAX + 1]; /* "": none is given */
	char		 perms[sizeof(USERS_PERMS)]; /* each letter once; all
					 * of them if none is given */
};

enum account_verdict {
	ACCOUNT_OK,
	ACCOUNT_REFUSED,		/* no such name, or not its password */
	ACCOUNT_ERROR			/* it could not be found out: errno */
};

/*
 * accounts_init - accounts of nobody yet
 * Without C.UTF-8 names are of ASCII, and the log says so.
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: before any starts.
 */
int	accounts_init(struct accounts *accounts, struct cause *cause);

/*
 * accounts_fini - free it; nobody may be verified any more
 * Takes a zeroed one.
 */
void	accounts_fini(struct accounts *accounts);

/*
 * accounts_load - read a users file, and take it in the place of the last
 * Logs a warning if others than owner and group can read or change it.
 *   path   kept, not copied
 * Returns 0; or -1 with cause, which names file and line, and what was loaded
 * before stays.
 * Blocks: for the disk.   Threads: safe, but one at a time.
 */
int	accounts_load(struct accounts *accounts, const char *path,
	    struct cause *cause);

/*
 * accounts_reload - read the same file again, for SIGHUP
 * Who is being verified is held against the file as it was when he began.
 * Where nothing was loaded there is nothing to read again.
 * Returns, blocks, threads: as accounts_load.
 */
int	accounts_reload(struct accounts *accounts, struct cause *cause);

/*
 * accounts_exists - is there an account of this name, in any case?
 * Blocks: for the lock only.   Threads: safe.
 */
int	accounts_exists(struct accounts *accounts, const char *name,
	    size_t len);

/*
 * accounts_verify - is this the password of an account?
 *   claim   a password that is longer than PASSWORD_MAX (serve/password.h), or
 *           holds a NUL, is refused at once
 *   name    on ACCOUNT_OK receives the name as the file spells it
 * The caller's copy of the password is the caller's to wipe.
 * Blocks: in the gate, as long as those before it take; then computes for what
 * the hash costs.   Threads: safe; a client's, never the main one.
 */
enum account_verdict accounts_verify(struct accounts *accounts,
	    const struct account_claim *claim, char name[NAME_SIZE]);

/*
 * accounts_login - accounts_verify, and what else the file says
 *   account   set on ACCOUNT_OK only
 */
enum account_verdict accounts_login(struct accounts *accounts,
	    const struct account_claim *claim, struct account *account);

#endif
