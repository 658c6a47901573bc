/* check_outbox.c - what is put in comes out, in order, and nobody waits for it.
 * The rule: DESIGN rule 8.  A user would otherwise see a line cut in two by
 * another's, or everybody freeze because one has pressed Ctrl-S.
 * See also: serve/outbox.h, serve/late.h, tests/check_room.c */
#include "serve/outbox.h"

#include <dirent.h>
#include <errno.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <pthread.h>
#include <sched.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "serve/late.h"
#include "suite.h"

#define SMALL_BOUND	16384
#define STUFFING_MS	1500		/* a patience that outlasts it */
#define CROWD		70		/* more than late polls at first */

/* A client: what its thread has, and the other end. */
struct side {
	struct stream	 stream;
	struct outbox	 outbox;
	_Atomic uint64_t sent;
	int		 peer_fd;
};

static struct late late;
static struct outbox_options options;
static struct side side;

/* family   AF_INET, or AF_UNIX: its buffers do not grow */
static void
side_open(struct side *opened, int family, int type)
{
	struct cause cause;
	int fds[2];

	if (family == AF_INET)
		suite_tcp_pair(fds);
	else
		ck_assert_int_eq(socketpair(AF_UNIX, type, 0, fds), 0);
	stream_init(&opened->stream, fds[0]);
	ck_assert_int_eq(outbox_init(&opened->outbox, &opened->stream,
	    &options, &cause), 0);
	opened->outbox.sent = &opened->sent;
	opened->peer_fd = fds[1];
}

static void
side_close(struct side *closed)
{
	outbox_fini(&closed->outbox);
	stream_fini(&closed->stream);
	close(closed->stream.fd);
	close(closed->peer_fd);
}

static void
setup(void)
{
	struct cause cause;

	ck_assert_int_eq(late_init(&late, &cause), 0);
	options = (struct outbox_options){ &late, OUTBOX_BOUND,
	    OUTBOX_PATIENCE_MS };
	side_open(&side, AF_UNIX, SOCK_STREAM);
}

/* Over TCP instead. */
static void
setup_tcp(void)
{
	side_close(&side);
	side_open(&side, AF_INET, SOCK_STREAM);
}

static void
teardown(void)
{
	side_close(&side);
	late_fini(&late);
}

static int
put(struct side *to, const char *text)
{
	return (outbox_put(&to->outbox, shared_line_copy(text,
	    strlen(text))));
}

/* len bytes that come at the other end. */
static void
receive(struct side *from, char *buf, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = 0;

		if (suite_readable(from->peer_fd, SUITE_PATIENCE_MS))
			n = recv(from->peer_fd, buf + at, len - at, 0);
		ck_assert_msg(n > 0, "%zu of %zu bytes came", at, len);
		at += (size_t)n;
	}
}

static void
expect(struct side *from, const char *text)
{
	char buf[1024];

	ck_assert_uint_lt(strlen(text), sizeof(buf));
	receive(from, buf, strlen(text));
	buf[strlen(text)] = '\0';
	ck_assert_str_eq(buf, text);
}

static size_t
weight_of(struct side *weighed)
{
	size_t weight;

	pthread_mutex_lock(&weighed->outbox.lock);
	weight = weighed->outbox.queue.weight;
	pthread_mutex_unlock(&weighed->outbox.lock);
	return (weight);
}

static int
is_full(struct side *asked)
{
	int full;

	pthread_mutex_lock(&asked->outbox.lock);
	full = asked->outbox.full_ms != 0;
	pthread_mutex_unlock(&asked->outbox.lock);
	return (full);
}

static int
is_polled(struct side *asked)
{
	int polled;

	pthread_mutex_lock(&late.lock);
	polled = late.polling && asked->outbox.slot != 0;
	pthread_mutex_unlock(&late.lock);
	return (polled);
}

/* As its thread learns that it was dropped: recv returns.  Its time may have
 * been given to it twice. */
