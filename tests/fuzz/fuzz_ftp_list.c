/* fuzz_ftp_list.c - whatever an entry holds, its line is one line.
 * The first 64 bytes are the numbers, the rest is the name.
 * See also: proto/ftp_list.h, tests/check_ftp_list.c */
#include "proto/ftp_list.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void
expect_one_line(const char *line, size_t len)
{
	assert(len < FTP_ENTRY_SIZE && len >= 2);
	assert(strlen(line) == len);
	assert(strcspn(line, "\r\n") == len - 2);
	for (size_t i = 0; i + 2 < len; i++)
		assert((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t numbers[8];
	struct ftp_entry entry = { .perm = "elcmpfd" };
	char *name, *line;
	size_t len;

	if (size < sizeof(numbers))
		return (0);
	memcpy(numbers, data, sizeof(numbers));
	data += sizeof(numbers);
	size -= sizeof(numbers);
	name = malloc(size + 1);
	line = malloc(FTP_ENTRY_SIZE);
	assert(name != NULL && line != NULL);
	memcpy(name, data, size);
	name[size] = '\0';
	entry.name = name;
	entry.is_dir = (int)(numbers[0] & 1);
	entry.mode = (unsigned)numbers[1];
	entry.size = numbers[2];
	entry.links = numbers[3];
	entry.uid = entry.gid = numbers[4];
	entry.device = numbers[5];
	entry.inode = numbers[6];
	entry.modified = (int64_t)numbers[7];
	len = ftp_list_format_ls(line, &entry, (int64_t)(numbers[0] >> 2));
	expect_one_line(line, len);
	len = ftp_list_format_facts(line, &entry, (unsigned)numbers[0]);
	expect_one_line(line, len);
	if (ftp_list_name_is_plain(name) && size <= FTP_NAME_MAX)
		assert(strncmp(line + len - 2 - strlen(name), name,
		    strlen(name)) == 0);
	free(line);
	free(name);
	return (0);
}
