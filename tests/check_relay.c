/* check_relay.c - one conversation, carried by two threads: what is said, how
 * it ends, and that the one side learns of it as if the other were there.
 * Every test runs by copying and by splice.
 * See also: net/relay.h, net/splice.h, tests/system/proxy.py */
#include "config.h"

#include "net/relay.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "net/io.h"
#include "net/splice.h"
#include "suite.h"

#define MIB		(1024 * 1024)
#define PROMPTLY_MS	5000

/* Two TCP connections, and a relay between them.  "client" and "server" are
 * the outer ends, the tests' own. */
struct scene {
	struct relay	 relay;
	struct stream	 client_stream, upstream;
	int		 client, server;
	pthread_t	 threads[2];
	int		 begun;
};

static struct scene scene;

static const struct relay_link *const links[] = {
	&relay_plain, &relay_by_splice,
};

static void
scene_init(int link)
{
	struct cause cause;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	suite_tcp_pair(fds);
	scene.client = fds[0];
	stream_init(&scene.client_stream, fds[1]);
	suite_tcp_pair(fds);
	stream_init(&scene.upstream, fds[0]);
	scene.server = fds[1];
	ck_assert_int_eq(relay_init(&scene.relay, &scene.client_stream,
	    &scene.upstream, &cause), 0);
	scene.relay.up.link = scene.relay.down.link = links[link];
}

static void *
carry_main(void *way)
{
	relay_carry(way);
	return (NULL);
}

static void
scene_begin(void)
{
	ck_assert_int_eq(pthread_create(&scene.threads[0], NULL, carry_main,
	    &scene.relay.up), 0);
	ck_assert_int_eq(pthread_create(&scene.threads[1], NULL, carry_main,
	    &scene.relay.down), 0);
}

/* Wait for both threads, and close, as whoever is last out does. */
static void
scene_end(void)
{
	int64_t begin = suite_now_ms();

	pthread_join(scene.threads[0], NULL);
	pthread_join(scene.threads[1], NULL);
	ck_assert_int_lt(suite_now_ms() - begin, PROMPTLY_MS);
	close(scene.client_stream.fd);
	close(scene.upstream.fd);
	relay_fini(&scene.relay);
}

static void
open_scene(int link)
{
	scene_init(link);
	scene_begin();
}

static void
expect(int fd, const char *text)
{
	char got[64];
	size_t len = 0, want = strlen(text);

	while (len < want) {
		ssize_t n = recv_within(fd, got + len, want - len,
		    clock_deadline(SUITE_PATIENCE_MS));

		ck_assert_int_gt(n, 0);
		len += (size_t)n;
	}
	ck_assert_mem_eq(got, text, want);
}

static void
say(int fd, const char *text)
{
	ck_assert_int_eq(send_all(fd, text, strlen(text)), 0);
}

/* What comes when there is no more: 0 for an ordinary end, else an errno. */
static int
last_of(int fd)
{
	char rest[65536];
	ssize_t n;

	do
		n = recv_within(fd, rest, sizeof(rest),
		    clock_deadline(SUITE_PATIENCE_MS));
	while (n > 0);
	return (n == 0 ? 0 : errno);
}

static void
reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now,
	    sizeof(now)), 0);
	close(fd);
}

/* Send until the socket takes no more: nobody reads. */
static size_t
fill(int fd)
{
	static char zeros[65536];
	size_t len = 0;
	int idle = 0;

	while (idle < 20) {
		ssize_t n = send(fd, zeros, sizeof(zeros),
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			len += (size_t)n;
		idle = n > 0 ? 0 : idle + 1;
		if (n <= 0)
			poll(NULL, 0, 10);
	}
	return (len);
}

/* --- what is said --------------------------------------------------------- */

START_TEST(what_each_side_says_reaches_the_other)
{
	open_scene(_i);
	say(scene.client, "hello");
	expect(scene.server, "hello");
	say(scene.server, "world");
	expect(scene.client, "world");
	shutdown(scene.client, SHUT_WR);
	shutdown(scene.server, SHUT_WR);
	scene_end();
	/* Counted once they are sent: perhaps after they have come. */
	ck_assert_uint_eq(atomic_load(&scene.relay.up_bytes), 5);
	ck_assert_uint_eq(atomic_load(&scene.relay.down_bytes), 5);
}
END_TEST

START_TEST(what_was_said_before_the_relay_began_is_not_lost)
{
	scene_init(_i);
	say(scene.client, "early");
	shutdown(scene.client, SHUT_WR);
	scene_begin();
	expect(scene.server, "early");
	ck_assert_int_eq(last_of(scene.server), 0);
	close(scene.server);
	scene_end();
}
END_TEST

struct load {
	int		 fd;
	uint64_t	 dice;
	size_t		 len;
	int		 error;
};

static void
fill_at_random(char *bytes, size_t len, uint64_t *dice)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)suite_random(dice);
}

