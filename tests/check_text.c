/* check_text.c - bytes from a peer made safe for a terminal or a log.
 * What comes out is judged by a reader of its own (the table of RFC 3629 4),
 * so that a mistake in the code under test cannot excuse itself.
 * See also: base/text.h */
#include "base/text.h"

#include "suite.h"

#define SERIES		20000
#define BYTES_MAX	96

/* RFC 3629 4: which second byte may follow which first one, and how many
 * bytes 80..BF follow that. */
static const struct utf8_row {
	unsigned char	 first_low, first_high, second_low, second_high;
	size_t		 len;
} utf8_rows[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* What text_utf8_next should return, by the table. */
static size_t
reference_len(const char *bytes, size_t len)
{
	const unsigned char *in = (const unsigned char *)bytes;

	if (in[0] < 0x80)
		return (1);
	for (size_t i = 0; i < SUITE_COUNT(utf8_rows); i++) {
		const struct utf8_row *row = &utf8_rows[i];

		if (in[0] < row->first_low || in[0] > row->first_high)
			continue;
		if (len < row->len || in[1] < row->second_low ||
		    in[1] > row->second_high)
			return (0);
		for (size_t k = 2; k < row->len; k++)
			if (in[k] < 0x80 || in[k] > 0xbf)
				return (0);
		return (row->len);
	}
	return (0);
}

static size_t
utf8_encode(uint32_t code, char *bytes)
{
	if (code < 0x80) {
		bytes[0] = (char)code;
		return (1);
	}
	if (code < 0x800) {
		bytes[0] = (char)(0xc0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3f));
		return (2);
	}
	if (code < 0x10000) {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
		return (3);
	}
	bytes[0] = (char)(0xf0 | code >> 18);
	bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (code & 0x3f));
	return (4);
}

/* May this character stand in safe text? */
static int
is_harmless(uint32_t code, enum text_form form)
{
	static const struct { uint32_t low, high; } forbidden[] = {
		{ 0x00, 0x08 }, { 0x0b, 0x1f }, { 0x7f, 0x9f },
		{ 0x061c, 0x061c }, { 0x200e, 0x200f }, { 0x2028, 0x202e },
		{ 0x2066, 0x2069 },
	};

	if (code == '\n')
		return (form == TEXT_LINES);
	for (size_t i = 0; i < SUITE_COUNT(forbidden); i++)
		if (code >= forbidden[i].low && code <= forbidden[i].high)
			return (0);
	return (1);
}

/* Valid UTF-8 throughout, and nothing that a terminal obeys. */
static void
check_harmless(const char *safe, size_t len, enum text_form form)
{
	for (size_t i = 0; i < len; ) {
		size_t n = reference_len(safe + i, len - i);
		uint32_t code = 0;

		/* An assertion a character would cost a write each. */
		if (n == 0 ||
		    text_utf8_next(safe + i, len - i, &code) != n ||
		    !is_harmless(code, form))
			ck_abort_msg("U+%04X at %zu in \"%s\"",
			    (unsigned)code, i, safe);
		i += n;
	}
}

static void
check_safe(const char *bytes, size_t len, enum text_form form,
    const char *expected)
{
	char safe[256];
	size_t n = text_safe(safe, sizeof(safe), bytes, len, form);

	ck_assert_str_eq(safe, expected);
	ck_assert_uint_eq(n, strlen(expected));
}

static void
check_one_line(const char *bytes, const char *expected)
{
	check_safe(bytes, strlen(bytes), TEXT_ONE_LINE, expected);
}

START_TEST(every_code_point_is_read_back)
{
	char bytes[4];
	uint32_t code;

	for (uint32_t wanted = 0; wanted <= 0x10ffff; wanted++) {
		size_t len = utf8_encode(wanted, bytes);
		int surrogate = wanted >= 0xd800 && wanted <= 0xdfff;

		code = UINT32_MAX;
		if (text_utf8_next(bytes, len, &code) !=
		    (surrogate ? 0 : len) || (!surrogate && code != wanted))
			ck_abort_msg("U+%04X", (unsigned)wanted);
	}
}
END_TEST

START_TEST(every_code_point_is_put_as_the_table_says)
{
	char expected[4], bytes[5];

	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		size_t len = utf8_encode(code, expected);

		bytes[len] = 'x';
		if (text_utf8_put(bytes, code) != len ||
		    memcmp(bytes, expected, len) != 0 || bytes[len] != 'x')
			ck_abort_msg("U+%04X", (unsigned)code);
	}
}
END_TEST

