/* ftp_command.h - one line of an FTP control connection: a verb, an argument.
 * The line came over a Telnet connection, so it may hold Telnet's commands:
 * clients put "interrupt process" and a "data mark" before ABOR.  They are
 * taken out here; 0xff that belongs to a name comes twice.
 * Ref: RFC 959 4.1, 5.3; RFC 854.   See also: tests/check_ftp_command.c,
 * tests/fuzz/fuzz_ftp_command.c */
#ifndef PROTO_FTP_COMMAND_H
#define PROTO_FTP_COMMAND_H

#include <stddef.h>
#include <sys/types.h>

#define FTP_LINE_MAX	4352		/* a path of 4096 bytes, and its verb */
#define FTP_VERB_SIZE	5		/* four letters and NUL */

struct ftp_command {
	char		 verb[FTP_VERB_SIZE];	/* in capitals */
	const char	*argument;	/* NUL-terminated; "": there is none */
	size_t		 argument_len;
};

enum ftp_command_verdict {
	FTP_COMMAND_GOOD,
	FTP_COMMAND_EMPTY,		/* nothing but Telnet's commands */
	FTP_COMMAND_BAD_VERB,		/* not 3 or 4 letters */
	FTP_COMMAND_NUL			/* a NUL, or a CR that ends no line */
};

/*
 * ftp_command_parse - what a line asks for
 *   line   len bytes without CRLF, and room for one byte more, which becomes
 *          NUL; Telnet's commands are taken out of it in place
 * Of a bad verb, the first letters are in command->verb all the same.
 * Blocks: no.   Threads: safe.
 */
enum ftp_command_verdict ftp_command_parse(struct ftp_command *command,
	    char *line, size_t len);

/*
 * ftp_command_format - a line that asks for something, with its CRLF
 *   verb       in capitals, "RETR"
 *   argument   any bytes, or NULL: none.  0xff is doubled
 * Returns its length; -1 if it does not fit, or if the argument holds CR, LF
 * or NUL: those would be a line of their own.
 * Blocks: no.   Threads: safe.
 */
ssize_t	ftp_command_format(char *buf, size_t size, const char *verb,
	    const char *argument);

#endif
