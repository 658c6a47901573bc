/* check_ftp_listing.c - listings as servers of all kinds have written them.
 * See also: proto/ftp_listing.h, tests/fuzz/fuzz_ftp_listing.c */
#include "proto/ftp_listing.h"

#include "suite.h"

static struct ftp_listed listed;

static enum ftp_listing_verdict
parse(const char *line)
{
	return (ftp_listing_parse(&listed, line, strlen(line)));
}

static enum ftp_listing_verdict
parse_facts(const char *line)
{
	return (ftp_listing_parse_facts(&listed, line, strlen(line)));
}

static void
expect(enum ftp_kind kind, int64_t size, const char *name)
{
	ck_assert_int_eq(listed.kind, kind);
	ck_assert_int_eq(listed.has_size, size >= 0);
	if (size >= 0)
		ck_assert_uint_eq(listed.size, (uint64_t)size);
	ck_assert_uint_eq(listed.name_len, strlen(name));
	ck_assert_int_eq(memcmp(listed.name, name, strlen(name)), 0);
}

START_TEST(unix_lines_are_read)
{
	static const struct {
		const char	*line;
		enum ftp_kind	 kind;
		int64_t		 size;
		const char	*name;
	} rows[] = {
		{ "-rw-r--r--   1 1000     100   2048 Nov 22 04:15 cake",
		    FTP_KIND_FILE, 2048, "cake" },
		{ "drwxr-xr-x 2 root wheel 4096 Nov  2  2025 pub",
		    FTP_KIND_DIR, 4096, "pub" },
		{ "-rw-r--r--+ 1 a b 0 Jan  1 1:05 x", FTP_KIND_FILE, 0,
		    "x" },
		/* no group; no links; a blank in a group's name */
		{ "-rw-r--r-- 1 ftp 12 Nov 22 04:15 x", FTP_KIND_FILE, 12,
		    "x" },
		{ "-rw-r--r-- ftp 12 Nov 22 04:15 x", FTP_KIND_FILE, 12, "x" },
		{ "-rw-r--r-- 1 me Domain Users 12 Nov 22 04:15 x",
		    FTP_KIND_FILE, 12, "x" },
		/* the day before the month; dates as ISO 8601 has them */
		{ "-rw-r--r-- 1 a b 12 22 Nov 2025 x", FTP_KIND_FILE, 12,
		    "x" },
		{ "-rw-r--r-- 1 a b 12 2026-11-22 04:15 x", FTP_KIND_FILE, 12,
		    "x" },
		{ "crw-rw-rw- 1 root root 1, 3 Nov 22 04:15 null",
		    FTP_KIND_OTHER, 3, "null" },
		{ "srwxrwxrwx 1 root root 0 Nov 22 04:15 sock",
		    FTP_KIND_OTHER, 0, "sock" },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		ck_assert_msg(parse(rows[i].line) == FTP_LISTING_ENTRY,
		    "%s", rows[i].line);
		expect(rows[i].kind, rows[i].size, rows[i].name);
		ck_assert(!listed.has_time);
	}
}
END_TEST

START_TEST(of_a_link_the_name_ends_at_the_arrow)
{
	ck_assert_int_eq(parse("lrwxrwxrwx 1 a b 9 Nov 22 04:15 latest -> "
	    "/etc/passwd"), FTP_LISTING_ENTRY);
	expect(FTP_KIND_LINK, 9, "latest");
	ck_assert_int_eq(parse("-rw-r--r-- 1 a b 9 Nov 22 04:15 a -> b"),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, 9, "a -> b");
}
END_TEST

START_TEST(blanks_of_a_name_are_kept)
{
	ck_assert_int_eq(parse("-rw-r--r-- 1 a b 9 Nov 22 04:15   a  b "),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, 9, "  a  b ");
	ck_assert_int_eq(parse_facts("type=file;  a b "), FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, -1, " a b ");
}
END_TEST

/* A date in a name is a part of the name: the first one counts. */
START_TEST(a_name_may_look_like_the_line_itself)
{
	ck_assert_int_eq(parse("-rw-r--r-- 1 a b 9 Nov 22 04:15 7 Nov 23 "
	    "05:16 x"), FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, 9, "7 Nov 23 05:16 x");
}
END_TEST

START_TEST(dos_lines_are_read)
{
	ck_assert_int_eq(parse("11-22-26  04:15AM       <DIR>          my pub"),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_DIR, -1, "my pub");
	ck_assert_int_eq(parse("11-22-2026  16:15            2048 cake.txt"),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, 2048, "cake.txt");
	ck_assert_int_eq(parse("11-22-26  04:15PM  x cake"), FTP_LISTING_BAD);
}
END_TEST

START_TEST(facts_are_read_in_any_order_and_case)
{
	ck_assert_int_eq(parse_facts("Modify=20261122041500.123;SIZE=2048;"
	    "type=File;perm=adfrw;x.y=z; cake"), FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, 2048, "cake");
	ck_assert(listed.has_time);
	ck_assert_int_eq(listed.modified, 1795320900);
	ck_assert_int_eq(parse_facts("type=dir; pub"), FTP_LISTING_ENTRY);
	expect(FTP_KIND_DIR, -1, "pub");
	ck_assert_int_eq(parse_facts("type=OS.unix=slink:/etc; x"),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_LINK, -1, "x");
	ck_assert_int_eq(parse_facts("type=OS.unix=chr-1/3; x"),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_OTHER, -1, "x");
	ck_assert_int_eq(parse_facts("odd;size=7; x"), FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, 7, "x");
	ck_assert_int_eq(parse_facts(" bare"), FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, -1, "bare");
}
END_TEST