START_TEST(controls_are_c0_del_and_c1)
{
	for (uint32_t code = 0; code <= 0x10ffff; code++)
		if (text_is_control(code) != (code <= 0x1f ||
		    code == 0x7f || (code >= 0x80 && code <= 0x9f)))
			ck_abort_msg("U+%04X", (unsigned)code);
}
END_TEST

START_TEST(only_the_first_character_is_read)
{
	uint32_t code = 0;

	ck_assert_uint_eq(text_utf8_next("ab", 2, &code), 1);
	ck_assert_uint_eq(code, 'a');
	ck_assert_uint_eq(text_utf8_next("\xc3\xa7\xff", 3, &code), 2);
	ck_assert_uint_eq(code, 0xe7);
	ck_assert_uint_eq(text_utf8_next("", 1, &code), 1);
	ck_assert_uint_eq(code, 0);
}
END_TEST

START_TEST(plain_text_stays)
{
	check_one_line("", "");
	check_one_line("hello, world", "hello, world");
	check_one_line("a\tb \\ %s ~", "a\tb \\ %s ~");
	check_one_line("Message re\xc3\xa7u \xe2\x82\xac",
	    "Message re\xc3\xa7u \xe2\x82\xac");
	check_one_line("\xf0\x9f\x90\x98 \xe6\xbc\xa2 \xd7\xa9",
	    "\xf0\x9f\x90\x98 \xe6\xbc\xa2 \xd7\xa9");
}
END_TEST

START_TEST(a_newline_stays_on_a_terminal_and_not_in_a_log)
{
	check_safe("a\nb\n", 4, TEXT_ONE_LINE, "a\\nb\\n");
	check_safe("a\nb\n", 4, TEXT_LINES, "a\nb\n");
	check_safe("a\r\nb", 4, TEXT_ONE_LINE, "a\\r\\nb");
	check_safe("a\r\nb", 4, TEXT_LINES, "a\\r\nb");
}
END_TEST

START_TEST(columns_are_characters)
{
	ck_assert_uint_eq(text_columns(""), 0);
	ck_assert_uint_eq(text_columns("re\xc3\xa7u"), 4);
	ck_assert_uint_eq(text_columns("\xe2\x82\xac"), 1);
	ck_assert_uint_eq(text_columns("abc"), 3);
}
END_TEST

START_TEST(text_that_just_fits_is_whole)
{
	char safe[8];

	ck_assert_uint_eq(text_safe(safe, 8, "abcdefg", 7, TEXT_ONE_LINE), 7);
	ck_assert_str_eq(safe, "abcdefg");
	ck_assert_uint_eq(text_safe(safe, 8, "abc\033", 4, TEXT_ONE_LINE), 7);
	ck_assert_str_eq(safe, "abc\\x1b");
	ck_assert_uint_eq(text_safe(safe, 4, "abc", 3, TEXT_ONE_LINE), 3);
	ck_assert_str_eq(safe, "abc");
}
END_TEST

START_TEST(text_that_does_not_fit_is_cut_at_a_character)
{
	static const struct {
		const char *bytes; size_t size; const char *expected;
	} rows[] = {
		{ "abcdefgh", 8, "abcd..." },
		{ "abcd", 4, "..." },
		{ "abcde", 5, "a..." },
		{ "\033\033\033", 8, "\\x1b..." },
		{ "\033\033\033", 7, "..." },
		{ "ab\xc3\xa7xxxx", 7, "ab..." },
		{ "ab\xc3\xa7xxxx", 8, "ab\xc3\xa7..." },
		{ "a\xe2\x82\xac" "bcd", 7, "a..." },
		{ "\xf0\x9f\x90\x98\xf0\x9f\x90\x98", 8,
		    "\xf0\x9f\x90\x98..." },
		{ "\xff\xff\xff", 7, "\xef\xbf\xbd..." },
		{ "a\nbcdef", 7, "a\\n..." },
	};
	char safe[16];

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		size_t n = text_safe(safe, rows[i].size, rows[i].bytes,
		    strlen(rows[i].bytes), TEXT_ONE_LINE);

		ck_assert_str_eq(safe, rows[i].expected);
		ck_assert_uint_eq(n, strlen(rows[i].expected));
	}
}
END_TEST