static void *
send_load(void *arg)
{
	struct load *load = arg;
	static _Thread_local char bytes[100000];

	while (load->len > 0) {
		size_t n = 1 + suite_random(&load->dice) % sizeof(bytes);

		n = n < load->len ? n : load->len;
		fill_at_random(bytes, n, &load->dice);
		if (send_all(load->fd, bytes, n) == -1)
			break;
		load->len -= n;
	}
	shutdown(load->fd, SHUT_WR);
	return (NULL);
}

/* The same dice make the same bytes. */
static void *
check_load(void *arg)
{
	struct load *load = arg;
	static _Thread_local char bytes[100000], want[100000];

	while (load->len > 0 && !load->error) {
		size_t n = 1 + suite_random(&load->dice) % sizeof(bytes);

		n = n < load->len ? n : load->len;
		fill_at_random(want, n, &load->dice);
		load->error = recv(load->fd, bytes, n, MSG_WAITALL) !=
		    (ssize_t)n || memcmp(bytes, want, n) != 0;
		load->len -= n;
	}
	load->error |= last_of(load->fd) != 0;
	return (NULL);
}

/* Both ways at once; the checkers run in threads of their own. */
static void
carry_loads(size_t len)
{
	struct load loads[] = {
		{ scene.client, 1, len, 0 }, { scene.server, 1, len, 0 },
		{ scene.server, 2, len, 0 }, { scene.client, 2, len, 0 },
	};
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, i % 2 == 0 ?
		    send_load : check_load, &loads[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ck_assert(!loads[1].error);
	ck_assert(!loads[3].error);
}

START_TEST(megabytes_both_ways_at_once_arrive_as_they_were)
{
	int before;

	scene_init(_i);
	before = suite_open_fds();
	scene_begin();
	carry_loads(4 * MIB);
	scene_end();
	ck_assert_uint_eq(atomic_load(&scene.relay.up_bytes), 4 * MIB);
	ck_assert_uint_eq(atomic_load(&scene.relay.down_bytes), 4 * MIB);
	/* The two that the relay had are closed, and no pipe is left. */
	ck_assert_int_eq(suite_open_fds(), before - 2);
}
END_TEST

START_TEST(without_a_descriptor_for_a_pipe_the_bytes_arrive_too)
{
	struct rlimit limit;

	scene_init(_i);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = (rlim_t)scene.server + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (dup(scene.server) != -1)
		;
	scene_begin();
	carry_loads(MIB);
	scene_end();
}
END_TEST

/* DESIGN: a pipe costs descriptors; thousands of connections that were busy
 * once must not keep theirs. */
START_TEST(a_pipe_is_given_back_when_bytes_no_longer_stream)
{
	static char block[2 * MIB];
	int before, most = 0;
	int64_t deadline;

	scene_init(1);
	before = suite_open_fds();
	scene_begin();
	fill(scene.client);
	for (int turn = 0; turn < 200 && most <= before; turn++) {
		int now = suite_open_fds();

		most = now > most ? now : most;
		if (recv(scene.server, block, sizeof(block), 0) <= 0)
			break;
		send(scene.client, block, sizeof(block), MSG_DONTWAIT);
	}
#ifdef HAVE_SPLICE
	ck_assert_int_eq(most, before + 2);
#endif
	while (suite_readable(scene.server, 200))
		ck_assert_int_gt(recv(scene.server, block, sizeof(block), 0),
		    0);
	deadline = clock_deadline(SUITE_PATIENCE_MS);
	while (suite_open_fds() > before && clock_poll_ms(deadline) > 0)
		poll(NULL, 0, 5);
	ck_assert_int_eq(suite_open_fds(), before);
	/* And the connection still lives. */
	say(scene.client, "more");
	expect(scene.server, "more");
}
END_TEST

/* --- ends ----------------------------------------------------------------- */

/* _i: which side ends first, and which link. */
START_TEST(after_one_side_has_said_all_the_other_goes_on)
{
	int first, second;
	char byte;

	open_scene(_i / 2);
	first = _i % 2 == 0 ? scene.client : scene.server;
	second = _i % 2 == 0 ? scene.server : scene.client;
	say(first, "a question");
	shutdown(first, SHUT_WR);
	expect(second, "a question");
	ck_assert_int_eq(recv(second, &byte, 1, 0), 0);
	for (int i = 0; i < 100; i++) {
		say(second, "a long answer, ");
		expect(first, "a long answer, ");
	}
	shutdown(second, SHUT_WR);
	ck_assert_int_eq(recv(first, &byte, 1, 0), 0);
	scene_end();
	ck_assert_int_eq(scene.relay.fate.end, RELAY_CLOSED);
	ck_assert_ptr_eq(scene.relay.fate.side, _i % 2 == 0 ?
	    &scene.client_stream : &scene.upstream);
}
END_TEST

START_TEST(a_side_that_resets_has_the_other_reset)
{
	int first, second;

	open_scene(_i / 2);
	first = _i % 2 == 0 ? scene.client : scene.server;
	second = _i % 2 == 0 ? scene.server : scene.client;
	say(first, "half of a fi");
	expect(second, "half of a fi");
	reset(first);
	scene_end();
	ck_assert_int_eq(last_of(second), ECONNRESET);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_RESET);
	ck_assert_ptr_eq(scene.relay.fate.side, _i % 2 == 0 ?
	    &scene.client_stream : &scene.upstream);
	ck_assert_int_eq(scene.relay.fate.error, ECONNRESET);
}
END_TEST

