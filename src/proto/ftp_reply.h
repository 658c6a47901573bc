/* ftp_reply.h - what an FTP server answers: codes, and the lines of a reply.
 * A reply is one line, "226 Done", or several: "211-Features:" begins it, and
 * the first line with the same code and a space ends it.
 * Ref: RFC 959 4.2, 5.4; RFC 2228, 2389, 2428, 3659, 4217.
 * See also: tests/check_ftp_reply.c, tests/fuzz/fuzz_ftp_reply.c */
#ifndef PROTO_FTP_REPLY_H
#define PROTO_FTP_REPLY_H

#include <stddef.h>
#include <stdint.h>

#define FTP_REPLY_LINES_MAX	512	/* of one reply */
#define FTP_REPLY_LINE_MAX	8192

enum ftp_code {
	FTP_150_OPENING_DATA_CONNECTION = 150,
	FTP_200_OK = 200,
	FTP_202_SUPERFLUOUS = 202,
	FTP_211_STATUS = 211,
	FTP_213_FILE_STATUS = 213,
	FTP_214_HELP = 214,
	FTP_215_SYSTEM = 215,
	FTP_220_READY = 220,
	FTP_221_GOODBYE = 221,
	FTP_226_CLOSING_DATA_CONNECTION = 226,
	FTP_227_PASSIVE = 227,
	FTP_229_EXTENDED_PASSIVE = 229,
	FTP_230_LOGGED_IN = 230,
	FTP_234_TLS_BEGINS = 234,
	FTP_250_FILE_ACTION_OK = 250,
	FTP_257_PATH = 257,
	FTP_331_NEED_PASSWORD = 331,
	FTP_350_PENDING = 350,
	FTP_421_CLOSING = 421,
	FTP_425_NO_DATA_CONNECTION = 425,
	FTP_426_TRANSFER_ABORTED = 426,
	FTP_431_NO_TLS = 431,
	FTP_450_FILE_BUSY = 450,
	FTP_451_LOCAL_ERROR = 451,
	FTP_452_NO_SPACE = 452,
	FTP_500_UNKNOWN = 500,
	FTP_501_BAD_ARGUMENT = 501,
	FTP_502_NOT_IMPLEMENTED = 502,
	FTP_503_BAD_SEQUENCE = 503,
	FTP_504_BAD_PARAMETER = 504,
	FTP_521_PROT_NEEDED = 521,
	FTP_522_BAD_FAMILY = 522,	/* and: a session to be resumed */
	FTP_530_NOT_LOGGED_IN = 530,
	FTP_533_CCC_DENIED = 533,
	FTP_534_POLICY = 534,
	FTP_536_PROT_LEVEL = 536,
	FTP_550_FILE_UNAVAILABLE = 550,
	FTP_552_TOO_LARGE = 552,
	FTP_553_BAD_NAME = 553,
	FTP_554_BAD_RESTART = 554
};

/* A reply of which the last line has not come yet; zeroed: none. */
struct ftp_reply {
	int		 code;		/* 100 to 599 */
	int		 lines;		/* so far */
	int		 more;		/* the last line is still to come */
};

enum ftp_reply_verdict {
	FTP_REPLY_DONE,
	FTP_REPLY_MORE,			/* give it the next line */
	FTP_REPLY_BAD			/* no FTP server says that */
};

/*
 * ftp_reply_take - the next line of a reply
 *   reply   zeroed before the first line
 *   line    len bytes without their CRLF
 *   text    receives where the words begin, behind the code if it has one
 * Blocks: no.   Threads: safe.
 */
enum ftp_reply_verdict ftp_reply_take(struct ftp_reply *reply,
	    const char *line, size_t len, const char **text);

/*
 * ftp_reply_quote - a path for 257: in quotes, each quote in it doubled
 * Returns its length, without NUL; SIZE_MAX if it does not fit.
 * Blocks: no.   Threads: safe.   Ref: RFC 959 appendix II.
 */
size_t	ftp_reply_quote(char *buf, size_t size, const char *path);

/* ftp_reply_unquote - the path of a 257, text being what follows the code
 * Returns 0, or -1: it has none, or it does not fit. */
int	ftp_reply_unquote(char *path, size_t size, const char *text);

#define FTP_TIME_SIZE	16		/* "20261122041500" and NUL */

/*
 * ftp_time_format - seconds since 1970 as MDTM tells them, in UTC
 * Returns text; "19700101000000" for years beyond four digits.
 * Blocks: no.   Threads: safe.   Ref: RFC 3659 2.3.
 */
const char *ftp_time_format(int64_t seconds, char text[FTP_TIME_SIZE]);

/*
 * ftp_time_parse - YYYYMMDDHHMMSS, and maybe a fraction, which is left out
 * A month of 31 days has them all; a leap second is the next one.
 * Returns 0, or -1.
 * Blocks: no.   Threads: safe.
 */
int	ftp_time_parse(const char *text, size_t len, int64_t *seconds);

#endif
