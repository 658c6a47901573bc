/* check_opt.c - one table of options a program.
 * See also: base/opt.h */
#include "base/opt.h"

#include <getopt.h>

#include "base/intl.h"
#include "base/text.h"
#include "suite.h"

#define ARGS_MAX	64

/* A program with an option of each kind, in two groups. */
struct sample {
	int		 family;
	const char	*name;
	struct opt_list	 bind;
	int64_t		 count;
	int		 port;
	int64_t		 timeout_ms;
	int		 color;
};

struct extra {
	int		 loud;
};

#define AT(field)	offsetof(struct sample, field)

static const struct opt sample_rows[] = {
	{ '4', "ipv4", OPT_SET, AT(family), 4, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(family), 6, NULL, "only that family" },
	{ 'n', "name", OPT_STRING, AT(name), 0, "NAME", "who it is" },
	{ 'b', "bind", OPT_LIST, AT(bind), 0, "ADDR", "where to listen" },
	{ 0, "count", OPT_NUMBER, AT(count), 1000, "N", "how many" },
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT", "which port" },
	{ 't', "timeout", OPT_SECONDS, AT(timeout_ms), 0, "S", "how long" },
	{ 0, "color", OPT_CHOICE, AT(color), 0, "auto|always|never",
	    "when to use colours" },
};

static const struct opt extra_rows[] = {
	{ 'l', "loud", OPT_SET, offsetof(struct extra, loud), 1, NULL,
	    "be loud" },
	OPT_COMMON_ROWS
};

static struct sample sample;
static struct extra extra;

static const struct opt_group groups[] = {
	{ sample_rows, OPT_COUNT(sample_rows), &sample },
	{ extra_rows, OPT_COUNT(extra_rows), &extra },
};

static const struct opt_program program = {
	.name = "fil-sample", .operands = "[HOST [FILE]]",
	.purpose = "Do nothing, by every option.", .operands_max = 2,
	.groups = groups, .groups_len = OPT_COUNT(groups),
};

static int out_file, err_file;
static char captured[16384];

static void
setup(void)
{
	out_file = suite_capture(STDOUT_FILENO);
	err_file = suite_capture(STDERR_FILENO);
	unsetenv("POSIXLY_CORRECT");
}

static const char *
output(void)
{
	return (suite_captured(out_file, captured, sizeof(captured)));
}

static const char *
errors(void)
{
	return (suite_captured(err_file, captured, sizeof(captured)));
}

/* Parse a list of arguments that ends with NULL. */
static enum opt_outcome
parse_args(const char *const *args)
{
	char *argv[ARGS_MAX] = { (char *)"/some/where/fil-sample" };
	int argc = 1;

	while (args[argc - 1] != NULL) {
		ck_assert_int_lt(argc, ARGS_MAX - 1);
		argv[argc] = (char *)args[argc - 1];
		argc++;
	}
	memset(&sample, 0, sizeof(sample));
	memset(&extra, 0, sizeof(extra));
#ifdef __GLIBC__
	optind = 0;		/* forgets what it was in the middle of */
#else
	optind = 1;
#endif
	return (opt_parse(&program, argc, argv));
}

#define PARSE(...)	parse_args((const char *const []){ __VA_ARGS__, NULL })

START_TEST(no_arguments_leave_the_defaults)
{
	ck_assert_int_eq(PARSE(NULL), OPT_RUN);
	ck_assert_int_eq(optind, 1);
	ck_assert_int_eq(sample.family, 0);
	ck_assert_ptr_null(sample.name);
	ck_assert_uint_eq(sample.bind.len, 0);
	ck_assert_str_eq(output(), "");
	ck_assert_str_eq(errors(), "");
}
END_TEST

START_TEST(each_kind_fills_its_field)
{
	ck_assert_int_eq(PARSE("--ipv6", "--name", "pc1", "--bind=::1",
	    "--count", "1000", "--port=4000", "--timeout", "1.5",
	    "--color", "never", "--loud"), OPT_RUN);
	ck_assert_int_eq(sample.family, 6);
	ck_assert_str_eq(sample.name, "pc1");
	ck_assert_uint_eq(sample.bind.len, 1);
	ck_assert_str_eq(sample.bind.items[0], "::1");
	ck_assert_int_eq(sample.count, 1000);
	ck_assert_int_eq(sample.port, 4000);
	ck_assert_int_eq(sample.timeout_ms, 1500);
	ck_assert_int_eq(sample.color, 2);
	ck_assert_int_eq(extra.loud, 1);
}
END_TEST

