/* check_ftp_url.c - whom a URL names, and what.
 * See also: tools/ftp/url.h */
#include "tools/ftp/url.h"

#include "suite.h"

static struct ftp_url url;

START_TEST(a_url_is_taken_apart)
{
	ck_assert_ptr_null(url_parse("ftp://host/pub/cake", &url));
	ck_assert_str_eq(url.host.host, "host");
	ck_assert_int_eq(url.host.port, 0);
	ck_assert_str_eq(url.user, "");
	ck_assert_str_eq(url.path, "pub/cake");
	ck_assert_ptr_null(url_parse("FTP://pc3@[::1]:2121/a/", &url));
	ck_assert_str_eq(url.host.host, "::1");
	ck_assert_int_eq(url.host.port, 2121);
	ck_assert_str_eq(url.user, "pc3");
	ck_assert_str_eq(url.path, "a/");
	ck_assert_ptr_null(url_parse("ftp://host", &url));
	ck_assert_str_eq(url.path, "");
	ck_assert_ptr_null(url_parse("ftp://host:1/x", &url));
	ck_assert_int_eq(url.host.port, 1);
}
END_TEST

/* RFC 1738 3.2.2: the first slash is not a part of the path. */
START_TEST(two_slashes_begin_at_the_root)
{
	ck_assert_ptr_null(url_parse("ftp://host//etc/motd", &url));
	ck_assert_str_eq(url.path, "/etc/motd");
	ck_assert_ptr_null(url_parse("ftp://host/%2Fetc/motd", &url));
	ck_assert_str_eq(url.path, "/etc/motd");
}
END_TEST

START_TEST(percents_are_decoded)
{
	ck_assert_ptr_null(url_parse("ftp://a%40b@host/a%20b%C3%a9", &url));
	ck_assert_str_eq(url.user, "a@b");
	ck_assert_str_eq(url.path, "a b\xc3\xa9");
}
END_TEST

/* An end of line in a path would be a command of its own. */
START_TEST(what_would_forge_a_command_is_refused)
{
	static const char *const bad[] = { "ftp://h/a%0d%0aDELE b",
	    "ftp://h/a%0Ab", "ftp://h/a%00b", "ftp://h/%", "ftp://h/%2",
	    "ftp://h/%zz", "ftp://u%0a@h/x", "ftp://", "ftp:///x",
	    "ftp://h:0/", "ftp://h:x/", "ftp://@h/", "http://h/x", "x" };

	for (size_t i = 0; i < SUITE_COUNT(bad); i++)
		ck_assert_msg(url_parse(bad[i], &url) != NULL, "%s", bad[i]);
}
END_TEST

START_TEST(a_password_is_not_taken_from_there)
{
	ck_assert_ptr_nonnull(url_parse("ftp://pc3:secret@h/x", &url));
	ck_assert_ptr_nonnull(url_parse_place("pc3:secret@h", &url));
}
END_TEST

START_TEST(too_long_is_refused)
{
	char text[8300];

	memset(text, 'a', sizeof(text));
	memcpy(text, "ftp://", 6);
	text[sizeof(text) - 1] = '\0';
	ck_assert_ptr_nonnull(url_parse(text, &url));
	memcpy(text, "ftp://h/", 8);
	ck_assert_ptr_nonnull(url_parse(text, &url));
	text[8 + SESSION_PATH_SIZE - 1] = '\0';
	ck_assert_ptr_null(url_parse(text, &url));
}
END_TEST

START_TEST(a_place_may_have_a_user)
{
	ck_assert_ptr_null(url_parse_place("pc3@host:2121", &url));
	ck_assert_str_eq(url.user, "pc3");
	ck_assert_str_eq(url.host.host, "host");
	ck_assert_int_eq(url.host.port, 2121);
	ck_assert_ptr_nonnull(url_parse_place("", &url));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_url");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_url_is_taken_apart);
	tcase_add_test(core, two_slashes_begin_at_the_root);
	tcase_add_test(core, percents_are_decoded);
	tcase_add_test(core, a_place_may_have_a_user);
	tcase_add_test(hostile, what_would_forge_a_command_is_refused);
	tcase_add_test(hostile, a_password_is_not_taken_from_there);
	tcase_add_test(hostile, too_long_is_refused);
	return (suite_run(suite));
}
