/* check_num.c - numbers from text: all number, or refused.
 * See also: base/num.h */
#include "base/num.h"

#include "suite.h"

#define UNTOUCHED	777

struct number_row {
	const char	*text;
	uint64_t	 max;
	int		 result;
	uint64_t	 value;
};

struct seconds_row {
	const char	*text;
	int64_t		 max_ms;
	int		 result;
	int64_t		 value_ms;
};

static void
check_numbers(const struct number_row *rows, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct number_row *row = &rows[i];
		uint64_t value = UNTOUCHED;

		ck_assert_msg(num_parse(row->text, strlen(row->text),
		    row->max, &value) == row->result, "\"%s\"", row->text);
		ck_assert_uint_eq(value,
		    row->result == 0 ? row->value : UNTOUCHED);
	}
}

static void
check_seconds(const struct seconds_row *rows, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct seconds_row *row = &rows[i];
		int64_t value_ms = UNTOUCHED;

		ck_assert_msg(num_parse_ms(row->text, row->max_ms,
		    &value_ms) == row->result, "\"%s\"", row->text);
		ck_assert_int_eq(value_ms,
		    row->result == 0 ? row->value_ms : UNTOUCHED);
	}
}

START_TEST(digits_make_a_number)
{
	static const struct number_row rows[] = {
		{ "0", 10, 0, 0 },
		{ "7", 10, 0, 7 },
		{ "10", 10, 0, 10 },
		{ "65535", 65535, 0, 65535 },
		{ "007", 10, 0, 7 },
		{ "00000000000000000000000000007", 10, 0, 7 },
	};

	check_numbers(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(only_len_bytes_are_read)
{
	uint64_t value = UNTOUCHED;

	ck_assert_int_eq(num_parse("123x", 3, 1000, &value), 0);
	ck_assert_uint_eq(value, 123);
	ck_assert_int_eq(num_parse("123", 1, 1000, &value), 0);
	ck_assert_uint_eq(value, 1);
}
END_TEST

START_TEST(seconds_have_up_to_three_decimals)
{
	static const struct seconds_row rows[] = {
		{ "30", INT32_MAX, 0, 30000 },
		{ "0", INT32_MAX, 0, 0 },
		{ "0.5", INT32_MAX, 0, 500 },
		{ "1.25", INT32_MAX, 0, 1250 },
		{ "1.250", INT32_MAX, 0, 1250 },
		{ "0.001", INT32_MAX, 0, 1 },
		{ "0.000", INT32_MAX, 0, 0 },
	};

	check_seconds(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(max_is_taken_and_max_plus_one_is_not)
{
	static const struct number_row rows[] = {
		{ "0", 0, 0, 0 },
		{ "1", 0, -1, 0 },
		{ "9", 9, 0, 9 },
		{ "10", 9, -1, 0 },
		{ "7", 5, -1, 0 },
		{ "65536", 65535, -1, 0 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -1, 0 },
		{ "18446744073709551614", UINT64_MAX - 1, 0, UINT64_MAX - 1 },
		{ "18446744073709551615", UINT64_MAX - 1, -1, 0 },
		{ "9223372036854775807", INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775808", INT64_MAX, -1, 0 },
	};

	check_numbers(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(twenty_digits_and_more_never_wrap)
{
	static const struct number_row rows[] = {
		{ "99999999999999999999", UINT64_MAX, -1, 0 },
		{ "36893488147419103232", UINT64_MAX, -1, 0 },
		{ "184467440737095516160", UINT64_MAX, -1, 0 },
		{ "99999999999999999999999999999999", UINT64_MAX, -1, 0 },
		{ "18446744073709551617", 10, -1, 0 },
	};

	check_numbers(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(no_digits_are_no_number)
{
	uint64_t value = UNTOUCHED;

	ck_assert_int_eq(num_parse("", 0, 10, &value), -1);
	ck_assert_int_eq(num_parse("5", 0, 10, &value), -1);
	ck_assert_uint_eq(value, UNTOUCHED);
}
END_TEST

START_TEST(every_number_near_every_small_max_is_right)
{
	char text[8];
	uint64_t value;

	for (uint64_t max = 0; max < 130; max++)
		for (unsigned n = 0; n < 150; n++) {
			int len = snprintf(text, sizeof(text), "%u", n);

			ck_assert_int_eq(num_parse(text, (size_t)len, max,
			    &value), n <= max ? 0 : -1);
		}
}
END_TEST

START_TEST(seconds_stop_at_the_largest)
{
	static const struct seconds_row rows[] = {
		{ "2147483.647", INT32_MAX, 0, INT32_MAX },
		{ "2147483.648", INT32_MAX, -1, 0 },
		{ "2147484", INT32_MAX, -1, 0 },
		{ "1", 1000, 0, 1000 },
		{ "1.001", 1000, -1, 0 },
		{ "0", 0, 0, 0 },
		{ "0.001", 0, -1, 0 },
		{ "0", -1, -1, 0 },
		{ "9223372036854775.807", INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775.808", INT64_MAX, -1, 0 },
		{ "9223372036854776", INT64_MAX, -1, 0 },
		{ "99999999999999999999", INT64_MAX, -1, 0 },
	};

	check_seconds(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(signs_spaces_letters_and_bases_are_refused)
{
	static const struct number_row rows[] = {
		{ " 1", 1000, -1, 0 }, { "1 ", 1000, -1, 0 },
		{ "+1", 1000, -1, 0 }, { "-1", 1000, -1, 0 },
		{ "-0", 1000, -1, 0 }, { "1x", 1000, -1, 0 },
		{ "x1", 1000, -1, 0 }, { "0x1", 1000, -1, 0 },
		{ "1e2", 1000, -1, 0 }, { "1.0", 1000, -1, 0 },
		{ "1,0", 1000, -1, 0 }, { "1\n", 1000, -1, 0 },
		{ "\t1", 1000, -1, 0 }, { "/", 1000, -1, 0 },
		{ ":", 1000, -1, 0 }, { "\xd9\xa1", 1000, -1, 0 },
		{ "\xef\xbc\x91", 1000, -1, 0 }, { "\xb1", 1000, -1, 0 },
	};

	check_numbers(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(nul_within_the_text_is_refused)
{
	uint64_t value = UNTOUCHED;

	ck_assert_int_eq(num_parse("1\0002", 3, 1000, &value), -1);
	ck_assert_int_eq(num_parse("12\0", 3, 1000, &value), -1);
	ck_assert_uint_eq(value, UNTOUCHED);
}
END_TEST

START_TEST(of_all_single_bytes_only_ten_are_numbers)
{
	for (int byte = 0; byte < 256; byte++) {
		char text = (char)byte;
		uint64_t value = UNTOUCHED;
		int digit = byte >= '0' && byte <= '9';

		ck_assert_int_eq(num_parse(&text, 1, 9, &value),
		    digit ? 0 : -1);
		ck_assert_uint_eq(value,
		    digit ? (uint64_t)(byte - '0') : UNTOUCHED);
	}
}
END_TEST

START_TEST(malformed_seconds_are_refused)
{
	static const char *const texts[] = {
		"", ".", "1.", ".5", "1.2345", "1.0000", "1..2", "1.2.3",
		"-1", "+1", " 1", "1 ", "1. 5", "1.+5", "1.-5", "1,5", "1s",
		"1e3", "0x1", "inf", "nan", "1.5x",
	};

	for (size_t i = 0; i < SUITE_COUNT(texts); i++) {
		struct seconds_row row = { texts[i], INT32_MAX, -1, 0 };

		check_seconds(&row, 1);
	}
}
END_TEST

static Suite *
num_suite(void)
{
	Suite *suite = suite_create("num");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, digits_make_a_number);
	tcase_add_test(core, only_len_bytes_are_read);
	tcase_add_test(core, seconds_have_up_to_three_decimals);
	tcase_add_test(limits, max_is_taken_and_max_plus_one_is_not);
	tcase_add_test(limits, twenty_digits_and_more_never_wrap);
	tcase_add_test(limits, no_digits_are_no_number);
	tcase_add_test(limits, every_number_near_every_small_max_is_right);
	tcase_add_test(limits, seconds_stop_at_the_largest);
	tcase_add_test(hostile, signs_spaces_letters_and_bases_are_refused);
	tcase_add_test(hostile, nul_within_the_text_is_refused);
	tcase_add_test(hostile, of_all_single_bytes_only_ten_are_numbers);
	tcase_add_test(hostile, malformed_seconds_are_refused);
	return (suite);
}

int
main(void)
{
	return (suite_run(num_suite()));
}
