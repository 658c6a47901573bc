/* reply_line.h - how a line of a reply begins: three digits, and a space or a
 * dash.
 *	250-mail.iiia.net
 *	250 8BITMIME
 * SMTP and FTP both answer so.  They differ in what may stand between the
 * first line of a reply and its last: that is for their own codecs.
 * Ref: RFC 5321 4.2, RFC 959 4.2.   See also: proto/smtp_reply.h,
 * tests/check_smtp_reply.c */
#ifndef PROTO_REPLY_LINE_H
#define PROTO_REPLY_LINE_H

#include <stddef.h>

struct reply_line {
	int		 code;		/* 100 to 599 */
	int		 more;		/* a dash: it is not the last */
	const char	*text;		/* behind it; no NUL at its end */
	size_t		 len;
};

/*
 * reply_line_parse - read the beginning of a line
 *   buf, len   the line without its end: any bytes
 *   line       set on success only; its text is in buf
 * The digits alone are a last line, with an empty text: RFC 5321 4.2 wants
 * clients to take that.
 * Returns 0, or -1 if this is no such line.
 * Blocks: no.   Threads: safe.
 */
int	reply_line_parse(const char *buf, size_t len, struct reply_line *line);

#endif
