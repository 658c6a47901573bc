/* fuzz_text.c - any bytes made safe: what a terminal would get.
 * The reference is the grammar of RFC 3629 as a table of byte ranges, where
 * text.c calculates code points.
 * Input: the text.
 * See also: base/text.h, tests/check_text.c */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define SIZE_MIN	4		/* the smallest that text_safe takes */
#define PIECE_MAX	6		/* the longest escape: \u202e */
#define CANARY		0x5a
#define TAIL_SIZE	3

/* RFC 3629 4, UTF8-octets: a first byte from first_low to first_high, a second
 * one from second_low to second_high, the others from 80 to BF. */
struct utf8_form {
	unsigned	 first_low, first_high;
	size_t		 len;
	unsigned	 second_low, second_high;
};

static const struct utf8_form utf8_forms[] = {
	{ 0x00, 0x7f, 1, 0, 0 },
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

/* What must not reach a terminal, as UTF-8 writes it. */
static const char *const forbidden[] = {
	"\xd8\x9c", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
	"\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac",
	"\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7",
	"\xe2\x81\xa8", "\xe2\x81\xa9",
};

static void check_characters(const char *, size_t);
static char *check_safe(const char *, size_t, size_t, enum text_form,
    size_t *);
static void check_form(const char *, size_t, enum text_form);
static void check_readable(const char *, size_t, enum text_form);
static uint32_t utf8_code(const unsigned char *, size_t);
static size_t utf8_len(const char *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_characters((const char *)data, size);
	check_form((const char *)data, size, TEXT_ONE_LINE);
	check_form((const char *)data, size, TEXT_LINES);
	check_form((const char *)data, size, TEXT_BYTES);
	return (0);
}

/* text_utf8_next, at every place of the text.  What stands behind it would
 * complete a character that is cut. */
static void
check_characters(const char *bytes, size_t len)
{
	char *copy = malloc(len + TAIL_SIZE);

	assert(copy != NULL);
	if (len > 0)
		memcpy(copy, bytes, len);
	memset(copy + len, 0xbf, TAIL_SIZE);
	for (size_t i = 0; i < len; i++) {
		uint32_t code = UINT32_MAX;
		size_t n = text_utf8_next(copy + i, len - i, &code);

		assert(n == utf8_len(bytes + i, len - i));
		if (n > 0)
			assert(code == utf8_code(
			    (const unsigned char *)bytes + i, n));
	}
	free(copy);
}

/* text_safe into buffers that are too small, just right, and ample. */
static void
check_form(const char *bytes, size_t len, enum text_form form)
{
	size_t whole_len, ample = TEXT_SAFE_GROWTH * len + SIZE_MIN;
	char *whole = check_safe(bytes, len, ample, form, &whole_len);
	const size_t sizes[] = { SIZE_MIN, 5, 6, 7, 8, 9, 10, 11, 12, 16, 33,
	    whole_len / 2, whole_len - 1, whole_len, whole_len + 1 };

	for (size_t i = 0; i < FUZZ_COUNT(sizes); i++) {
		size_t size = sizes[i], n;
		char *safe;

		if (size < SIZE_MIN || size > ample)
			continue;
		safe = check_safe(bytes, len, size, form, &n);
		if (whole_len < size)
			assert(strcmp(safe, whole) == 0);
		else {
			/* A beginning of it, as long as can be. */
			assert(n >= 3 && memcmp(safe + n - 3, "...", 3) == 0);
			assert(memcmp(safe, whole, n - 3) == 0);
			assert(n + PIECE_MAX >= size);
		}
		free(safe);
	}
	free(whole);
}

/* text_safe into a buffer of this size: what holds for every size. */
static char *
check_safe(const char *bytes, size_t len, size_t size, enum text_form form,
    size_t *safe_len)
{
	char *safe = malloc(size + 1), *again = malloc(size);

	assert(safe != NULL && again != NULL);
	memset(safe, CANARY, size + 1);
	*safe_len = text_safe(safe, size, bytes, len, form);
	assert(safe[size] == CANARY && *safe_len < size);
	assert(strlen(safe) == *safe_len);
	check_readable(safe, *safe_len, form);
	/* What is safe stays as it is. */
	assert(text_safe(again, size, safe, *safe_len, form) == *safe_len);
	assert(strcmp(again, safe) == 0);
	free(again);
	return (safe);
}

/* UTF-8 without control characters, and as wide as it has characters. */
static void
check_readable(const char *safe, size_t len, enum text_form form)
{
	size_t characters = 0;

	for (size_t i = 0; i < len; characters++) {
		unsigned char first = (unsigned char)safe[i];
		size_t n = utf8_len(safe + i, len - i);

		assert(n > 0);
		assert(first != 0x7f && (first >= 0x20 || first == '\t' ||
		    (first == '\n' && form == TEXT_LINES)));
		/* C1: U+0080 to U+009F. */
		assert(first != 0xc2 || (unsigned char)safe[i + 1] >= 0xa0);
		i += n;
	}
	assert(text_columns(safe) == characters);
	for (size_t i = 0; i < FUZZ_COUNT(forbidden); i++)
		assert(strstr(safe, forbidden[i]) == NULL);
}

/* How long the first character is; 0: it is none. */
static size_t
utf8_len(const char *bytes, size_t len)
{
	const unsigned char *in = (const unsigned char *)bytes;

	for (size_t i = 0; i < FUZZ_COUNT(utf8_forms); i++) {
		const struct utf8_form *form = &utf8_forms[i];

		if (in[0] < form->first_low || in[0] > form->first_high)
			continue;
		if (form->len > len || (form->len > 1 &&
		    (in[1] < form->second_low || in[1] > form->second_high)))
			return (0);
		for (size_t k = 2; k < form->len; k++)
			if (in[k] < 0x80 || in[k] > 0xbf)
				return (0);
		return (form->len);
	}
	return (0);
}

/* RFC 3629 3: the bits marked x, of a character that utf8_len has checked. */
static uint32_t
utf8_code(const unsigned char *in, size_t len)
{
	switch (len) {
	case 1:
		return (in[0]);
	case 2:
		return ((in[0] - 0xc0u) * 0x40 + (in[1] - 0x80u));
	case 3:
		return ((in[0] - 0xe0u) * 0x1000 + (in[1] - 0x80u) * 0x40 +
		    (in[2] - 0x80u));
	default:
		return ((in[0] - 0xf0u) * 0x40000 + (in[1] - 0x80u) * 0x1000 +
		    (in[2] - 0x80u) * 0x40 + (in[3] - 0x80u));
	}
}
