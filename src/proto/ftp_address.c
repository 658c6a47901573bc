/* ftp_address.c - where a data connection goes, as FTP writes it.
 * See also: proto/ftp_address.h, tests/check_ftp_address.c */
#include "proto/ftp_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

static int parse_bytes(struct ftp_address *, const char **);
static int parse_port(const char *, size_t, int *);

enum ftp_address_verdict
ftp_address_parse_port(struct ftp_address *addr, const char *text)
{
	if (parse_bytes(addr, &text) == -1 || *text != '\0')
		return (FTP_ADDRESS_BAD);
	return (FTP_ADDRESS_GOOD);
}

enum ftp_address_verdict
ftp_address_parse_227(struct ftp_address *addr, const char *text)
{
	/* RFC 1123 4.1.2.6: look for the digits, the brackets may be gone. */
	for (text += strcspn(text, "0123456789"); *text != '\0';
	    text += strcspn(text, "0123456789")) {
		const char *at = text;

		if (parse_bytes(addr, &at) == 0 &&
		    (*at < '0' || *at > '9') && *at != ',')
			return (FTP_ADDRESS_GOOD);
		text += strspn(text, "0123456789,");
	}
	return (FTP_ADDRESS_BAD);
}

enum ftp_address_verdict
ftp_address_parse_eprt(struct ftp_address *addr, const char *text)
{
	char mark = text[0], host[INET6_ADDRSTRLEN];
	const char *end;
	int family;

	if (mark < 33 || mark > 126 || text[1] == '\0' || text[2] != mark)
		return (FTP_ADDRESS_BAD);
	if (text[1] != '1' && text[1] != '2')
		return (FTP_ADDRESS_BAD_FAMILY);
	addr->family = text[1] == '1' ? FTP_FAMILY_IPV4 : FTP_FAMILY_IPV6;
	family = addr->family == FTP_FAMILY_IPV4 ? AF_INET : AF_INET6;
	text += 3;
	if ((end = strchr(text, mark)) == NULL ||
	    (size_t)(end - text) >= sizeof(host))
		return (FTP_ADDRESS_BAD);
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	memset(addr->bytes, 0, sizeof(addr->bytes));
	if (inet_pton(family, host, addr->bytes) != 1)
		return (FTP_ADDRESS_BAD);
	text = end + 1;
	if ((end = strchr(text, mark)) == NULL || end[1] != '\0' ||
	    parse_port(text, (size_t)(end - text), &addr->port) == -1)
		return (FTP_ADDRESS_BAD);
	return (FTP_ADDRESS_GOOD);
}

int
ftp_address_parse_229(const char *text, int *port)
{
	const char *end;
	char mark;

	if ((text = strchr(text, '(')) == NULL)
		return (-1);
	mark = text[1];
	if (mark < 33 || mark > 126 || text[2] != mark || text[3] != mark)
		return (-1);
	text += 4;
	if ((end = strchr(text, mark)) == NULL || end[1] != ')')
		return (-1);
	return (parse_port(text, (size_t)(end - text), port));
}

const char *
ftp_address_format_port(const struct ftp_address *addr,
    char text[FTP_ADDRESS_TEXT_SIZE])
{
	snprintf(text, FTP_ADDRESS_TEXT_SIZE, "%d,%d,%d,%d,%d,%d",
	    addr->bytes[0], addr->bytes[1], addr->bytes[2], addr->bytes[3],
	    addr->port >> 8 & 0xff, addr->port & 0xff);
	return (text);
}

const char *
ftp_address_format_eprt(const struct ftp_address *addr,
    char text[FTP_ADDRESS_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(addr->family == FTP_FAMILY_IPV4 ? AF_INET : AF_INET6,
	    addr->bytes, host, sizeof(host));
	snprintf(text, FTP_ADDRESS_TEXT_SIZE, "|%d|%s|%d|", (int)addr->family,
	    host, addr->port);
	return (text);
}

/* Six numbers between commas; *text then stands behind them. */
static int
parse_bytes(struct ftp_address *addr, const char **text)
{
	uint64_t numbers[6];
	const char *at = *text;

	for (int i = 0; i < 6; i++) {
		size_t len = strspn(at, "0123456789");

		if (len > 3 || num_parse(at, len, 255, &numbers[i]) == -1 ||
		    (i < 5 && at[len] != ','))
			return (-1);
		at += i < 5 ? len + 1 : len;
	}
	addr->family = FTP_FAMILY_IPV4;
	memset(addr->bytes, 0, sizeof(addr->bytes));
	for (int i = 0; i < 4; i++)
		addr->bytes[i] = (unsigned char)numbers[i];
	addr->port = (int)(numbers[4] << 8 | numbers[5]);
	*text = at;
	return (addr->port != 0 ? 0 : -1);
}

static int
parse_port(const char *text, size_t len, int *port)
{
	uint64_t number;

	if (len > 5 || num_parse(text, len, 65535, &number) == -1 ||
	    number == 0)
		return (-1);
	*port = (int)number;
	return (0);
}