/* After a half-close the reset comes by the same socket as the end did. */
START_TEST(a_side_that_resets_after_its_end_has_the_other_reset)
{
	char byte;

	open_scene(_i);
	shutdown(scene.client, SHUT_WR);
	ck_assert_int_eq(recv(scene.server, &byte, 1, 0), 0);
	say(scene.server, "the beginning");
	expect(scene.client, "the beginning");
	reset(scene.client);
	/* Nobody reads from the client any more: a send has to find out. */
	while (send(scene.server, "more", 4, MSG_NOSIGNAL) > 0)
		poll(NULL, 0, 1);
	scene_end();
	ck_assert_int_eq(scene.relay.fate.end, RELAY_RESET);
	ck_assert_ptr_eq(scene.relay.fate.side, &scene.client_stream);
}
END_TEST

/* The error of a reset is told once: here to the thread that sends, before the
 * other one asks.  That one's recv then says 0; passed on as an end, the server
 * would take half of a request for all of it. */
static atomic_int told;

static int
send_that_is_told(struct relay_direction *way, const void *buf, size_t len)
{
	struct pollfd pfd = { .fd = way->to->fd };
	int error;

	ck_assert_int_eq(poll(&pfd, 1, SUITE_PATIENCE_MS), 1);
	ck_assert_int_eq(send(way->to->fd, buf, len, MSG_NOSIGNAL), -1);
	error = errno;
	atomic_store(&told, 1);
	/* It is not quick to say so. */
	poll(NULL, 0, 200);
	errno = error;
	relay_fail(way->relay, way->to, "send");
	return (-1);
}

static ssize_t
recv_after_that(struct relay_direction *way, void *buf, size_t size)
{
	while (!atomic_load(&told))
		poll(NULL, 0, 1);
	return (relay_recv(way, buf, size));
}

START_TEST(a_reset_that_a_send_was_told_of_is_no_end_for_the_reader)
{
	static const struct relay_link down = { relay_recv, send_that_is_told };
	static const struct relay_link up = { recv_after_that, relay_send };

	scene_init(0);
	scene.relay.up.link = &up;
	scene.relay.down.link = &down;
	scene_begin();
	say(scene.server, "x");
	reset(scene.client);
	scene_end();
	ck_assert_int_eq(last_of(scene.server), ECONNRESET);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_RESET);
	ck_assert_ptr_eq(scene.relay.fate.side, &scene.client_stream);
}
END_TEST

/* Left to itself the kernel lets a socket hold as much as the machine's limits
 * say, 32 MiB on some.  It doubles what it is asked for. */
static void
limit_buffers(int fd)
{
	int size = 128 * 1024;

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
	    sizeof(size)), 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
	    sizeof(size)), 0);
}

START_TEST(a_reader_that_stops_stops_the_writer_and_no_more)
{
	size_t written;

	scene_init(_i);
	limit_buffers(scene.client);
	limit_buffers(scene.client_stream.fd);
	limit_buffers(scene.upstream.fd);
	limit_buffers(scene.server);
	scene_begin();
	written = fill(scene.client);
	/* Four socket buffers, and what the relay holds. */
	ck_assert_uint_lt(written, 4 * MIB);
	say(scene.server, "still here");
	expect(scene.client, "still here");
	relay_break(&scene.relay, RELAY_BROKEN);
	scene_end();
}
END_TEST

