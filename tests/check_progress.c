/* check_progress.c - how far a transfer is, in a line that never lies.
 * A breach shows as 103 %, as a minus sign, or as a bar in a log file.
 * See also: client/progress.h, tests/system/gethttp.py (on a terminal) */
#include "client/progress.h"

#include "suite.h"

#define MIB	(1024 * 1024)

struct row {
	uint64_t	 done, total;
	int64_t		 elapsed_ms;
	const char	*text;
};

static const struct row rows[] = {
	{ 0, 100, 0, "  0%  0 B  0 B/s" },
	{ 0, 100, 1000, "  0%  0 B  0 B/s" },
	{ 50, 100, 1000, " 50%  50 B  50 B/s  0:01 left" },
	{ 100, 100, 1000, "100%  100 B  100 B/s  0:00 left" },
	{ 512 * MIB, 1024 * MIB, 4000,
	    " 50%  512.0 MiB  128.0 MiB/s  0:04 left" },
	{ 1536, 153600, 1000, "  1%  1.5 KiB  1.5 KiB/s  1:39 left" },
	{ 999, 1000, 500, " 99%  999 B  2.0 KiB/s  0:00 left" },
	/* Unknown, wrong, or so slow that nobody waits: left out. */
	{ 2048, PROGRESS_UNKNOWN, 1000, "2.0 KiB  2.0 KiB/s" },
	{ 101, 100, 1000, "101 B  101 B/s" },
	{ 0, 0, 1000, "0 B  0 B/s" },
	{ 1, UINT64_MAX - 1, 1000, "  0%  1 B  1 B/s" },
	{ UINT64_MAX - 1, UINT64_MAX - 1, 1000,
	    "100%  16384.0 PiB  16384.0 PiB/s  0:00 left" },
};

START_TEST(the_line_says_what_is_known)
{
	const struct row *row = &rows[_i];
	char text[PROGRESS_TEXT_SIZE];

	ck_assert_str_eq(progress_text(row->done, row->total,
	    row->elapsed_ms, text), row->text);
}
END_TEST

START_TEST(nothing_is_drawn_where_nobody_looks)
{
	int err = suite_capture(STDERR_FILENO);
	struct progress progress;
	char text[64];

	progress_begin(&progress, 100, 1);
	progress.next_ms = 0;
	progress_update(&progress, 50);
	progress_end(&progress);
	ck_assert_str_eq(suite_captured(err, text, sizeof(text)), "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("progress");
	TCase *core = suite_case(suite, "core");

	tcase_add_loop_test(core, the_line_says_what_is_known, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_test(core, nothing_is_drawn_where_nobody_looks);
	return (suite_run(suite));
}
