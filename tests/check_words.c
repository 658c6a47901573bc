/* check_words.c - text put together without stdio, and found without gettext.
 * A breach shows as a number that is wrong in the story of a program, as an
 * escape sequence that reaches a terminal, or as a program that dies of a
 * damaged file of translations.
 * See also: explain/words.h, explain/catalogue.h */
#include "explain/words.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "explain/catalogue.h"
#include "suite.h"

#define MO_SIZE		64

static char buf[256];

static const char *
safe(const char *bytes, size_t len)
{
	struct words words;

	words_init(&words, buf, sizeof(buf));
	words_safe(&words, bytes, len);
	return (buf);
}

START_TEST(numbers_are_written_as_printf_writes_them)
{
	char expected[256];
	struct words words;

	words_init(&words, buf, sizeof(buf));
	words_add(&words, "%d %d %d %u %zu %lld %llu %02d %03lld %s%% %c", 0,
	    -7, INT_MIN, UINT_MAX, SIZE_MAX, LLONG_MIN, ULLONG_MAX, 5, 42LL,
	    "text", 'x');
	snprintf(expected, sizeof(expected),
	    "%d %d %d %u %zu %lld %llu %02d %03lld %s%% %c", 0, -7, INT_MIN,
	    UINT_MAX, SIZE_MAX, LLONG_MIN, ULLONG_MAX, 5, 42LL, "text", 'x');
	ck_assert_str_eq(buf, expected);
	ck_assert_uint_eq(words.len, strlen(expected));
}
END_TEST

START_TEST(a_time_is_seconds_with_three_decimals)
{
	struct words words;

	words_init(&words, buf, sizeof(buf));
	words_seconds(&words, 1204000000);
	words_add(&words, " ");
	words_seconds(&words, 999999);
	words_add(&words, " ");
	words_seconds(&words, 59999500000);
	ck_assert_str_eq(buf, "1.204 s 0.001 s 60.000 s");
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_and_the_end_is_a_nul)
{
	struct words words;

	for (size_t size = 1; size < 12; size++) {
		memset(buf, '#', sizeof(buf));
		words_init(&words, buf, size);
		words_add(&words, "%s %d", "some", 12345);
		words_safe(&words, "\033", 1);
		ck_assert_uint_eq(strlen(buf), words.len);
		ck_assert_uint_lt(words.len, size);
		ck_assert_mem_eq(buf, "some 12345\\u001b", words.len);
		ck_assert_int_eq(buf[size], '#');
	}
}
END_TEST

START_TEST(what_a_terminal_may_obey_becomes_an_escape)
{
	ck_assert_str_eq(safe("a\tb\r\n\"\\", 7), "a\\tb\\r\\n\\\"\\\\");
	ck_assert_str_eq(safe("\033[2J\177", 5), "\\u001b[2J\\u007f");
	ck_assert_str_eq(safe("re\xc3\xa7u", 5), "re\xc3\xa7u");
	/* C1, an override of direction, a byte alone, a surrogate, a zero */
	ck_assert_str_eq(safe("\xc2\x9b", 2), "\\u00c2\\u009b");
	ck_assert_str_eq(safe("\xe2\x80\xae", 3), "\\u00e2\\u0080\\u00ae");
	ck_assert_str_eq(safe("\xe2\x80", 2), "\\u00e2\\u0080");
	ck_assert_str_eq(safe("\xed\xa0\x80", 3), "\\u00ed\\u00a0\\u0080");
	ck_assert_str_eq(safe("\0", 1), "\\u0000");
}
END_TEST

/* A catalogue of one text, "a", which is "b" there. */
static void
mo_make(unsigned char mo[MO_SIZE])
{
	const uint32_t head[] = { 0x950412de, 0, 1, 20, 28, 1, 36, 1, 38 };

	memset(mo, 0, MO_SIZE);
	memcpy(mo, head, sizeof(head));
	memcpy(mo + 36, "a\0b", 4);
}

static void
mo_open(const unsigned char *mo, size_t len)
{
	char path[] = "/tmp/fil-mo-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, mo, len), (ssize_t)len);
	close(fd);
	catalogue_open(path);
	unlink(path);
}

START_TEST(a_text_is_found_in_the_catalogue_or_stays_what_it_is)
{
	unsigned char mo[MO_SIZE];

	ck_assert_str_eq(_("a"), "a");
	catalogue_open("/no/such/file");
	ck_assert_str_eq(_("a"), "a");
	mo_make(mo);
	mo_open(mo, 40);
	ck_assert_str_eq(_("a"), "b");
	ck_assert_str_eq(_("A"), "A");
	ck_assert_str_eq(_("b"), "b");
}
END_TEST

START_TEST(a_catalogue_that_is_damaged_anywhere_is_harmless)
{
	unsigned char mo[MO_SIZE];

	for (size_t len = 0; len < 40; len++) {
		mo_make(mo);
		mo_open(mo, len);
		ck_assert_str_eq(_("a"), "a");
	}
	for (size_t i = 0; i < 36; i++)
		for (int bit = 0; bit < 8; bit++) {
			mo_make(mo);
			mo[i] ^= (unsigned char)(1 << bit);
			mo_open(mo, 40);
			ck_assert_uint_lt(strlen(_("a")), 5);
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("words");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, numbers_are_written_as_printf_writes_them);
	tcase_add_test(core, a_time_is_seconds_with_three_decimals);
	tcase_add_test(core,
	    a_text_is_found_in_the_catalogue_or_stays_what_it_is);
	tcase_add_test(limits,
	    what_does_not_fit_is_left_out_and_the_end_is_a_nul);
	tcase_add_test(hostile, what_a_terminal_may_obey_becomes_an_escape);
	tcase_add_test(hostile,
	    a_catalogue_that_is_damaged_anywhere_is_harmless);
	return (suite_run(suite));
}
