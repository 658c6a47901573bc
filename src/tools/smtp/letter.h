/* letter.h - the message: its head, and a body of plain text.
 * Lines of any length, in UTF-8, become what a mail server takes: CRLF at each
 * end, at most 998 bytes, and 7 bits where it cannot take 8.
 * Ref: RFC 5322 2.1.1, 3.6; RFC 2045.   See also: proto/mime.h,
 * tests/system/smtp.py */
#ifndef SMTP_LETTER_H
#define SMTP_LETTER_H

#include <stddef.h>

#include "base/cause.h"
#include "proto/mailbox.h"

#define LETTER_BODY_MAX	((size_t)64 << 20)	/* more than servers take */
#define LETTER_LINE_MAX	998		/* RFC 5322 2.1.1, without CRLF */
#define LETTER_ID_SIZE	(MAILBOX_DOMAIN_SIZE + 64)

struct letter {
	const char	*from, *to;
	const char	*subject;	/* UTF-8; "": none */
	char		*body;		/* on the heap */
	size_t		 body_len;
	int		 is_ascii;
	size_t		 longest;	/* line of the body, in bytes */
	char		 date[64], id[LETTER_ID_SIZE];
};

/* A letter as it is sent, but for the dots. */
struct letter_text {
	char		*bytes;		/* on the heap */
	size_t		 len;
	int		 is_eight_bit;	/* BODY=8BITMIME is to be said */
};

/*
 * letter_read - take the body from a file
 *   path   "-": standard input
 * Returns 0, or -1 with cause, EFBIG if it is longer than LETTER_BODY_MAX.
 * letter_fini in both cases.
 * Blocks: until the file ends.   Threads: a letter belongs to one.
 */
int	letter_read(struct letter *letter, const char *path,
	    struct cause *cause);

/* letter_write - take the body from a text.  Returns and blocks as above. */
int	letter_write(struct letter *letter, const char *text,
	    struct cause *cause);

/*
 * letter_wrong - what is wrong with the body, if anything
 * A carriage return alone, a NUL, what is not UTF-8: none of it is text, and
 * servers disagree about where a line with it ends.
 * Notes how long its lines are, so it is to be called before letter_format.
 * Returns a constant, marked with N_(), or NULL.
 * Blocks: no.   Threads: the letter's.
 */
const char *letter_wrong(struct letter *letter);

/*
 * letter_stamp - give it a date and an identity
 *   host   behind the @ of its Message-ID; a domain, as a mailbox has one
 * Returns 0, or -1 with cause.
 * Blocks: no.   Threads: the letter's.
 */
int	letter_stamp(struct letter *letter, const char *host,
	    struct cause *cause);

/*
 * letter_format - write it as lines with CRLF
 *   eight_bit   does the server take 8 bits?
 *   text        receives it; letter_text_fini also after a failure
 * Returns 0, or -1 with cause: no memory.
 * Blocks: no.   Threads: the letter's.
 */
int	letter_format(const struct letter *letter, int eight_bit,
	    struct letter_text *text, struct cause *cause);

/* letter_text_fini, letter_fini - free them.  Take zeroed ones. */
void	letter_text_fini(struct letter_text *text);
void	letter_fini(struct letter *letter);

#endif
