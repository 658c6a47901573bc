/* check_chat_command.c - what a line typed in the chat asks for.
 * See also: proto/chat_command.h */
#include "proto/chat_command.h"

#include "suite.h"

static struct chat_command command;

static enum chat_verdict
parse(const char *line)
{
	return (chat_command_parse(line, strlen(line), &command));
}

static void
check_part(const char *part, size_t len, const char *expected)
{
	ck_assert_uint_eq(len, strlen(expected));
	ck_assert_mem_eq(part, expected, len);
}

static void
check_said(const char *line, const char *text)
{
	ck_assert_int_eq(parse(line), CHAT_COMMAND_GOOD);
	ck_assert_int_eq(command.verb, CHAT_SAY);
	check_part(command.text, command.text_len, text);
}

static void
check_word(const char *line, enum chat_verb verb, const char *word)
{
	ck_assert_int_eq(parse(line), CHAT_COMMAND_GOOD);
	ck_assert_int_eq(command.verb, verb);
	check_part(command.word, command.word_len, word);
}

static void
check_text(const char *line, enum chat_verb verb, const char *text)
{
	ck_assert_int_eq(parse(line), CHAT_COMMAND_GOOD);
	ck_assert_int_eq(command.verb, verb);
	check_part(command.text, command.text_len, text);
}

static void
check_misused(const char *line, enum chat_verb verb)
{
	ck_assert_int_eq(parse(line), CHAT_COMMAND_MISUSED);
	ck_assert_int_eq(command.verb, verb);
}

static void
check_unknown(const char *line, const char *name)
{
	ck_assert_int_eq(parse(line), CHAT_COMMAND_UNKNOWN);
	check_part(command.word, command.word_len, name);
}

START_TEST(a_line_without_a_slash_is_said_as_it_stands)
{
	check_said("salut", "salut");
	check_said("", "");
	check_said("  /nick pc3  ", "  /nick pc3  ");
	check_said("a/b", "a/b");
	check_said("*** pc4 joined", "*** pc4 joined");
}
END_TEST

START_TEST(two_slashes_say_one)
{
	check_said("//nick pc3", "/nick pc3");
	check_said("//", "/");
	check_said("///", "//");
}
END_TEST

START_TEST(a_command_takes_its_word)
{
	check_word("/nick pc3", CHAT_NICK, "pc3");
	check_word("/join salle", CHAT_JOIN, "salle");
	check_word("/ignore pc4", CHAT_IGNORE, "pc4");
	check_word("/time on", CHAT_TIME, "on");
	check_word("/login pc3", CHAT_LOGIN, "pc3");
	check_word("/history", CHAT_HISTORY, "");
	check_word("/history 5", CHAT_HISTORY, "5");
}
END_TEST

START_TEST(a_command_takes_its_text)
{
	check_text("/me waves  to all ", CHAT_ME, "waves  to all ");
	check_text("/quit", CHAT_QUIT, "");
	check_text("/quit  gone home", CHAT_QUIT, "gone home");
	check_text("/msg pc4 psst, pc4", CHAT_MSG, "psst, pc4");
	check_part(command.word, command.word_len, "pc4");
}
END_TEST

START_TEST(a_command_of_no_arguments_takes_none)
{
	check_word("/who", CHAT_WHO, "");
	check_word("/rooms  ", CHAT_ROOMS, "");
	check_word("/help", CHAT_HELP, "");
	check_misused("/who pc3", CHAT_WHO);
	check_misused("/rooms x", CHAT_ROOMS);
	check_misused("/help nick", CHAT_HELP);
}
END_TEST

START_TEST(case_and_blanks_do_not_matter)
{
	check_word("/NICK pc3", CHAT_NICK, "pc3");
	check_word("/nIcK \t pc3 \t", CHAT_NICK, "pc3");
	check_text("/MSG\tpc4\tpsst", CHAT_MSG, "psst");
}
END_TEST

