/* prompt_place.h - where a text ends on a terminal of so many columns.
 * A terminal does not tell; so we count as libedit draws: a tab up to the next
 * stop, control characters as ^A, what cannot be printed as \U+12345, and a
 * character of two columns never in two halves.
 * See also: client/prompt_edit.h, tests/check_prompt.c */
#ifndef CLIENT_PROMPT_PLACE_H
#define CLIENT_PROMPT_PLACE_H

#include <wchar.h>

struct prompt_place {
	int		 columns;	/* of the terminal, at least 2 */
	int		 row, column;	/* from 0 */
};

/* prompt_place_after - go on behind one more character.  How wide it is, the
 * thread's LC_CTYPE says. */
void	prompt_place_after(struct prompt_place *place, wchar_t c);

/* prompt_place_before - where this character will stand: perhaps only in the
 * next row. */
void	prompt_place_before(struct prompt_place *place, wchar_t c);

#endif
