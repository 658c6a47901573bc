/* check_name.c - what an account, a nick or a chat room may be called.
 * A breach shows as two members who look the same, as a name that nobody can
 * see or type, or as a student whose own name is refused.
 * The suite runs in the C locale: only the rules' own knows letters.
 * See also: base/name.h */
#include "base/name.h"

#include <ctype.h>

#include "base/text.h"
#include "suite.h"

static struct name_rules rules;

static void
setup(void)
{
	struct cause cause;

	ck_assert_int_eq(name_rules_init(&rules, &cause), 0);
}

static void
teardown(void)
{
	name_rules_fini(&rules);
}

static enum name_verdict
check(const char *name)
{
	return (name_check(&rules, name, strlen(name)));
}

static const char *
fold(const char *name)
{
	static char folded[NAME_SIZE];

	ck_assert_msg(name_fold(&rules, name, strlen(name), folded) ==
	    NAME_GOOD, "%s", name);
	return (folded);
}

/* UTF-8 of a code point, surrogates too; its length. */
static size_t
utf8_of(uint32_t code, char *bytes)
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

START_TEST(letters_of_any_script_and_digits_are_names)
{
	static const char *const names[] = { "pc3", "a", "7", "Zoé", "Œdipe",
	    "ÅSE", "Ελένη", "Юлия", "עברית", "علي", "李小龍", "さくら", "한국",
	    "สมชาย", "น้ำฝน", "प्रिया", "ক্ষমা", "ज़ोया",
	    "a.b", "a_b", "a-b", ".", "..", "_", "...-", "٣" };

	for (size_t i = 0; i < SUITE_COUNT(names); i++)
		ck_assert_msg(check(names[i]) == NAME_GOOD, "%s", names[i]);
}
END_TEST

START_TEST(of_ascii_there_are_letters_digits_and_three_signs)
{
	for (int c = 1; c < 0x80; c++) {
		char name[3] = { 'x', (char)c, '\0' };
		int good = isalnum(c) || c == '.' || c == '_' || c == '-';

		ck_assert_msg(check(name) == (good ? NAME_GOOD :
		    NAME_BAD_CHARACTER), "%#x", (unsigned)c);
	}
}
END_TEST

START_TEST(a_hyphen_is_not_first)
{
	ck_assert_int_eq(check("-"), NAME_BAD_FIRST);
	ck_assert_int_eq(check("-pc3"), NAME_BAD_FIRST);
	ck_assert_int_eq(check("pc-3-"), NAME_GOOD);
}
END_TEST

START_TEST(an_accent_is_part_of_its_letter_or_refused)
{
	/* They look the same: as two names one could be the other. */
	ck_assert_int_eq(check("Zo\u00e9"), NAME_GOOD);
	ck_assert_int_eq(check("Zoe\u0301"), NAME_BAD_CHARACTER);
	ck_assert_int_eq(check("\u0301"), NAME_BAD_CHARACTER);
}
END_TEST

START_TEST(case_does_not_tell_two_names_apart)
{
	static const char *const pairs[][2] = { { "PC3", "pc3" },
	    { "ZOÉ", "zoé" }, { "Œdipe", "œDIPE" }, { "ΕΛΕΝΗ", "ελενη" },
	    { "ЮЛИЯ", "юлия" }, { "ẞ", "ß" }, { "Ⱥ", "ⱥ" } };

	for (size_t i = 0; i < SUITE_COUNT(pairs); i++) {
		char folded[NAME_SIZE];

		strcpy(folded, fold(pairs[i][0]));
		ck_assert_str_eq(folded, fold(pairs[i][1]));
	}
	ck_assert_str_ne(fold("zoe"), "zoé");
	ck_assert_str_eq(fold("I"), "i");	/* in Turkey, too */
}
END_TEST

START_TEST(a_name_has_24_characters_however_many_bytes)
{
	char name[200] = "";

	for (int i = 1; i <= 25; i++) {
		strcat(name, "\U00010400");		/* Deseret, 4 bytes */
		ck_assert_int_eq(check(name), i <= 24 ? NAME_GOOD :
		    NAME_TOO_LONG);
	}
	ck_assert_int_eq(check("abcdefghijklmnopqrstuvwx"), NAME_GOOD);
	ck_assert_int_eq(check("abcdefghijklmnopqrstuvwxy"), NAME_TOO_LONG);
	ck_assert_int_eq(check(""), NAME_EMPTY);
}
END_TEST

