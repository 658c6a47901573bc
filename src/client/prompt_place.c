/* prompt_place.c - where a text ends on a terminal of so many columns.
 * See also: client/prompt_place.h */
#define _XOPEN_SOURCE	700		/* wcwidth */

#include "client/prompt_place.h"

#include <wctype.h>

void
prompt_place_after(struct prompt_place *place, wchar_t c)
{
	int left, stop, width = wcwidth(c);

	prompt_place_before(place, c);
	left = place->columns - place->column;
	stop = 8 - place->column % 8;
	if (c == L'\n')
		width = left;
	else if (c == L'\t')
		width = stop < left ? stop : left;
	else if (!iswprint((wint_t)c))
		width = c < 0x100 ? 2 : c <= 0xffff ? 7 : 8;
	place->column += width;
	place->row += place->column / place->columns;
	place->column %= place->columns;
}

void
prompt_place_before(struct prompt_place *place, wchar_t c)
{
	if (wcwidth(c) == 2 && place->column + 2 > place->columns) {
		place->row++;
		place->column = 0;
	}
}
