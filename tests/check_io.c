/* check_io.c - whole sends and waits with a deadline.
 * See also: net/io.h */
#include "net/io.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "base/clock.h"
#include "suite.h"

#define MUCH	(2u * 1024 * 1024)

/* A thread that reads in small bites until the end and checks each byte. */
struct reader {
	int		 fd;
	size_t		 len;
	int		 wrong;
};

/* A thread that sends MUCH in bites. */
struct writer {
	int		 fd;
	size_t		 bite;
	int		 failed;
};

/* A thread that interrupts another until told to stop. */
struct pest {
	pthread_t	 victim, thread;
	atomic_int	 stop;
};

/* The byte at some place of the stream: a loss or repetition shows. */
static char
byte_at(size_t place)
{
	return ((char)(place * 2654435761u >> 13));
}

static char *
much_data(void)
{
	char *data = malloc(MUCH);

	ck_assert_ptr_nonnull(data);
	for (size_t i = 0; i < MUCH; i++)
		data[i] = byte_at(i);
	return (data);
}

static void *
reader_main(void *arg)
{
	struct reader *reader = arg;
	char bite[1500];
	size_t size = 1;
	ssize_t n;

	while ((n = recv(reader->fd, bite, size, 0)) > 0 ||
	    (n == -1 && errno == EINTR)) {
		for (ssize_t i = 0; i < n; i++)
			reader->wrong |= bite[i] != byte_at(reader->len++);
		size = size % sizeof(bite) + 1;
	}
	return (NULL);
}

static void *
writer_main(void *arg)
{
	struct writer *writer = arg;
	char bite[8192];

	for (size_t sent = 0; sent < MUCH && !writer->failed;
	    sent += writer->bite) {
		for (size_t i = 0; i < writer->bite; i++)
			bite[i] = byte_at(sent + i);
		writer->failed = send_all(writer->fd, bite,
		    writer->bite) == -1;
	}
	shutdown(writer->fd, SHUT_WR);
	return (NULL);
}

static void *
pest_main(void *arg)
{
	struct pest *pest = arg;
	struct timespec pause = { .tv_nsec = 20000 };

	/* With no pause at all its victim would do nothing else. */
	while (!pest->stop) {
		pthread_kill(pest->victim, SIGUSR1);
		nanosleep(&pause, NULL);
	}
	return (NULL);
}

static void
pest_start(struct pest *pest, pthread_t victim)
{
	suite_interruptible(SIGUSR1);
	pest->victim = victim;
	pest->stop = 0;
	ck_assert_int_eq(pthread_create(&pest->thread, NULL, pest_main,
	    pest), 0);
}

static void
pest_stop(struct pest *pest)
{
	pest->stop = 1;
	pthread_join(pest->thread, NULL);
}

static void
set_small_buffer(int fd)
{
	int size = 4096;

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
	    sizeof(size)), 0);
}

START_TEST(what_is_sent_is_received)
{
	int fds[2];
	char buf[16];

	suite_tcp_pair(fds);
	ck_assert_int_eq(send_all(fds[0], "hello", 5), 0);
	ck_assert_int_eq(recv_within(fds[1], buf, sizeof(buf),
	    clock_deadline(SUITE_PATIENCE_MS)), 5);
	ck_assert_mem_eq(buf, "hello", 5);
}
END_TEST

START_TEST(mebibytes_pass_a_small_buffer_whole_and_in_order)
{
	struct reader reader = { .len = 0 };
	char *data = much_data();
	pthread_t thread;
	int fds[2];

	suite_tcp_pair(fds);
	set_small_buffer(fds[0]);
	reader.fd = fds[1];
	ck_assert_int_eq(pthread_create(&thread, NULL, reader_main,
	    &reader), 0);
	ck_assert_int_eq(send_all(fds[0], data, MUCH), 0);
	close(fds[0]);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(reader.len, MUCH);
	ck_assert_int_eq(reader.wrong, 0);
	free(data);
}
END_TEST

START_TEST(recv_within_gives_what_is_there_and_no_more)
{
	int fds[2];
	char buf[4];

	suite_tcp_pair(fds);
	ck_assert_int_eq(send_all(fds[0], "abcdef", 6), 0);
	ck_assert_int_eq(recv_within(fds[1], buf, 4, CLOCK_NEVER), 4);
	ck_assert_int_eq(recv_within(fds[1], buf, 4, CLOCK_NEVER), 2);
	ck_assert_mem_eq(buf, "efcd", 4);
}
END_TEST