START_TEST(each_choice_is_its_place)
{
	ck_assert_int_eq(PARSE("--color", "auto"), OPT_RUN);
	ck_assert_int_eq(sample.color, 0);
	ck_assert_int_eq(PARSE("--color", "always"), OPT_RUN);
	ck_assert_int_eq(sample.color, 1);
	ck_assert_int_eq(PARSE("--color=never"), OPT_RUN);
	ck_assert_int_eq(sample.color, 2);
}
END_TEST

START_TEST(short_options_cluster_and_take_arguments_attached)
{
	ck_assert_int_eq(PARSE("-l6p80", "-b", "::1", "-bx", "-n", "-"),
	    OPT_RUN);
	ck_assert_int_eq(extra.loud, 1);
	ck_assert_int_eq(sample.family, 6);
	ck_assert_int_eq(sample.port, 80);
	ck_assert_uint_eq(sample.bind.len, 2);
	ck_assert_str_eq(sample.bind.items[1], "x");
	ck_assert_str_eq(sample.name, "-");
}
END_TEST

START_TEST(the_last_of_two_wins)
{
	ck_assert_int_eq(PARSE("-4", "-6", "-p", "1", "-p", "2"), OPT_RUN);
	ck_assert_int_eq(sample.family, 6);
	ck_assert_int_eq(sample.port, 2);
	ck_assert_int_eq(PARSE("-6", "-4"), OPT_RUN);
	ck_assert_int_eq(sample.family, 4);
}
END_TEST

START_TEST(operands_begin_at_optind)
{
	ck_assert_int_eq(PARSE("-4", "host", "file"), OPT_RUN);
	ck_assert_int_eq(optind, 2);
}
END_TEST

START_TEST(options_may_follow_operands)
{
	ck_assert_int_eq(PARSE("host", "-p", "80"), OPT_RUN);
	ck_assert_int_eq(sample.port, 80);
	ck_assert_int_eq(optind, 3);
}
END_TEST

START_TEST(the_options_of_a_command_are_its_own)
{
	static const struct opt_group own = { extra_rows,
	    OPT_COUNT(extra_rows), &extra };
	static const struct opt_program runner = { .name = "runner",
	    .operands = "PROGRAM [ARGUMENT...]",
	    .operands_max = OPT_COMMAND, .purpose = "Run it.",
	    .groups = &own, .groups_len = 1 };
	char *argv[] = { (char *)"runner", (char *)"-l", (char *)"nc",
	    (char *)"-l", (char *)"--no-such-option", (char *)"two\nlines",
	    NULL };

	PARSE(NULL);		/* forgets what getopt was in the middle of */
	optind = 0;
	ck_assert_int_eq(opt_parse(&runner, 6, argv), OPT_RUN);
	ck_assert_int_eq(extra.loud, 1);
	ck_assert_int_eq(optind, 2);
	ck_assert_str_eq(argv[3], "-l");
	ck_assert_str_eq(errors(), "");
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	ck_assert_int_eq(PARSE("-4", "--", "-6", "--help"), OPT_RUN);
	ck_assert_int_eq(sample.family, 4);
	ck_assert_int_eq(optind, 3);
	ck_assert_str_eq(output(), "");
}
END_TEST

START_TEST(help_is_answered_on_standard_output)
{
	ck_assert_int_eq(PARSE("--help"), OPT_ANSWERED);
	ck_assert_ptr_nonnull(strstr(output(), "fil-sample"));
	ck_assert_ptr_nonnull(strstr(captured, program.operands));
	ck_assert_ptr_nonnull(strstr(captured, program.purpose));
	ck_assert_str_eq(errors(), "");
	ck_assert_int_eq(PARSE("-h"), OPT_ANSWERED);
}
END_TEST

START_TEST(version_is_answered_with_name_and_version)
{
	ck_assert_int_eq(PARSE("--version"), OPT_ANSWERED);
	ck_assert_str_eq(output(), "fil-sample (fil) " PACKAGE_VERSION "\n");
	ck_assert_str_eq(errors(), "");
	ck_assert_int_eq(PARSE("-V"), OPT_ANSWERED);
}
END_TEST

START_TEST(the_exit_status_tells_an_answer_from_a_mistake)
{
	ck_assert_int_eq(opt_exit_status(PARSE("--port", "x")), 2);
	ck_assert_int_eq(opt_exit_status(PARSE("--version")), 0);
}
END_TEST

