/* check_date.c - the date as a line that people and programs read.
 * A breach shows as a clock that is an hour wrong, or as a line that a time
 * client does not know.
 * See also: tools/daytime/date.h */
#define _XOPEN_SOURCE 700		/* tzset */
#include "tools/daytime/date.h"

#include "suite.h"

/* 2026-11-22 17:00:00 UTC and 2026-07-01 00:00:00 UTC */
#define WINTER	((time_t)1795366800)
#define SUMMER	((time_t)1782864000)
#define PARIS	"CET-1CEST,M3.5.0,M10.5.0/3"
#define INDIA	"IST-5:30"
#define BRAZIL	"BRT3"

struct row {
	const char	*zone;
	enum date_form	 form;
	int		 utc;
	time_t		 moment;
	const char	*line;
};

static const struct row rows[] = {
	{ PARIS, DATE_CTIME, 0, WINTER, "Sun Nov 22 18:00:00 2026" },
	{ PARIS, DATE_CTIME, 1, WINTER, "Sun Nov 22 17:00:00 2026" },
	{ PARIS, DATE_CTIME, 0, SUMMER, "Wed Jul  1 02:00:00 2026" },
	{ PARIS, DATE_ISO, 0, WINTER, "2026-11-22T18:00:00+01:00" },
	{ PARIS, DATE_ISO, 0, SUMMER, "2026-07-01T02:00:00+02:00" },
	{ PARIS, DATE_ISO, 1, SUMMER, "2026-07-01T00:00:00Z" },
	{ INDIA, DATE_ISO, 0, WINTER, "2026-11-22T22:30:00+05:30" },
	{ BRAZIL, DATE_ISO, 0, WINTER, "2026-11-22T14:00:00-03:00" },
	{ "UTC0", DATE_ISO, 0, WINTER, "2026-11-22T17:00:00+00:00" },
	{ PARIS, DATE_NIST, 0, WINTER,
	    "61366 26-11-22 17:00:00 00 0 0 000.0 UTC(fil) *" },
	{ PARIS, DATE_NIST, 0, SUMMER,
	    "61222 26-07-01 00:00:00 50 0 0 000.0 UTC(fil) *" },
	{ PARIS, DATE_NIST, 1, SUMMER,
	    "61222 26-07-01 00:00:00 00 0 0 000.0 UTC(fil) *" },
	{ "UTC0", DATE_CTIME, 0, 0, "Thu Jan  1 00:00:00 1970" },
};

START_TEST(a_moment_is_written_in_each_form)
{
	const struct row *row = &rows[_i];
	char line[DATE_SIZE], expected[DATE_SIZE];
	size_t len;

	setenv("TZ", row->zone, 1);
	tzset();
	len = date_line(row->form, row->utc, row->moment, line);
	snprintf(expected, sizeof(expected), "%s\r\n", row->line);
	ck_assert_str_eq(line, expected);
	ck_assert_uint_eq(len, strlen(expected));
}
END_TEST

/* RFC 867 wants ASCII, whatever a clock that is wrong says. */
START_TEST(every_moment_is_a_line_of_printable_ascii)
{
	uint64_t dice = 20261122;

	for (int i = 0; i < 30000; i++) {
		char line[DATE_SIZE];
		time_t moment = (time_t)(suite_random(&dice) >>
		    (dice % 64));
		size_t len = date_line((enum date_form)(i % 3), i % 2,
		    moment, line);

		ck_assert_uint_gt(len, 20);
		ck_assert_uint_lt(len, DATE_SIZE);
		ck_assert_str_eq(line + len - 2, "\r\n");
		for (size_t c = 0; c + 2 < len; c++)
			ck_assert(line[c] >= 0x20 && line[c] < 0x7f);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("date");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_loop_test(core, a_moment_is_written_in_each_form, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_test(limits, every_moment_is_a_line_of_printable_ascii);
	return (suite_run(suite));
}
