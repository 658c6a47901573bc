/* prompt_words.c - what the Tab key completes a word to.
 * See also: client/prompt_words.h */
#include "client/prompt_words.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static const char *next_word(const struct prompt_caller *, const char *,
    const char *, size_t *);

size_t
prompt_words_common(const struct prompt_caller *caller, const char *before,
    const char *typed, char common[PROMPT_WORD_SIZE])
{
	const char *word;
	size_t i = 0, found = 0;

	if (caller->look_up != NULL)
		caller->look_up(caller->context, before, typed);
	while ((word = next_word(caller, before, typed, &i)) != NULL) {
		size_t same = 0;

		if (found++ == 0)
			snprintf(common, PROMPT_WORD_SIZE, "%s", word);
		while (common[same] != '\0' && common[same] == word[same])
			same++;
		/* UTF-8: back to where the character begins that differs. */
		while (same > 0 && (common[same] & 0xc0) == 0x80)
			same--;
		common[same] = '\0';
	}
	return (found);
}

void
prompt_words_print(const struct prompt_caller *caller, const char *before,
    const char *typed, FILE *stream)
{
	const char *word;
	size_t i = 0;

	while ((word = next_word(caller, before, typed, &i)) != NULL)
		fprintf(stream, "%s  ", word);
	putc('\n', stream);
}

void
prompt_words_widen(wchar_t *wide, size_t size, const char *text)
{
	size_t left = strlen(text), count = 0, taken;
	uint32_t code;

	while (left > 0 && count + 1 < size &&
	    (taken = text_utf8_next(text, left, &code)) > 0) {
		wide[count++] = (wchar_t)code;
		text += taken;
		left -= taken;
	}
	wide[count] = L'\0';
}

void
prompt_words_narrow(char *text, size_t size, const wchar_t *from,
    const wchar_t *to)
{
	size_t len = 0;

	for (; from < to && len + 4 < size; from++)
		len += text_utf8_put(text + len, (uint32_t)*from);
	text[len] = '\0';
}

/* The next word, from the i-th on, that begins as what was typed. */
static const char *
next_word(const struct prompt_caller *caller, const char *before,
    const char *typed, size_t *i)
{
	const char *word;

	while ((word = caller->word(caller->context, before, (*i)++)) != NULL)
		if (strncmp(word, typed, strlen(typed)) == 0)
			return (word);
	return (NULL);
}