START_TEST(an_answer_that_cannot_be_printed_is_a_failure)
{
	fflush(stdout);
	close(STDOUT_FILENO);
	ck_assert_int_eq(opt_exit_status(PARSE("--help")), 1);
	/* Else Check itself could not end well. */
	ck_assert_int_ne(dup2(out_file, STDOUT_FILENO), -1);
}
END_TEST

START_TEST(getopt_names_the_program_and_not_its_path)
{
	ck_assert_int_eq(PARSE("--unknown"), OPT_MISTAKE);
	ck_assert_ptr_eq(strstr(errors(), "fil-sample: "), captured);
}
END_TEST

START_TEST(help_names_every_option_with_its_sentence)
{
	char dashed[32];

	opt_help(&program, stdout);
	output();
	for (size_t g = 0; g < OPT_COUNT(groups); g++)
		for (size_t i = 0; i < groups[g].len; i++) {
			const struct opt *row = &groups[g].rows[i];

			snprintf(dashed, sizeof(dashed), "--%s",
			    row->long_name);
			ck_assert_ptr_nonnull(strstr(captured, dashed));
			if (row->help != NULL)
				ck_assert_ptr_nonnull(strstr(captured,
				    row->help));
			if (row->short_name == 0)
				continue;
			snprintf(dashed, sizeof(dashed), "-%c, ",
			    row->short_name);
			ck_assert_ptr_nonnull(strstr(captured, dashed));
		}
}
END_TEST

START_TEST(help_has_a_line_a_sentence_of_80_columns_at_most)
{
	size_t lines = 0, rows = 0, first = 0;

	opt_help(&program, stdout);
	output();
	for (size_t g = 0; g < OPT_COUNT(groups); g++)
		for (size_t i = 0; i < groups[g].len; i++)
			rows += groups[g].rows[i].help != NULL;
	for (char *line = strtok(captured, "\n"); line != NULL;
	    line = strtok(NULL, "\n")) {
		ck_assert_uint_le(text_columns(line), 80);
		first = strncmp(line, "  ", 2) == 0 ? first : lines + 1;
		lines++;
	}
	ck_assert_uint_eq(lines - first, rows);
}
END_TEST

START_TEST(options_without_a_sentence_share_the_next_ones)
{
	static const struct opt rows[] = {
		{ 'p', "port", OPT_PORT, 0, 0, "PORT", "which port" },
		{ '4', "ipv4", OPT_SET, 0, 4, NULL, NULL },
		{ '6', "ipv6", OPT_SET, 0, 6, NULL, "only that family" },
		{ 0, "cert", OPT_STRING, 0, 0, "FILE", NULL },
		{ 'k', "key", OPT_STRING, 0, 0, "FILE", NULL },
		{ 0, "ca", OPT_STRING, 0, 0, "FILE", "of TLS" },
		{ 'l', "loud", OPT_SET, 0, 1, NULL, "be loud" },
	};
	const struct opt_group group = { rows, OPT_COUNT(rows), &sample };
	const struct opt_program related = { .name = "fil-sample",
	    .operands = "", .purpose = "Show help.", .groups = &group,
	    .groups_len = 1 };

	opt_help(&related, stdout);
	ck_assert_str_eq(strstr(output(), "\n\n") + 2,
	    "  -p, --port PORT                which port\n"
	    "  -4, --ipv4, -6, --ipv6         only that family\n"
	    "      --cert FILE, -k, --key FILE, --ca FILE  of TLS\n"
	    "  -l, --loud                     be loud\n");
}
END_TEST

START_TEST(a_mistake_found_later_is_said_with_how_to_get_help)
{
	ck_assert_int_eq(opt_mistake(&program, "these two do not mix"),
	    OPT_MISTAKE);
	ck_assert_ptr_eq(strstr(errors(),
	    "fil-sample: these two do not mix\n"), captured);
	ck_assert_ptr_nonnull(strstr(captured, "fil-sample --help"));
	ck_assert_str_eq(output(), "");
}
END_TEST

START_TEST(a_list_is_full_at_its_maximum)
{
	const char *args[2 * (OPT_LIST_MAX + 1) + 1] = { NULL };

	for (int i = 0; i < OPT_LIST_MAX; i++) {
		args[2 * i] = "-b";
		args[2 * i + 1] = i % 2 ? "odd" : "even";
	}
	ck_assert_int_eq(parse_args(args), OPT_RUN);
	ck_assert_uint_eq(sample.bind.len, OPT_LIST_MAX);
	ck_assert_str_eq(sample.bind.items[OPT_LIST_MAX - 1], "odd");
	args[2 * OPT_LIST_MAX] = "-b";
	args[2 * OPT_LIST_MAX + 1] = "one more";
	ck_assert_int_eq(parse_args(args), OPT_MISTAKE);
	ck_assert_uint_eq(sample.bind.len, OPT_LIST_MAX);
	ck_assert_ptr_nonnull(strstr(errors(), "--bind one more"));
}
END_TEST

