/* fuzz_ftp_listing.c - whatever a server lists, a name lies in its line, and one
 * that is safe leads nowhere else.
 * See also: proto/ftp_listing.h, tests/check_ftp_listing.c */
#include "proto/ftp_listing.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void
expect_inside(enum ftp_listing_verdict verdict,
    const struct ftp_listed *listed, const char *line, size_t len)
{
	if (verdict != FTP_LISTING_ENTRY)
		return;
	assert(listed->name_len > 0);
	assert(listed->name >= line && listed->name + listed->name_len <=
	    line + len);
	if (!ftp_listing_name_is_safe(listed->name, listed->name_len))
		return;
	assert(memchr(listed->name, '/', listed->name_len) == NULL);
	assert(memchr(listed->name, '\0', listed->name_len) == NULL);
	assert(memchr(listed->name, '\033', listed->name_len) == NULL);
	assert(listed->name_len > 2 || listed->name[0] != '.' ||
	    listed->name[listed->name_len - 1] != '.');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ftp_listed listed;
	char *line = malloc(size + 1);

	assert(line != NULL);
	memcpy(line, data, size);
	expect_inside(ftp_listing_parse(&listed, line, size), &listed, line,
	    size);
	expect_inside(ftp_listing_parse_facts(&listed, line, size), &listed,
	    line, size);
	free(line);
	return (0);
}
