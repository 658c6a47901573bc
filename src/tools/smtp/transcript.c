/* transcript.c - the dialogue with a server, as people read it.
 * See also: tools/smtp/transcript.h */
#include "tools/smtp/transcript.h"

#include <stdio.h>

#include "base/text.h"

#define LINE_SHOWN	4096		/* what is longer is cut */

static const struct {
	const char	*name, *color;
} speakers[] = {
	[SPEAKER_CLIENT] = { "C: ", "\033[32m" },
	[SPEAKER_SERVER] = { "S: ", "\033[36m" },
};

void
transcript_line(const struct transcript *transcript, enum speaker speaker,
    const char *line, size_t len)
{
	char safe[TEXT_SAFE_GROWTH * LINE_SHOWN + 1];

	if (transcript->is_quiet)
		return;
	if (transcript->is_colored)
		fputs(speakers[speaker].color, stdout);
	fputs(speakers[speaker].name, stdout);
	if (transcript->is_terminal) {
		len = text_safe(safe, sizeof(safe), line, len, TEXT_ONE_LINE);
		line = safe;
	}
	fwrite(line, 1, len, stdout);
	fputs(transcript->is_colored ? "\033[0m\n" : "\n", stdout);
	/* A server may take its time: what was said is to be seen now. */
	fflush(stdout);
}
