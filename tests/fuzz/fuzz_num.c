/* fuzz_num.c - numbers from text: what num.c takes, and what it makes of it.
 * The reference never calculates: it compares decimal digits as text, so it
 * cannot wrap where num.c might.
 * Input: a byte that chooses the largest value, then the text.
 * See also: base/num.h, tests/check_num.c */
#include "base/num.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define UNTOUCHED	777
#define DIGITS_MAX	24		/* a 64-bit number has at most 20 */

static const uint64_t largest[] = {
	0, 1, 9, 10, 99, 255, 256, 999, 1000, 65535, INT32_MAX,
	UINT32_MAX, INT64_MAX / 1000, INT64_MAX, UINT64_MAX - 1, UINT64_MAX,
};

static const int64_t largest_ms[] = {
	0, 1, 9, 10, 99, 999, 1000, 1001, 65535, INT32_MAX,
	UINT32_MAX, INT64_MAX / 1000, INT64_MAX - 1, INT64_MAX, -1, INT64_MIN,
};

static void check_number(const char *, size_t, uint64_t);
static void check_seconds(const char *, int64_t);
static int digits_at_most(const char *, size_t, uint64_t);
static size_t digits_span(const char *, size_t);
static int seconds_as_digits(const char *, char *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return (0);
	/* Two copies of the exact size: the sanitizer sees a byte too far. */
	size--;
	if ((text = malloc(size + 1)) == NULL)
		return (0);
	memcpy(text, data + 1, size);
	text[size] = '\0';
	check_number((const char *)data + 1, size,
	    largest[data[0] % FUZZ_COUNT(largest)]);
	check_seconds(text, largest_ms[data[0] % FUZZ_COUNT(largest_ms)]);
	free(text);
	return (0);
}

static void
check_number(const char *text, size_t len, uint64_t max)
{
	uint64_t value = UNTOUCHED;
	int result = num_parse(text, len, max, &value);

	assert(result == 0 || result == -1);
	if (len == 0 || digits_span(text, len) != len ||
	    !digits_at_most(text, len, max)) {
		assert(result == -1 && value == UNTOUCHED);
		return;
	}
	assert(result == 0 && value <= max);
	/* Written down again it is the same text, but for zeros before it. */
	assert(digits_at_most(text, len, value));
	assert(value == 0 || !digits_at_most(text, len, value - 1));
}

static void
check_seconds(const char *text, int64_t max_ms)
{
	int64_t value_ms = UNTOUCHED;
	size_t size = strlen(text) + 4;
	char *digits = malloc(size);
	int result = num_parse_ms(text, max_ms, &value_ms);

	assert(result == 0 || result == -1);
	if (digits == NULL)
		return;
	if (max_ms < 0 || !seconds_as_digits(text, digits, size) ||
	    !digits_at_most(digits, strlen(digits), (uint64_t)max_ms))
		assert(result == -1 && value_ms == UNTOUCHED);
	else {
		assert(result == 0 && value_ms >= 0 && value_ms <= max_ms);
		assert((uint64_t)value_ms == strtoull(digits, NULL, 10));
	}
	free(digits);
}

/* "1.5" as the digits of its milliseconds, "1500".  Returns 0 if text is not
 * written so: digits, and perhaps a point and one to three digits. */
static int
seconds_as_digits(const char *text, char *digits, size_t size)
{
	size_t whole = digits_span(text, strlen(text));
	size_t decimals = 0;

	if (whole == 0)
		return (0);
	if (text[whole] == '.') {
		decimals = digits_span(text + whole + 1,
		    strlen(text + whole + 1));
		if (decimals == 0 || decimals > 3)
			return (0);
	}
	if (text[whole + decimals + (decimals > 0)] != '\0')
		return (0);
	snprintf(digits, size, "%.*s%.*s%.*s", (int)whole, text,
	    (int)decimals, decimals > 0 ? text + whole + 1 : "",
	    (int)(3 - decimals), "000");
	return (1);
}

/* How many digits stand at the beginning. */
static size_t
digits_span(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && isdigit((unsigned char)text[n]))
		n++;
	return (n);
}

/* Is the number that these digits write at most max?  The longer one is the
 * larger; of two as long, the later in the alphabet. */
static int
digits_at_most(const char *text, size_t len, uint64_t max)
{
	char limit[DIGITS_MAX];
	size_t limit_len = (size_t)snprintf(limit, sizeof(limit), "%" PRIu64,
	    max);

	while (len > 1 && *text == '0') {
		text++;
		len--;
	}
	if (len != limit_len)
		return (len < limit_len);
	return (memcmp(text, limit, len) <= 0);
}
