/* text.h - bytes from a peer made safe for a terminal or a log.
 * An escape sequence can retitle a terminal, hide a line, or type for you;
 * a bidirectional override can turn "exe.txt" round.  Valid UTF-8 stays.
 * Ref: RFC 3629 (UTF-8), Unicode UAX 9.   See also: tests/check_text.c */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* One input byte gives at most so many bytes of safe text ("\x1b"). */
#define TEXT_SAFE_GROWTH	4

enum text_form {
	TEXT_ONE_LINE,		/* newline becomes \n: for logs */
	TEXT_LINES,		/* newline stays: for a terminal */
	TEXT_BYTES		/* as ONE_LINE, but what is not UTF-8 becomes
				 * \xe9: for those who look at bytes */
};

/*
 * text_utf8_next - the first character of some UTF-8 text
 *   bytes, len   the text; len >= 1
 *   code         its code point, on success
 * Returns its length in bytes (1 to 4), or 0 if the text does not begin with
 * one: a stray or missing byte, an over-long form, a surrogate.
 * Blocks: no.   Threads: safe.   Ref: RFC 3629 4.
 */
size_t	text_utf8_next(const char *bytes, size_t len, uint32_t *code);

/*
 * text_utf8_put - a character as UTF-8
 *   bytes   where to write, at most 4
 *   code    up to U+10FFFF, and no surrogate
 * Returns how many bytes it took, no NUL after them.
 * Blocks: no.   Threads: safe.   Ref: RFC 3629 3.
 */
size_t	text_utf8_put(char *bytes, uint32_t code);

/* text_is_control - is this character one that a terminal may obey: C0 (tab
 * and newline, too), DEL, C1? */
int	text_is_control(uint32_t code);

/*
 * text_safe - copy a peer's bytes so that they can only be read
 *   safe, size   where to write, NUL-terminated; text that does not fit is
 *                cut at a character and ends in "..." (size >= 4)
 *   bytes, len   what the peer sent, any bytes at all
 *   form         whether newlines stay
 * Tabs stay; other control characters become \r or \x1b forms, bidirectional
 * overrides \u202e forms, bytes that are not UTF-8 become U+FFFD.
 * Returns the length written.
 * Blocks: no.   Threads: safe.
 */
size_t	text_safe(char *safe, size_t size, const char *bytes, size_t len,
	    enum text_form form);

/*
 * text_columns - how many columns a text takes on a terminal
 *   text   our own: UTF-8 of letters that are one column wide
 * Blocks: no.   Threads: safe.
 */
size_t	text_columns(const char *text);

#endif
