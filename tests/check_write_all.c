/* check_write_all.c - write to a file what write(2) takes in pieces.
 * A breach shows as a file that ends too early, and nobody says so.
 * See also: base/write_all.h */
#include "base/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"

#define SIZE	(1024 * 1024)		/* more than a pipe holds */

static char bytes[SIZE], got[SIZE];

static void *
read_main(void *arg)
{
	const int *fd = arg;
	ssize_t n;

	for (size_t at = 0; at < SIZE; at += (size_t)n)
		if ((n = read(*fd, got + at, SIZE - at)) <= 0)
			break;
	return (NULL);
}

START_TEST(what_a_pipe_takes_in_pieces_arrives_whole)
{
	pthread_t thread;
	int fds[2];

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i % 251);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, read_main, &fds[0]), 0);
	ck_assert_uint_eq(write_all(fds[1], bytes, SIZE), SIZE);
	pthread_join(thread, NULL);
	ck_assert(memcmp(got, bytes, SIZE) == 0);
}
END_TEST

START_TEST(what_was_taken_is_counted_and_what_stopped_it_told)
{
	int fds[2];
	size_t done;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	done = write_all(fds[1], bytes, SIZE);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_gt(done, 0);
	ck_assert_uint_lt(done, SIZE);
}
END_TEST

START_TEST(a_file_that_takes_nothing_is_told)
{
	ck_assert_uint_eq(write_all(-1, "x", 1), 0);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_uint_eq(write_all(-1, "", 0), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("write_all");
	TCase *core = suite_case(suite, "core");

	tcase_add_test(core, what_a_pipe_takes_in_pieces_arrives_whole);
	tcase_add_test(core,
	    what_was_taken_is_counted_and_what_stopped_it_told);
	tcase_add_test(core, a_file_that_takes_nothing_is_told);
	return (suite_run(suite));
}
