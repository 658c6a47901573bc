/* fuzz_ftp_reply.c - any lines give a reply or none; paths and times are read
 * as they are written.
 * See also: proto/ftp_reply.h, tests/check_ftp_reply.c */
#include "proto/ftp_reply.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void
try_lines(const char *text, size_t size)
{
	struct ftp_reply reply = { 0 };
	const char *end = text + size, *words;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((stop != NULL ? stop : end) - text);
		enum ftp_reply_verdict verdict = ftp_reply_take(&reply, text,
		    len, &words);

		assert(words >= text && words <= text + len);
		assert(reply.lines <= FTP_REPLY_LINES_MAX + 1);
		assert(verdict == FTP_REPLY_BAD || (reply.code >= 100 &&
		    reply.code < 600));
		if (verdict != FTP_REPLY_MORE)
			reply = (struct ftp_reply){ 0 };
		text += len + 1;
	}
}

static void
try_path(const char *text, size_t size)
{
	size_t room = 2 * size + 4;
	char *quoted = malloc(room), *path = malloc(size + 1);

	assert(quoted != NULL && path != NULL);
	assert(ftp_reply_quote(quoted, room, text) != SIZE_MAX);
	assert(ftp_reply_unquote(path, size + 1, quoted) == 0);
	assert(strcmp(path, text) == 0);
	if (ftp_reply_unquote(path, size + 1, text) == 0)
		assert(strlen(path) < size);
	free(path);
	free(quoted);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), again[FTP_TIME_SIZE];
	int64_t seconds, same;

	assert(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	try_lines(text, size);
	try_path(text, size);
	if (ftp_time_parse(text, size, &seconds) == 0) {
		ftp_time_format(seconds, again);
		assert(ftp_time_parse(again, 14, &same) == 0);
		assert(same == seconds || seconds >= 253402300800);
	}
	free(text);
	return (0);
}