static void
expect_dropped(struct side *dropped, enum outbox_drop why)
{
	int patience_ms = SUITE_PATIENCE_MS + 2 * (int)options.patience_ms;
	char byte;

	ck_assert(suite_readable(dropped->stream.fd, patience_ms));
	ck_assert_int_le(recv(dropped->stream.fd, &byte, 1, 0), 0);
	ck_assert_int_eq(outbox_dropped(&dropped->outbox, NULL), why);
	ck_assert_uint_eq(weight_of(dropped), 0);
}

/* Numbered lines of 64 bytes, until the socket has taken all that it takes
 * and so many wait.  Returns how many there are. */
static int
stuff(struct side *full, size_t waiting)
{
	int n = 0;

	do {
		char text[80];

		snprintf(text, sizeof(text), "%063d\n", n++);
		ck_assert_int_eq(put(full, text), 0);
	} while (!is_full(full) || weight_of(full) < waiting);
	return (n);
}

static void
expect_stuffed(struct side *from, int lines)
{
	char buf[65], text[80];

	for (int i = 0; i < lines; i++) {
		receive(from, buf, 64);
		buf[64] = '\0';
		snprintf(text, sizeof(text), "%063d\n", i);
		ck_assert_str_eq(buf, text);
	}
}

/* Bytes that malloc has given out, or 0 where it does not tell. */
static size_t
allocated(void)
{
#if defined(__GLIBC__) && __GLIBC_MINOR__ >= 33
	if (fault_knows("malloc"))
		return (mallinfo2().uordblks);
#endif
	return (0);
}

static int
threads_here(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0;

	if (dir == NULL)
		return (-1);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return (n - 2);
}

/* --- core ----------------------------------------------------------------- */

START_TEST(a_line_leaves_at_once)
{
	int threads = threads_here();

	ck_assert_int_eq(put(&side, "one\n"), 0);
	expect(&side, "one\n");
	ck_assert_int_eq(put(&side, "two\n"), 0);
	ck_assert_int_eq(put(&side, ""), 0);
	ck_assert_int_eq(put(&side, "three\n"), 0);
	expect(&side, "two\nthree\n");
	ck_assert_uint_eq(side.sent, 14);
	ck_assert_int_eq(outbox_dropped(&side.outbox, NULL), OUTBOX_KEPT);
	/* Nobody was late. */
	ck_assert_int_eq(threads_here(), threads);
}
END_TEST

START_TEST(lines_with_more_to_follow_leave_together)
{
	struct outbox_list list = { NULL, NULL };
	struct shared_line *line = shared_line_copy("one\n", 4);
	struct side packets;
	char buf[100];

	side_open(&packets, AF_UNIX, SOCK_SEQPACKET);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(outbox_place(&packets.outbox, line, 1,
		    &list), 0);
	ck_assert_ptr_null(list.first);
	ck_assert_int_eq(recv(packets.peer_fd, buf, sizeof(buf),
	    MSG_DONTWAIT), -1);
	outbox_promise(&packets.outbox, &list);
	outbox_promise(&packets.outbox, &list);
	outbox_flush(&list);
	ck_assert_int_eq(recv(packets.peer_fd, buf, sizeof(buf), 0), 12);
	/* Or with the next. */
	outbox_place(&packets.outbox, line, 1, &list);
	put(&packets, "two\n");
	ck_assert_int_eq(recv(packets.peer_fd, buf, sizeof(buf), 0), 8);
	ck_assert_uint_eq(line->references, 1);
	shared_line_free(line);
	side_close(&packets);
}
END_TEST

START_TEST(what_waits_for_more_is_sent_before_it_is_long)
{
	struct outbox_list list = { NULL, NULL };
	struct shared_line *line = shared_line_copy("0123456789", 10);
	int n = 0;

	options.bound = SMALL_BOUND;
	do
		outbox_place(&side.outbox, line, 1, &list);
	while (++n < 1000 && list.first == NULL);
	ck_assert_int_lt(n, 1000);
	ck_assert_uint_le(side.outbox.queue.weight, SMALL_BOUND / 3);
	outbox_flush(&list);
	ck_assert_int_eq(outbox_finish(&side.outbox, clock_deadline(
	    SUITE_PATIENCE_MS)), 0);
	ck_assert_uint_eq(side.sent, (uint64_t)n * 10);
	shared_line_free(line);
}
END_TEST

