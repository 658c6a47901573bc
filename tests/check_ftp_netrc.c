/* check_ftp_netrc.c - who we are at which server.
 * See also: tools/ftp/netrc.h */
#include "tools/ftp/netrc.h"

#include <sys/stat.h>

#include "suite.h"

static struct netrc_login login;

static const char *const text =
    "# pc4's own\n"
    "machine a login pc3 password secret\n"
    "machine b\n\tlogin pc4\n\tpassword \"a b\\\"c\" account x\n"
    "macdef init\nmachine c login no password no\n\n"
    "machine a login pc5 password other\n"
    "machine nobody password x\n"
    "default login anonymous password me@here\n";

START_TEST(the_host_s_entry_is_found)
{
	ck_assert_int_eq(netrc_search(text, "a", NULL, &login), 1);
	ck_assert_str_eq(login.user, "pc3");
	ck_assert_str_eq(login.password, "secret");
	ck_assert_int_eq(netrc_search(text, "B", NULL, &login), 1);
	ck_assert_str_eq(login.user, "pc4");
	ck_assert_str_eq(login.password, "a b\"c");
}
END_TEST

START_TEST(of_two_users_the_one_who_is_wanted_is_found)
{
	ck_assert_int_eq(netrc_search(text, "a", "pc5", &login), 1);
	ck_assert_str_eq(login.password, "other");
	ck_assert_int_eq(netrc_search(text, "a", "pc9", &login), 0);
}
END_TEST

START_TEST(default_is_for_all_others)
{
	ck_assert_int_eq(netrc_search(text, "z", NULL, &login), 1);
	ck_assert_str_eq(login.user, "anonymous");
	ck_assert_int_eq(netrc_search("machine a login x", "z", NULL,
	    &login), 0);
}
END_TEST

START_TEST(what_is_in_a_macro_is_no_entry)
{
	ck_assert_int_eq(netrc_search(text, "c", NULL, &login), 1);
	ck_assert_str_eq(login.user, "anonymous");
	ck_assert_int_eq(netrc_search("macdef x\nmachine a login b", "a",
	    NULL, &login), 0);
}
END_TEST

START_TEST(half_an_entry_is_none)
{
	static const char *const halves[] = { "", "machine", "machine a",
	    "machine a login", "machine a password", "login x", "\"",
	    "machine \"a login x", "machine a account" };

	for (size_t i = 0; i < SUITE_COUNT(halves); i++)
		ck_assert_msg(netrc_search(halves[i], "a", NULL, &login) == 0,
		    "%s", halves[i]);
}
END_TEST

static int
find(const char *content, mode_t mode, struct cause *cause)
{
	char folder[] = "/tmp/check-netrc-XXXXXX", path[64];
	int fd, found;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/.netrc", folder);
	setenv("HOME", folder, 1);
	if (content != NULL) {
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		ck_assert_int_eq(write(fd, content, strlen(content)),
		    (ssize_t)strlen(content));
		fchmod(fd, mode);
		close(fd);
	}
	found = netrc_find("a", NULL, &login, cause);
	unlink(path);
	rmdir(folder);
	return (found);
}

START_TEST(a_password_that_others_can_read_is_refused)
{
	struct cause cause;

	ck_assert_int_eq(find("machine a login b password c", 0600, &cause),
	    1);
	ck_assert_int_eq(find("machine a login b password c", 0640, &cause),
	    -1);
	ck_assert_str_eq(login.password, "");
	ck_assert_int_eq(find("machine a login b", 0644, &cause), 1);
	ck_assert_int_eq(find(NULL, 0, &cause), 0);
	unsetenv("HOME");
	ck_assert_int_eq(netrc_find("a", NULL, &login, &cause), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_netrc");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, the_host_s_entry_is_found);
	tcase_add_test(core, of_two_users_the_one_who_is_wanted_is_found);
	tcase_add_test(core, default_is_for_all_others);
	tcase_add_test(core, what_is_in_a_macro_is_no_entry);
	tcase_add_test(hostile, half_an_entry_is_none);
	tcase_add_test(hostile, a_password_that_others_can_read_is_refused);
	return (suite_run(suite));
}