START_TEST(every_size_from_four_is_kept)
{
	static const char bytes[] =
	    "a\033[31m\xc3\xa7\xe2\x80\xae\xff\n\xf0\x9f\x90\x98\x7f.";
	char whole[128], safe[128];
	size_t whole_len = text_safe(whole, sizeof(whole), bytes,
	    sizeof(bytes) - 1, TEXT_ONE_LINE);

	for (size_t size = 4; size <= whole_len + 8; size++) {
		size_t n;

		memset(safe, '#', sizeof(safe));
		n = text_safe(safe, size, bytes, sizeof(bytes) - 1,
		    TEXT_ONE_LINE);
		ck_assert_uint_lt(n, size);
		ck_assert_uint_eq(strlen(safe), n);
		ck_assert_int_eq(safe[size], '#');
		check_harmless(safe, n, TEXT_ONE_LINE);
		if (size > whole_len)
			ck_assert_str_eq(safe, whole);
		else {
			ck_assert_str_eq(safe + n - 3, "...");
			ck_assert_mem_eq(safe, whole, n - 3);
			/* Less than one piece of room is given away. */
			ck_assert_uint_ge(n + 6, size - 1);
		}
	}
}
END_TEST

START_TEST(no_bytes_are_an_empty_text)
{
	char safe[4] = "xxx";

	ck_assert_uint_eq(text_safe(safe, 4, "", 0, TEXT_ONE_LINE), 0);
	ck_assert_str_eq(safe, "");
}
END_TEST

START_TEST(one_byte_grows_to_four_at_most)
{
	for (int byte = 0; byte < 256; byte++) {
		char bytes[32], safe[32 * TEXT_SAFE_GROWTH + 1];
		size_t n;

		memset(bytes, byte, sizeof(bytes));
		n = text_safe(safe, sizeof(safe), bytes, sizeof(bytes),
		    TEXT_ONE_LINE);
		ck_assert_uint_ge(n, sizeof(bytes));
		ck_assert_uint_le(n, sizeof(bytes) * TEXT_SAFE_GROWTH);
		ck_assert_uint_eq(n % sizeof(bytes), 0);
	}
}
END_TEST

START_TEST(a_cut_character_reads_no_further_than_len)
{
	static const char *const cut[] = { "\xc3", "\xe2", "\xe2\x82",
	    "\xf0", "\xf0\x9f", "\xf0\x9f\x90" };
	uint32_t code;

	for (size_t i = 0; i < SUITE_COUNT(cut); i++) {
		size_t len = strlen(cut[i]);
		char *bytes = malloc(len);	/* ASan guards its end */

		ck_assert_ptr_nonnull(bytes);
		memcpy(bytes, cut[i], len);
		ck_assert_uint_eq(text_utf8_next(bytes, len, &code), 0);
		free(bytes);
	}
}
END_TEST

START_TEST(each_single_byte_is_made_safe)
{
	for (int byte = 0; byte < 256; byte++) {
		char one = (char)byte, expected[8] = { one };

		if (byte == '\n')
			strcpy(expected, "\\n");
		else if (byte == '\r')
			strcpy(expected, "\\r");
		else if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
			snprintf(expected, sizeof(expected), "\\x%02x",
			    (unsigned)byte);
		else if (byte >= 0x80)
			strcpy(expected, "\xef\xbf\xbd");
		check_safe(&one, 1, TEXT_ONE_LINE, expected);
		if (byte == '\n')
			strcpy(expected, "\n");
		check_safe(&one, 1, TEXT_LINES, expected);
	}
}
END_TEST

START_TEST(c1_controls_in_utf8_are_escaped)
{
	char bytes[4], expected[8];

	for (uint32_t code = 0x80; code <= 0x9f; code++) {
		size_t len = utf8_encode(code, bytes);

		snprintf(expected, sizeof(expected), "\\x%02x",
		    (unsigned)code);
		check_safe(bytes, len, TEXT_ONE_LINE, expected);
		check_safe(bytes, len, TEXT_LINES, expected);
	}
	check_one_line("\xc2\xa0", "\xc2\xa0");
}
END_TEST