START_TEST(the_longest_name_and_its_fold_fit)
{
	char name[200] = "";

	for (int i = 0; i < 24; i++)
		strcat(name, "\u023a");		/* 2 bytes, and 3 as small */
	ck_assert_uint_eq(strlen(fold(name)), 24 * 3);
	name[0] = '\0';
	for (int i = 0; i < 24; i++)
		strcat(name, "\U00010400");
	ck_assert_uint_eq(strlen(fold(name)), NAME_SIZE - 1);
}
END_TEST

START_TEST(what_cannot_be_seen_is_no_name)
{
	static const char *const names[] = { "a b", "a\u00a0b", "a\tb", "a\nb",
	    "a\x1b[31m", "a\u200d", "a\u200b", "a\u00ad", "\u3164", "\u115f",
	    "\u1160", "\uffa0", "\u2800", "a\u202eb", "a\ufeff", "\U000e0041",
	    "a\u034f", "\ue000", "\uffff" };

	for (size_t i = 0; i < SUITE_COUNT(names); i++)
		ck_assert_msg(check(names[i]) == NAME_BAD_CHARACTER, "%zu", i);
	ck_assert_int_eq(name_check(&rules, "a\0b", 3), NAME_BAD_CHARACTER);
}
END_TEST

START_TEST(what_is_not_utf8_is_no_name)
{
	static const char *const names[] = { "\xe9", "a\xc3", "\xc0\xae",
	    "\xed\xa0\x80", "\xf5\x80\x80\x80", "a\x80", "\xff" };

	for (size_t i = 0; i < SUITE_COUNT(names); i++)
		ck_assert_msg(check(names[i]) == NAME_NOT_UTF8, "%zu", i);
}
END_TEST

/* Its fold is a name, and its own fold: so it can be a key, and never does it
 * write beyond its room. */
START_TEST(every_character_folds_to_one_that_stays_as_it_is)
{
	char name[4], folded[NAME_SIZE], again[NAME_SIZE];
	int good = 0;

	for (uint32_t code = 0; code < 0x110000; code++) {
		size_t len = utf8_of(code, name);

		if (name_fold(&rules, name, len, folded) != NAME_GOOD)
			continue;
		good++;
		ck_assert_uint_le(strlen(folded), 4);
		ck_assert_msg(name_fold(&rules, folded, strlen(folded),
		    again) == NAME_GOOD, "%#x", (unsigned)code);
		ck_assert_str_eq(folded, again);
	}
	ck_assert_int_gt(good, 100000);
}
END_TEST

START_TEST(without_a_locale_there_are_the_letters_of_ascii)
{
	struct name_rules none;

	memset(&none, 0, sizeof(none));
	ck_assert_int_eq(name_check(&none, "PC3", 3), NAME_GOOD);
	ck_assert_int_eq(name_check(&none, "Zo\u00e9", 4),
	    NAME_BAD_CHARACTER);
	name_rules_fini(&none);
}
END_TEST

START_TEST(any_bytes_have_a_verdict_and_a_sentence)
{
	uint64_t state = 20261121;

	for (int i = 0; i < 200000; i++) {
		char bytes[32];
		size_t len = suite_random(&state) % sizeof(bytes);
		enum name_verdict verdict;

		for (size_t j = 0; j < len; j++)
			bytes[j] = (char)suite_random(&state);
		verdict = name_check(&rules, bytes, len);
		if (verdict != NAME_GOOD)
			ck_assert_int_gt(strlen(name_wrong(verdict)), 10);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("name");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, letters_of_any_script_and_digits_are_names);
	tcase_add_test(core, of_ascii_there_are_letters_digits_and_three_signs);
	tcase_add_test(core, a_hyphen_is_not_first);
	tcase_add_test(core, an_accent_is_part_of_its_letter_or_refused);
	tcase_add_test(core, case_does_not_tell_two_names_apart);
	tcase_add_test(core, without_a_locale_there_are_the_letters_of_ascii);
	tcase_add_checked_fixture(limits, setup, teardown);
	tcase_add_test(limits, a_name_has_24_characters_however_many_bytes);
	tcase_add_test(limits, the_longest_name_and_its_fold_fit);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(hostile, what_cannot_be_seen_is_no_name);
	tcase_add_test(hostile, what_is_not_utf8_is_no_name);
	tcase_add_test(hostile,
	    every_character_folds_to_one_that_stays_as_it_is);
	tcase_add_test(hostile, any_bytes_have_a_verdict_and_a_sentence);
	return (suite_run(suite));
}