START_TEST(a_word_with_a_blank_in_it_is_one_word)
{
	/* So that its user is told what a name is, not how many there are. */
	check_word("/nick pc 3", CHAT_NICK, "pc 3");
}
END_TEST

START_TEST(what_is_missing_is_a_misuse)
{
	check_misused("/nick", CHAT_NICK);
	check_misused("/nick  ", CHAT_NICK);
	check_misused("/join", CHAT_JOIN);
	check_misused("/ignore", CHAT_IGNORE);
	check_misused("/time", CHAT_TIME);
	check_misused("/login", CHAT_LOGIN);
	check_misused("/me", CHAT_ME);
	check_misused("/me \t", CHAT_ME);
	check_misused("/msg", CHAT_MSG);
	check_misused("/msg pc4", CHAT_MSG);
	check_misused("/msg pc4  ", CHAT_MSG);
}
END_TEST

START_TEST(what_is_unknown_keeps_its_name)
{
	check_unknown("/", "");
	check_unknown("/ nick pc3", "");
	check_unknown("/nic pc3", "nic");
	check_unknown("/nicks", "nicks");
	check_unknown("/say x", "say");
}
END_TEST

START_TEST(every_command_has_a_name_and_a_usage_that_begins_with_it)
{
	char line[64];

	ck_assert_ptr_null(chat_command_name(CHAT_SAY));
	ck_assert_ptr_null(chat_command_usage(CHAT_SAY));
	for (enum chat_verb verb = CHAT_SAY + 1; verb < CHAT_VERBS; verb++) {
		const char *name = chat_command_name(verb);

		snprintf(line, sizeof(line), "/%s", name);
		ck_assert_int_ne(parse(line), CHAT_COMMAND_UNKNOWN);
		ck_assert_int_eq(command.verb, verb);
		ck_assert_int_eq(strncmp(chat_command_usage(verb), line,
		    strlen(line)), 0);
	}
}
END_TEST

START_TEST(a_nul_is_a_byte_like_any_other)
{
	ck_assert_int_eq(chat_command_parse("/nick\0pc3", 9, &command),
	    CHAT_COMMAND_UNKNOWN);
	ck_assert_uint_eq(command.word_len, 8);
	ck_assert_int_eq(chat_command_parse("/me a\0b", 7, &command),
	    CHAT_COMMAND_GOOD);
	ck_assert_uint_eq(command.text_len, 3);
}
END_TEST

START_TEST(nothing_behind_the_line_is_read)
{
	ck_assert_int_eq(chat_command_parse("/nick pc3", 5, &command),
	    CHAT_COMMAND_MISUSED);
	ck_assert_int_eq(chat_command_parse("/nick pc3", 8, &command),
	    CHAT_COMMAND_GOOD);
	check_part(command.word, command.word_len, "pc");
	ck_assert_int_eq(chat_command_parse("//", 1, &command),
	    CHAT_COMMAND_UNKNOWN);
}
END_TEST

static Suite *
chat_command_suite(void)
{
	Suite *suite = suite_create("chat_command");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_line_without_a_slash_is_said_as_it_stands);
	tcase_add_test(core, two_slashes_say_one);
	tcase_add_test(core, a_command_takes_its_word);
	tcase_add_test(core, a_command_takes_its_text);
	tcase_add_test(core, a_command_of_no_arguments_takes_none);
	tcase_add_test(core, case_and_blanks_do_not_matter);
	tcase_add_test(core,
	    every_command_has_a_name_and_a_usage_that_begins_with_it);
	tcase_add_test(limits, a_word_with_a_blank_in_it_is_one_word);
	tcase_add_test(limits, what_is_missing_is_a_misuse);
	tcase_add_test(limits, what_is_unknown_keeps_its_name);
	tcase_add_test(hostile, a_nul_is_a_byte_like_any_other);
	tcase_add_test(hostile, nothing_behind_the_line_is_read);
	return (suite);
}

int
main(void)
{
	return (suite_run(chat_command_suite()));
}
