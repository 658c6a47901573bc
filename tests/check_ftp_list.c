/* check_ftp_list.c - a folder's entries, as clients have read them for ages.
 * See also: proto/ftp_list.h, tests/fuzz/fuzz_ftp_list.c */
#include "proto/ftp_list.h"

#include "suite.h"

#define NOW	1795320900		/* 2026-11-22 04:15:00 */

static const struct ftp_entry file = { .name = "a file", .mode = 0644,
    .size = 2048, .links = 1, .uid = 1000, .gid = 100, .device = 0xfd01,
    .inode = 0x2a, .modified = NOW - 60, .perm = "adfrw" };

static const char *
ls(const struct ftp_entry *entry)
{
	static char line[FTP_ENTRY_SIZE];
	size_t len = ftp_list_format_ls(line, entry, NOW);

	ck_assert_uint_eq(strlen(line), len);
	return (line);
}

START_TEST(list_has_the_form_of_ls)
{
	struct ftp_entry entry = file;

	ck_assert_str_eq(ls(&entry),
	    "-rw-r--r--   1 1000     100              2048 "
	    "Nov 22 04:14 a file\r\n");
	entry.is_dir = 1;
	entry.mode = 0751;
	entry.modified = NOW - 400 * 86400;
	ck_assert_str_eq(ls(&entry),
	    "drwxr-x--x   1 1000     100              2048 "
	    "Oct 18  2025 a file\r\n");
	entry.modified = NOW + 86400;		/* to come: with its year */
	ck_assert_ptr_nonnull(strstr(ls(&entry), " Nov 23  2026 "));
	entry.modified = NOW - 20 * 86400;
	ck_assert_ptr_nonnull(strstr(ls(&entry), " Nov  2 04:15 "));
}
END_TEST

START_TEST(mlsd_tells_the_facts_that_were_asked_for)
{
	char line[FTP_ENTRY_SIZE];
	struct ftp_entry entry = file;

	ftp_list_format_facts(line, &entry, FTP_FACTS_ALL);
	ck_assert_str_eq(line, "type=file;size=2048;modify=20261122041400;"
	    "perm=adfrw;unique=fd01g2a;UNIX.mode=0644;UNIX.uid=1000;"
	    "UNIX.gid=100; a file\r\n");
	ftp_list_format_facts(line, &entry, FTP_FACT_SIZE);
	ck_assert_str_eq(line, "size=2048; a file\r\n");
	ftp_list_format_facts(line, &entry, 0);
	ck_assert_str_eq(line, " a file\r\n");
	entry.is_dir = 1;
	entry.name = NULL;
	ftp_list_format_facts(line, &entry, FTP_FACT_TYPE | FTP_FACT_SIZE);
	ck_assert_str_eq(line, "type=dir; ");
}
END_TEST

START_TEST(facts_are_known_by_their_names_in_any_case)
{
	unsigned all = 0;

	for (unsigned i = 0; ftp_list_fact_name(i) != NULL; i++)
		all |= ftp_list_fact(ftp_list_fact_name(i),
		    strlen(ftp_list_fact_name(i)));
	ck_assert_uint_eq(all, FTP_FACTS_ALL);
	ck_assert_uint_eq(ftp_list_fact("unix.MODE", 9), FTP_FACT_MODE);
	ck_assert_uint_eq(ftp_list_fact("siz", 3), 0);
	ck_assert_uint_eq(ftp_list_fact("", 0), 0);
}
END_TEST

START_TEST(the_largest_numbers_and_the_longest_name_fit)
{
	char name[FTP_NAME_MAX + 10], line[FTP_ENTRY_SIZE];
	struct ftp_entry entry = { .name = name, .mode = ~0U,
	    .size = UINT64_MAX, .links = UINT64_MAX, .uid = UINT64_MAX,
	    .gid = UINT64_MAX, .device = UINT64_MAX, .inode = UINT64_MAX,
	    .modified = INT64_MIN, .perm = "elcmpfdrwa" };

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_uint_lt(strlen(ls(&entry)), FTP_ENTRY_SIZE);
	ck_assert_uint_lt(ftp_list_format_facts(line, &entry, FTP_FACTS_ALL),
	    FTP_ENTRY_SIZE);
}
END_TEST

START_TEST(a_name_cannot_forge_a_line)
{
	struct ftp_entry entry = file;

	entry.name = "a\r\n-rw b\x1b[2J\x7f\xc2\x9b\xc3\xa9\xc2";
	ck_assert_ptr_nonnull(strstr(ls(&entry),
	    " a?" "?-rw b?[2J?" "?\xc3\xa9\xc2\r\n"));
}
END_TEST

START_TEST(names_with_control_characters_are_told_apart)
{
	ck_assert_int_eq(ftp_list_name_is_plain("a b\xc3\xa9"), 1);
	ck_assert_int_eq(ftp_list_name_is_plain(""), 1);
	ck_assert_int_eq(ftp_list_name_is_plain("\x80\xff\xc2"), 1);
	ck_assert_int_eq(ftp_list_name_is_plain("a\nb"), 0);
	ck_assert_int_eq(ftp_list_name_is_plain("a\tb"), 0);
	ck_assert_int_eq(ftp_list_name_is_plain("\x7f"), 0);
	ck_assert_int_eq(ftp_list_name_is_plain("\xc2\x9b"), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_list");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, list_has_the_form_of_ls);
	tcase_add_test(core, mlsd_tells_the_facts_that_were_asked_for);
	tcase_add_test(core, facts_are_known_by_their_names_in_any_case);
	tcase_add_test(limits, the_largest_numbers_and_the_longest_name_fit);
	tcase_add_test(hostile, a_name_cannot_forge_a_line);
	tcase_add_test(hostile, names_with_control_characters_are_told_apart);
	return (suite_run(suite));
}
