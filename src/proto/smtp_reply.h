/* smtp_reply.h - what a mail server answers.
 * A reply is one line, or several that all begin with the same code:
 *	250-mail.iiia.net
 *	250-SIZE 10240000
 *	250 ENHANCEDSTATUSCODES
 * It is read a line at a time, as the lines come.  Behind the code there may be
 * another, of three numbers, that says more (550 5.1.1: no such mailbox).
 *
 *	struct smtp_reply reply = { 0 };
 *
 *	do
 *		verdict = smtp_reply_add(&reply, line, len);
 *	while (verdict == SMTP_REPLY_MORE);
 *
 * Ref: RFC 5321 4.2, RFC 3463 2 (enhanced codes).
 * See also: proto/reply_line.h, tests/check_smtp_reply.c,
 * tests/fuzz/fuzz_smtp_reply.c */
#ifndef PROTO_SMTP_REPLY_H
#define PROTO_SMTP_REPLY_H

#include <stddef.h>
#include <stdint.h>

#define SMTP_REPLY_LINES_MAX	128	/* in one reply */
#define SMTP_REPLY_TEXT_SIZE	256

/* A zeroed one is a reply of which no line has come. */
struct smtp_reply {
	int		 code;		/* 200 to 599 */
	int		 lines;
	int		 enhanced[3];	/* 5.1.1; all 0: none, or a wrong one */
	char		 text[SMTP_REPLY_TEXT_SIZE]; /* of the first line,
					 * behind both codes, cut to fit; any
					 * bytes but NUL, which becomes ? */
};

enum smtp_reply_verdict {
	SMTP_REPLY_DONE,
	SMTP_REPLY_MORE,
	SMTP_REPLY_NO_CODE,		/* not three digits, space or dash */
	SMTP_REPLY_BAD_CODE,		/* 1yz: SMTP has none */
	SMTP_REPLY_CODE_CHANGED,	/* 250- and then 550 */
	SMTP_REPLY_ENDLESS
};

/*
 * smtp_reply_add - take the next line of a reply
 *   buf, len   the line without its end: any bytes
 * Returns SMTP_REPLY_DONE with the last line, SMTP_REPLY_MORE before; what else
 * it returns is wrong with the line, and the reply is then not to be used.
 * Blocks: no.   Threads: safe.
 */
enum smtp_reply_verdict smtp_reply_add(struct smtp_reply *reply,
	    const char *buf, size_t len);

/*
 * smtp_reply_wrong - what is wrong with a line, as a sentence
 *   verdict   neither SMTP_REPLY_DONE nor SMTP_REPLY_MORE
 * Returns a constant, marked with N_().
 * Blocks: no.   Threads: safe.
 */
const char *smtp_reply_wrong(enum smtp_reply_verdict verdict);

/* What a server can do, as its reply to EHLO says. */
struct smtp_features {
	int		 eight_bit;	/* 8BITMIME: RFC 6152 */
	int		 starttls;	/* RFC 3207 */
	int		 auth_plain;	/* AUTH ... PLAIN: RFC 4954 */
	int		 size;		/* SIZE: RFC 1870 */
	uint64_t	 size_max;	/* 0: not told */
};

/*
 * smtp_features_add - take a line of the reply to EHLO, but not the first: that
 * one names the server
 *   buf, len   as smtp_reply_add took it
 * A line that is not understood changes nothing: RFC 5321 4.1.1.1.
 * Blocks: no.   Threads: safe.
 */
void	smtp_features_add(struct smtp_features *features, const char *buf,
	    size_t len);

#endif
