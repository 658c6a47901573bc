/* check_file_moves.c - files into streams, sockets into files, without loss.
 * See also: net/send_file.h, net/recv_file.h */
#include "net/send_file.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "certificates.h"
#include "net/recv_file.h"
#include "suite.h"
#include "tls_peers.h"

#define SIZE	300000

typedef ssize_t sender(struct stream *, int, off_t *, size_t);

static sender *const senders[] = { stream_send_file,
    stream_send_file_by_copy };

#define SENDERS	((int)SUITE_COUNT(senders))

/* A file without a name that holds the beginning of the great stream. */
static int
great_file(size_t len)
{
	static char bytes[SIZE];
	int fd = fileno(tmpfile());

	great_fill(bytes, 0, len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	return (fd);
}

static void
expect_great(int fd, size_t len)
{
	static char bytes[SIZE + 1];

	ck_assert_int_eq(pread(fd, bytes, sizeof(bytes), 0), (ssize_t)len);
	ck_assert(is_great(bytes, (ssize_t)len, 0));
}

struct drain {
	struct stream	*stream;
	size_t		 got;
	int		 wrong;
};

/* Read to the end. */
static void *
drain_main(void *arg)
{
	struct drain *drain = arg;
	char buf[10000];
	ssize_t n;

	while ((n = stream_recv_within(drain->stream, buf, sizeof(buf),
	    clock_deadline(10000))) > 0) {
		drain->wrong |= !is_great(buf, n, drain->got);
		drain->got += (size_t)n;
	}
	drain->wrong |= n != 0;
	return (NULL);
}

/* A whole file through a pair, in steps of 100,000 at most. */
static void
send_through(struct pair *pair, sender *send_it)
{
	struct drain drain = { .stream = &pair->client };
	int fd = great_file(SIZE);
	pthread_t thread;
	off_t offset = 0;

	fcntl(pair->server.fd, F_SETFL, O_NONBLOCK);
	pthread_create(&thread, NULL, drain_main, &drain);
	while (offset < SIZE) {
		off_t before = offset;
		ssize_t n = send_it(&pair->server, fd, &offset, 100000);

		if (n == -1) {
			ck_assert_int_eq(errno, EAGAIN);
			poll(&(struct pollfd){ .fd = pair->server.fd,
			    .events = POLLOUT }, 1, SUITE_PATIENCE_MS);
			continue;
		}
		ck_assert_int_gt(n, 0);
		ck_assert_int_eq(offset, before + n);
	}
	ck_assert_int_eq(send_it(&pair->server, fd, &offset, 1), 0);
	while (stream_end_now(&pair->server) == -1)
		ck_assert_int_eq(errno, EAGAIN);
	pthread_join(thread, NULL);
	ck_assert(!drain.wrong);
	ck_assert_uint_eq(drain.got, SIZE);
	close(fd);
}

START_TEST(a_file_goes_through_in_the_clear)
{
	struct pair pair;

	pair_open(&pair, PAIR_CLEAR);
	send_through(&pair, senders[_i]);
	pair_close(&pair);
}
END_TEST

START_TEST(a_file_goes_through_under_tls)
{
	struct pair pair;

	pair_open(&pair, _i == 0 ? PAIR_TLS12 : PAIR_TLS13);
	send_through(&pair, stream_send_file);
	pair_close(&pair);
}
END_TEST

START_TEST(what_was_held_back_goes_at_the_end)
{
	struct pair pair;

	pair_open(&pair, _i);
	stream_send_much(&pair.server);
	send_through(&pair, stream_send_file);
	pair_close(&pair);
}
END_TEST

START_TEST(a_full_socket_is_told_and_the_offset_stays)
{
	struct pair pair;
	int fd = great_file(SIZE);
	off_t offset = 0, before;
	ssize_t n;

	pair_open(&pair, PAIR_CLEAR);
	fcntl(pair.server.fd, F_SETFL, O_NONBLOCK);
	do {
		if (offset == SIZE)
			offset = 0;
		before = offset;
		n = senders[_i](&pair.server, fd, &offset, SIZE);
	} while (n > 0);
	ck_assert_int_eq(n, -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(offset, before);
	close(fd);
	pair_close(&pair);
}
END_TEST

START_TEST(what_cannot_be_read_is_told)
{
	struct pair pair;
	off_t offset = 0;

	pair_open(&pair, PAIR_CLEAR);
	ck_assert_int_eq(senders[_i](&pair.server, -1, &offset,
	    SIZE), -1);
	ck_assert_int_eq(errno, EBADF);
	pair_close(&pair);
}
END_TEST

/* Linux makes it up as it is read. */
START_TEST(a_file_that_sendfile_does_not_take_gets_copies)
{
	struct pair pair;
	char got[64], expected[sizeof(got)];
	off_t offset = 0;
	ssize_t n;
	int fd = open("/proc/self/maps", O_RDONLY);

	if (fd == -1)
		return;
	pair_open(&pair, PAIR_CLEAR);
	ck_assert_int_gt(senders[_i](&pair.server, fd, &offset, SIZE),
	    (ssize_t)sizeof(got));
	ck_assert_int_eq(pread(fd, expected, sizeof(expected), 0),
	    (ssize_t)sizeof(expected));
	n = recv(pair.client.fd, got, sizeof(got), MSG_WAITALL);
	ck_assert_int_eq(n, (ssize_t)sizeof(got));
	ck_assert_mem_eq(got, expected, sizeof(got));
	close(fd);
	pair_close(&pair);
}
END_TEST

START_TEST(what_has_no_offset_is_told)
{
	struct pair pair;
	off_t offset = 0;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	pair_open(&pair, PAIR_CLEAR);
	ck_assert_int_eq(senders[_i](&pair.server, fds[0], &offset,
	    SIZE), -1);
	ck_assert_int_eq(errno, ESPIPE);
	pair_close(&pair);
}
END_TEST

START_TEST(an_end_that_does_not_fit_is_to_be_tried_again)
{
	struct drain drain;
	struct pair pair;
	pthread_t thread;
	int fd = great_file(SIZE);
	size_t sent = 0;

	pair_open(&pair, PAIR_TLS13);
	drain = (struct drain){ .stream = &pair.client };
	for (;;) {
		off_t offset = (off_t)(sent % SIZE);
		ssize_t n = stream_send_file(&pair.server, fd, &offset,
		    SIZE);

		if (n == -1)
			break;
		sent += (size_t)n;
	}
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(stream_end_now(&pair.server), -1);
	ck_assert_int_eq(errno, EAGAIN);
	pthread_create(&thread, NULL, drain_main, &drain);
	while (stream_end_now(&pair.server) == -1)
		ck_assert_int_eq(errno, EAGAIN);
	pthread_join(thread, NULL);
	/* The last record was told as not sent, and comes all the same. */
	ck_assert_uint_ge(drain.got, sent);
	pair_close(&pair);
	close(fd);
}
END_TEST

START_TEST(what_is_here_is_received_at_once_and_no_more)
{
	struct pair pair;
	char buf[16];

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_int_eq(stream_recv_now(&pair.server, buf, sizeof(buf)), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(stream_send_all(&pair.client, "salut", 5), 0);
	ck_assert(suite_readable(pair.server.fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(stream_recv_now(&pair.server, buf, sizeof(buf)), 5);
	ck_assert_mem_eq(buf, "salut", 5);
	ck_assert_int_eq(stream_end_now(&pair.client), 0);
	ck_assert(suite_readable(pair.server.fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(stream_recv_now(&pair.server, buf, sizeof(buf)), 0);
	pair_close(&pair);
}
END_TEST

/* Move what comes into fd until its end; what recv_file said last. */
static ssize_t
recv_through(int sock_fd, int fd)
{
	struct splice_pipe pipe;
	ssize_t n;

	if (splice_pipe_open(&pipe, 1 << 20) == -1) {
		ck_assert_int_eq(errno, ENOSYS);
		return (-2);
	}
	while ((n = recv_file(sock_fd, &pipe, fd, 100000)) > 0 ||
	    (n == -1 && errno == EAGAIN))
		if (n == -1)
			suite_readable(sock_fd, SUITE_PATIENCE_MS);
	splice_pipe_close(&pipe);
	return (n);
}

static void *
send_main(void *arg)
{
	static char bytes[SIZE];
	const int *fd = arg;

	great_fill(bytes, 0, sizeof(bytes));
	for (size_t at = 0; at < SIZE; ) {
		ssize_t n = send(*fd, bytes + at, SIZE - at, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	shutdown(*fd, SHUT_WR);
	return (NULL);
}

/* flags: O_APPEND is what splice does not take. */
static void
move_into_file(int flags)
{
	int fds[2], file_fd = fileno(tmpfile());
	pthread_t thread;
	ssize_t n;

	fcntl(file_fd, F_SETFL, flags);
	suite_tcp_pair(fds);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	pthread_create(&thread, NULL, send_main, &fds[0]);
	n = recv_through(fds[1], file_fd);
	pthread_join(thread, NULL);
	if (n == -2)
		return;			/* no splice here */
	ck_assert_int_eq(n, 0);
	expect_great(file_fd, SIZE);
}

START_TEST(a_socket_goes_into_a_file)
{
	move_into_file(0);
}
END_TEST

START_TEST(a_file_that_splice_does_not_take_gets_copies)
{
	move_into_file(O_APPEND);
}
END_TEST

START_TEST(a_file_that_takes_nothing_is_told)
{
	int fds[2], file_fd = _i == 0 ? open("/dev/null", O_RDONLY) :
	    open("/dev/full", O_WRONLY | O_APPEND);

	ck_assert_int_ne(file_fd, -1);
	suite_tcp_pair(fds);
	ck_assert_int_eq(send(fds[0], "x", 1, 0), 1);
	ck_assert(suite_readable(fds[1], SUITE_PATIENCE_MS));
	ck_assert_int_lt(recv_through(fds[1], file_fd), 0);
}
END_TEST

START_TEST(without_descriptors_there_is_no_pipe)
{
	struct rlimit limit, none;
	struct splice_pipe pipe;

	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	ck_assert_int_eq(splice_pipe_open(&pipe, 1 << 20), -1);
	setrlimit(RLIMIT_NOFILE, &limit);
	splice_pipe_close(&pipe);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_moves");
	TCase *out = suite_case(suite, "send_file");
	TCase *in = suite_case(suite, "recv_file");

	tcase_add_unchecked_fixture(out, certificates_open,
	    certificates_close);
	tcase_add_loop_test(out, a_file_goes_through_in_the_clear, 0,
	    SENDERS);
	tcase_add_loop_test(out, a_file_goes_through_under_tls, 0, 2);
	tcase_add_loop_test(out, what_was_held_back_goes_at_the_end, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(out, a_full_socket_is_told_and_the_offset_stays,
	    0, SENDERS);
	tcase_add_loop_test(out, what_cannot_be_read_is_told, 0, SENDERS);
	tcase_add_loop_test(out,
	    a_file_that_sendfile_does_not_take_gets_copies, 0, SENDERS);
	tcase_add_loop_test(out, what_has_no_offset_is_told, 0, SENDERS);
	tcase_add_test(out, an_end_that_does_not_fit_is_to_be_tried_again);
	tcase_add_loop_test(out,
	    what_is_here_is_received_at_once_and_no_more, 0, PAIR_KINDS);
	tcase_add_test(in, a_socket_goes_into_a_file);
	tcase_add_test(in, a_file_that_splice_does_not_take_gets_copies);
	tcase_add_loop_test(in, a_file_that_takes_nothing_is_told, 0, 2);
	tcase_add_test(in, without_descriptors_there_is_no_pipe);
	return (suite_run(suite));
}
