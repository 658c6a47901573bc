/* mailbox.h - user@domain, the address of a mailbox.
 * The user's part is words with dots between, or a text in quotes; the domain
 * is a name, or an address in brackets: pc3@[10.0.0.5], pc3@[IPv6:::1].
 * Other alphabets (SMTPUTF8) are not for now.
 * Ref: RFC 5321 4.1.2, 4.1.3, 4.5.3.1.   See also: tests/check_mailbox.c */
#ifndef PROTO_MAILBOX_H
#define PROTO_MAILBOX_H

#include <stddef.h>

#define MAILBOX_MAX		254	/* a path is 256, with < and > */
#define MAILBOX_DOMAIN_SIZE	256

enum mailbox_verdict {
	MAILBOX_GOOD,
	MAILBOX_NO_DOMAIN,		/* nothing behind an @, or no @ */
	MAILBOX_NOT_ASCII,
	MAILBOX_TOO_LONG,
	MAILBOX_BAD_USER,
	MAILBOX_BAD_DOMAIN
};

/*
 * mailbox_check - is this the address of a mailbox?
 *   text   any string
 * Blocks: no.   Threads: safe.
 */
enum mailbox_verdict mailbox_check(const char *text);

/*
 * mailbox_wrong - what is wrong with it, as a sentence
 *   verdict   not MAILBOX_GOOD
 * Returns a constant, marked with N_().
 * Blocks: no.   Threads: safe.
 */
const char *mailbox_wrong(enum mailbox_verdict verdict);

/*
 * mailbox_domain - the domain of an address that is good
 *   host   receives it; of an address in brackets the number alone
 * Returns 1 if it is such a number, 0 if it is a name.
 * Blocks: no.   Threads: safe.
 */
int	mailbox_domain(const char *mailbox, char host[MAILBOX_DOMAIN_SIZE]);

#endif
