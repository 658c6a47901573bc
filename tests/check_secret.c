/* check_secret.c - where a program gets a password from.
 * A breach shows as a password that somebody else can read, or as bytes of a
 * conversation that were taken for one.  What happens on a terminal is tried by
 * tests/system/passwd.py.
 * See also: client/secret.h */
#define _XOPEN_SOURCE 700	/* posix_openpt */
#include "client/secret.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "suite.h"

static struct secret_options options;
static struct cause cause;
static char secret[SECRET_SIZE];
static char path[64];

static void
setup(void)
{
	int fd;

	options = (struct secret_options)SECRET_OPTIONS_DEFAULT;
	memset(secret, 'x', sizeof(secret));
	snprintf(path, sizeof(path), "%s/fil-secret-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	close(fd);
}

static void
teardown(void)
{
	unlink(path);
}

/* A descriptor from which these bytes can be read, and then the end. */
static int
pipe_of(const char *bytes, size_t len)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], bytes, len), (ssize_t)len);
	close(ends[1]);
	return (ends[0]);
}

static int
read_bytes(const char *bytes, size_t len)
{
	int fd = pipe_of(bytes, len);
	int result = secret_read_line(fd, "a pipe", secret, &cause);

	close(fd);
	return (result);
}

static int
read_text(const char *text)
{
	return (read_bytes(text, strlen(text)));
}

