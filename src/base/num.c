/* num.c - numbers from text, strictly.
 * See also: base/num.h, tests/check_num.c */
#include "base/num.h"

#include <string.h>

int
num_parse(const char *text, size_t len, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;

	if (len == 0)
		return (-1);
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9')
			return (-1);
		/* Compare before multiplying: the product may wrap. */
		if (sum > max / 10 || sum * 10 > max - digit || digit > max)
			return (-1);
		sum = sum * 10 + digit;
	}
	*value = sum;
	return (0);
}

int
num_parse_ms(const char *text, int64_t max_ms, int64_t *value_ms)
{
	static const uint64_t scale[] = { 1000, 100, 10, 1 };
	const char *point = strchr(text, '.');
	size_t whole_len = strcspn(text, ".");
	size_t decimals = point != NULL ? strlen(point + 1) : 0;
	uint64_t whole, part = 0;

	if (num_parse(text, whole_len, INT64_MAX / 1000, &whole) == -1)
		return (-1);
	if (decimals > 3 || (point != NULL &&
	    num_parse(point + 1, decimals, 999, &part) == -1))
		return (-1);
	whole *= 1000;
	part *= scale[decimals];
	if (max_ms < 0 || whole > (uint64_t)max_ms ||
	    part > (uint64_t)max_ms - whole)
		return (-1);
	*value_ms = (int64_t)(whole + part);
	return (0);
}