START_TEST(numbers_ports_and_seconds_stop_at_their_largest)
{
	ck_assert_int_eq(PARSE("-p", "0", "--count", "0", "-t", "0"),
	    OPT_RUN);
	ck_assert_int_eq(PARSE("-p", "65535", "--count=1000"), OPT_RUN);
	ck_assert_int_eq(sample.port, 65535);
	ck_assert_int_eq(PARSE("-t", "2147483.647"), OPT_RUN);
	ck_assert_int_eq(sample.timeout_ms, INT32_MAX);
	ck_assert_int_eq(PARSE("-p", "65536"), OPT_MISTAKE);
	ck_assert_int_eq(PARSE("--count", "1001"), OPT_MISTAKE);
	ck_assert_int_eq(PARSE("-t", "2147483.648"), OPT_MISTAKE);
}
END_TEST

START_TEST(one_operand_too_many_is_a_mistake)
{
	ck_assert_int_eq(PARSE("a", "b"), OPT_RUN);
	ck_assert_int_eq(PARSE("a", "b", "cee"), OPT_MISTAKE);
	ck_assert_ptr_nonnull(strstr(errors(), "fil-sample: cee: "));
}
END_TEST

START_TEST(a_mistake_names_option_and_argument_and_help)
{
	static const struct { const char *option, *argument; } rows[] = {
		{ "--port", "65536" }, { "--port", "" }, { "--port", "http" },
		{ "--port", "-1" }, { "--port", " 1" }, { "--count", "ten" },
		{ "--timeout", "1.2345" }, { "--timeout", "5s" },
		{ "--color", "sometimes" }, { "--color", "" },
		{ "--color", "auto|always" }, { "--color", "alway" },
	};
	char expected[64];

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		ck_assert_int_eq(ftruncate(err_file, 0), 0);
		lseek(err_file, 0, SEEK_SET);
		ck_assert_int_eq(PARSE(rows[i].option, rows[i].argument),
		    OPT_MISTAKE);
		snprintf(expected, sizeof(expected), "fil-sample: %s %s: ",
		    rows[i].option, rows[i].argument);
		ck_assert_ptr_eq(strstr(errors(), expected), captured);
		ck_assert_ptr_nonnull(strstr(captured, "fil-sample --help"));
	}
	ck_assert_str_eq(output(), "");
}
END_TEST

START_TEST(a_wrong_choice_is_told_the_right_ones)
{
	ck_assert_int_eq(PARSE("--color", "sometimes"), OPT_MISTAKE);
	ck_assert_ptr_nonnull(strstr(errors(), "auto|always|never"));
}
END_TEST

START_TEST(unknown_options_are_mistakes)
{
	ck_assert_int_eq(PARSE("--unknown"), OPT_MISTAKE);
	ck_assert_ptr_nonnull(strstr(errors(), "--unknown"));
	ck_assert_ptr_nonnull(strstr(captured, "fil-sample --help"));
	ck_assert_int_eq(PARSE("-x"), OPT_MISTAKE);
	ck_assert_int_eq(PARSE("-?"), OPT_MISTAKE);
	ck_assert_int_eq(PARSE("-:"), OPT_MISTAKE);
	ck_assert_int_eq(PARSE("--ipv"), OPT_MISTAKE);	/* which one? */
	ck_assert_str_eq(output(), "");
}
END_TEST

START_TEST(a_missing_argument_is_a_mistake)
{
	ck_assert_int_eq(PARSE("--port"), OPT_MISTAKE);
	ck_assert_ptr_nonnull(strstr(errors(), "fil-sample --help"));
	ck_assert_int_eq(PARSE("-p"), OPT_MISTAKE);
	ck_assert_int_eq(PARSE("-4b"), OPT_MISTAKE);
}
END_TEST

START_TEST(an_argument_to_an_option_without_one_is_a_mistake)
{
	ck_assert_int_eq(PARSE("--ipv4=yes"), OPT_MISTAKE);
	ck_assert_int_eq(PARSE("--help=me"), OPT_MISTAKE);
	ck_assert_str_eq(output(), "");
}
END_TEST

