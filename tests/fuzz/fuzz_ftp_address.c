/* fuzz_ftp_address.c - any text is no address, or one that is written alike.
 * See also: proto/ftp_address.h, tests/check_ftp_address.c */
#include "proto/ftp_address.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void
expect_again(const struct ftp_address *addr)
{
	char text[FTP_ADDRESS_TEXT_SIZE];
	struct ftp_address again;

	assert(addr->port > 0 && addr->port < 65536);
	assert(ftp_address_parse_eprt(&again, ftp_address_format_eprt(addr,
	    text)) == FTP_ADDRESS_GOOD);
	assert(again.family == addr->family && again.port == addr->port);
	assert(memcmp(again.bytes, addr->bytes, sizeof(again.bytes)) == 0);
	if (addr->family != FTP_FAMILY_IPV4)
		return;
	assert(ftp_address_parse_port(&again, ftp_address_format_port(addr,
	    text)) == FTP_ADDRESS_GOOD);
	assert(ftp_address_parse_227(&again, text) == FTP_ADDRESS_GOOD);
	assert(again.port == addr->port);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct ftp_address addr;
	int port;

	assert(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (ftp_address_parse_port(&addr, text) == FTP_ADDRESS_GOOD)
		expect_again(&addr);
	if (ftp_address_parse_eprt(&addr, text) == FTP_ADDRESS_GOOD)
		expect_again(&addr);
	if (ftp_address_parse_227(&addr, text) == FTP_ADDRESS_GOOD)
		expect_again(&addr);
	if (ftp_address_parse_229(text, &port) == 0)
		assert(port > 0 && port < 65536);
	free(text);
	return (0);
}