START_TEST(what_a_full_socket_does_not_take_is_sent_later)
{
	int lines;

	if (_i == 1)
		setup_tcp();
	lines = stuff(&side, SMALL_BOUND);
	expect_stuffed(&side, lines);
	ck_assert_int_eq(outbox_finish(&side.outbox,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_uint_eq(side.sent, (uint64_t)lines * 64);
	put(&side, "still here\n");
	expect(&side, "still here\n");
}
END_TEST

/* Each thread puts numbered lines in. */
static void *
putter_main(void *arg)
{
	int number = *(int *)arg;

	for (int i = 0; i < 1000; i++) {
		char text[40];

		snprintf(text, sizeof(text), "%d:%06d%.*s\n", number, i, i % 20,
		    "abcdefghijklmnopqrst");
		if (i % 2 == 0)
			put(&side, text);
		else
			outbox_put_wait(&side.outbox, shared_line_copy(text,
			    strlen(text)));
	}
	return (NULL);
}

START_TEST(lines_of_many_threads_are_whole_and_each_ones_in_order)
{
	static char all[4 * 1000 * 40];
	int numbers[4] = { 0, 1, 2, 3 }, next[4] = { 0 };
	pthread_t threads[4];
	size_t len = 4 * 1000 * 9;

	for (int i = 0; i < 1000; i++)
		len += 4 * (size_t)(i % 20);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, putter_main, &numbers[i]);
	receive(&side, all, len);
	for (char *line = strtok(all, "\n"); line != NULL;
	    line = strtok(NULL, "\n")) {
		int number = line[0] - '0', i = atoi(line + 2);

		ck_assert_int_eq(i, next[number]++);
		ck_assert_uint_eq(strlen(line), 8 + (size_t)(i % 20));
	}
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(next[i], 1000);
		pthread_join(threads[i], NULL);
	}
}
END_TEST