START_TEST(bidi_controls_and_separators_are_escaped)
{
	static const uint32_t codes[] = { 0x061c, 0x200e, 0x200f, 0x2028,
	    0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067,
	    0x2068, 0x2069 };
	static const uint32_t neighbours[] = { 0x061b, 0x061d, 0x200d,
	    0x2010, 0x2027, 0x202f, 0x2065, 0x206a };
	char bytes[8] = "", expected[8];

	for (size_t i = 0; i < SUITE_COUNT(codes); i++) {
		size_t len = utf8_encode(codes[i], bytes);

		snprintf(expected, sizeof(expected), "\\u%04x",
		    (unsigned)codes[i]);
		check_safe(bytes, len, TEXT_ONE_LINE, expected);
		check_safe(bytes, len, TEXT_LINES, expected);
	}
	for (size_t i = 0; i < SUITE_COUNT(neighbours); i++) {
		bytes[utf8_encode(neighbours[i], bytes)] = '\0';
		check_one_line(bytes, bytes);
	}
}
END_TEST

START_TEST(what_is_not_utf8_becomes_the_replacement)
{
#define R "\xef\xbf\xbd"
	check_one_line("a\x80" "b", "a" R "b");
	check_one_line("\xc0\xaf", R R);		/* over-long / */
	check_one_line("\xc1\xbf", R R);
	check_one_line("\xe0\x80\xaf", R R R);
	check_one_line("\xe0\x9f\xbf", R R R);
	check_one_line("\xf0\x80\x80\xaf", R R R R);
	check_one_line("\xf0\x8f\xbf\xbf", R R R R);
	check_one_line("\xc0\x9b[31m", R R "[31m");	/* over-long ESC */
	check_one_line("\xed\xa0\x80", R R R);		/* U+D800 */
	check_one_line("\xed\xbf\xbf", R R R);		/* U+DFFF */
	check_one_line("\xf4\x90\x80\x80", R R R R);	/* U+110000 */
	check_one_line("\xf5\x80\x80\x80", R R R R);
	check_one_line("\xf8\x88\x80\x80\x80", R R R R R);
	check_one_line("\xfe\xff", R R);
	check_one_line("\xe2\x82", R R);		/* cut short */
	check_one_line("\xe2\x82" "a", R R "a");
	check_one_line("\xc3\xc3\xa7", R "\xc3\xa7");
	check_one_line("\xe2\x33[31m", R "3[31m");
	check_one_line("\xe2\x1b[31m", R "\\x1b[31m");
#undef R
}
END_TEST

START_TEST(who_looks_at_bytes_sees_which_they_are)
{
	check_safe("caf\xe9\n", 5, TEXT_BYTES, "caf\\xe9\\n");
	check_safe("\xe2\x82", 2, TEXT_BYTES, "\\xe2\\x82");
	check_safe("\xc3\xa9\r\x1b", 4, TEXT_BYTES, "\xc3\xa9\\r\\x1b");
}
END_TEST

START_TEST(nul_bytes_neither_end_nor_pass)
{
	check_safe("a\0b", 3, TEXT_ONE_LINE, "a\\x00b");
	check_safe("\0\0", 2, TEXT_LINES, "\\x00\\x00");
}
END_TEST

START_TEST(every_first_and_second_byte_is_judged_by_the_table)
{
	static const unsigned char tails[] = { 0x00, 0x1b, 0x41, 0x7f, 0x80,
	    0x8f, 0x90, 0xa0, 0xbf, 0xc0, 0xff };
	char bytes[4];
	uint32_t code;

	for (int first = 0; first < 256; first++)
	for (int second = 0; second < 256; second++)
	for (size_t i = 0; i < SUITE_COUNT(tails); i++)
	for (size_t k = 0; k < SUITE_COUNT(tails); k++) {
		bytes[0] = (char)first;
		bytes[1] = (char)second;
		bytes[2] = (char)tails[i];
		bytes[3] = (char)tails[k];
		for (size_t len = k == 0 ? 1 : 4; len <= 4; len++)
			if (text_utf8_next(bytes, len, &code) !=
			    reference_len(bytes, len))
				ck_abort_msg("%02x %02x %02x %02x of %zu",
				    first, second, tails[i], tails[k], len);
	}
}
END_TEST

