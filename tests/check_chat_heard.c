/* check_chat_heard.c - what a line of the chat's server says.
 * See also: proto/chat_heard.h */
#include "proto/chat_heard.h"

#include "suite.h"

static struct name_rules rules;
static struct chat_heard heard;

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

static void
check_part(const char *part, size_t len, const char *expected)
{
	ck_assert_uint_eq(len, strlen(expected));
	ck_assert_mem_eq(part, expected, len);
}

static void
check_heard(const char *line, enum chat_heard_kind kind, const char *name,
    const char *text)
{
	chat_heard_parse(&rules, line, strlen(line), &heard);
	ck_assert_msg(heard.kind == kind, "%s: %d", line, (int)heard.kind);
	check_part(heard.name_len > 0 ? heard.name : "", heard.name_len, name);
	check_part(heard.text, heard.text_len, text);
}

START_TEST(what_is_said_has_a_speaker_and_a_text)
{
	check_heard("<pc3> salut", CHAT_HEARD_SAID, "pc3", "salut");
	check_heard("<élodie> <pc4> a dit", CHAT_HEARD_SAID, "élodie",
	    "<pc4> a dit");
	check_heard("<pc3> ", CHAT_HEARD_SAID, "pc3", "");
	check_heard("* pc3 waves", CHAT_HEARD_DONE, "pc3", "waves");
}
END_TEST

START_TEST(a_private_message_has_one_who_sent_it)
{
	check_heard("-pc3- psst", CHAT_HEARD_PRIVATE, "pc3", "psst");
	check_heard("-a-b-- x- y", CHAT_HEARD_PRIVATE, "a-b-", "x- y");
	check_heard("-pc3 -> pc4- psst", CHAT_HEARD_SENT, "pc4", "psst");
	check_heard("-pc3- -> pc4-- psst", CHAT_HEARD_SENT, "pc4-", "psst");
	check_heard("-pc3- -> pc4 psst", CHAT_HEARD_PRIVATE, "pc3",
	    "-> pc4 psst");
}
END_TEST

START_TEST(a_time_before_it_changes_nothing_else)
{
	check_heard("<pc3> salut", CHAT_HEARD_SAID, "pc3", "salut");
	ck_assert_int_eq(heard.timed, 0);
	check_heard("[18:00:05] <pc3> salut", CHAT_HEARD_SAID, "pc3",
	    "salut");
	ck_assert_int_eq(heard.timed, 1);
	check_heard("[?] * pc3 waves", CHAT_HEARD_DONE, "pc3", "waves");
	ck_assert_int_eq(heard.timed, 1);
	check_heard("[18:0x:05] <pc3> a", CHAT_HEARD_OTHER, "",
	    "[18:0x:05] <pc3> a");
	check_heard("[18:00:05]", CHAT_HEARD_OTHER, "", "[18:00:05]");
}
END_TEST

START_TEST(a_notice_tells_who_comes_and_goes)
{
	check_heard("*** pc4 joined", CHAT_HEARD_JOINED, "pc4", "");
	check_heard("*** pc4 left (quit: bye)", CHAT_HEARD_LEFT, "pc4",
	    "quit: bye)");
	check_heard("*** pc4 went to tp3", CHAT_HEARD_LEFT, "pc4", "tp3");
	check_heard("*** pc4 is now known as pc5", CHAT_HEARD_RENAMED, "pc4",
	    "pc5");
}
END_TEST

START_TEST(a_notice_tells_us_about_ourselves)
{
	check_heard("*** welcome, you are guest1: /nick NAME changes that",
	    CHAT_HEARD_WELCOME, "guest1", "guest1: /nick NAME changes that");
	check_heard("*** goodbye: quit", CHAT_HEARD_GOODBYE, "", "quit");
	check_heard("*** the password of pc3, please, as your next line (it "
	    "will not be said)", CHAT_HEARD_PASSWORD, "",
	    "pc3, please, as your next line (it will not be said)");
	check_heard("*** nobody has an account here (your next line will not "
	    "be said)", CHAT_HEARD_NO_PASSWORD, "",
	    "nobody has an account here (your next line will not be said)");
}
END_TEST