START_TEST(sends_that_come_short_lose_and_repeat_nothing)
{
	static const char text[] = "a\nbb\nccc\ndddd\n";
	struct outbox_list list = { NULL, NULL };
	char rules[100];

	snprintf(rules, sizeof(rules), "sendmsg=short:%d,"
	    "sendmsg=EINTR:every=2,sendmsg=EAGAIN:every=3", _i);
	fault_set(rules);
	for (const char *line = text; *line != '\0';) {
		size_t len = strcspn(line, "\n") + 1;
		struct shared_line *one = shared_line_copy(line, len);

		ck_assert_int_eq(outbox_place(&side.outbox, one, 1, &list), 0);
		shared_line_free(one);
		line += len;
	}
	outbox_promise(&side.outbox, &list);
	outbox_flush(&list);
	expect(&side, text);
	ck_assert_int_eq(outbox_finish(&side.outbox,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_uint_gt(fault_hits(), 0);
	ck_assert_uint_eq(side.sent, strlen(text));
	fault_set("");
}
END_TEST

START_TEST(a_flusher_leaves_a_long_queue_to_the_late_thread)
{
	struct outbox_list list = { NULL, NULL };
	struct shared_line *line = shared_line_copy("0123456789", 10);

	setup_tcp();
	fault_set("sendmsg=short:1");
	for (int i = 0; i < 100; i++)
		outbox_place(&side.outbox, line, 1, &list);
	outbox_promise(&side.outbox, &list);
	outbox_flush(&list);
	/* It has returned after a few sends of one byte; the rest comes. */
	ck_assert_int_eq(outbox_finish(&side.outbox,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_uint_eq(side.sent, 1000);
	ck_assert(late.started);
	fault_set("");
	shared_line_free(line);
}
END_TEST

START_TEST(the_late_thread_goes_on_where_poll_would_wait)
{
	struct shared_line *line = shared_line_copy("0123456789", 10);
	struct pollfd pfd = { .fd = side.stream.fd, .events = POLLOUT };
	struct outbox_list list = { NULL, NULL };

	/* More than a quarter of a Unix socket's buffer. */
	while (poll(&pfd, 1, 0) == 1)
		put(&side, "0123456789");
	fault_set("sendmsg=short:1");
	for (int i = 0; i < 3; i++)
		outbox_place(&side.outbox, line, 1, &list);
	outbox_promise(&side.outbox, &list);
	outbox_flush(&list);
	ck_assert_int_eq(outbox_finish(&side.outbox,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_int_eq(poll(&pfd, 1, 0), 0);
	fault_set("");
	shared_line_free(line);
}
END_TEST

static void *
client_main(void *arg)
{
	expect_stuffed(&side, *(int *)arg);
	return (NULL);
}

START_TEST(what_was_queued_is_delivered_after_a_half_close)
{
	pthread_t client;
	char byte;
	int lines;

	setup_tcp();
	lines = stuff(&side, SMALL_BOUND);
	shutdown(side.peer_fd, SHUT_WR);
	ck_assert_int_eq(recv(side.stream.fd, &byte, 1, 0), 0);
	/* The client reads now, while its thread waits. */
	pthread_create(&client, NULL, client_main, &lines);
	ck_assert_int_eq(outbox_finish(&side.outbox,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_uint_eq(side.sent, (uint64_t)lines * 64);
	pthread_join(client, NULL);
}
END_TEST

START_TEST(finish_gives_up_at_its_deadline)
{
	stuff(&side, SMALL_BOUND);
	ck_assert_int_eq(outbox_finish(&side.outbox, clock_deadline(1)), -1);
	ck_assert_int_eq(outbox_dropped(&side.outbox, NULL), OUTBOX_KEPT);
}
END_TEST

static void *
answer_main(void *arg)
{
	int *answered = arg;

	while (*answered < 2000 && outbox_put_wait(&side.outbox,
	    shared_line_copy("0123456789012345678901234567890123456789"
	    "01234567890123456789012\n", 64)) == 0)
		(*answered)++;
	return (NULL);
}

START_TEST(who_does_not_read_answers_stops_itself_and_loses_none)
{
	static char buf[2000 * 64];
	pthread_t thread;
	int answered = 0;

	options.bound = SMALL_BOUND;
	pthread_create(&thread, NULL, answer_main, &answered);
	while (weight_of(&side) <= SMALL_BOUND / 2)
		sched_yield();
	ck_assert_int_eq(outbox_dropped(&side.outbox, NULL), OUTBOX_KEPT);
	receive(&side, buf, sizeof(buf));
	pthread_join(thread, NULL);
	ck_assert_int_eq(answered, 2000);
}
END_TEST

START_TEST(who_waits_to_answer_is_told_when_its_client_is_dropped)
{
	pthread_t thread;
	int answered = 0;

	options = (struct outbox_options){ &late, SMALL_BOUND, 20 };
	pthread_create(&thread, NULL, answer_main, &answered);
	pthread_join(thread, NULL);
	ck_assert_int_lt(answered, 2000);
	expect_dropped(&side, OUTBOX_TOO_SLOW);
}
END_TEST

static void *
answer_once_main(void *arg)
{
	*(int *)arg = outbox_put_wait(&side.outbox,
	    shared_line_copy("so\n", 3));
	return (NULL);
}

START_TEST(half_of_the_queue_is_enough_to_answer)
{
	pthread_t thread;
	int lines, answer = -1, read = 0, size = 8192;

	setsockopt(side.stream.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	lines = stuff(&side, OUTBOX_BOUND - 1000);
	pthread_create(&thread, NULL, answer_once_main, &answer);
	while (weight_of(&side) > OUTBOX_BOUND / 2) {
		char buf[64];

		receive(&side, buf, sizeof(buf));
		read++;
	}
	pthread_join(thread, NULL);
	ck_assert_int_eq(answer, 0);
	ck_assert_uint_gt(weight_of(&side), 0);
	ck_assert_int_lt(read, lines);
}
END_TEST

/* --- limits --------------------------------------------------------------- */

START_TEST(who_does_not_read_is_dropped_at_the_bound)
{
	char text[65] = "";
	size_t weight = 0;

	stuff(&side, 1);
	memset(text, 'x', 64);
	while (put(&side, text) == 0)
		weight = weight_of(&side);
	ck_assert_uint_gt(weight, OUTBOX_BOUND - 2 * (64 + LINE_QUEUE_WEIGHT));
	ck_assert_uint_le(weight, OUTBOX_BOUND);
	expect_dropped(&side, OUTBOX_TOO_SLOW);
	ck_assert_int_eq(put(&side, text), -1);
	ck_assert_int_eq(outbox_put_wait(&side.outbox,
	    shared_line_copy("x", 1)), -1);
	ck_assert_int_eq(outbox_finish(&side.outbox, CLOCK_NEVER), -1);
}
END_TEST

START_TEST(who_takes_nothing_for_too_long_is_dropped)
{
	int64_t before = suite_now_ms();

	options.patience_ms = STUFFING_MS;
	stuff(&side, 1);
	expect_dropped(&side, OUTBOX_TOO_SLOW);
	ck_assert_int_ge(suite_now_ms() - before, STUFFING_MS);
}
END_TEST

/* poll(2) calls a socket writable when a third of its buffer is free, or more:
 * what is read here is less, and yet something was taken. */
START_TEST(who_reads_a_little_has_its_time_again)
{
	int64_t before;

	options.patience_ms = STUFFING_MS;
	before = suite_now_ms();
	stuff(&side, OUTBOX_BOUND / 2);
	expect_stuffed(&side, 10);
	expect_dropped(&side, OUTBOX_TOO_SLOW);
	ck_assert_int_ge(suite_now_ms() - before, 2 * STUFFING_MS - 2);
}
END_TEST

START_TEST(without_a_limit_who_takes_nothing_is_kept)
{
	options.patience_ms = 0;
	stuff(&side, 1);
	ck_assert(!suite_readable(side.stream.fd, 50));
	ck_assert_int_eq(outbox_dropped(&side.outbox, NULL), OUTBOX_KEPT);
}
END_TEST

/* Each byte of its own: what they cost beside must count, or a bound of 256 KiB
 * lets 16 MiB through. */
START_TEST(a_flood_of_one_byte_lines_stays_in_its_bound)
{
	size_t before, lines = 0, most = 0;

	stuff(&side, 1);
	before = allocated();
	for (; put(&side, "x") == 0; lines++)
		most = allocated() - before;
	expect_dropped(&side, OUTBOX_TOO_SLOW);
	ck_assert_uint_le(lines, OUTBOX_BOUND / LINE_QUEUE_WEIGHT);
	if (before != 0) {
		ck_assert_uint_gt(most, OUTBOX_BOUND / 4);
		ck_assert_uint_le(most, OUTBOX_BOUND);
	}
}
END_TEST

START_TEST(many_late_ones_are_all_served)
{
	static struct side sides[CROWD];
	int lines[CROWD];

	if (_i == 1 && !fault_knows("realloc"))
		return;
	fault_set(_i == 1 ? "realloc=ENOMEM" : "");
	for (int i = 0; i < CROWD; i++) {
		side_open(&sides[i], AF_UNIX, SOCK_STREAM);
		lines[i] = stuff(&sides[i], 1000);
	}
	/* Who came first is not polled now, if there was no memory; but when
	 * there is again. */
	ck_assert_int_eq(fault_hits() > 0, _i == 1);
	fault_set("");
	for (int i = 0; i < CROWD; i++) {
		expect_stuffed(&sides[i], lines[i]);
		side_close(&sides[i]);
	}
}
END_TEST

/* --- ends ----------------------------------------------------------------- */

/* The late thread is in poll, with the descriptor: a close then ends nothing
 * until poll returns, and here it never would. */
START_TEST(who_is_late_can_be_closed_and_the_client_sees_the_end)
{
	struct pollfd pfd = { .fd = side.peer_fd };

	options.patience_ms = 0;
	stuff(&side, 1);
	while (!is_polled(&side))
		sched_yield();
	outbox_fini(&side.outbox);
	close(side.stream.fd);
	/* It has not read: that would have woken the late thread. */
	ck_assert_int_eq(poll(&pfd, 1, SUITE_PATIENCE_MS), 1);
	ck_assert(pfd.revents & POLLHUP);
	close(side.peer_fd);
	side_open(&side, AF_UNIX, SOCK_STREAM);
}
END_TEST

START_TEST(a_failed_send_ends_the_outbox_and_is_told)
{
	int error = 0;

	fault_set("sendmsg=ECONNRESET:times=1");
	put(&side, "one\n");
	fault_set("");
	ck_assert_int_eq(outbox_dropped(&side.outbox, &error),
	    OUTBOX_SEND_FAILED);
	ck_assert_int_eq(error, ECONNRESET);
	expect_dropped(&side, OUTBOX_SEND_FAILED);
	ck_assert_int_eq(put(&side, "two\n"), -1);
}
END_TEST

START_TEST(a_client_that_went_away_while_late_is_noticed)
{
	struct linger linger = { 1, 0 };

	setup_tcp();
	stuff(&side, SMALL_BOUND);
	setsockopt(side.peer_fd, SOL_SOCKET, SO_LINGER, &linger,
	    sizeof(linger));
	close(side.peer_fd);
	ck_assert(suite_readable(side.stream.fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(outbox_finish(&side.outbox,
	    clock_deadline(SUITE_PATIENCE_MS)), -1);
	ck_assert_int_eq(outbox_dropped(&side.outbox, NULL),
	    OUTBOX_SEND_FAILED);
	side.peer_fd = -1;
}
END_TEST

START_TEST(without_memory_one_outbox_is_dropped)
{
	struct shared_line *line = shared_line_copy("0123456789", 10);
	struct outbox_list list = { NULL, NULL };

	if (fault_knows("malloc")) {
		int placed = 0;

		fault_set("malloc=ENOMEM");
		while (outbox_place(&side.outbox, line, 1, &list) == 0)
			placed++;
		fault_set("");
		ck_assert_int_eq(placed, LINE_QUEUE_FEW);
		expect_dropped(&side, OUTBOX_NO_MEMORY);
	}
	ck_assert_uint_eq(line->references, 1);
	shared_line_free(line);
}
END_TEST

START_TEST(a_line_for_which_there_was_no_memory_drops_the_outbox)
{
	ck_assert_int_eq(outbox_put(&side.outbox, NULL), -1);
	expect_dropped(&side, OUTBOX_NO_MEMORY);
}
END_TEST

START_TEST(the_first_reason_for_which_it_is_dropped_stays)
{
	while (put(&side, "0123456789012345678901234567890123456789\n") == 0)
		continue;
	expect_dropped(&side, OUTBOX_TOO_SLOW);
	ck_assert_int_eq(outbox_put(&side.outbox, NULL), -1);
	expect_dropped(&side, OUTBOX_TOO_SLOW);
}
END_TEST

START_TEST(without_a_late_thread_who_is_late_is_dropped)
{
	fault_set("pthread_create=EAGAIN");
	while (put(&side, "0123456789012345678901234567890123456789\n") == 0)
		continue;
	/* A sanitizer's own thread may fail too. */
	ck_assert_uint_gt(fault_hits(), 0);
	fault_set("");
	expect_dropped(&side, OUTBOX_NO_MEMORY);
}
END_TEST

static const struct {
	const char	*rules, *primitive;
	int		 error;
} start_faults[] = {
	{ "pthread_mutex_init=ENOMEM:times=1", "pthread_mutex_init", ENOMEM },
	{ "pthread_mutex_init=ENOMEM:after=1", "pthread_mutex_init", ENOMEM },
	{ "pthread_cond_init=ENOMEM", "pthread_cond_init", ENOMEM },
	{ "pipe=EMFILE", "pipe", EMFILE },
	{ "fcntl=EINVAL", "fcntl", EINVAL },
	{ "realloc=ENOMEM", "realloc", ENOMEM },
};

START_TEST(what_cannot_start_says_why_and_leaves_nothing_open)
{
	struct late other;
	struct outbox outbox;
	struct cause cause;
	char call[40] = "";
	int fds = suite_open_fds();

	memcpy(call, start_faults[_i].rules,
	    strcspn(start_faults[_i].rules, "="));
	if (!fault_knows(call))
		return;
	fault_set(start_faults[_i].rules);
	ck_assert_int_eq(late_init(&other, &cause), -1);
	ck_assert_str_eq(cause.primitive, start_faults[_i].primitive);
	ck_assert_int_eq(cause.error, start_faults[_i].error);
	if (strncmp(call, "pthread", 7) == 0) {
		fault_set(start_faults[_i].rules);
		while (outbox_init(&outbox, &side.stream, &options,
		    &cause) == 0)
			continue;
		ck_assert_str_eq(cause.primitive, start_faults[_i].primitive);
		ck_assert_int_eq(cause.error, start_faults[_i].error);
	}
	fault_set("");
	ck_assert_int_eq(suite_open_fds(), fds);
	late_fini(&other);
}
END_TEST

START_TEST(what_was_never_begun_can_be_ended)
{
	struct outbox outbox = { .options = NULL };
	struct late zeroed = { .ready = 0 };

	outbox_fini(&outbox);
	late_fini(&zeroed);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("outbox");
	TCase *tcase = suite_case(suite, "core");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_line_leaves_at_once);
	tcase_add_test(tcase, lines_with_more_to_follow_leave_together);
	tcase_add_test(tcase, what_waits_for_more_is_sent_before_it_is_long);
	tcase_add_loop_test(tcase,
	    what_a_full_socket_does_not_take_is_sent_later, 0, 2);
	tcase_add_test(tcase,
	    lines_of_many_threads_are_whole_and_each_ones_in_order);
	tcase_add_loop_test(tcase,
	    sends_that_come_short_lose_and_repeat_nothing, 1, 16);
	tcase_add_test(tcase, a_flusher_leaves_a_long_queue_to_the_late_thread);
	tcase_add_test(tcase, the_late_thread_goes_on_where_poll_would_wait);
	tcase_add_test(tcase, what_was_queued_is_delivered_after_a_half_close);
	tcase_add_test(tcase, finish_gives_up_at_its_deadline);
	tcase_add_test(tcase,
	    who_does_not_read_answers_stops_itself_and_loses_none);
	tcase_add_test(tcase,
	    who_waits_to_answer_is_told_when_its_client_is_dropped);
	tcase_add_test(tcase, half_of_the_queue_is_enough_to_answer);
	tcase = suite_case(suite, "limits");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, who_does_not_read_is_dropped_at_the_bound);
	tcase_add_test(tcase, who_takes_nothing_for_too_long_is_dropped);
	tcase_add_test(tcase, who_reads_a_little_has_its_time_again);
	tcase_add_test(tcase, without_a_limit_who_takes_nothing_is_kept);
	tcase_add_test(tcase, a_flood_of_one_byte_lines_stays_in_its_bound);
	tcase_add_loop_test(tcase, many_late_ones_are_all_served, 0, 2);
	tcase = suite_case(suite, "ends");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
	    who_is_late_can_be_closed_and_the_client_sees_the_end);
	tcase_add_test(tcase, a_failed_send_ends_the_outbox_and_is_told);
	tcase_add_test(tcase, a_client_that_went_away_while_late_is_noticed);
	tcase_add_test(tcase, without_memory_one_outbox_is_dropped);
	tcase_add_test(tcase,
	    a_line_for_which_there_was_no_memory_drops_the_outbox);
	tcase_add_test(tcase,
	    the_first_reason_for_which_it_is_dropped_stays);
	tcase_add_test(tcase, without_a_late_thread_who_is_late_is_dropped);
	tcase_add_loop_test(tcase,
	    what_cannot_start_says_why_and_leaves_nothing_open, 0,
	    SUITE_COUNT(start_faults));
	tcase_add_test(tcase, what_was_never_begun_can_be_ended);
	return (suite_run(suite));
}
