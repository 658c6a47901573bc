/* check_mux.c - one select() over listeners, UDP sockets and the wake pipe.
 * See also: net/mux.h */
#include "net/mux.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "suite.h"

static void
watch(struct mux *mux, int fd)
{
	struct cause cause;

	ck_assert_int_eq(mux_watch(mux, fd, &cause), 0);
}

START_TEST(only_what_can_be_read_is_ready)
{
	struct mux mux;
	fd_set ready;
	int a[2], b[2];

	ck_assert_int_eq(pipe(a) | pipe(b), 0);
	mux_init(&mux);
	watch(&mux, a[0]);
	watch(&mux, b[0]);
	ck_assert_int_eq(write(b[1], "x", 1), 1);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 1);
	ck_assert(!FD_ISSET(a[0], &ready));
	ck_assert(FD_ISSET(b[0], &ready));
	ck_assert_int_eq(write(a[1], "x", 1), 1);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 2);
	ck_assert(FD_ISSET(a[0], &ready));
	ck_assert(FD_ISSET(b[0], &ready));
}
END_TEST

START_TEST(a_connection_and_a_datagram_are_ready)
{
	struct sockaddr_in tcp, udp;
	int tcp_fd = suite_loopback(SOCK_STREAM, "127.0.0.1", &tcp);
	int udp_fd = suite_loopback(SOCK_DGRAM, "127.0.0.1", &udp);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	struct mux mux;
	fd_set ready;

	ck_assert_int_eq(listen(tcp_fd, 1), 0);
	mux_init(&mux);
	watch(&mux, tcp_fd);
	watch(&mux, udp_fd);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&tcp,
	    sizeof(tcp)), 0);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 1);
	ck_assert(FD_ISSET(tcp_fd, &ready));
	mux_ignore(&mux, tcp_fd);
	ck_assert_int_eq(sendto(udp_fd, "", 0, 0, (struct sockaddr *)&udp,
	    sizeof(udp)), 0);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 1);
	ck_assert(FD_ISSET(udp_fd, &ready));
}
END_TEST

START_TEST(what_is_ignored_is_not_ready_until_watched_again)
{
	struct mux mux;
	fd_set ready;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	mux_init(&mux);
	watch(&mux, ends[0]);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	mux_ignore(&mux, ends[0]);
	ck_assert_int_eq(mux_wait(&mux, &ready, clock_now_ms()), 0);
	ck_assert(!FD_ISSET(ends[0], &ready));
	watch(&mux, ends[0]);
	ck_assert_int_eq(mux_wait(&mux, &ready, clock_now_ms()), 1);
	ck_assert(FD_ISSET(ends[0], &ready));
}
END_TEST

START_TEST(watching_twice_is_watching_once)
{
	struct mux mux;
	fd_set ready;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	mux_init(&mux);
	watch(&mux, ends[0]);
	watch(&mux, ends[0]);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 1);
	mux_ignore(&mux, ends[0]);
	ck_assert_int_eq(mux_wait(&mux, &ready, clock_now_ms()), 0);
}
END_TEST

START_TEST(the_end_of_a_pipe_is_ready)
{
	struct mux mux;
	fd_set ready;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	mux_init(&mux);
	watch(&mux, ends[0]);
	close(ends[1]);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 1);
	ck_assert(FD_ISSET(ends[0], &ready));
}
END_TEST

static void *
write_main(void *arg)
{
	ssize_t n = write(*(int *)arg, "x", 1);

	(void)n;
	return (NULL);
}

START_TEST(a_wait_without_deadline_ends_when_one_is_ready)
{
	struct mux mux;
	fd_set ready;
	pthread_t thread;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	mux_init(&mux);
	watch(&mux, ends[0]);
	ck_assert_int_eq(pthread_create(&thread, NULL, write_main, &ends[1]),
	    0);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 1);
	pthread_join(thread, NULL);
}
END_TEST

START_TEST(at_the_deadline_nothing_is_ready)
{
	int64_t begin = suite_now_ms();
	struct mux mux;
	fd_set ready;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	mux_init(&mux);
	watch(&mux, ends[0]);
	memset(&ready, 0xff, sizeof(ready));
	ck_assert_int_eq(mux_wait(&mux, &ready, clock_deadline(50)), 0);
	ck_assert_int_ge(suite_now_ms() - begin, 48);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	for (int fd = 0; fd < FD_SETSIZE; fd++)
		if (FD_ISSET(fd, &ready))
			ck_abort_msg("%d is ready", fd);
}
END_TEST

