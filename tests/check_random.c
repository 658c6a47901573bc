/* check_random.c - bytes that nobody can foresee.
 * See also: base/random.h */
#include "base/random.h"

#include <pthread.h>
#include <stdatomic.h>

#include "suite.h"

#define LARGE	(8 * 1024 * 1024)	/* getrandom may give it in pieces */

struct pest {
	pthread_t	 victim;
	atomic_int	 stop;
};

/* Interrupts the victim until told to stop. */
static void *
pest_main(void *arg)
{
	struct pest *pest = arg;

	while (!pest->stop)
		pthread_kill(pest->victim, SIGUSR1);
	return (NULL);
}

/* Of random bytes 64 zeros in a row do not come in the age of the world. */
static int
has_a_gap(const unsigned char *bytes, size_t len)
{
	size_t zeros = 0;

	for (size_t i = 0; i < len && zeros < 64; i++)
		zeros = bytes[i] == 0 ? zeros + 1 : 0;
	return (zeros == 64);
}

START_TEST(two_fills_differ)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	ck_assert_int_eq(random_fill(a, sizeof(a)), 0);
	ck_assert_int_eq(random_fill(b, sizeof(b)), 0);
	ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

START_TEST(two_processes_differ)
{
	unsigned char mine[32], theirs[32];
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	if (fork() == 0) {
		random_fill(mine, sizeof(mine));
		_exit(write(ends[1], mine, sizeof(mine)) == -1);
	}
	ck_assert_int_eq(random_fill(mine, sizeof(mine)), 0);
	ck_assert_int_eq(read(ends[0], theirs, sizeof(theirs)),
	    sizeof(theirs));
	ck_assert_mem_ne(mine, theirs, sizeof(mine));
}
END_TEST

START_TEST(every_byte_value_comes)
{
	unsigned char bytes[16384];
	int seen[256] = { 0 }, values = 0;

	ck_assert_int_eq(random_fill(bytes, sizeof(bytes)), 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		values += seen[bytes[i]]++ == 0;
	ck_assert_int_eq(values, 256);
}
END_TEST

START_TEST(nothing_is_filled_with_nothing)
{
	char byte = 'x';

	ck_assert_int_eq(random_fill(&byte, 0), 0);
	ck_assert_int_eq(byte, 'x');
}
END_TEST

START_TEST(only_the_buffer_is_filled)
{
	char bytes[34];

	for (size_t len = 1; len <= 32; len++) {
		memset(bytes, 'x', sizeof(bytes));
		ck_assert_int_eq(random_fill(bytes + 1, len), 0);
		ck_assert_int_eq(bytes[0], 'x');
		ck_assert_int_eq(bytes[len + 1], 'x');
	}
}
END_TEST

START_TEST(a_large_buffer_is_filled_whole_among_signals)
{
	struct pest pest = { .victim = pthread_self(), .stop = 0 };
	unsigned char *bytes = calloc(1, LARGE);
	pthread_t thread;

	ck_assert_ptr_nonnull(bytes);
	suite_interruptible(SIGUSR1);
	ck_assert_int_eq(pthread_create(&thread, NULL, pest_main, &pest), 0);
	ck_assert_int_eq(random_fill(bytes, LARGE), 0);
	pest.stop = 1;
	pthread_join(thread, NULL);
	ck_assert(!has_a_gap(bytes, LARGE));
	free(bytes);
}
END_TEST

static Suite *
random_suite(void)
{
	Suite *suite = suite_create("random");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, two_fills_differ);
	tcase_add_test(core, two_processes_differ);
	tcase_add_test(core, every_byte_value_comes);
	tcase_add_test(limits, nothing_is_filled_with_nothing);
	tcase_add_test(limits, only_the_buffer_is_filled);
	tcase_add_test(hostile, a_large_buffer_is_filled_whole_among_signals);
	return (suite);
}

int
main(void)
{
	return (suite_run(random_suite()));
}
