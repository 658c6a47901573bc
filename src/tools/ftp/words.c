/* words.c - a typed line taken apart, as a shell does it.
 * See also: tools/ftp/words.h, tests/check_ftp_words.c */
#include "tools/ftp/words.h"

#include <string.h>

static int take_word(char **, char **);

enum words_verdict
words_split(char *line, char *words[WORDS_MAX + 1], size_t *count)
{
	*count = 0;
	for (;;) {
		char *to = line;

		line += strspn(line, " \t");
		if (*line == '\0')
			break;
		if (*count == WORDS_MAX)
			return (WORDS_TOO_MANY);
		to = line;
		words[(*count)++] = to;
		if (take_word(&line, &to) == -1)
			return (WORDS_OPEN_QUOTE);
		if (*line != '\0')
			line++;
		*to = '\0';
	}
	words[*count] = NULL;
	return (WORDS_GOOD);
}

size_t
words_quote(char *typed, size_t size, const char *name)
{
	size_t len = 0;

	for (; *name != '\0'; name++) {
		if (len + 3 > size)
			return (0);
		if (strchr(" \t\\\"'", *name) != NULL)
			typed[len++] = '\\';
		typed[len++] = *name;
	}
	typed[len] = '\0';
	return (len);
}

/* Up to a blank outside quotes.  What is written never gets ahead of what is
 * read.  Returns 0, or -1 if a quote is not closed. */
static int
take_word(char **from, char **to)
{
	char quote = '\0', *at = *from, *out = *to;

	for (; *at != '\0'; at++) {
		if (quote == '\0' && (*at == ' ' || *at == '\t'))
			break;
		if (*at == quote) {
			quote = '\0';
		} else if (quote == '\0' && (*at == '"' || *at == '\'')) {
			quote = *at;
		} else if (*at == '\\' && quote != '\'' && (quote == '\0' ||
		    at[1] == '"' || at[1] == '\\')) {
			if (*++at == '\0')
				return (-1);
			*out++ = *at;
		} else
			*out++ = *at;
	}
	*from = at;
	*to = out;
	return (quote == '\0' ? 0 : -1);
}
