/* output.c - where an answer goes: a terminal, a pipe, a file.
 * See also: tools/http/output.h */
#include "tools/http/output.h"

#include <string.h>
#include <unistd.h>

int
output_open(struct output *output, const char *path, uint64_t total,
    int quiet, struct cause *cause)
{
	*output = (struct output){ .save = SAVE_NONE };
	if (save_open(&output->save, path, cause) == -1)
		return (-1);
	output->is_terminal = isatty(output->save.fd);
	progress_begin(&output->progress, total, !quiet &&
	    !output->is_terminal && strcmp(path, "-") != 0);
	return (0);
}

int
output_write(struct output *output, const char *bytes, size_t len,
    struct cause *cause)
{
	int result = output->is_terminal ?
	    readable_write(&output->readable, &output->save, bytes, len,
	    cause) :
	    save_write(&output->save, bytes, len, cause);

	output->done += len;
	progress_update(&output->progress, output->done);
	return (result);
}

int
output_commit(struct output *output, struct cause *cause)
{
	progress_end(&output->progress);
	if (readable_end(&output->readable, &output->save, cause) == -1) {
		save_discard(&output->save);
		return (-1);
	}
	return (save_commit(&output->save, cause));
}

void
output_discard(struct output *output)
{
	struct cause ignored;

	progress_end(&output->progress);
	readable_end(&output->readable, &output->save, &ignored);
	save_discard(&output->save);
}