static void
write_file(const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void
expect_wiped(void)
{
	for (size_t i = 0; i < sizeof(secret); i++)
		ck_assert_int_eq(secret[i], 0);
}

START_TEST(the_first_line_is_the_secret_without_its_end)
{
	static const char *const texts[] = { "secret\n", "secret\r\n",
	    "secret", "secret\nmore\n", "secret\r" };

	for (size_t i = 0; i < SUITE_COUNT(texts); i++) {
		ck_assert_int_eq(read_text(texts[i]), 0);
		ck_assert_str_eq(secret, "secret");
	}
	ck_assert_int_eq(read_text(" p\u00e4 ss\t\n"), 0);
	ck_assert_str_eq(secret, " p\u00e4 ss\t");
}
END_TEST

START_TEST(an_empty_line_is_an_empty_secret_and_no_line_is_none)
{
	ck_assert_int_eq(read_text("\nsecret\n"), 0);
	ck_assert_str_eq(secret, "");
	ck_assert_int_eq(read_text(""), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_str_eq(cause.object, "a pipe");
}
END_TEST

START_TEST(what_follows_the_line_is_left_for_others)
{
	int fd = pipe_of("secret\nhello\n", 13);
	char rest[16];

	ck_assert_int_eq(secret_read_line(fd, "a pipe", secret, &cause), 0);
	ck_assert_int_eq(read(fd, rest, sizeof(rest)), 6);
	ck_assert_mem_eq(rest, "hello\n", 6);
	close(fd);
}
END_TEST

START_TEST(a_file_gives_its_first_line)
{
	write_file("secret\nnot this\n", 0600);
	options.file = path;
	ck_assert_int_eq(secret_is_given(&options), 1);
	ck_assert_int_eq(secret_get(&options, "never asked", secret, &cause),
	    0);
	ck_assert_str_eq(secret, "secret");
}
END_TEST

START_TEST(a_file_that_others_can_read_or_change_is_refused)
{
	static const struct { mode_t mode; int result; } rows[] = {
		{ 0400, 0 }, { 0640, 0 }, { 0644, -1 }, { 0604, -1 },
		{ 0602, -1 }, { 0666, -1 } };

	options.file = path;
	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		chmod(path, 0600);
		write_file("secret\n", rows[i].mode);
		ck_assert_msg(secret_get(&options, "", secret, &cause) ==
		    rows[i].result, "%o", (unsigned)rows[i].mode);
	}
	ck_assert_str_eq(cause.object, path);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_told_by_its_name)
{
	options.file = "/nonexistent/secret";
	ck_assert_int_eq(secret_get(&options, "", secret, &cause), -1);
	ck_assert_str_eq(cause.primitive, "open");
	ck_assert_str_eq(cause.object, "/nonexistent/secret");
	ck_assert_int_eq(cause.error, ENOENT);
	options.file = "/";
	ck_assert_int_eq(secret_get(&options, "", secret, &cause), -1);
}
END_TEST

START_TEST(a_descriptor_gives_its_next_line)
{
	options.fd = pipe_of("one\ntwo\n", 8);
	ck_assert_int_eq(secret_is_given(&options), 1);
	ck_assert_int_eq(secret_get(&options, "", secret, &cause), 0);
	ck_assert_str_eq(secret, "one");
	ck_assert_int_eq(secret_get(&options, "", secret, &cause), 0);
	ck_assert_str_eq(secret, "two");
	ck_assert_int_eq(secret_get(&options, "", secret, &cause), -1);
	close((int)options.fd);
	ck_assert_int_eq(secret_get(&options, "", secret, &cause), -1);
	ck_assert_int_eq(cause.error, EBADF);
	ck_assert_ptr_nonnull(strstr(cause.object, "--password-fd"));
}
END_TEST

START_TEST(two_sources_are_a_mistake)
{
	write_file("secret\n", 0600);
	options.file = path;
	options.fd = 0;
	ck_assert_int_eq(secret_get(&options, "", secret, &cause), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
}
END_TEST

/* In a session of its own a process has no terminal. */
static int
ask_without_terminal(void)
{
	char text[CAUSE_TEXT_SIZE];
	int before = suite_open_fds();

	if (setsid() == -1 ||
	    secret_get(&options, "", secret, &cause) != -1 ||
	    suite_open_fds() != before)
		return (0);
	return (strstr(cause_text(&cause, text, sizeof(text)),
	    "--password-file") != NULL);
}

START_TEST(without_a_terminal_nobody_is_asked)
{
	pid_t pid;
	int status;

	ck_assert_int_eq(secret_is_given(&options), 0);
	ck_assert_int_ne(pid = fork(), -1);
	if (pid == 0)
		exit(ask_without_terminal() ? 0 : 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* In a session of its own, on the terminal name: ask, heeding SIGTERM as told.
 * Returns what the question came to: 0, or an errno. */
static int
ask_on(const char *name, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	if (setsid() == -1 || open(name, O_RDWR) == -1 ||
	    sigaction(SIGTERM, &action, NULL) == -1)
		return (1);
	if (secret_ask("Secret? ", secret, &cause) == -1)
		return (cause.error);
	return (strcmp(secret, "secret") == 0 ? 0 : 1);
}

/* The next question has come to the terminal. */
static void
expect_question(int terminal)
{
	char text[64] = "";
	size_t len = 0;

	while (strstr(text, "Secret? ") == NULL) {
		ssize_t n;

		ck_assert(suite_readable(terminal, SUITE_PATIENCE_MS));
		n = read(terminal, text + len, sizeof(text) - 1 - len);
		ck_assert_int_gt(n, 0);
		len += (size_t)n;
		text[len] = '\0';
	}
}

/* A question that SIGTERM interrupts, and is then answered.  Returns what it
 * came to. */
static int
interrupted_question(void (*handler)(int))
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), status;
	pid_t pid;

	ck_assert_int_ne(terminal, -1);
	ck_assert_int_eq(grantpt(terminal), 0);
	ck_assert_int_eq(unlockpt(terminal), 0);
	ck_assert_int_ne(pid = fork(), -1);
	if (pid == 0)
		exit(ask_on(ptsname(terminal), handler));
	expect_question(terminal);
	kill(pid, SIGTERM);
	if (handler == SIG_IGN) {
		expect_question(terminal);
		ck_assert_int_eq(write(terminal, "secret\n", 7), 7);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	close(terminal);
	return (WEXITSTATUS(status));
}

START_TEST(a_signal_that_the_program_catches_ends_the_question)
{
	ck_assert_int_eq(interrupted_question(suite_ignore_signal), EINTR);
}
END_TEST

START_TEST(a_signal_that_is_ignored_leaves_it_standing)
{
	ck_assert_int_eq(interrupted_question(SIG_IGN), 0);
}
END_TEST

START_TEST(the_longest_secret_has_511_bytes)
{
	char text[600];

	memset(text, 'p', sizeof(text));
	text[SECRET_SIZE - 1] = '\n';
	ck_assert_int_eq(read_bytes(text, sizeof(text)), 0);
	ck_assert_uint_eq(strlen(secret), SECRET_SIZE - 1);
	ck_assert_int_eq(read_bytes(text, SECRET_SIZE - 1), 0);
	ck_assert_uint_eq(strlen(secret), SECRET_SIZE - 1);
	text[SECRET_SIZE - 1] = 'p';
	text[SECRET_SIZE] = '\n';
	ck_assert_int_eq(read_bytes(text, sizeof(text)), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	expect_wiped();
	ck_assert_int_eq(read_bytes(text, SECRET_SIZE), -1);
}
END_TEST

START_TEST(a_nul_is_refused_and_nothing_is_kept)
{
	ck_assert_int_eq(read_bytes("sec\0ret\n", 8), -1);
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	expect_wiped();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, the_first_line_is_the_secret_without_its_end);
	tcase_add_test(core,
	    an_empty_line_is_an_empty_secret_and_no_line_is_none);
	tcase_add_test(core, what_follows_the_line_is_left_for_others);
	tcase_add_test(core, a_file_gives_its_first_line);
	tcase_add_test(core, a_descriptor_gives_its_next_line);
	tcase_add_test(core,
	    a_signal_that_the_program_catches_ends_the_question);
	tcase_add_test(core, a_signal_that_is_ignored_leaves_it_standing);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(hostile,
	    a_file_that_others_can_read_or_change_is_refused);
	tcase_add_test(hostile, a_file_that_is_not_there_is_told_by_its_name);
	tcase_add_test(hostile, two_sources_are_a_mistake);
	tcase_add_test(hostile, without_a_terminal_nobody_is_asked);
	tcase_add_test(hostile, the_longest_secret_has_511_bytes);
	tcase_add_test(hostile, a_nul_is_refused_and_nothing_is_kept);
	return (suite_run(suite));
}
