/* check_tftp_options.c - what is agreed on is never more than was asked for.
 * See also: proto/tftp_options.h */
#include "proto/tftp_options.h"

#include "suite.h"

#define NOT	(-1)

/* Options in the order of enum tftp_option; NOT: not given. */
static struct tftp_options
options(int64_t blksize, int64_t timeout, int64_t tsize, int64_t window)
{
	int64_t values[] = { blksize, timeout, tsize, window };
	struct tftp_options made = { .unreadable = 0 };

	for (int i = 0; i < TFTP_OPTIONS; i++) {
		made.given[i] = values[i] != NOT;
		made.values[i] = values[i] != NOT ? (uint64_t)values[i] : 0;
	}
	return (made);
}

struct grant {
	int64_t		 asked[TFTP_OPTIONS], granted[TFTP_OPTIONS];
};

static const struct grant grants[] = {
	{ { NOT, NOT, NOT, NOT }, { NOT, NOT, NOT, NOT } },
	{ { 1428, 3, 0, 16 }, { 1428, 3, 0, 16 } },
	{ { 8, 1, 7, 1 }, { 8, 1, 7, 1 } },
	{ { 65464, 255, 5000000000, 65535 },
	    { 65464, 255, 5000000000, 32768 } },
	{ { 65465, 256, NOT, 65536 }, { 65464, NOT, NOT, 32768 } },
	{ { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX },
	    { 65464, NOT, INT64_MAX, 32768 } },
	{ { 7, 0, NOT, 0 }, { NOT, NOT, NOT, NOT } },
	{ { 0, NOT, NOT, NOT }, { NOT, NOT, NOT, NOT } },
};

START_TEST(a_server_grants_what_was_asked_or_less)
{
	const int64_t *a = grants[_i].asked, *g = grants[_i].granted;
	struct tftp_options asked = options(a[0], a[1], a[2], a[3]);
	struct tftp_options granted;
	struct tftp_terms terms;

	tftp_options_grant(&asked, &granted, &terms);
	for (int i = 0; i < TFTP_OPTIONS; i++) {
		ck_assert_int_eq(granted.given[i], g[i] != NOT);
		if (g[i] != NOT)
			ck_assert_uint_eq(granted.values[i], (uint64_t)g[i]);
	}
	ck_assert_uint_eq(terms.blksize, g[0] != NOT ? (size_t)g[0] : 512);
	ck_assert_int_eq(terms.timeout_s, g[1] != NOT ? (int)g[1] : 0);
	ck_assert_int_eq(terms.tsize_known, g[2] != NOT);
	ck_assert_uint_eq(terms.window, g[3] != NOT ? (size_t)g[3] : 1);
}
END_TEST

START_TEST(a_window_is_lowered_to_what_there_is_room_for)
{
	struct tftp_options asked = options(1000, NOT, NOT, 64), granted;
	struct tftp_terms terms;

	tftp_options_grant(&asked, &granted, &terms);
	tftp_options_lower_window(&granted, &terms, 100000, 1000);
	ck_assert_uint_eq(terms.window, 64);
	tftp_options_lower_window(&granted, &terms, 10999, 1000);
	ck_assert_uint_eq(terms.window, 10);
	ck_assert_uint_eq(granted.values[TFTP_WINDOWSIZE], 10);
	tftp_options_lower_window(&granted, &terms, 0, 1000);
	ck_assert_uint_eq(terms.window, 1);
	ck_assert_uint_eq(granted.values[TFTP_WINDOWSIZE], 1);
}
END_TEST

struct answer {
	int64_t		 asked[TFTP_OPTIONS], answered[TFTP_OPTIONS];
	int		 good;
};

static const struct answer answers[] = {
	{ { 1428, NOT, 0, 16 }, { 1428, NOT, 99, 16 }, 1 },
	{ { 1428, NOT, 0, 16 }, { 512, NOT, NOT, 4 }, 1 },
	{ { 1428, NOT, 0, 16 }, { NOT, NOT, NOT, NOT }, 1 },
	{ { 1428, 5, NOT, 16 }, { NOT, 5, NOT, NOT }, 1 },
	{ { 1428, NOT, 0, 16 }, { 1429, NOT, NOT, NOT }, 0 },
	{ { 1428, NOT, 0, 16 }, { NOT, NOT, NOT, 17 }, 0 },
	{ { 1428, NOT, 0, 16 }, { 7, NOT, NOT, NOT }, 0 },
	{ { 1428, NOT, 0, 16 }, { NOT, NOT, NOT, 0 }, 0 },
	{ { 1428, NOT, NOT, 16 }, { NOT, NOT, 99, NOT }, 0 },
	{ { NOT, NOT, NOT, NOT }, { 512, NOT, NOT, NOT }, 0 },
	{ { NOT, 5, NOT, NOT }, { NOT, 4, NOT, NOT }, 0 },
	{ { 70000, NOT, NOT, NOT }, { 65465, NOT, NOT, NOT }, 0 },
};

START_TEST(a_client_accepts_no_more_than_it_has_asked_for)
{
	const struct answer *row = &answers[_i];
	struct tftp_options asked = options(row->asked[0], row->asked[1],
	    row->asked[2], row->asked[3]);
	struct tftp_options answer = options(row->answered[0],
	    row->answered[1], row->answered[2], row->answered[3]);
	struct tftp_terms terms;

	ck_assert_int_eq(tftp_options_accept(&asked, &answer, &terms),
	    row->good ? 0 : -1);
	answer.unreadable = 1;
	ck_assert_int_eq(tftp_options_accept(&asked, &answer, &terms), -1);
	answer.unreadable = 0;
	answer.unknown = 1;
	ck_assert_int_eq(tftp_options_accept(&asked, &answer, &terms), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_options");
	TCase *core = suite_case(suite, "core");

	tcase_add_loop_test(core, a_server_grants_what_was_asked_or_less,
	    0, (int)SUITE_COUNT(grants));
	tcase_add_test(core, a_window_is_lowered_to_what_there_is_room_for);
	tcase_add_loop_test(core,
	    a_client_accepts_no_more_than_it_has_asked_for,
	    0, (int)SUITE_COUNT(answers));
	return (suite_run(suite));
}
