/* secret.h - where a program gets a password from.
 * Asked on the terminal, with echo off; or out of a file, or from a descriptor,
 * as its options say.  Never from the command line, which everybody sees in
 * ps(1).  Whoever gets a secret wipes it (base/wipe.h) once it is used.
 *
 *	struct secret_options from = SECRET_OPTIONS_DEFAULT;	its rows
 *	char password[SECRET_SIZE];
 *
 *	if (secret_get(&from, _("Password: "), password, &cause) == -1)
 *		log_cause(_("no password:"), &cause);
 *
 * Ref: POSIX tcsetattr, XBD 11 (terminals).   See also: base/opt.h,
 * tests/check_secret.c, tests/system/passwd.py */
#ifndef CLIENT_SECRET_H
#define CLIENT_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/cause.h"
#include "base/opt.h"

#define SECRET_SIZE	512		/* with NUL: crypt(3) takes no more */

struct secret_options {
	const char	*file;		/* NULL: none */
	int64_t		 fd;		/* -1: none */
};

/* The values that hold when no option is given. */
#define SECRET_OPTIONS_DEFAULT { .file = NULL, .fd = -1 }

/* --password-file and --password-fd; the base is a secret_options. */
extern const struct opt secret_option_rows[];
extern const size_t secret_option_rows_len;

/*
 * secret_get - the secret from where the options say, or else from whoever
 * sits at the terminal
 *   prompt   written to the terminal, translated
 *   secret   receives a string; it may be empty
 * Returns 0, or -1 with cause and nothing of it in secret.
 * Blocks: until it is there.   Threads: see secret_ask.
 */
int	secret_get(const struct secret_options *options, const char *prompt,
	    char secret[SECRET_SIZE], struct cause *cause);

/*
 * secret_is_given - does an option say where it comes from?
 * Blocks: no.   Threads: safe.
 */
int	secret_is_given(const struct secret_options *options);

/*
 * secret_ask - ask on the controlling terminal, wherever standard input and
 * output lead, and show nothing of what is typed
 * Echo is back when it returns, and before a signal that ends or stops the
 * process does so; continued, it asks again.  What was typed ahead is thrown
 * away: it was shown.  A signal that the program catches ends the question:
 * EINTR.
 * Returns 0, or -1 with cause and nothing of it in secret.
 * Blocks: until a line is typed.   Threads: before others start, or with
 * signals blocked in them.
 */
int	secret_ask(const char *prompt, char secret[SECRET_SIZE],
	    struct cause *cause);

/*
 * secret_read_line - a line from a descriptor, without its end
 * Nothing beyond that line is taken, so the rest can be read as it is; do not
 * mix it with stdio's stdin.
 *   name   of the descriptor, for the cause
 * Returns 0; -1 with cause and nothing of it in secret, also if there is not
 * one byte.
 * Blocks: until the line has come.   Threads: safe.
 */
int	secret_read_line(int fd, const char *name, char secret[SECRET_SIZE],
	    struct cause *cause);

#endif