START_TEST(a_break_ends_threads_that_wait_and_resets_both_sides)
{
	open_scene(_i);
	say(scene.client, "x");
	expect(scene.server, "x");
	relay_break(&scene.relay, RELAY_BROKEN);
	/* The second one does nothing. */
	relay_break(&scene.relay, RELAY_DROPPED);
	scene_end();
	ck_assert_int_eq(last_of(scene.client), ECONNRESET);
	ck_assert_int_eq(last_of(scene.server), ECONNRESET);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_BROKEN);
	ck_assert_ptr_null(scene.relay.fate.side);
}
END_TEST

/* Both readers have stopped: both threads are in a send. */
START_TEST(a_break_ends_threads_that_are_stuck_in_a_send)
{
	open_scene(_i);
	fill(scene.client);
	fill(scene.server);
	relay_break(&scene.relay, RELAY_BROKEN);
	/* What the owner of the descriptors does when time is up. */
	poll(NULL, 0, 50);
	shutdown(scene.client_stream.fd, SHUT_RDWR);
	scene_end();
}
END_TEST

START_TEST(what_is_dropped_ends_for_both_as_if_all_were_said)
{
	open_scene(_i);
	say(scene.client, "x");
	expect(scene.server, "x");
	relay_break(&scene.relay, RELAY_DROPPED);
	scene_end();
	ck_assert_int_eq(last_of(scene.client), 0);
	ck_assert_int_eq(last_of(scene.server), 0);
}
END_TEST

START_TEST(a_break_that_comes_too_late_changes_nothing)
{
	open_scene(_i);
	shutdown(scene.client, SHUT_WR);
	shutdown(scene.server, SHUT_WR);
	pthread_join(scene.threads[0], NULL);
	pthread_join(scene.threads[1], NULL);
	relay_break(&scene.relay, RELAY_BROKEN);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_CLOSED);
	close(scene.client_stream.fd);
	close(scene.upstream.fd);
	ck_assert_int_eq(last_of(scene.client), 0);
	ck_assert_int_eq(last_of(scene.server), 0);
}
END_TEST

/* The owner frees it as soon as it may: the other thread must be out. */
START_TEST(a_relay_is_freed_when_the_other_thread_is_out_of_it)
{
	for (int round = 0; round < 50; round++) {
		scene_init(_i);
		ck_assert_int_eq(pthread_create(&scene.threads[1], NULL,
		    carry_main, &scene.relay.down), 0);
		shutdown(round % 2 == 0 ? scene.client : scene.server,
		    SHUT_WR);
		if (round % 4 < 2)
			poll(NULL, 0, 2);
		shutdown(scene.client, SHUT_WR);
		shutdown(scene.server, SHUT_WR);
		relay_carry(&scene.relay.up);
		relay_fini(&scene.relay);
		memset(&scene.relay, 0xff, sizeof(scene.relay));
		pthread_join(scene.threads[1], NULL);
		close(scene.client);
		close(scene.server);
		close(scene.client_stream.fd);
		close(scene.upstream.fd);
	}
}
END_TEST

/* --- time ----------------------------------------------------------------- */

START_TEST(a_conversation_in_which_nothing_moves_is_ended)
{
	scene_init(_i);
	scene.relay.idle_ms = 100;
	scene_begin();
	scene_end();
	ck_assert_int_eq(scene.relay.fate.end, RELAY_IDLE);
	ck_assert_int_eq(last_of(scene.client), ECONNRESET);
	ck_assert_int_eq(last_of(scene.server), ECONNRESET);
}
END_TEST

START_TEST(a_side_that_only_listens_is_not_idle)
{
	scene_init(_i);
	scene.relay.idle_ms = 1000;
	scene_begin();
	for (int i = 0; i < 60; i++) {
		say(scene.server, "news");
		expect(scene.client, "news");
		poll(NULL, 0, 20);
	}
	ck_assert_int_eq(atomic_load(&scene.relay.broken), 0);
	say(scene.client, "thanks");
	expect(scene.server, "thanks");
	scene_end();
	ck_assert_int_eq(scene.relay.fate.end, RELAY_IDLE);
}
END_TEST

