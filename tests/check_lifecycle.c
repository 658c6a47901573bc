/* check_lifecycle.c - signals, and the limits of the process.
 * See also: serve/lifecycle.h */
#include "serve/lifecycle.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "suite.h"

static int wake_fd;

static void
setup(void)
{
	struct cause cause;

	wake_fd = lifecycle_start(&cause);
	ck_assert_int_ne(wake_fd, -1);
}

START_TEST(each_signal_is_its_event)
{
	static const struct { int number; unsigned event; } rows[] = {
		{ SIGINT, LIFECYCLE_STOP }, { SIGTERM, LIFECYCLE_STOP },
		{ SIGHUP, LIFECYCLE_RELOAD }, { SIGUSR1, LIFECYCLE_REPORT },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		ck_assert(!suite_readable(wake_fd, 0));
		ck_assert_int_eq(raise(rows[i].number), 0);
		ck_assert(suite_readable(wake_fd, 0));
		ck_assert_uint_eq(lifecycle_events(), rows[i].event);
		ck_assert(!suite_readable(wake_fd, 0));
	}
}
END_TEST

START_TEST(nothing_came_is_no_event)
{
	ck_assert_uint_eq(lifecycle_events(), 0);
	raise(SIGHUP);
	lifecycle_events();
	ck_assert_uint_eq(lifecycle_events(), 0);
}
END_TEST

START_TEST(several_signals_come_as_one_answer)
{
	raise(SIGHUP);
	raise(SIGUSR1);
	raise(SIGTERM);
	raise(SIGINT);
	raise(SIGHUP);
	ck_assert_uint_eq(lifecycle_events(),
	    LIFECYCLE_STOP | LIFECYCLE_RELOAD | LIFECYCLE_REPORT);
	ck_assert_uint_eq(lifecycle_events(), 0);
}
END_TEST

START_TEST(a_pipe_without_reader_is_an_error_and_no_end)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	ck_assert_int_eq(write(ends[1], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
}
END_TEST

START_TEST(the_pipe_neither_blocks_nor_survives_exec)
{
	ck_assert_int_eq(fcntl(wake_fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	ck_assert_int_eq(fcntl(wake_fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}
END_TEST

START_TEST(descriptors_are_as_many_as_the_hard_limit_says)
{
	struct rlimit limit;
	struct cause cause;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, limit.rlim_max);
	limit.rlim_cur = 64;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_ne(lifecycle_start(&cause), -1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, limit.rlim_max);
}
END_TEST

START_TEST(at_the_end_the_pipe_is_closed_and_may_be_opened_again)
{
	int before = suite_open_fds();
	struct cause cause;

	lifecycle_end();
	ck_assert_int_eq(suite_open_fds(), before - 2);
	lifecycle_end();
	ck_assert_int_eq(suite_open_fds(), before - 2);
	wake_fd = lifecycle_start(&cause);
	ck_assert_int_ne(wake_fd, -1);
	raise(SIGHUP);
	ck_assert_uint_eq(lifecycle_events(), LIFECYCLE_RELOAD);
}
END_TEST

START_TEST(signals_that_the_parent_had_blocked_are_heard)
{
	struct cause cause;
	sigset_t all;

	lifecycle_end();
	sigfillset(&all);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, &all, NULL), 0);
	ck_assert_int_ne(lifecycle_start(&cause), -1);
	raise(SIGTERM);
	ck_assert_uint_eq(lifecycle_events(), LIFECYCLE_STOP);
}
END_TEST

START_TEST(a_signal_keeps_errno)
{
	for (int i = 0; i < 70000; i++) {	/* also when the pipe is full */
		errno = EXDEV;
		raise(SIGHUP);
		if (errno != EXDEV)
			ck_abort_msg("errno %d after %d", errno, i);
	}
}
END_TEST

START_TEST(without_descriptors_pipe_is_named)
{
	struct rlimit limit, none;
	struct cause cause;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){ 0, limit.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(lifecycle_start(&cause), -1);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_str_eq(cause.primitive, "pipe");
	ck_assert_int_eq(cause.error, EMFILE);
}
END_TEST

/* A pipe holds 64 KiB: more signals than that while the main thread waits
 * for its terminal. */
START_TEST(a_flood_of_signals_does_not_drown_the_last_one)
{
	for (int i = 0; i < 200000; i++)
		raise(SIGUSR1);
	raise(SIGTERM);
	ck_assert(suite_readable(wake_fd, 0));
	ck_assert_uint_eq(lifecycle_events(),
	    LIFECYCLE_STOP | LIFECYCLE_REPORT);
	ck_assert_uint_eq(lifecycle_events(), 0);
}
END_TEST

static atomic_int signals_left_alone;

static void *
client_main(void *arg)
{
	sigset_t mask;
	int blocked = 1;

	(void)arg;
	lifecycle_leave_signals();
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	blocked &= sigismember(&mask, SIGTERM) & sigismember(&mask, SIGINT);
	blocked &= sigismember(&mask, SIGHUP) & sigismember(&mask, SIGUSR1);
	/* One sent to this thread stays pending. */
	pthread_kill(pthread_self(), SIGUSR1);
	sigpending(&mask);
	blocked &= sigismember(&mask, SIGUSR1);
	signals_left_alone = blocked;
	return (NULL);
}

START_TEST(a_client_s_thread_takes_no_signals)
{
	pthread_t thread;
	sigset_t mask;

	ck_assert_int_eq(pthread_create(&thread, NULL, client_main, NULL), 0);
	pthread_join(thread, NULL);
	ck_assert(signals_left_alone);
	ck_assert_uint_eq(lifecycle_events(), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	ck_assert_int_eq(sigismember(&mask, SIGUSR1), 0);
}
END_TEST

START_TEST(a_signal_from_outside_wakes_the_main_thread)
{
	pid_t self = getpid();

	if (fork() == 0) {
		kill(self, SIGHUP);
		_exit(0);
	}
	while (!suite_readable(wake_fd, SUITE_PATIENCE_MS))
		ck_assert_int_eq(errno, EINTR);	/* poll is, by the signal */
	ck_assert_uint_eq(lifecycle_events(), LIFECYCLE_RELOAD);
}
END_TEST

static Suite *
lifecycle_suite(void)
{
	Suite *suite = suite_create("lifecycle");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, NULL);
	tcase_add_test(core, each_signal_is_its_event);
	tcase_add_test(core, nothing_came_is_no_event);
	tcase_add_test(core, several_signals_come_as_one_answer);
	tcase_add_test(core, a_pipe_without_reader_is_an_error_and_no_end);
	tcase_add_test(core, the_pipe_neither_blocks_nor_survives_exec);
	tcase_add_test(core,
	    at_the_end_the_pipe_is_closed_and_may_be_opened_again);
	tcase_add_test(core, a_client_s_thread_takes_no_signals);
	tcase_add_test(core, a_signal_from_outside_wakes_the_main_thread);
	tcase_add_checked_fixture(limits, setup, NULL);
	tcase_add_test(limits, descriptors_are_as_many_as_the_hard_limit_says);
	tcase_add_test(limits, without_descriptors_pipe_is_named);
	tcase_add_checked_fixture(hostile, setup, NULL);
	tcase_add_test(hostile,
	    signals_that_the_parent_had_blocked_are_heard);
	tcase_add_test(hostile, a_signal_keeps_errno);
	tcase_add_test(hostile,
	    a_flood_of_signals_does_not_drown_the_last_one);
	return (suite);
}

int
main(void)
{
	return (suite_run(lifecycle_suite()));
}