START_TEST(facts_with_wrong_values_are_not_known)
{
	ck_assert_int_eq(parse_facts("type=file;size=-1;modify=2026; x"),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, -1, "x");
	ck_assert(!listed.has_time);
	ck_assert_int_eq(parse_facts("size=99999999999999999999; x"),
	    FTP_LISTING_ENTRY);
	expect(FTP_KIND_FILE, -1, "x");
}
END_TEST

START_TEST(the_folder_itself_is_nothing)
{
	ck_assert_int_eq(parse("total 8"), FTP_LISTING_NOTHING);
	ck_assert_int_eq(parse(""), FTP_LISTING_NOTHING);
	ck_assert_int_eq(parse("drwxr-xr-x 2 a b 4096 Nov 22 04:15 ."),
	    FTP_LISTING_NOTHING);
	ck_assert_int_eq(parse("drwxr-xr-x 2 a b 4096 Nov 22 04:15 .."),
	    FTP_LISTING_NOTHING);
	ck_assert_int_eq(parse_facts(""), FTP_LISTING_NOTHING);
	ck_assert_int_eq(parse_facts("type=cdir; /pub"), FTP_LISTING_NOTHING);
	ck_assert_int_eq(parse_facts("type=pdir; x"), FTP_LISTING_NOTHING);
	ck_assert_int_eq(parse_facts("type=dir; .."), FTP_LISTING_NOTHING);
}
END_TEST

START_TEST(what_is_no_listing_is_not_understood)
{
	static const char *const lines[] = { "hello", "drwx", "-rw-r--r--",
	    "-rw-r--r-- 1 a b 9 Nov 22 04:15",
	    "-rw-r--r-- 1 a b 9 Nov 22 04:15 ",
	    "-rw-r--r-- 1 a b 9 Foo 22 04:15 x",
	    "-rw-r--r-- 1 a b x Nov 22 04:15 x",
	    "-rw-r--r-- 1 a b 9 Nov 99 04:15 x", "11-22-26", "1 2 3 4",
	    "+i8388621.48594,m825718503,r,s280,\tdjb.html",
	    "-rwxrwxrwx a b c d e f g h i j k l m n o 9 Nov 22 04:15 x" };

	for (size_t i = 0; i < SUITE_COUNT(lines); i++)
		ck_assert_msg(parse(lines[i]) == FTP_LISTING_BAD, "%s",
		    lines[i]);
	ck_assert_int_eq(parse_facts("type=file;x"), FTP_LISTING_BAD);
	ck_assert_int_eq(parse_facts("type=file x"), FTP_LISTING_BAD);
	ck_assert_int_eq(parse_facts("type=file; "), FTP_LISTING_BAD);
	ck_assert_int_eq(ftp_listing_parse(&listed,
	    "-rw-r--r-- 1 a b 9 Nov 22 04:15 x\0y", 34), FTP_LISTING_BAD);
	ck_assert_int_eq(ftp_listing_parse_facts(&listed, "type=file; x\0y",
	    14), FTP_LISTING_BAD);
}
END_TEST

START_TEST(a_name_that_leads_elsewhere_is_not_safe)
{
	static const char *const bad[] = { "", ".", "..", "/", "/etc/passwd",
	    "../x", "a/b", "a/", "a\nb", "a\033[2J", "a\rb", "\x7f",
	    "\xc2\x9b" };
	static const char *const good[] = { "cake", "...", ".profile", "a b",
	    "-rf", "caf\xc3\xa9", "\xe9", "~", "|sh", "C:\\x" };
	char long_name[257];

	for (size_t i = 0; i < SUITE_COUNT(bad); i++)
		ck_assert_msg(!ftp_listing_name_is_safe(bad[i],
		    strlen(bad[i])), "%s", bad[i]);
	for (size_t i = 0; i < SUITE_COUNT(good); i++)
		ck_assert_msg(ftp_listing_name_is_safe(good[i],
		    strlen(good[i])), "%s", good[i]);
	ck_assert(!ftp_listing_name_is_safe("a\0b", 3));
	memset(long_name, 'a', sizeof(long_name));
	ck_assert(ftp_listing_name_is_safe(long_name, 255));
	ck_assert(!ftp_listing_name_is_safe(long_name, 256));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ftp_listing");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, unix_lines_are_read);
	tcase_add_test(core, of_a_link_the_name_ends_at_the_arrow);
	tcase_add_test(core, blanks_of_a_name_are_kept);
	tcase_add_test(core, a_name_may_look_like_the_line_itself);
	tcase_add_test(core, dos_lines_are_read);
	tcase_add_test(core, facts_are_read_in_any_order_and_case);
	tcase_add_test(core, the_folder_itself_is_nothing);
	tcase_add_test(hostile, facts_with_wrong_values_are_not_known);
	tcase_add_test(hostile, what_is_no_listing_is_not_understood);
	tcase_add_test(hostile, a_name_that_leads_elsewhere_is_not_safe);
	return (suite_run(suite));
}
