/* check_display.c - standard output, and that nobody waits for it.
 * See also: tools/proxy/display.h */
#include "tools/proxy/display.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "suite.h"

static struct display display;
static int output[2];

static void
open_display(struct display_options options)
{
	struct cause cause;

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(output), 0);
	options.fd = output[1];
	ck_assert_int_eq(display_open(&display, &options, &cause), 0);
}

static struct block
block_of(const char *bytes, size_t len)
{
	return ((struct block){ .number = 1, .client = "a:1",
	    .upstream = "b:2", .bytes = bytes, .len = len });
}

static void
show(const char *bytes)
{
	struct block block = block_of(bytes, strlen(bytes));

	display_block(&display, &block);
}

/* All that was written until the display was closed. */
static const char *
written(void)
{
	static char text[16 * 1024 * 1024];
	size_t len = 0;
	ssize_t n;

	close(output[1]);
	while ((n = read(output[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return (text);
}

static void *
close_main(void *arg)
{
	(void)arg;
	ck_assert_int_eq(display_close(&display,
	    clock_deadline(20 * SUITE_PATIENCE_MS)), 0);
	close(output[1]);
	return (NULL);
}

/* The same, for more than a pipe holds: closed while it is read. */
static const char *
written_while_closing(void)
{
	static char text[64 * 1024 * 1024];
	pthread_t thread;
	size_t len = 0;
	ssize_t n;

	ck_assert_int_eq(pthread_create(&thread, NULL, close_main, NULL), 0);
	while ((n = read(output[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	pthread_join(thread, NULL);
	text[len] = '\0';
	return (text);
}

/* The same, until so many blocks have come. */
static const char *
written_by(unsigned long blocks)
{
	static char text[32 * 1024 * 1024];
	unsigned long seen = 0;
	size_t len = 0;

	/* The last one to its end. */
	while (seen < blocks || text[len - 1] != '\n') {
		ssize_t n = read(output[0], text + len, sizeof(text) - 1 - len);

		ck_assert_int_gt(n, 0);
		for (char *at = text + len; at < text + len + n; at++)
			seen += *at == '#';
		len += (size_t)n;
	}
	text[len] = '\0';
	return (text);
}

START_TEST(lines_and_blocks_come_in_their_order)
{
	const char *text;

	open_display((struct display_options){ .form = BLOCK_AUTO });
	display_line(&display, "#1 opened");
	show("hello\n");
	show("world\n");
	display_line(&display, "#1 closed");
	ck_assert_int_eq(display_close(&display,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	text = written();
	ck_assert_mem_eq(text, "#1 opened\n#1 ", 13);
	ck_assert_ptr_nonnull(strstr(text, " a:1 -> b:2  6 bytes @0\n| hello\n"
	    "#1 "));
	ck_assert_ptr_nonnull(strstr(text, "| world\n#1 closed\n"));
}
END_TEST

START_TEST(what_is_shown_appears_without_being_asked_for_more)
{
	char text[256];

	open_display((struct display_options){ .form = BLOCK_AUTO });
	for (int i = 0; i < 3; i++) {
		show("x\n");
		ck_assert(suite_readable(output[0], SUITE_PATIENCE_MS));
		ck_assert_int_gt(read(output[0], text, sizeof(text)), 0);
	}
}
END_TEST

/* Such a socket keeps writes apart. */
START_TEST(a_block_is_one_write)
{
	static char bytes[30000], text[BLOCK_TEXT_SIZE(sizeof(bytes))];
	struct display_options options = { .form = BLOCK_HEX };
	struct block block = block_of(bytes, sizeof(bytes));
	struct cause cause;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	options.fd = fds[1];
	ck_assert_int_eq(display_open(&display, &options, &cause), 0);
	for (int i = 0; i < 5; i++)
		display_block(&display, &block);
	display_line(&display, "#1 closed");
	for (int i = 0; i < 5; i++) {
		ssize_t n = recv(fds[0], text, sizeof(text), 0);

		ck_assert_int_gt(n, 4 * (ssize_t)sizeof(bytes));
		ck_assert_mem_eq(text, "#1 ", 3);
		ck_assert_int_eq(text[n - 1], '\n');
	}
	ck_assert_int_eq(recv(fds[0], text, sizeof(text), 0), 10);
}
END_TEST

START_TEST(a_quiet_display_writes_nothing)
{
	open_display((struct display_options){ .quiet = 1 });
	display_line(&display, "#1 opened");
	show("x\n");
	display_hurry(&display);
	ck_assert_int_eq(display_close(&display, clock_deadline(1)), 0);
	ck_assert_str_eq(written(), "");
}
END_TEST

/* How many blocks stand in a text, and how many it says are missing. */
static unsigned long
count_blocks(const char *text, unsigned long *missing)
{
	unsigned long shown = 0;

	*missing = 0;
	for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
		if (strncmp(at, "#1 ", 3) == 0)
			shown++;
		if (strncmp(at, "... ", 4) == 0)
			*missing += strtoul(at + 4, NULL, 10);
	}
	return (shown);
}

START_TEST(nobody_waits_for_a_reader_that_has_stopped)
{
	static char bytes[60000];
	unsigned long shown, missing;
	int64_t begin = suite_now_ms();
	const char *text;

	memset(bytes, 'x', sizeof(bytes));
	open_display((struct display_options){ .form = BLOCK_TEXT });
	for (int i = 0; i < 200; i++) {
		struct block block = block_of(bytes, sizeof(bytes));

		display_block(&display, &block);
	}
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	/* The reader is back; what comes next stands behind the gap. */
	show("after the gap\n");
	text = written_while_closing();
	shown = count_blocks(text, &missing);
	ck_assert_uint_gt(missing, 0);
	ck_assert_uint_eq(shown + missing, 201);
	/* Two halves, and what the pipe and the thread hold. */
	ck_assert_uint_le(shown, 2 * DISPLAY_SIZE / sizeof(bytes) + 3);
}
END_TEST

static atomic_int waiter_done;

static void *
fill_main(void *arg)
{
	static char bytes[60000];

	(void)arg;
	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 200; i++) {
		struct block block = block_of(bytes, sizeof(bytes));

		display_block(&display, &block);
	}
	atomic_store(&waiter_done, 1);
	return (NULL);
}

START_TEST(with_wait_nothing_is_dropped)
{
	unsigned long missing;
	pthread_t thread;
	const char *text;

	open_display((struct display_options){ .form = BLOCK_TEXT,
	    .wait = 1 });
	ck_assert_int_eq(pthread_create(&thread, NULL, fill_main, NULL), 0);
	poll(NULL, 0, 200);
	ck_assert_int_eq(atomic_load(&waiter_done), 0);
	text = written_by(200);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(count_blocks(text, &missing), 200);
	ck_assert_uint_eq(missing, 0);
}
END_TEST

START_TEST(with_wait_the_relay_waits_until_the_proxy_stops)
{
	pthread_t thread;
	int64_t begin;

	open_display((struct display_options){ .form = BLOCK_TEXT,
	    .wait = 1 });
	ck_assert_int_eq(pthread_create(&thread, NULL, fill_main, NULL), 0);
	poll(NULL, 0, 200);
	ck_assert_int_eq(atomic_load(&waiter_done), 0);
	begin = suite_now_ms();
	display_hurry(&display);
	pthread_join(thread, NULL);
	/* Nobody reads: the display cannot end, and says so in time. */
	ck_assert_int_eq(display_close(&display, clock_deadline(50)), -1);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS / 2);
}
END_TEST

START_TEST(how_conversations_end_when_the_proxy_stops_is_shown)
{
	open_display((struct display_options){ .form = BLOCK_TEXT });
	display_hurry(&display);
	/* Time for a thread that would end too early. */
	poll(NULL, 0, 50);
	display_line(&display, "#1 closed");
	ck_assert_int_eq(display_close(&display,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_str_eq(written(), "#1 closed\n");
}
END_TEST

START_TEST(a_reader_that_has_gone_costs_nothing_more)
{
	int log_fd = suite_capture(STDERR_FILENO);
	char text[1024];

	open_display((struct display_options){ .form = BLOCK_TEXT,
	    .wait = 1 });
	close(output[0]);
	for (int i = 0; i < 1000; i++)
		show("x\n");
	fill_main(NULL);
	ck_assert_int_eq(display_close(&display,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	suite_captured(log_fd, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "write: Broken pipe"));
	/* It is said once. */
	ck_assert_ptr_eq(strchr(text, '\n') + 1, text + strlen(text));
}
END_TEST

START_TEST(a_terminal_that_was_made_non_blocking_is_waited_for)
{
	unsigned long missing;

	open_display((struct display_options){ .form = BLOCK_TEXT,
	    .wait = 1 });
	ck_assert_int_eq(fcntl(output[1], F_SETFL, O_NONBLOCK), 0);
	for (int i = 0; i < 10000; i++)
		show("a line that somebody said\n");
	ck_assert_uint_eq(count_blocks(written_while_closing(), &missing),
	    10000);
}
END_TEST

static void *
talk_main(void *arg)
{
	for (int i = 0; i < 500; i++)
		show(arg);
	return (NULL);
}

START_TEST(blocks_of_many_threads_never_mix)
{
	static const char *const words[] = { "aaaa\naaaa\n", "bbbb\nbbbb\n",
	    "cccc\ncccc\n", "dddd\ndddd\n" };
	pthread_t threads[4];
	const char *at;
	int blocks = 0;

	open_display((struct display_options){ .form = BLOCK_TEXT,
	    .wait = 1 });
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, talk_main,
		    (void *)words[i]), 0);
	/* A megabyte at most: it fits. */
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (at = written_while_closing(); *at != '\0'; blocks++) {
		const char *first, *second;

		ck_assert_mem_eq(at, "#1 ", 3);
		first = strchr(at, '\n') + 1;
		second = strchr(first, '\n') + 1;
		ck_assert_mem_eq(first, second, 7);
		at = second + 7;
	}
	ck_assert_int_eq(blocks, 2000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("display");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_set_timeout(limits, 60);
	tcase_add_test(core, lines_and_blocks_come_in_their_order);
	tcase_add_test(core,
	    what_is_shown_appears_without_being_asked_for_more);
	tcase_add_test(core, a_block_is_one_write);
	tcase_add_test(core, a_quiet_display_writes_nothing);
	tcase_add_test(core, blocks_of_many_threads_never_mix);
	tcase_add_test(limits, nobody_waits_for_a_reader_that_has_stopped);
	tcase_add_test(limits, with_wait_nothing_is_dropped);
	tcase_add_test(limits,
	    with_wait_the_relay_waits_until_the_proxy_stops);
	tcase_add_test(limits,
	    how_conversations_end_when_the_proxy_stops_is_shown);
	tcase_add_test(limits, a_reader_that_has_gone_costs_nothing_more);
	tcase_add_test(limits,
	    a_terminal_that_was_made_non_blocking_is_waited_for);
	return (suite_run(suite));
}
