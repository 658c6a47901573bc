/* check_password.c - crypt(3): make the hash of a password, compare one.
 * A breach shows as a password that is guessed from what a core file holds, or
 * as one that is right and is refused.
 * Ref: crypt(5).   See also: serve/password.h, base/wipe.h */
#define _GNU_SOURCE		/* crypt, where unistd.h has it */
#include "serve/password.h"

#include <crypt.h>
#include <errno.h>

#include "base/wipe.h"
#include "config.h"
#include "suite.h"

/* What openssl passwd made of "secret". */
static const char *const foreign[] = {
	"$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1",
	"$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.",
	("$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CK"
	"PPrVACtLtip/cZ/1GM/O6IND4WQhG."),
};

static struct crypt_data *scratch;

static void
setup(void)
{
	scratch = password_scratch_new();
	ck_assert_ptr_nonnull(scratch);
}

static void
teardown(void)
{
	password_scratch_free(scratch);
}

/* A hash of this libcrypt's own, or NULL if it does not know the method. */
static const char *
hash_of(const char *password, const char *setting)
{
	static char hash[PASSWORD_HASH_SIZE];
	const char *made = crypt(password, setting);

	if (made == NULL || made[0] == '*')
		return (NULL);
	snprintf(hash, sizeof(hash), "%s", made);
	return (hash);
}

START_TEST(a_new_hash_is_the_password_s_and_no_other_s)
{
	char hash[PASSWORD_HASH_SIZE];
	struct cause cause;

	ck_assert_int_eq(password_hash("secret", hash, &cause), 0);
	ck_assert_ptr_null(password_hash_wrong(hash));
	ck_assert_int_eq(password_matches("secret", hash, scratch), 1);
	ck_assert_int_eq(password_matches("Secret", hash, scratch), 0);
	ck_assert_int_eq(password_matches("", hash, scratch), 0);
	/* And crypt(3) itself says so. */
	ck_assert_str_eq(crypt("secret", hash), hash);
}
END_TEST

START_TEST(the_method_is_yescrypt_where_there_is_one)
{
	char hash[PASSWORD_HASH_SIZE];
	struct cause cause;
	int yescrypt = hash_of("x", "$y$j9T$abcdefgh") != NULL;

#ifndef HAVE_CRYPT_GENSALT_RN
	yescrypt = 0;		/* nobody makes its settings */
#endif
	ck_assert_int_eq(password_hash("secret", hash, &cause), 0);
	ck_assert_int_eq(strncmp(hash, "$y$", 3) == 0, yescrypt);
}
END_TEST

START_TEST(the_same_password_has_another_hash_each_time)
{
	char hash[2][PASSWORD_HASH_SIZE];
	struct cause cause;

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(password_hash("secret", hash[i], &cause), 0);
	ck_assert_str_ne(hash[0], hash[1]);
}
END_TEST

START_TEST(hashes_that_other_programs_made_are_known)
{
	for (size_t i = 0; i < SUITE_COUNT(foreign); i++) {
		ck_assert_ptr_null(password_hash_wrong(foreign[i]));
		ck_assert_int_eq(password_matches("secret", foreign[i],
		    scratch), 1);
		ck_assert_int_eq(password_matches("secre", foreign[i],
		    scratch), 0);
	}
}
END_TEST

START_TEST(every_method_of_crypt_is_taken)
{
	static const char *const settings[] = { "$y$j75$abcdefgh",
	    "$gy$j75$abcdefgh", "$7$4..../....abcdefgh",
	    "$2b$04$abcdefghijklmnopqrstuu", "$6$rounds=1000$ab",
	    "$5$rounds=1000$ab", "$1$ab", "$3$", "$sha1$4$abcd$", "_J9..rasm",
	    "ab" };
	int known = 0;

	for (size_t i = 0; i < SUITE_COUNT(settings); i++) {
		const char *hash = hash_of("secret", settings[i]);

		if (hash == NULL)
			continue;
		known++;
		ck_assert_msg(password_hash_wrong(hash) == NULL, "%s", hash);
		ck_assert_int_eq(password_matches("secret", hash, scratch),
		    1);
		ck_assert_int_eq(password_matches("Secret", hash, scratch),
		    0);
	}
	ck_assert_int_ge(known, 5);
}
END_TEST

START_TEST(a_password_in_the_clear_is_no_hash)
{
	static const char *const texts[] = { "x", "secret", "correct horse",
	    "abcdefghijkl", "abcdefghijklmn", "$ecret", "\\secretsecre",
	    "pass:secretss", "sécrètsécrè", "a\tb", "$6$salt$",
	    "_secret_secret", "!secretsecret" };

	for (size_t i = 0; i < SUITE_COUNT(texts); i++)
		ck_assert_msg(password_hash_wrong(texts[i]) != NULL, "%s",
		    texts[i]);
	ck_assert_ptr_nonnull(password_hash_wrong(""));
}
END_TEST

