/* ftp_address.h - where a data connection goes, as FTP writes it.
 *	PORT 127,0,0,1,15,160			227 ... (127,0,0,1,15,160)
 *	EPRT |2|::1|4000|			229 ... (|||4000|)
 * Ref: RFC 959 4.1.2, RFC 2428.   See also: tests/check_ftp_address.c,
 * tests/fuzz/fuzz_ftp_address.c */
#ifndef PROTO_FTP_ADDRESS_H
#define PROTO_FTP_ADDRESS_H

#include <stddef.h>

#define FTP_ADDRESS_TEXT_SIZE	64	/* enough for each form */

/* RFC 2428 2: the numbers of the address families. */
enum ftp_family {
	FTP_FAMILY_IPV4 = 1,
	FTP_FAMILY_IPV6 = 2
};

struct ftp_address {
	enum ftp_family	 family;
	unsigned char	 bytes[16];	/* 4 of them for IPv4 */
	int		 port;		/* 1 to 65535 */
};

enum ftp_address_verdict {
	FTP_ADDRESS_GOOD,
	FTP_ADDRESS_BAD,		/* 501 */
	FTP_ADDRESS_BAD_FAMILY		/* 522 */
};

/*
 * ftp_address_parse_port - "127,0,0,1,15,160", the argument of PORT
 * Six numbers of at most 255 and nothing else.
 * Blocks: no.   Threads: safe.
 */
enum ftp_address_verdict ftp_address_parse_port(struct ftp_address *addr,
	    const char *text);

/* ftp_address_parse_eprt - "|1|127.0.0.1|4000|", with any mark for | */
enum ftp_address_verdict ftp_address_parse_eprt(struct ftp_address *addr,
	    const char *text);

/*
 * ftp_address_parse_227 - what a server says to PASV
 *   text   the reply behind its code; servers differ in words and brackets,
 *          so the six numbers are looked for
 */
enum ftp_address_verdict ftp_address_parse_227(struct ftp_address *addr,
	    const char *text);

/* ftp_address_parse_229 - what a server says to EPSV: 0 and its port, or -1 */
int	ftp_address_parse_229(const char *text, int *port);

/*
 * ftp_address_format_port - "127,0,0,1,15,160", for PORT and 227; IPv4 only
 * ftp_address_format_eprt - "|2|::1|4000|", for EPRT
 * Return text.
 * Blocks: no.   Threads: safe.
 */
const char *ftp_address_format_port(const struct ftp_address *addr,
	    char text[FTP_ADDRESS_TEXT_SIZE]);
const char *ftp_address_format_eprt(const struct ftp_address *addr,
	    char text[FTP_ADDRESS_TEXT_SIZE]);

#endif
