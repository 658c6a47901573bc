/* transcript.h - the dialogue with a server, as people read it.
 *	S: 220 mail.iiia.net ESMTP
 *	C: EHLO pc3.iiia.net
 * See also: tools/smtp/wire.h */
#ifndef SMTP_TRANSCRIPT_H
#define SMTP_TRANSCRIPT_H

#include <stddef.h>

struct transcript {
	int		 is_quiet;
	int		 is_colored;
	int		 is_terminal;	/* make what a server says safe */
};

enum speaker { SPEAKER_CLIENT, SPEAKER_SERVER };

/*
 * transcript_line - print one line on standard output
 *   line, len   without its end; of a server: any bytes
 * Blocks: as long as standard output does.   Threads: one.
 */
void	transcript_line(const struct transcript *transcript,
	    enum speaker speaker, const char *line, size_t len);

#endif
