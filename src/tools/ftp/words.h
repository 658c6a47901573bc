/* words.h - a typed line taken apart, as a shell does it: blanks, quotes,
 * backslashes; and words put together so that this takes them apart again.
 * See also: tests/check_ftp_words.c */
#ifndef FTP_WORDS_H
#define FTP_WORDS_H

#include <stddef.h>

#define WORDS_MAX	256

enum words_verdict {
	WORDS_GOOD,
	WORDS_OPEN_QUOTE,		/* a quote, or a last backslash, that
					 * nothing follows */
	WORDS_TOO_MANY
};

/*
 * words_split - take a line apart
 *   line    changed: the words are in it, without quotes and backslashes
 *   words   receives WORDS_MAX at most, and NULL behind the last
 *   count   how many
 * In '' all is as it stands; in "" a backslash takes the next byte's meaning
 * away from " and \ only; elsewhere, from any byte.
 * Blocks: no.   Threads: safe.
 */
enum words_verdict words_split(char *line, char *words[WORDS_MAX + 1],
	    size_t *count);

/*
 * words_quote - a name as it can be typed, with backslashes
 * Returns its length, or 0 if it does not fit.
 * Blocks: no.   Threads: safe.
 */
size_t	words_quote(char *typed, size_t size, const char *name);

#endif
