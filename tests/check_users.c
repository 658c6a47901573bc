/* check_users.c - the file of accounts, well written and ill.
 * A breach shows as an account that is not there after a reload, as two of one
 * name, or as a server that dies of its own configuration.
 * See also: serve/users.h, tests/fuzz/fuzz_users.c */
#include "serve/users.h"

#include <errno.h>

#include "suite.h"

#define HASH	"$5$ab$0123456789012345678901234567890123456789012"
#define OTHER	"$6$ab$01234567890123456789012345678901234567890123456789"

static struct name_rules rules;
static struct users users;
static struct cause cause;
static char folder[64];

static void
setup(void)
{
	ck_assert_int_eq(name_rules_init(&rules, &cause), 0);
	users = (struct users){ .path = "users", .names = &rules };
	snprintf(folder, sizeof(folder), "%s/fil-users-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

static void
teardown(void)
{
	users_fini(&users);
	name_rules_fini(&rules);
	unlink("users");
	ck_assert_int_eq(rmdir(folder), 0);
}

static int
parse(const char *text)
{
	return (users_parse(&users, text, strlen(text), &cause));
}

static const struct user *
find(const char *name)
{
	return (users_find(&users, name, strlen(name)));
}

/* The parser refuses it, and says "users:LINE" and what. */
static void
expect_refusal(const char *text, size_t len, const char *object,
    const char *what)
{
	char said[CAUSE_TEXT_SIZE];

	ck_assert_msg(users_parse(&users, text, len, &cause) == -1,
	    "taken: %.60s", text);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_str_eq(cause.object, object);
	ck_assert_str_eq(cause.primitive, what);
	ck_assert_int_gt(strlen(cause_text(&cause, said, sizeof(said))), 20);
	ck_assert_uint_eq(users.len, 0);
	ck_assert_ptr_null(users.rows);
	ck_assert_ptr_null(users.text);
}

static void
write_file(const char *text, size_t len)
{
	int fd = open("users", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

START_TEST(names_hashes_and_lines_are_read)
{
	ck_assert_int_eq(parse("# accounts\n\npc3:" HASH "\n \t \n  # x\n"
	    "Zo\u00e9:" OTHER "\n"), 0);
	ck_assert_uint_eq(users.len, 2);
	ck_assert_str_eq(find("pc3")->name, "pc3");
	ck_assert_str_eq(find("pc3")->hash, HASH);
	ck_assert_str_eq(find("pc3")->more, "");
	ck_assert_uint_eq(find("pc3")->line, 3);
	ck_assert_str_eq(find("Zo\u00e9")->hash, OTHER);
	ck_assert_uint_eq(find("Zo\u00e9")->line, 6);
	ck_assert_ptr_null(find("pc4"));
}
END_TEST

START_TEST(a_name_is_found_in_any_case_and_spelled_as_in_the_file)
{
	ck_assert_int_eq(parse("Pc3:" HASH "\nZo\u00c9:" HASH "\n"), 0);
	ck_assert_str_eq(find("pC3")->name, "Pc3");
	ck_assert_str_eq(find("zo\u00e9")->name, "Zo\u00c9");
}
END_TEST

START_TEST(a_file_without_accounts_has_none)
{
	static const char *const texts[] = { "", "\n", "# nobody", "\n\n# x\n",
	    " ", "\r\n" };

	for (size_t i = 0; i < SUITE_COUNT(texts); i++) {
		ck_assert_int_eq(parse(texts[i]), 0);
		ck_assert_uint_eq(users.len, 0);
		ck_assert_ptr_null(find("pc3"));
		users_fini(&users);
	}
	ck_assert_int_eq(users_parse(&users, NULL, 0, &cause), 0);
}
END_TEST

START_TEST(the_last_line_needs_no_end)
{
	ck_assert_int_eq(parse("pc3:" HASH "\npc4:" OTHER), 0);
	ck_assert_str_eq(find("pc4")->hash, OTHER);
}
END_TEST

START_TEST(lines_may_end_as_windows_ends_them)
{
	ck_assert_int_eq(parse("# x\r\npc3:" HASH "\r\npc4:" OTHER "\r\n"),
	    0);
	ck_assert_str_eq(find("pc3")->hash, HASH);
	ck_assert_str_eq(find("pc4")->hash, OTHER);
}
END_TEST

START_TEST(home_and_permissions_are_kept_for_fil_ftpd)
{
	ck_assert_int_eq(parse("a:" HASH ":/srv/a b:elr\nb:" HASH ":/srv\n"
	    "c:" HASH ":\nd:" HASH "::M\n"), 0);
	ck_assert_str_eq(find("a")->more, "/srv/a b:elr");
	ck_assert_str_eq(find("b")->more, "/srv");
	ck_assert_str_eq(find("c")->more, "");
	ck_assert_str_eq(find("d")->more, ":M");
	ck_assert_uint_eq(find("a")->home_len, 8);
	ck_assert_str_eq(find("a")->perms, "elr");
	ck_assert_uint_eq(find("b")->home_len, 4);
	ck_assert_str_eq(find("b")->perms, "");
	ck_assert_uint_eq(find("d")->home_len, 0);
	ck_assert_str_eq(find("d")->perms, "M");
	ck_assert_str_eq(find("a")->hash, HASH);
}
END_TEST

START_TEST(a_permission_that_nobody_knows_refuses_the_file)
{
	ck_assert_int_eq(parse("a:" HASH "::elx\n"), -1);
	ck_assert_str_eq(cause.primitive, "perms");
	ck_assert_int_eq(parse("a:" HASH ":home:el r\n"), -1);
	ck_assert_int_eq(parse("a:" HASH ":home:elradfmwMT\n"), 0);
}
END_TEST

START_TEST(an_account_can_be_locked)
{
	ck_assert_int_eq(parse("a:!\nb:* by pc1\nc:!" HASH "\nd:" HASH "\n"), 0);
	ck_assert_int_eq(user_is_locked(find("a")), 1);
	ck_assert_int_eq(user_is_locked(find("b")), 1);
	ck_assert_int_eq(user_is_locked(find("c")), 1);
	ck_assert_int_eq(user_is_locked(find("d")), 0);
}
END_TEST

START_TEST(each_of_ten_thousand_is_found)
{
	size_t len = 0;
	char *text = malloc(USERS_FILE_MAX), name[32];

	for (int i = 0; i < 10000; i++)
		len += (size_t)sprintf(text + len, "u%d:" HASH "\n",
		    (i * 7919) % 10000);
	ck_assert_int_eq(users_parse(&users, text, len, &cause), 0);
	free(text);
	ck_assert_uint_eq(users.len, 10000);
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "U%d", i);
		ck_assert_ptr_nonnull(find(name));
	}
	ck_assert_ptr_null(find("u10000"));
}
END_TEST

START_TEST(a_bad_line_is_told_by_its_number)
{
	static const struct {
		const char *text, *object, *what;
	} rows[] = {
		{ "pc3", "users:1", "line" },
		{ "pc3:" HASH "\n\n#\npc4\n", "users:4", "line" },
		{ ":" HASH "\n", "users:1", "name" },
		{ "a b:" HASH "\n", "users:1", "name" },
		{ "-a:" HASH "\n", "users:1", "name" },
		{ "a\xff:" HASH "\n", "users:1", "name" },
		{ "#\nabcdefghijklmnopqrstuvwxy:" HASH "\n", "users:2",
		    "name" },
		{ "pc3:\n", "users:1", "hash" },
		{ "pc3: " HASH "\n", "users:1", "hash" },
		{ "pc3:" HASH " \n", "users:1", "hash" },
		{ "pc3:secret\n", "users:1", "hash" },
		{ "pc3:x:1000:1000\n", "users:1", "hash" },
		{ "pc3:x:1000:1000:Pc:/:/bin/sh\n", "users:1", "line" },
		{ "pc3:" HASH ":19000:0:99999:7:::\n", "users:1", "line" },
		{ "pc3:" HASH "\npc3:" OTHER "\n", "users:2", "name" },
		{ "b:" HASH "\nPC3:!\na:!\npc3:" HASH "\n", "users:4",
		    "name" },
		{ "pc3:!\t\n", "users:1", "line" },
		{ "pc3:" HASH "\r\r\n", "users:1", "line" },
		{ "pc3:" HASH ":/srv/\x1b[m\n", "users:1", "line" },
		{ "\xef\xbb\xbfpc3:" HASH "\n", "users:1", "name" },
		{ "pc3:" HASH "\n\rpc4:" HASH, "users:2", "line" },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++)
		expect_refusal(rows[i].text, strlen(rows[i].text),
		    rows[i].object, rows[i].what);
}
END_TEST

START_TEST(a_nul_ends_no_line)
{
	static const char text[] = "pc3:" HASH "\0:secret\npc4:" HASH "\n";

	expect_refusal(text, sizeof(text) - 1, "users:1", "line");
	expect_refusal("#\0\n", 3, "users:1", "line");
	expect_refusal("", 1, "users:1", "line");
}
END_TEST

START_TEST(a_line_has_1024_bytes_at_most)
{
	char text[USERS_LINE_MAX + 64];
	int len = snprintf(text, sizeof(text), "pc3:" HASH ":");

	memset(text + len, 'h', sizeof(text) - (size_t)len);
	ck_assert_int_eq(users_parse(&users, text, USERS_LINE_MAX, &cause),
	    0);
	users_fini(&users);
	text[USERS_LINE_MAX] = '\r';
	text[USERS_LINE_MAX + 1] = '\n';
	ck_assert_int_eq(users_parse(&users, text, USERS_LINE_MAX + 2,
	    &cause), 0);
	users_fini(&users);
	expect_refusal(text, USERS_LINE_MAX + 3, "users:2", "line");
	text[USERS_LINE_MAX] = 'h';
	expect_refusal(text, USERS_LINE_MAX + 1, "users:1", "line");
	memset(text, '#', sizeof(text));
	expect_refusal(text, USERS_LINE_MAX + 1, "users:1", "line");
}
END_TEST

START_TEST(a_long_path_does_not_hide_the_line)
{
	char path[1001];

	memset(path, 'p', 1000);
	path[1000] = '\0';
	users.path = path;
	ck_assert_int_eq(parse("\n\n\nbad\n"), -1);
	ck_assert_str_eq(cause.object + strlen(cause.object) - 3, "p:4");
}
END_TEST

START_TEST(a_file_is_read_whole)
{
	struct users_text text;
	char *bytes = malloc(USERS_FILE_MAX);

	for (size_t i = 0; i < USERS_FILE_MAX; i++)
		bytes[i] = (char)(i * 31);
	write_file(bytes, USERS_FILE_MAX);
	ck_assert_int_eq(users_read(&text, "users", &cause), 0);
	ck_assert_uint_eq(text.len, USERS_FILE_MAX);
	ck_assert(memcmp(text.bytes, bytes, text.len) == 0);
	ck_assert_uint_eq(text.st.st_mode & 0777, 0600);
	users_text_fini(&text);
	users_text_fini(&text);
	write_file("", 0);
	ck_assert_int_eq(users_read(&text, "users", &cause), 0);
	ck_assert_uint_eq(text.len, 0);
	users_text_fini(&text);
	free(bytes);
}
END_TEST

START_TEST(a_file_over_1_mib_is_refused_unread)
{
	struct users_text text;

	write_file("", 0);
	ck_assert_int_eq(truncate("users", USERS_FILE_MAX + 1), 0);
	ck_assert_int_eq(users_read(&text, "users", &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_ptr_null(text.bytes);
}
END_TEST

START_TEST(what_is_no_file_is_refused_and_waits_for_nobody)
{
	struct users_text text;
	int before = suite_open_fds();

	ck_assert_int_eq(users_read(&text, "users", &cause), -1);
	ck_assert_int_eq(cause.error, ENOENT);
	ck_assert_str_eq(cause.primitive, "open");
	ck_assert_int_eq(mkfifo("users", 0600), 0);
	ck_assert_int_eq(users_read(&text, "users", &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_int_eq(users_read(&text, folder, &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_int_eq(users_read(&text, "/dev/null", &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(any_bytes_at_all_are_taken_or_refused)
{
	static const char pieces[] = "a:b#\n\r \t!*$\0\xc3\xa9-pc3";
	uint64_t state = 20261121;
	int taken = 0;

	for (int i = 0; i < 100000; i++) {
		size_t len = suite_random(&state) % 24;
		char *bytes = malloc(len > 0 ? len : 1);

		for (size_t j = 0; j < len; j++)
			bytes[j] = pieces[suite_random(&state) %
			    (sizeof(pieces) - 1)];
		if (users_parse(&users, bytes, len, &cause) == 0)
			taken++;
		users_fini(&users);
		free(bytes);
	}
	ck_assert_int_gt(taken, 1000);
}
END_TEST

static void
add_hostile(Suite *suite)
{
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(hostile, a_bad_line_is_told_by_its_number);
	tcase_add_test(hostile, a_nul_ends_no_line);
	tcase_add_test(hostile, a_line_has_1024_bytes_at_most);
	tcase_add_test(hostile, a_long_path_does_not_hide_the_line);
	tcase_add_test(hostile, a_file_over_1_mib_is_refused_unread);
	tcase_add_test(hostile,
	    what_is_no_file_is_refused_and_waits_for_nobody);
	tcase_add_test(hostile, any_bytes_at_all_are_taken_or_refused);
}

int
main(void)
{
	Suite *suite = suite_create("users");
	TCase *core = suite_case(suite, "core");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, names_hashes_and_lines_are_read);
	tcase_add_test(core,
	    a_name_is_found_in_any_case_and_spelled_as_in_the_file);
	tcase_add_test(core, a_file_without_accounts_has_none);
	tcase_add_test(core, the_last_line_needs_no_end);
	tcase_add_test(core, lines_may_end_as_windows_ends_them);
	tcase_add_test(core, home_and_permissions_are_kept_for_fil_ftpd);
	tcase_add_test(core, a_permission_that_nobody_knows_refuses_the_file);
	tcase_add_test(core, an_account_can_be_locked);
	tcase_add_test(core, each_of_ten_thousand_is_found);
	tcase_add_test(core, a_file_is_read_whole);
	add_hostile(suite);
	return (suite_run(suite));
}