/* Bytes of which terminals are afraid come more often than by chance. */
static size_t
random_bytes(uint64_t *state, char *bytes)
{
	static const char *const spice[] = { "\033[", "\xe2\x80\xae", "\n",
	    "\xc2\x9b", "\xed\xa0\x80", "\xf0\x9f\x90\x98", "\xc3", "\r",
	    "\xf4\x8f\xbf\xbf", "\xe2\x80\xa8", "abc", "\x7f" };
	size_t wanted = suite_random(state) % (BYTES_MAX - 4), len = 0;

	while (len < wanted) {
		const char *piece = spice[suite_random(state) %
		    SUITE_COUNT(spice)];

		if (suite_random(state) % 2 == 0)
			bytes[len++] = (char)suite_random(state);
		else {
			memcpy(bytes + len, piece, strlen(piece));
			len += strlen(piece);
		}
	}
	return (len);
}

START_TEST(whatever_comes_what_leaves_is_harmless_and_fits)
{
	uint64_t state = 0x66696c;	/* the same series each time */
	char bytes[BYTES_MAX], whole[BYTES_MAX * TEXT_SAFE_GROWTH + 1];
	char safe[BYTES_MAX + 1];

	for (int i = 0; i < SERIES; i++) {
		enum text_form form = i % 2 ? TEXT_LINES : TEXT_ONE_LINE;
		size_t len = random_bytes(&state, bytes);
		size_t size = 4 + suite_random(&state) % (BYTES_MAX - 4);
		size_t whole_len = text_safe(whole, sizeof(whole), bytes, len,
		    form);
		size_t n;

		memset(safe, '#', sizeof(safe));
		n = text_safe(safe, size, bytes, len, form);
		ck_assert_uint_eq(strlen(whole), whole_len);
		ck_assert_uint_le(whole_len, len * TEXT_SAFE_GROWTH);
		ck_assert_uint_eq(strlen(safe), n);
		ck_assert_uint_lt(n, size);
		ck_assert_int_eq(safe[size], '#');
		check_harmless(whole, whole_len, form);
		check_harmless(safe, n, form);
		if (whole_len < size)
			ck_assert_str_eq(safe, whole);
		else
			ck_assert_mem_eq(safe, whole, n - 3);
	}
}
END_TEST

START_TEST(safe_text_made_safe_again_is_the_same)
{
	uint64_t state = 0x67656b;
	char bytes[BYTES_MAX], once[BYTES_MAX * TEXT_SAFE_GROWTH + 1];
	char twice[BYTES_MAX * TEXT_SAFE_GROWTH + 1];

	for (int i = 0; i < SERIES; i++) {
		size_t len = random_bytes(&state, bytes);
		size_t n = text_safe(once, sizeof(once), bytes, len,
		    TEXT_ONE_LINE);

		text_safe(twice, sizeof(twice), once, n, TEXT_ONE_LINE);
		ck_assert_str_eq(once, twice);
	}
}
END_TEST

static Suite *
text_suite(void)
{
	Suite *suite = suite_create("text");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, every_code_point_is_read_back);
	tcase_add_test(core, every_code_point_is_put_as_the_table_says);
	tcase_add_test(core, controls_are_c0_del_and_c1);
	tcase_add_test(core, only_the_first_character_is_read);
	tcase_add_test(core, plain_text_stays);
	tcase_add_test(core, a_newline_stays_on_a_terminal_and_not_in_a_log);
	tcase_add_test(core, columns_are_characters);
	tcase_add_test(limits, text_that_just_fits_is_whole);
	tcase_add_test(limits, text_that_does_not_fit_is_cut_at_a_character);
	tcase_add_test(limits, every_size_from_four_is_kept);
	tcase_add_test(limits, no_bytes_are_an_empty_text);
	tcase_add_test(limits, one_byte_grows_to_four_at_most);
	tcase_add_test(limits, a_cut_character_reads_no_further_than_len);
	tcase_add_test(hostile, each_single_byte_is_made_safe);
	tcase_add_test(hostile, c1_controls_in_utf8_are_escaped);
	tcase_add_test(hostile, bidi_controls_and_separators_are_escaped);
	tcase_add_test(hostile, what_is_not_utf8_becomes_the_replacement);
	tcase_add_test(hostile, who_looks_at_bytes_sees_which_they_are);
	tcase_add_test(hostile, nul_bytes_neither_end_nor_pass);
	tcase_add_test(hostile,
	    every_first_and_second_byte_is_judged_by_the_table);
	tcase_add_test(hostile,
	    whatever_comes_what_leaves_is_harmless_and_fits);
	tcase_add_test(hostile, safe_text_made_safe_again_is_the_same);
	return (suite);
}

int
main(void)
{
	return (suite_run(text_suite()));
}
