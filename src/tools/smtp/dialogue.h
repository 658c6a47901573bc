/* dialogue.h - one attempt to hand a message over: all that is said to one
 * mail server at one address.
 * Ref: RFC 5321 3, 4.2, 4.5.3.2; RFC 3207 (STARTTLS), 4954 (AUTH), 1870 (SIZE),
 * 6152 (8BITMIME).
 * See also: tools/smtp/wire.h, tests/system/smtp_hostile.py */
#ifndef SMTP_DIALOGUE_H
#define SMTP_DIALOGUE_H

#include <stdint.h>

#include "net/address.h"
#include "net/tls.h"
#include "tools/smtp/letter.h"
#include "tools/smtp/outcome.h"
#include "tools/smtp/transcript.h"

/* The order is that of --starttls's words. */
enum encryption {
	ENCRYPTION_AUTO,		/* if offered; verified by nobody */
	ENCRYPTION_REQUIRE,
	ENCRYPTION_NO,
	ENCRYPTION_FROM_START		/* --smtps */
};

/* What all attempts have in common. */
struct errand {
	const struct letter *letter;
	int		 encryption;	/* enum encryption */
	struct tls_client *tls;		/* NULL with ENCRYPTION_NO */
	const char	*user;		/* NULL: nobody logs in */
	const char	*password;
	int64_t		 timeout_ms;	/* caps each limit; 0: no cap */
	struct transcript transcript;
};

/*
 * dialogue_run - try one address, and tell how it went
 *   host   the exchanger's name, which its certificate must be for
 * Blocks: for as long as the limits of all phases are together.
 * Threads: one.
 */
struct outcome dialogue_run(const struct errand *errand, const char *host,
	    const struct address *addr);

#endif