START_TEST(a_list_is_given_name_by_name)
{
	static const char *const names[] = { "pc3", "élodie", "a-b" };

	check_heard("*** here: pc3, élodie, a-b", CHAT_HEARD_HERE, "",
	    "pc3, élodie, a-b");
	for (size_t i = 0; i < SUITE_COUNT(names); i++) {
		ck_assert_int_eq(chat_heard_next(&rules, &heard), 1);
		check_part(heard.name, heard.name_len, names[i]);
	}
	ck_assert_int_eq(chat_heard_next(&rules, &heard), 0);
	check_heard("*** here: pc3 and 17 more (/who)", CHAT_HEARD_HERE, "",
	    "pc3 and 17 more (/who)");
	ck_assert_int_eq(chat_heard_next(&rules, &heard), 1);
	check_part(heard.name, heard.name_len, "pc3");
	ck_assert_int_eq(chat_heard_next(&rules, &heard), 0);
}
END_TEST

START_TEST(a_list_ends_where_a_name_is_none)
{
	check_heard("*** here: pc3, \033[2J, pc4", CHAT_HEARD_HERE, "",
	    "pc3, \033[2J, pc4");
	ck_assert_int_eq(chat_heard_next(&rules, &heard), 1);
	ck_assert_int_eq(chat_heard_next(&rules, &heard), 0);
	check_heard("*** here: pc3,", CHAT_HEARD_HERE, "", "pc3,");
	ck_assert_int_eq(chat_heard_next(&rules, &heard), 1);
	ck_assert_int_eq(chat_heard_next(&rules, &heard), 0);
}
END_TEST

START_TEST(other_notices_are_about_nobody)
{
	static const char *const lines[] = { "nobody is joined",
	    "pc4 joined us", "pc4 joined ", "pc4 is now known as ",
	    "pc4 is now known as a b", "-x joined", "a\033b joined",
	    "welcome, you are a b: x", "welcome, you are pc3", "", "joined",
	    "2 in all" };
	char line[80];

	for (size_t i = 0; i < SUITE_COUNT(lines); i++) {
		snprintf(line, sizeof(line), "*** %s", lines[i]);
		chat_heard_parse(&rules, line, strlen(line), &heard);
		ck_assert_msg(heard.kind == CHAT_HEARD_NOTICE, "%s", line);
		ck_assert_uint_eq(heard.name_len, 0);
	}
}
END_TEST

START_TEST(a_line_of_any_other_server_is_taken_as_it_is)
{
	static const char *const lines[] = { "", "<", "<>", "<> a", "<a",
	    "<a>", "<a b> c", "<a>b", "*", "* ", "* a", "** a b", "-", "--",
	    "-- a", "-a b", "-a-", "-a -> b", "-a -> - c", "-a -> b c",
	    "- -> b- c", "***", "***a", "220 ftp ready", "<\x1b> a",
	    "<-a> b" };

	for (size_t i = 0; i < SUITE_COUNT(lines); i++)
		check_heard(lines[i], CHAT_HEARD_OTHER, "", lines[i]);
}
END_TEST

START_TEST(nothing_behind_the_line_is_read)
{
	static const char line[] = "*** pc4 is now known as pc5";

	for (size_t len = 0; len < sizeof(line) - 1; len++) {
		char *exact = malloc(len > 0 ? len : 1);

		ck_assert_ptr_nonnull(exact);
		memcpy(exact, line, len);
		chat_heard_parse(&rules, exact, len, &heard);
		ck_assert_int_ne(heard.kind, CHAT_HEARD_SAID);
		free(exact);
	}
}
END_TEST

static Suite *
chat_heard_suite(void)
{
	Suite *suite = suite_create("chat_heard");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(core, what_is_said_has_a_speaker_and_a_text);
	tcase_add_test(core, a_private_message_has_one_who_sent_it);
	tcase_add_test(core, a_time_before_it_changes_nothing_else);
	tcase_add_test(core, a_notice_tells_who_comes_and_goes);
	tcase_add_test(core, a_notice_tells_us_about_ourselves);
	tcase_add_test(core, a_list_is_given_name_by_name);
	tcase_add_test(hostile, a_list_ends_where_a_name_is_none);
	tcase_add_test(hostile, other_notices_are_about_nobody);
	tcase_add_test(hostile,
	    a_line_of_any_other_server_is_taken_as_it_is);
	tcase_add_test(hostile, nothing_behind_the_line_is_read);
	return (suite);
}

int
main(void)
{
	return (suite_run(chat_heard_suite()));
}
