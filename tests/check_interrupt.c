/* check_interrupt.c - a signal that is held ends a wait, and only that.
 * A breach shows as a half file that Ctrl-C leaves, or as a Ctrl-C that does
 * nothing.
 * See also: client/interrupt.h */
#include "client/interrupt.h"

#include <errno.h>

#include "base/clock.h"
#include "suite.h"

static struct interrupt interrupt;
static int ends[2];

static void
setup(void)
{
	ck_assert_int_eq(pipe(ends), 0);
	signal(SIGINT, SIG_DFL);
}

START_TEST(a_descriptor_that_can_be_read_ends_the_wait)
{
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	interrupt_hold(&interrupt);
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0], CLOCK_NEVER), 0);
	interrupt_release(&interrupt);
	ck_assert_int_eq(interrupt.number, 0);
	interrupt_obey(&interrupt);
}
END_TEST

START_TEST(a_deadline_ends_the_wait)
{
	interrupt_hold(&interrupt);
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0],
	    clock_deadline(30)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

/* It came while nobody waited: between two recvs, say. */
START_TEST(a_signal_that_came_before_ends_the_next_wait)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	signal(numbers[_i], SIG_DFL);
	interrupt_hold(&interrupt);
	raise(numbers[_i]);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(interrupt_wait(&interrupt, ends[0],
		    CLOCK_NEVER), -1);
		ck_assert_int_eq(errno, EINTR);
		ck_assert_int_eq(interrupt.number, numbers[_i]);
	}
}
END_TEST

START_TEST(a_signal_ends_a_wait_that_has_begun)
{
	pid_t parent = getpid();
	struct timespec moment = { .tv_nsec = 20000000 };

	interrupt_hold(&interrupt);
	if (fork() == 0) {
		nanosleep(&moment, NULL);
		kill(parent, SIGINT);
		_exit(0);
	}
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0],
	    clock_deadline(20000)), -1);
	ck_assert_int_eq(errno, EINTR);
}
END_TEST

START_TEST(a_signal_counts_though_there_is_something_to_read)
{
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	interrupt_hold(&interrupt);
	raise(SIGINT);
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0], CLOCK_NEVER),
	    -1);
	ck_assert_int_eq(errno, EINTR);
}
END_TEST

/* nohup: whoever started us has said that it does not matter. */
START_TEST(an_ignored_signal_stays_ignored)
{
	signal(SIGHUP, SIG_IGN);
	interrupt_hold(&interrupt);
	raise(SIGHUP);
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0],
	    clock_deadline(30)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	interrupt_release(&interrupt);
	raise(SIGHUP);
}
END_TEST

/* This test ends by the signal: see tcase_add_test_raise_signal. */
START_TEST(the_process_ends_by_the_signal_that_came)
{
	interrupt_hold(&interrupt);
	raise(SIGINT);
	interrupt_wait(&interrupt, ends[0], CLOCK_NEVER);
	interrupt_release(&interrupt);
	interrupt_obey(&interrupt);
}
END_TEST

START_TEST(a_second_signal_ends_the_process_at_once)
{
	interrupt_hold(&interrupt);
	raise(SIGINT);
	interrupt_wait(&interrupt, ends[0], CLOCK_NEVER);
	raise(SIGINT);
	interrupt_release(&interrupt);
	ck_abort_msg("still here");
}
END_TEST

START_TEST(one_that_holds_nothing_can_be_released)
{
	interrupt_release(&(struct interrupt){ .held = 0 });
	interrupt_obey(&(struct interrupt){ .held = 0 });
}
END_TEST

/* Who sends a file waits for room. */
START_TEST(a_wait_may_be_for_room_and_for_nothing)
{
	interrupt_hold(&interrupt);
	ck_assert_int_eq(interrupt_wait_for(&interrupt, ends[1], POLLOUT,
	    CLOCK_NEVER), 0);
	ck_assert_int_eq(interrupt_wait_for(&interrupt, -1, POLLIN,
	    clock_deadline(30)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	raise(SIGINT);
	ck_assert_int_eq(interrupt_wait_for(&interrupt, ends[1], POLLOUT,
	    CLOCK_NEVER), -1);
	ck_assert_int_eq(errno, EINTR);
	interrupt_release(&interrupt);
	/* And when nothing is held, as anybody waits. */
	ck_assert_int_eq(interrupt_wait_for(&interrupt, ends[1], POLLOUT,
	    CLOCK_NEVER), 0);
	ck_assert_int_eq(interrupt_wait_for(&interrupt, ends[0], POLLIN,
	    clock_deadline(30)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

START_TEST(a_second_signal_ends_what_the_first_one_began)
{
	interrupt_hold(&interrupt);
	raise(SIGINT);
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0], CLOCK_NEVER), -1);
	interrupt_rearm(&interrupt);
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0],
	    clock_deadline(30)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert(!interrupt_came_twice(&interrupt));
	raise(SIGTERM);
	ck_assert_int_eq(interrupt_wait(&interrupt, ends[0], CLOCK_NEVER), -1);
	ck_assert_int_eq(errno, EINTR);
	ck_assert(interrupt_came_twice(&interrupt));
	interrupt_release(&interrupt);
	signal(SIGTERM, SIG_DFL);
	interrupt_obey(&interrupt);
}
END_TEST

START_TEST(a_stream_is_received_until_a_signal_comes)
{
	struct stream stream;
	int fds[2];
	char byte;

	suite_tcp_pair(fds);
	stream_init(&stream, fds[0]);
	for (int held = 0; held < 2; held++) {
		if (held)
			interrupt_hold(&interrupt);
		ck_assert_int_eq(write(fds[1], "x", 1), 1);
		ck_assert_int_eq(interrupt_recv(&interrupt, &stream, &byte, 1,
		    clock_deadline(SUITE_PATIENCE_MS)), 1);
		ck_assert_int_eq(interrupt_recv(&interrupt, &stream, &byte, 1,
		    clock_deadline(30)), -1);
		ck_assert_int_eq(errno, ETIMEDOUT);
	}
	raise(SIGINT);
	ck_assert_int_eq(interrupt_recv(&interrupt, &stream, &byte, 1,
	    CLOCK_NEVER), -1);
	ck_assert_int_eq(errno, EINTR);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("interrupt");
	TCase *core = suite_case(suite, "core");

	tcase_add_checked_fixture(core, setup, NULL);
	tcase_add_test(core, a_descriptor_that_can_be_read_ends_the_wait);
	tcase_add_test(core, a_deadline_ends_the_wait);
	tcase_add_loop_test(core,
	    a_signal_that_came_before_ends_the_next_wait, 0, 3);
	tcase_add_test(core, a_signal_ends_a_wait_that_has_begun);
	tcase_add_test(core,
	    a_signal_counts_though_there_is_something_to_read);
	tcase_add_test(core, an_ignored_signal_stays_ignored);
	tcase_add_test_raise_signal(core,
	    the_process_ends_by_the_signal_that_came, SIGINT);
	tcase_add_test_raise_signal(core,
	    a_second_signal_ends_the_process_at_once, SIGINT);
	tcase_add_test(core, one_that_holds_nothing_can_be_released);
	tcase_add_test(core, a_wait_may_be_for_room_and_for_nothing);
	tcase_add_test(core, a_stream_is_received_until_a_signal_comes);
	tcase_add_test_raise_signal(core,
	    a_second_signal_ends_what_the_first_one_began, SIGTERM);
	return (suite_run(suite));
}