START_TEST(silence_after_one_sides_end_has_its_own_limit)
{
	char byte;

	scene_init(_i);
	scene.relay.half_close_ms = 600;
	scene_begin();
	poll(NULL, 0, 800);
	ck_assert_int_eq(atomic_load(&scene.relay.broken), 0);
	shutdown(scene.client, SHUT_WR);
	ck_assert_int_eq(recv(scene.server, &byte, 1, 0), 0);
	for (int i = 0; i < 40; i++) {
		say(scene.server, "news");
		expect(scene.client, "news");
		poll(NULL, 0, 20);
	}
	ck_assert_int_eq(atomic_load(&scene.relay.broken), 0);
	scene_end();
	ck_assert_int_eq(scene.relay.fate.end, RELAY_HALF_CLOSED);
}
END_TEST

START_TEST(a_wait_ends_at_its_deadline_or_by_a_break)
{
	int64_t begin;

	scene_init(_i);
	begin = suite_now_ms();
	ck_assert_int_eq(relay_wait(&scene.relay, clock_deadline(50)), 0);
	ck_assert_int_ge(suite_now_ms() - begin, 49);
	scene_begin();
	say(scene.client, "x");
	expect(scene.server, "x");
	reset(scene.client);
	ck_assert_int_eq(relay_wait(&scene.relay, CLOCK_NEVER), -1);
	ck_assert_int_eq(relay_wait(&scene.relay, CLOCK_NEVER), -1);
	scene_end();
}
END_TEST

START_TEST(a_recv_within_ends_at_its_deadline)
{
	char buf[8];
	int64_t begin;

	scene_init(_i);
	begin = suite_now_ms();
	ck_assert_int_eq(relay_recv_within(&scene.relay.up, buf, sizeof(buf),
	    clock_deadline(50)), -1);
	ck_assert_int_ge(suite_now_ms() - begin, 49);
	ck_assert_int_eq(atomic_load(&scene.relay.broken), 0);
	say(scene.client, "x");
	ck_assert_int_eq(relay_recv_within(&scene.relay.up, buf, sizeof(buf),
	    CLOCK_NEVER), 1);
	relay_break(&scene.relay, RELAY_BROKEN);
	ck_assert_int_eq(relay_recv_within(&scene.relay.up, buf, sizeof(buf),
	    CLOCK_NEVER), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("relay");
	TCase *core = suite_case(suite, "core");
	TCase *ends = suite_case(suite, "ends");
	TCase *limits = suite_case(suite, "limits");
	int n = (int)SUITE_COUNT(links);

	tcase_set_timeout(core, 20);
	tcase_set_timeout(ends, 20);
	tcase_add_loop_test(core, what_each_side_says_reaches_the_other, 0, n);
	tcase_add_loop_test(core,
	    what_was_said_before_the_relay_began_is_not_lost, 0, n);
	tcase_add_loop_test(core,
	    megabytes_both_ways_at_once_arrive_as_they_were, 0, n);
	tcase_add_loop_test(core,
	    without_a_descriptor_for_a_pipe_the_bytes_arrive_too, 0, n);
	tcase_add_test(core, a_pipe_is_given_back_when_bytes_no_longer_stream);
	tcase_add_loop_test(ends,
	    after_one_side_has_said_all_the_other_goes_on, 0, 2 * n);
	tcase_add_loop_test(ends, a_side_that_resets_has_the_other_reset, 0,
	    2 * n);
	tcase_add_loop_test(ends,
	    a_side_that_resets_after_its_end_has_the_other_reset, 0, n);
	tcase_add_test(ends,
	    a_reset_that_a_send_was_told_of_is_no_end_for_the_reader);
	tcase_add_loop_test(ends,
	    a_reader_that_stops_stops_the_writer_and_no_more, 0, n);
	tcase_add_loop_test(ends,
	    a_break_ends_threads_that_wait_and_resets_both_sides, 0, n);
	tcase_add_loop_test(ends,
	    a_break_ends_threads_that_are_stuck_in_a_send, 0, n);
	tcase_add_loop_test(ends,
	    what_is_dropped_ends_for_both_as_if_all_were_said, 0, n);
	tcase_add_loop_test(ends,
	    a_break_that_comes_too_late_changes_nothing, 0, n);
	tcase_add_loop_test(ends,
	    a_relay_is_freed_when_the_other_thread_is_out_of_it, 0, n);
	tcase_add_loop_test(limits,
	    a_conversation_in_which_nothing_moves_is_ended, 0, n);
	tcase_add_loop_test(limits, a_side_that_only_listens_is_not_idle, 0, n);
	tcase_add_loop_test(limits,
	    silence_after_one_sides_end_has_its_own_limit, 0, n);
	tcase_add_loop_test(limits,
	    a_wait_ends_at_its_deadline_or_by_a_break, 0, n);
	tcase_add_loop_test(limits, a_recv_within_ends_at_its_deadline, 0, n);
	return (suite_run(suite));
}
