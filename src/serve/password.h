/* password.h - crypt(3): make the hash of a password, compare one.
 * This file alone knows libcrypt.  A hash is slow and takes memory on purpose
 * (yescrypt: 16 MiB, some 50 ms): callers limit how many are made at once
 * (serve/account.h).
 * Ref: crypt(3), crypt(5).   See also: tests/check_password.c */
#ifndef SERVE_PASSWORD_H
#define SERVE_PASSWORD_H

#include <stddef.h>

#include "base/cause.h"

#define PASSWORD_MAX		511	/* bytes: crypt(3) takes no more */
#define PASSWORD_HASH_SIZE	384	/* with NUL */

/* What crypt_r works in: 32 KiB, too much for a client's stack. */
struct crypt_data;

/* password_scratch_new - such memory; NULL with errno.  Never blocks. */
struct crypt_data *password_scratch_new(void);

/* password_scratch_free - wipe and free it.  Takes NULL. */
void	password_scratch_free(struct crypt_data *scratch);

/*
 * password_hash - a new hash: yescrypt, or what this libcrypt prefers
 *   password   a string of PASSWORD_MAX bytes at most
 * Returns 0, or -1 with cause.
 * Blocks: no; takes 50 ms of the processor.   Threads: safe.
 */
int	password_hash(const char *password, char hash[PASSWORD_HASH_SIZE],
	    struct cause *cause);

/*
 * password_matches - is this its hash?  In a time that does not tell how much
 * of it is right; the scratch is wiped.
 *   password   a string of PASSWORD_MAX bytes at most
 * Returns 1, 0, or -1 with errno: out of memory, or a hash of no use.
 * Blocks: no; takes what the hash costs.   Threads: one a scratch.
 */
int	password_matches(const char *password, const char *hash,
	    struct crypt_data *scratch);

/*
 * password_hash_wrong - what is wrong with the text of a hash?
 * Finds a method that this libcrypt does not know, a hash that was cut, and a
 * password that stands there in the clear.
 * Returns NULL if nothing is, or a sentence: a constant marked with N_().
 * Blocks: no.   Threads: safe.
 */
const char *password_hash_wrong(const char *hash);

#endif