START_TEST(the_end_of_a_stream_is_zero)
{
	int fds[2];
	char buf[4];

	suite_tcp_pair(fds);
	close(fds[0]);
	ck_assert_int_eq(recv_within(fds[1], buf, 4, CLOCK_NEVER), 0);
	ck_assert_int_eq(recv_within(fds[1], buf, 4,
	    clock_now_ms() - 1), 0);
}
END_TEST

START_TEST(an_empty_datagram_is_zero)
{
	struct sockaddr_in in;
	int fd = suite_loopback(SOCK_DGRAM, "127.0.0.1", &in);
	char buf[4];

	ck_assert_int_eq(sendto(fd, "", 0, 0, (struct sockaddr *)&in,
	    sizeof(in)), 0);
	ck_assert_int_eq(recv_within(fd, buf, sizeof(buf),
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
}
END_TEST

START_TEST(a_ready_socket_is_waited_for_no_longer)
{
	int64_t begin = suite_now_ms();
	int fds[2];

	suite_tcp_pair(fds);
	ck_assert_int_eq(wait_for(fds[0], POLLOUT, CLOCK_NEVER), 0);
	ck_assert_int_eq(send_all(fds[0], "x", 1), 0);
	ck_assert_int_eq(wait_for(fds[1], POLLIN, clock_deadline(60000)), 0);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
}
END_TEST

START_TEST(a_broken_socket_is_ready)
{
	int fds[2];
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	char buf[4];

	suite_tcp_pair(fds);
	ck_assert_int_eq(setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &reset,
	    sizeof(reset)), 0);
	close(fds[0]);
	ck_assert_int_eq(wait_for(fds[1], POLLIN, CLOCK_NEVER), 0);
	ck_assert_int_eq(recv_within(fds[1], buf, 4, CLOCK_NEVER), -1);
	ck_assert_int_eq(errno, ECONNRESET);
}
END_TEST

START_TEST(nothing_to_send_is_done_at_once)
{
	int fds[2];

	suite_tcp_pair(fds);
	ck_assert_int_eq(send_all(fds[0], "", 0), 0);
	ck_assert(!suite_readable(fds[1], 0));
	ck_assert_int_eq(send_all(-1, "", 0), 0);
}
END_TEST

START_TEST(the_deadline_of_recv_within_comes)
{
	int64_t deadline = clock_deadline(50);
	int fds[2];
	char buf[4];

	suite_tcp_pair(fds);
	ck_assert_int_eq(recv_within(fds[1], buf, 4, deadline), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_ge(clock_now_ms(), deadline);
	ck_assert_int_lt(clock_now_ms(), deadline + SUITE_PATIENCE_MS);
}
END_TEST

START_TEST(a_past_deadline_still_takes_what_is_there)
{
	int fds[2];
	char buf[4];

	suite_tcp_pair(fds);
	ck_assert_int_eq(wait_for(fds[1], POLLIN, clock_now_ms() - 1), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(send_all(fds[0], "x", 1), 0);
	ck_assert(suite_readable(fds[1], SUITE_PATIENCE_MS));
	ck_assert_int_eq(recv_within(fds[1], buf, 4, clock_now_ms() - 1), 1);
}
END_TEST

START_TEST(a_full_socket_is_not_writable_until_the_deadline)
{
	char chunk[4096] = { 0 };
	int fds[2];

	suite_tcp_pair(fds);
	set_small_buffer(fds[0]);
	while (send(fds[0], chunk, sizeof(chunk), MSG_DONTWAIT) != -1)
		continue;
	/* What is on its way may still leave: then it is filled again. */
	while (wait_for(fds[0], POLLOUT, clock_deadline(50)) == 0)
		while (send(fds[0], chunk, sizeof(chunk), MSG_DONTWAIT) != -1)
			continue;
	ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

START_TEST(descriptors_that_are_not_open_are_told)
{
	char buf[4];

	ck_assert_int_eq(send_all(999, "x", 1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(recv_within(999, buf, 4, clock_deadline(1000)), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(a_gone_peer_is_epipe_and_no_signal)
{
	int fds[2];

	signal(SIGPIPE, SIG_DFL);
	suite_tcp_pair(fds);
	close(fds[1]);
	/* The first send makes the peer answer with a reset. */
	while (send_all(fds[0], "x", 1) == 0)
		wait_for(fds[0], POLLIN, clock_deadline(10));
	while (errno == ECONNRESET && send_all(fds[0], "x", 1) == 0)
		continue;
	ck_assert_int_eq(errno, EPIPE);
}
END_TEST

START_TEST(a_stuck_reader_is_eagain_after_the_send_time_out)
{
	struct timeval patience = { .tv_usec = 50000 };
	char *data = much_data();
	int64_t begin;
	int fds[2];

	suite_tcp_pair(fds);
	set_small_buffer(fds[0]);
	ck_assert_int_eq(setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO,
	    &patience, sizeof(patience)), 0);
	begin = suite_now_ms();
	ck_assert_int_eq(send_all(fds[0], data, MUCH), -1);
	ck_assert(errno == EAGAIN || errno == EWOULDBLOCK);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	free(data);
}
END_TEST

START_TEST(signals_while_sending_lose_nothing)
{
	struct reader reader = { .len = 0 };
	char *data = much_data();
	struct pest pest;
	pthread_t thread;
	int fds[2];

	suite_tcp_pair(fds);
	set_small_buffer(fds[0]);
	reader.fd = fds[1];
	ck_assert_int_eq(pthread_create(&thread, NULL, reader_main,
	    &reader), 0);
	pest_start(&pest, pthread_self());
	ck_assert_int_eq(send_all(fds[0], data, MUCH), 0);
	pest_stop(&pest);
	close(fds[0]);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(reader.len, MUCH);
	ck_assert_int_eq(reader.wrong, 0);
	free(data);
}
END_TEST

START_TEST(signals_while_receiving_lose_nothing)
{
	struct writer writer = { .bite = 512 };
	struct pest pest;
	pthread_t thread;
	size_t len = 0;
	char bite[700];
	int fds[2], wrong = 0;
	ssize_t n;

	suite_tcp_pair(fds);
	writer.fd = fds[0];
	pest_start(&pest, pthread_self());
	ck_assert_int_eq(pthread_create(&thread, NULL, writer_main,
	    &writer), 0);
	while ((n = recv_within(fds[1], bite, sizeof(bite),
	    clock_deadline(SUITE_PATIENCE_MS))) > 0)
		for (ssize_t i = 0; i < n; i++)
			wrong |= bite[i] != byte_at(len++);
	pest_stop(&pest);
	pthread_join(thread, NULL);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(writer.failed, 0);
	ck_assert_uint_eq(len, MUCH);
	ck_assert_int_eq(wrong, 0);
}
END_TEST

START_TEST(signals_do_not_move_the_deadline)
{
	int64_t deadline;
	struct pest pest;
	int fds[2];
	char buf[4];

	suite_tcp_pair(fds);
	pest_start(&pest, pthread_self());
	deadline = clock_deadline(100);
	ck_assert_int_eq(recv_within(fds[1], buf, 4, deadline), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	pest_stop(&pest);
	ck_assert_int_ge(clock_now_ms(), deadline);
	ck_assert_int_lt(clock_now_ms(), deadline + SUITE_PATIENCE_MS);
}
END_TEST

static Suite *
io_suite(void)
{
	Suite *suite = suite_create("io");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, what_is_sent_is_received);
	tcase_add_test(core,
	    mebibytes_pass_a_small_buffer_whole_and_in_order);
	tcase_add_test(core, recv_within_gives_what_is_there_and_no_more);
	tcase_add_test(core, the_end_of_a_stream_is_zero);
	tcase_add_test(core, an_empty_datagram_is_zero);
	tcase_add_test(core, a_ready_socket_is_waited_for_no_longer);
	tcase_add_test(core, a_broken_socket_is_ready);
	tcase_add_test(limits, nothing_to_send_is_done_at_once);
	tcase_add_test(limits, the_deadline_of_recv_within_comes);
	tcase_add_test(limits, a_past_deadline_still_takes_what_is_there);
	tcase_add_test(limits,
	    a_full_socket_is_not_writable_until_the_deadline);
	tcase_add_test(limits, descriptors_that_are_not_open_are_told);
	tcase_add_test(hostile, a_gone_peer_is_epipe_and_no_signal);
	tcase_add_test(hostile,
	    a_stuck_reader_is_eagain_after_the_send_time_out);
	tcase_add_test(hostile, signals_while_sending_lose_nothing);
	tcase_add_test(hostile, signals_while_receiving_lose_nothing);
	tcase_add_test(hostile, signals_do_not_move_the_deadline);
	return (suite);
}

int
main(void)
{
	return (suite_run(io_suite()));
}
