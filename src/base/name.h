/* name.h - what an account, a nick or a chat room may be called.
 * Letters in any script, digits and ._- but no - at the beginning, at most 24
 * characters of UTF-8.  Two names are one if they differ in case only.
 *
 * A letter or digit is what the C library's C.UTF-8 calls one (iswalnum),
 * whatever language the process runs in.  That takes in the vowel signs and
 * tone marks that the scripts of India and Thai cannot do without; other
 * combining marks are refused: e and U+0301 looks like U+00E9, and would be
 * another name.  (Type it as one character; keyboards do.)  Letters of two
 * scripts may still look alike.
 * Ref: POSIX newlocale, iswalnum_l, towlower_l; RFC 3629.
 * See also: base/text.h, tests/check_name.c */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <locale.h>
#include <stddef.h>

#include "base/cause.h"

#define NAME_CHARACTERS	24
#define NAME_SIZE	(4 * NAME_CHARACTERS + 1)	/* in bytes, with NUL */

/* What the rules know of letters; zeroed: those of ASCII only. */
struct name_rules {
	locale_t	 letters;
};

enum name_verdict {
	NAME_GOOD,
	NAME_EMPTY,
	NAME_TOO_LONG,			/* over 24 characters */
	NAME_BAD_FIRST,			/* - */
	NAME_BAD_CHARACTER,
	NAME_NOT_UTF8
};

/*
 * name_rules_init - learn what a letter is
 * Returns 0, or -1 with cause if the system has no C.UTF-8: the rules can be
 * used all the same, and know the letters of ASCII only.
 * Blocks: for a file, on some systems.   Threads: safe.
 */
int	name_rules_init(struct name_rules *rules, struct cause *cause);

/* name_rules_fini - forget it.  Takes zeroed rules. */
void	name_rules_fini(struct name_rules *rules);

/*
 * name_check - is this a name?
 *   name, len   any bytes at all
 * Blocks: no.   Threads: safe.
 */
enum name_verdict name_check(const struct name_rules *rules, const char *name,
	    size_t len);

/*
 * name_wrong - what is wrong with a name, "a name may be ..."
 *   verdict   not NAME_GOOD
 * Returns a string constant: for the wire as it is, for a person through _().
 * Blocks: no.   Threads: safe.
 */
const char *name_wrong(enum name_verdict verdict);

/*
 * name_fold - the form in which names are compared: towlower for each
 * character.  (So Σ is σ, and ς at the end of a word is a letter of its own.)
 *   folded   receives a string, shorter or longer than the name
 * Returns what name_check does; folded is set if that is NAME_GOOD.
 * Blocks: no.   Threads: safe.
 */
enum name_verdict name_fold(const struct name_rules *rules, const char *name,
	    size_t len, char folded[NAME_SIZE]);

#endif