START_TEST(arguments_of_two_lines_are_refused)
{
	static const char *const texts[] = { "a\nb", "a\rb", "\n", "\r\n",
	    "a\n" };

	for (size_t i = 0; i < SUITE_COUNT(texts); i++) {
		ck_assert_int_eq(PARSE("--name", texts[i]), OPT_MISTAKE);
		ck_assert_ptr_null(sample.name);
		ck_assert_int_eq(PARSE("-b", texts[i]), OPT_MISTAKE);
		ck_assert_uint_eq(sample.bind.len, 0);
		ck_assert_int_eq(PARSE("host", texts[i]), OPT_MISTAKE);
		ck_assert_int_eq(PARSE("--", texts[i]), OPT_MISTAKE);
	}
}
END_TEST

START_TEST(what_is_said_of_an_argument_is_safe_and_short)
{
	char argument[4096];

	ck_assert_int_eq(PARSE("--port", "\033[31m\n\xff"), OPT_MISTAKE);
	ck_assert_ptr_null(strchr(errors(), '\033'));
	ck_assert_ptr_nonnull(strstr(captured, "\\x1b[31m\\n"));
	memset(argument, 'a', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	ck_assert_int_eq(PARSE("--port", argument), OPT_MISTAKE);
	ck_assert_uint_lt(strlen(errors()), 2 * sizeof(argument) / 4);
}
END_TEST

START_TEST(a_program_without_rows_takes_operands)
{
	struct opt_program bare = { .name = "bare", .operands = "",
	    .purpose = "Nothing.", .operands_max = 1 };
	char *argv[] = { (char *)"bare", (char *)"x", (char *)"y", NULL };

	ck_assert_int_eq(opt_parse(&bare, 2, argv), OPT_RUN);
	ck_assert_int_eq(opt_parse(&bare, 3, argv), OPT_MISTAKE);
}
END_TEST

static void
add_mistakes(Suite *suite)
{
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(limits, setup, NULL);
	tcase_add_test(limits, a_list_is_full_at_its_maximum);
	tcase_add_test(limits,
	    numbers_ports_and_seconds_stop_at_their_largest);
	tcase_add_test(limits, one_operand_too_many_is_a_mistake);
	tcase_add_test(limits, a_program_without_rows_takes_operands);
	tcase_add_checked_fixture(hostile, setup, NULL);
	tcase_add_test(hostile, a_mistake_names_option_and_argument_and_help);
	tcase_add_test(hostile, a_wrong_choice_is_told_the_right_ones);
	tcase_add_test(hostile, unknown_options_are_mistakes);
	tcase_add_test(hostile, a_missing_argument_is_a_mistake);
	tcase_add_test(hostile,
	    an_argument_to_an_option_without_one_is_a_mistake);
	tcase_add_test(hostile, arguments_of_two_lines_are_refused);
	tcase_add_test(hostile, what_is_said_of_an_argument_is_safe_and_short);
}

static Suite *
opt_suite(void)
{
	Suite *suite = suite_create("opt");
	TCase *core = suite_case(suite, "core");

	tcase_add_checked_fixture(core, setup, NULL);
	tcase_add_test(core, no_arguments_leave_the_defaults);
	tcase_add_test(core, each_kind_fills_its_field);
	tcase_add_test(core, each_choice_is_its_place);
	tcase_add_test(core,
	    short_options_cluster_and_take_arguments_attached);
	tcase_add_test(core, the_last_of_two_wins);
	tcase_add_test(core, operands_begin_at_optind);
	tcase_add_test(core, options_may_follow_operands);
	tcase_add_test(core, the_options_of_a_command_are_its_own);
	tcase_add_test(core, two_dashes_end_the_options);
	tcase_add_test(core, help_is_answered_on_standard_output);
	tcase_add_test(core, version_is_answered_with_name_and_version);
	tcase_add_test(core,
	    the_exit_status_tells_an_answer_from_a_mistake);
	tcase_add_test(core, an_answer_that_cannot_be_printed_is_a_failure);
	tcase_add_test(core, getopt_names_the_program_and_not_its_path);
	tcase_add_test(core, help_names_every_option_with_its_sentence);
	tcase_add_test(core,
	    help_has_a_line_a_sentence_of_80_columns_at_most);
	tcase_add_test(core, options_without_a_sentence_share_the_next_ones);
	tcase_add_test(core,
	    a_mistake_found_later_is_said_with_how_to_get_help);
	add_mistakes(suite);
	return (suite);
}

int
main(void)
{
	return (suite_run(opt_suite()));
}
