/* prompt_words.h - what the Tab key completes a word to.
 * See also: client/prompt.h, tests/check_prompt.c */
#ifndef CLIENT_PROMPT_WORDS_H
#define CLIENT_PROMPT_WORDS_H

#include <stddef.h>
#include <stdio.h>

#include "client/prompt.h"

#define PROMPT_WORD_SIZE 256

/*
 * prompt_words_common - what all words have in common that fit here; they are
 * looked up first
 *   before   the line up to the word
 *   typed    the word, as far as it is typed
 *   common   receives what they all begin with, never half of a character
 * Returns how many words fit.
 * Blocks: no.   Threads: the prompt's.
 */
size_t	prompt_words_common(const struct prompt_caller *caller,
	    const char *before, const char *typed,
	    char common[PROMPT_WORD_SIZE]);

/* prompt_words_print - the words that fit, in one line. */
void	prompt_words_print(const struct prompt_caller *caller,
	    const char *before, const char *typed, FILE *stream);

/* prompt_words_widen - UTF-8 as libedit wants it; what does not fit, or is no
 * UTF-8, and all behind it is left out. */
void	prompt_words_widen(wchar_t *wide, size_t size, const char *text);

/* prompt_words_narrow - what libedit has, as UTF-8; what does not fit is left
 * out. */
void	prompt_words_narrow(char *text, size_t size, const wchar_t *from,
	    const wchar_t *to);

#endif
