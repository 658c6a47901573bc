/* glob.c - does a name match a pattern of * ? and []?
 * See also: proto/glob.h, tests/check_glob.c */
#include "proto/glob.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

static size_t character_len(const char *);
static const char *set_end(const char *);
static int set_has(const char *, const char *, unsigned char);
static size_t step(const char *, const char *, const char **);

int
glob_is_pattern(const char *text)
{
	return (text[strcspn(text, "*?[")] != '\0');
}

int
glob_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *retry = name, *next;

	if (name[0] == '.' && pattern[0] != '.' &&
	    !(pattern[0] == '\\' && pattern[1] == '.'))
		return (0);
	while (*name != '\0') {
		size_t len;

		if (*pattern == '*') {
			star = ++pattern;
			retry = name;
		} else if ((len = step(pattern, name, &next)) > 0) {
			name += len;
			pattern = next;
		} else if (star != NULL) {
			/* The star takes one byte more. */
			pattern = star;
			name = ++retry;
		} else {
			return (0);
		}
	}
	while (*pattern == '*')
		pattern++;
	return (*pattern == '\0');
}

/* How many bytes of name one element of the pattern, not a star, takes; 0: it
 * does not match. */
static size_t
step(const char *pattern, const char *name, const char **next)
{
	const char *end;

	*next = pattern + 1;
	switch (*pattern) {
	case '\0':
		return (0);
	case '?':
		return (character_len(name));
	case '[':
		if ((end = set_end(pattern)) == NULL)
			break;
		*next = end + 1;
		return (set_has(pattern + 1, end, (unsigned char)*name) ? 1 :
		    0);
	case '\\':
		if (pattern[1] == '\0')
			break;
		*next = pattern + 2;
		return (pattern[1] == *name ? 1 : 0);
	}
	return (*pattern == *name ? 1 : 0);
}

static size_t
character_len(const char *name)
{
	size_t len = text_utf8_next(name, strnlen(name, 4), &(uint32_t){ 0 });

	return (len > 0 ? len : 1);
}

/* The ] of a set that begins at a [; one that comes first is a member. */
static const char *
set_end(const char *set)
{
	set++;
	if (*set == '!' || *set == '^')
		set++;
	if (*set == ']')
		set++;
	return (strchr(set, ']'));
}

static int
set_has(const char *set, const char *end, unsigned char byte)
{
	int inverse = *set == '!' || *set == '^', found = 0;

	for (set += inverse; set < end; set++) {
		unsigned char low = (unsigned char)*set, high = low;

		if (set + 2 < end && set[1] == '-') {
			high = (unsigned char)set[2];
			set += 2;
		}
		found |= low <= byte && byte <= high;
	}
	return (found != inverse);
}
