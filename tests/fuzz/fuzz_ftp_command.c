/* fuzz_ftp_command.c - any line is refused, or written again as it was read.
 * See also: proto/ftp_command.h, tests/check_ftp_command.c */
#include "proto/ftp_command.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ftp_command command, again;
	char *line = malloc(size + 1), *copy;
	ssize_t len;

	assert(line != NULL);
	memcpy(line, data, size);
	if (ftp_command_parse(&command, line, size) != FTP_COMMAND_GOOD) {
		assert(strlen(command.verb) < FTP_VERB_SIZE);
		free(line);
		return (0);
	}
	assert(strlen(command.argument) == command.argument_len);
	assert(command.argument_len <= size);
	assert(strpbrk(command.argument, "\r") == NULL);
	copy = malloc(2 * size + 4);
	assert(copy != NULL);
	len = ftp_command_format(copy, 2 * size + 4, command.verb,
	    command.argument_len > 0 ? command.argument : NULL);
	/* A line has no LF: here one may have come all the same. */
	assert((len == -1) == (strchr(command.argument, '\n') != NULL));
	if (len != -1) {
		assert(ftp_command_parse(&again, copy, (size_t)len - 2) ==
		    FTP_COMMAND_GOOD);
		assert(strcmp(again.verb, command.verb) == 0);
		assert(strcmp(again.argument, command.argument) == 0);
	}
	free(copy);
	free(line);
	return (0);
}