START_TEST(a_method_that_nobody_knows_is_no_hash)
{
	const char *wrong = password_hash_wrong(
	    "$999$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.");

#ifdef HAVE_CRYPT_CHECKSALT
	ck_assert_ptr_nonnull(wrong);
#else
	ck_assert_ptr_null(wrong);
#endif
}
END_TEST

START_TEST(a_hash_longer_than_crypt_makes_is_none)
{
	char text[PASSWORD_HASH_SIZE + 1];

	memset(text, 'a', sizeof(text));
	memcpy(text, "$6$ab$", 6);
	text[PASSWORD_HASH_SIZE - 1] = '\0';
	ck_assert_ptr_null(password_hash_wrong(text));
	text[PASSWORD_HASH_SIZE - 1] = 'a';
	text[PASSWORD_HASH_SIZE] = '\0';
	ck_assert_ptr_nonnull(password_hash_wrong(text));
}
END_TEST

START_TEST(a_hash_that_crypt_refuses_is_an_error_and_no_answer)
{
	static const char *const hashes[] = { "$y$garbage", "$2b$99$abc",
	    "*0", "$999$a" };

	for (size_t i = 0; i < SUITE_COUNT(hashes); i++) {
		errno = 0;
		ck_assert_int_eq(password_matches("secret", hashes[i],
		    scratch), -1);
		ck_assert_int_ne(errno, 0);
	}
}
END_TEST

START_TEST(the_longest_password_is_taken_whole)
{
	char password[PASSWORD_MAX + 1], hash[PASSWORD_HASH_SIZE];
	struct cause cause;

	memset(password, 'p', PASSWORD_MAX);
	password[PASSWORD_MAX] = '\0';
	ck_assert_int_eq(password_hash(password, hash, &cause), 0);
	ck_assert_int_eq(password_matches(password, hash, scratch), 1);
	password[PASSWORD_MAX - 1] = 'q';
	ck_assert_int_eq(password_matches(password, hash, scratch), 0);
}
END_TEST

START_TEST(a_part_of_the_hash_is_not_the_hash)
{
	char cut[PASSWORD_HASH_SIZE];

	/* crypt(3) takes the setting from it all the same. */
	snprintf(cut, sizeof(cut), "%s", foreign[1]);
	cut[strlen(cut) - 1] = '\0';
	ck_assert_int_eq(password_matches("secret", cut, scratch), 0);
}
END_TEST

static int
is_zero(const void *buf, size_t len)
{
	const unsigned char *at = buf;

	while (len > 0 && *at == 0)
		at++, len--;
	return (len == 0);
}

START_TEST(nothing_of_a_password_stays_in_the_scratch)
{
	ck_assert_int_eq(password_matches("secret", foreign[2], scratch), 1);
	ck_assert(is_zero(scratch, sizeof(*scratch)));
	ck_assert_int_eq(password_matches("secret", "*0", scratch), -1);
	ck_assert(is_zero(scratch, sizeof(*scratch)));
}
END_TEST

START_TEST(wiped_memory_is_zero_and_its_neighbours_are_not)
{
	char bytes[66];

	memset(bytes, 'x', sizeof(bytes));
	wipe(bytes + 1, sizeof(bytes) - 2);
	ck_assert_int_eq(bytes[0], 'x');
	ck_assert_int_eq(bytes[sizeof(bytes) - 1], 'x');
	ck_assert(is_zero(bytes + 1, sizeof(bytes) - 2));
	wipe(bytes, 0);
	ck_assert_int_eq(bytes[0], 'x');
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("password");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, a_new_hash_is_the_password_s_and_no_other_s);
	tcase_add_test(core, the_method_is_yescrypt_where_there_is_one);
	tcase_add_test(core, the_same_password_has_another_hash_each_time);
	tcase_add_test(core, hashes_that_other_programs_made_are_known);
	tcase_add_test(core, every_method_of_crypt_is_taken);
	tcase_add_test(core, nothing_of_a_password_stays_in_the_scratch);
	tcase_add_test(core,
	    wiped_memory_is_zero_and_its_neighbours_are_not);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(hostile, a_password_in_the_clear_is_no_hash);
	tcase_add_test(hostile, a_method_that_nobody_knows_is_no_hash);
	tcase_add_test(hostile, a_hash_longer_than_crypt_makes_is_none);
	tcase_add_test(hostile,
	    a_hash_that_crypt_refuses_is_an_error_and_no_answer);
	tcase_add_test(hostile, the_longest_password_is_taken_whole);
	tcase_add_test(hostile, a_part_of_the_hash_is_not_the_hash);
	return (suite_run(suite));
}