START_TEST(nothing_watched_waits_for_the_deadline)
{
	struct mux mux;
	fd_set ready;

	mux_init(&mux);
	ck_assert_int_eq(mux_wait(&mux, &ready, clock_deadline(1)), 0);
	ck_assert_int_eq(mux_wait(&mux, &ready, 0), 0);
}
END_TEST

START_TEST(a_descriptor_beyond_fd_setsize_is_refused)
{
	static const int fds[] = { FD_SETSIZE, FD_SETSIZE + 1, 1 << 20, -1 };
	struct cause cause;
	struct mux mux;
	fd_set ready;

	mux_init(&mux);
	for (size_t i = 0; i < SUITE_COUNT(fds); i++) {
		memset(&cause, 0, sizeof(cause));
		ck_assert_int_eq(mux_watch(&mux, fds[i], &cause), -1);
		ck_assert_str_eq(cause.primitive, "select");
		ck_assert_int_eq(cause.error, EMFILE);
	}
	/* And nothing has become watched by it. */
	ck_assert_int_eq(mux_wait(&mux, &ready, clock_now_ms()), 0);
}
END_TEST

START_TEST(the_last_descriptor_below_fd_setsize_works)
{
	struct rlimit limit;
	struct mux mux;
	fd_set ready;
	int ends[2];

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < FD_SETSIZE)
		return;			/* it cannot exist here */
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[0], FD_SETSIZE - 1), FD_SETSIZE - 1);
	mux_init(&mux);
	watch(&mux, FD_SETSIZE - 1);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 1);
	ck_assert(FD_ISSET(FD_SETSIZE - 1, &ready));
}
END_TEST

struct pest {
	pthread_t	 victim;
	atomic_int	 stop;
};

static void *
pest_main(void *arg)
{
	struct pest *pest = arg;

	while (!pest->stop)
		pthread_kill(pest->victim, SIGUSR1);
	return (NULL);
}

START_TEST(a_signal_ends_the_wait_with_nothing_ready)
{
	struct pest pest = { .victim = pthread_self(), .stop = 0 };
	struct mux mux;
	fd_set ready;
	pthread_t thread;
	int ends[2];

	suite_interruptible(SIGUSR1);
	ck_assert_int_eq(pipe(ends), 0);
	mux_init(&mux);
	watch(&mux, ends[0]);
	ck_assert_int_eq(pthread_create(&thread, NULL, pest_main, &pest), 0);
	ck_assert_int_eq(mux_wait(&mux, &ready, CLOCK_NEVER), 0);
	pest.stop = 1;
	pthread_join(thread, NULL);
	ck_assert(!FD_ISSET(ends[0], &ready));
}
END_TEST

START_TEST(a_descriptor_closed_meanwhile_is_told)
{
	struct mux mux;
	fd_set ready;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	mux_init(&mux);
	watch(&mux, ends[0]);
	close(ends[0]);
	ck_assert_int_eq(mux_wait(&mux, &ready, clock_deadline(1000)), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert(!FD_ISSET(ends[0], &ready));
}
END_TEST

static Suite *
mux_suite(void)
{
	Suite *suite = suite_create("mux");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, only_what_can_be_read_is_ready);
	tcase_add_test(core, a_connection_and_a_datagram_are_ready);
	tcase_add_test(core, what_is_ignored_is_not_ready_until_watched_again);
	tcase_add_test(core, watching_twice_is_watching_once);
	tcase_add_test(core, the_end_of_a_pipe_is_ready);
	tcase_add_test(core, a_wait_without_deadline_ends_when_one_is_ready);
	tcase_add_test(limits, at_the_deadline_nothing_is_ready);
	tcase_add_test(limits, nothing_watched_waits_for_the_deadline);
	tcase_add_test(limits, a_descriptor_beyond_fd_setsize_is_refused);
	tcase_add_test(limits, the_last_descriptor_below_fd_setsize_works);
	tcase_add_test(hostile, a_signal_ends_the_wait_with_nothing_ready);
	tcase_add_test(hostile, a_descriptor_closed_meanwhile_is_told);
	return (suite);
}

int
main(void)
{
	return (suite_run(mux_suite()));
}
