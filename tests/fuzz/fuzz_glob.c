/* fuzz_glob.c - the matcher agrees with a slow one that is plainly right.
 * A NUL stands between pattern and name; both are short, for the slow one.
 * See also: proto/glob.h, tests/check_glob.c */
#include "proto/glob.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* Stars, bytes and nothing else: try each length for a star. */
static int
slow_matches(const char *pattern, const char *name)
{
	if (*pattern == '\0')
		return (*name == '\0');
	if (*pattern != '*')
		return (*pattern == *name &&
		    slow_matches(pattern + 1, name + 1));
	for (;; name++) {
		if (slow_matches(pattern + 1, name))
			return (1);
		if (*name == '\0')
			return (0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, '\0', size);
	size_t len = nul != NULL ? (size_t)(nul - data) : size;
	char *pattern = malloc(len + 1), *name = malloc(size - len + 1);
	int matches;

	assert(pattern != NULL && name != NULL);
	memcpy(pattern, data, len);
	pattern[len] = '\0';
	memset(name, 0, size - len + 1);
	if (nul != NULL)
		memcpy(name, nul + 1, size - len - 1);
	matches = glob_matches(pattern, name);
	assert(matches == 0 || matches == 1);
	if (!glob_is_pattern(pattern) && strchr(pattern, '\\') == NULL)
		assert(matches == (strcmp(pattern, name) == 0));
	if (strpbrk(pattern, "?[\\") == NULL && len <= 16 &&
	    strlen(name) <= 16 && name[0] != '.')
		assert(matches == slow_matches(pattern, name));
	free(name);
	free(pattern);
	return (0);
}
