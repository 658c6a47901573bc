/* name.c - what an account, a nick or a chat room may be called.
 * See also: base/name.h, tests/check_name.c */
#include "base/name.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <wctype.h>

#include "base/intl.h"
#include "base/text.h"

#define LETTERS		"C.UTF-8"
#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

struct range {
	uint32_t	 first, last;
};

static int is_in(uint32_t, const struct range *, size_t);
static int is_name_character(const struct name_rules *, uint32_t);
static uint32_t lower(const struct name_rules *, uint32_t);

/* Unicode calls them letters and shows nothing: the fillers of Hangul. */
static const struct range invisible[] = { { 0x115f, 0x1160 },
    { 0x3164, 0x3164 }, { 0xffa0, 0xffa0 } };

/* No letters, but many names cannot be written without them: what joins or
 * changes consonants in the scripts of India (virama, nukta), Burmese and
 * Khmer, and the tone marks of Thai and Lao. */
static const struct range signs[] = { { 0x93c, 0x93c }, { 0x94d, 0x94d },
    { 0x9bc, 0x9bc }, { 0x9cd, 0x9cd }, { 0xa3c, 0xa3c }, { 0xa4d, 0xa4d },
    { 0xabc, 0xabc }, { 0xacd, 0xacd }, { 0xb3c, 0xb3c }, { 0xb4d, 0xb4d },
    { 0xbcd, 0xbcd }, { 0xc4d, 0xc4d }, { 0xcbc, 0xcbc }, { 0xccd, 0xccd },
    { 0xd4d, 0xd4d }, { 0xdca, 0xdca }, { 0xe47, 0xe4e }, { 0xec8, 0xecd },
    { 0x1037, 0x103a }, { 0x17d2, 0x17d2 } };

int
name_rules_init(struct name_rules *rules, struct cause *cause)
{
	rules->letters = newlocale(LC_CTYPE_MASK, LETTERS, (locale_t)0);
	if (rules->letters != (locale_t)0)
		return (0);
	cause_errno(cause, "newlocale", errno, LETTERS);
	return (-1);
}

void
name_rules_fini(struct name_rules *rules)
{
	if (rules->letters != (locale_t)0)
		freelocale(rules->letters);
	rules->letters = (locale_t)0;
}

enum name_verdict
name_check(const struct name_rules *rules, const char *name, size_t len)
{
	char folded[NAME_SIZE];

	return (name_fold(rules, name, len, folded));
}

enum name_verdict
name_fold(const struct name_rules *rules, const char *name, size_t len,
    char folded[NAME_SIZE])
{
	size_t characters = 0, used = 0;

	if (len == 0)
		return (NAME_EMPTY);
	if (name[0] == '-')
		return (NAME_BAD_FIRST);
	for (size_t i = 0; i < len; ) {
		uint32_t code;
		size_t size = text_utf8_next(name + i, len - i, &code);

		if (size == 0)
			return (NAME_NOT_UTF8);
		if (!is_name_character(rules, code))
			return (NAME_BAD_CHARACTER);
		if (++characters > NAME_CHARACTERS)
			return (NAME_TOO_LONG);
		used += text_utf8_put(folded + used, lower(rules, code));
		i += size;
	}
	folded[used] = '\0';
	return (NAME_GOOD);
}

const char *
name_wrong(enum name_verdict verdict)
{
	static const char *const wrong[] = {
		[NAME_EMPTY] = N_("a name is needed"),
		[NAME_TOO_LONG] =
		    N_("a name has 24 characters at most"),
		[NAME_BAD_FIRST] = N_("a name does not begin with -"),
		[NAME_BAD_CHARACTER] =
		    N_("a name is of letters, digits, dots, _ and -"),
		[NAME_NOT_UTF8] = N_("a name is written in UTF-8"),
	};

	return (wrong[verdict]);
}

static int
is_name_character(const struct name_rules *rules, uint32_t code)
{
	if (code < 0x80)
		return ((code >= '0' && code <= '9') ||
		    (code >= 'A' && code <= 'Z') ||
		    (code >= 'a' && code <= 'z') ||
		    (code != 0 && strchr("._-", (int)code) != NULL));
	if (rules->letters == (locale_t)0 ||
	    is_in(code, invisible, COUNT(invisible)))
		return (0);
	return (is_in(code, signs, COUNT(signs)) ||
	    iswalnum_l((wint_t)code, rules->letters));
}

static int
is_in(uint32_t code, const struct range *ranges, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return (1);
	return (0);
}

static uint32_t
lower(const struct name_rules *rules, uint32_t code)
{
	if (code < 0x80)
		return (code >= 'A' && code <= 'Z' ? code | 0x20 : code);
	return ((uint32_t)towlower_l((wint_t)code, rules->letters));
}
