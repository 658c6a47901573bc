/* check_save.c - a file is there as a whole, or as it was before.
 * A breach shows as half a download under the name of a whole one, or as a
 * private file that others can read.
 * See also: client/save.h, client/beside.h */
#define _XOPEN_SOURCE 700		/* mkdtemp */
#include "client/save.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "client/beside.h"
#include "suite.h"

static struct save save;
static struct cause cause;
static char folder[64], file[128], other[128];

static void
setup(void)
{
	snprintf(folder, sizeof(folder), "%s/fil-save-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	umask(022);
}

static void
teardown(void)
{
	unlink(file);
	unlink(other);
	ck_assert_int_eq(rmdir(folder), 0);	/* nothing is left */
}

static void
put(const char *path, const char *text, mode_t mode)
{
	FILE *stream = fopen(path, "w");

	ck_assert_ptr_nonnull(stream);
	fputs(text, stream);
	fclose(stream);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static const char *
text_of(const char *path)
{
	static char text[256];
	FILE *stream = fopen(path, "r");

	if (stream == NULL)
		return (NULL);
	text[fread(text, 1, sizeof(text) - 1, stream)] = '\0';
	fclose(stream);
	return (text);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return (st.st_mode & 07777);
}

static int
files(void)
{
	DIR *dir = opendir(folder);
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return (n - 2);
}

static void
begin(const char *path, const char *text)
{
	ck_assert_int_eq(save_open(&save, path, &cause), 0);
	ck_assert_int_eq(save_write(&save, text, strlen(text), &cause), 0);
}

START_TEST(a_file_appears_when_it_is_complete_and_not_before)
{
	int fds = suite_open_fds();

	ck_assert_int_eq(save_replaces(file), 1);
	begin(file, "hello");
	ck_assert_ptr_null(text_of(file));
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_str_eq(text_of(file), "hello");
	ck_assert_int_eq(mode_of(file), 0644);
	ck_assert_int_eq(files(), 1);
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(a_new_file_heeds_the_umask)
{
	umask(027);
	begin(file, "hello");
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_int_eq(mode_of(file), 0640);
}
END_TEST

START_TEST(what_is_not_complete_leaves_the_file_that_was_there)
{
	put(file, "old", 0600);
	begin(file, "new");
	ck_assert_int_eq(files(), 2);
	save_discard(&save);
	ck_assert_str_eq(text_of(file), "old");
	ck_assert_int_eq(files(), 1);
	save_discard(&save);		/* once more: nothing to do */
}
END_TEST

START_TEST(a_replaced_file_keeps_its_mode_whatever_the_umask)
{
	static const mode_t modes[] = { 0600, 0666, 0755, 0640 };

	for (size_t i = 0; i < SUITE_COUNT(modes); i++) {
		struct stat st;

		put(file, "old", modes[i]);
		begin(file, "new");
		/* Nobody reads it meanwhile who may not read it after. */
		ck_assert_int_eq(fstat(save.fd, &st), 0);
		ck_assert_int_eq(st.st_mode & 07777, modes[i]);
		ck_assert_int_eq(save_commit(&save, &cause), 0);
		ck_assert_int_eq(mode_of(file), modes[i]);
		ck_assert_str_eq(text_of(file), "new");
	}
}
END_TEST

START_TEST(a_symbolic_link_stays_one)
{
	struct stat st;

	put(other, "old", 0600);
	ck_assert_int_eq(symlink("other", file), 0);
	begin(file, "new");
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_int_eq(lstat(file, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_str_eq(text_of(other), "new");
	ck_assert_int_eq(mode_of(other), 0600);
}
END_TEST

START_TEST(a_link_that_leads_nowhere_is_refused)
{
	ck_assert_int_eq(symlink("nowhere/at/all", file), 0);
	ck_assert_int_eq(save_open(&save, file, &cause), -1);
	ck_assert_int_eq(cause.error, ENOENT);
	ck_assert_int_eq(save.fd, -1);
}
END_TEST

START_TEST(a_fifo_is_written_in_place)
{
	char text[8];
	int reader;

	ck_assert_int_eq(mkfifo(file, 0600), 0);
	reader = open(file, O_RDONLY | O_NONBLOCK);
	ck_assert_int_ne(reader, -1);
	ck_assert_int_eq(save_replaces(file), 0);
	begin(file, "hello");
	ck_assert_int_eq(files(), 1);
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_int_eq(read(reader, text, sizeof(text)), 5);
	close(reader);
}
END_TEST

START_TEST(a_device_is_written_in_place_and_is_not_created)
{
	ck_assert_int_eq(save_replaces("/dev/null"), 0);
	begin("/dev/null", "hello");
	ck_assert_int_eq(save_commit(&save, &cause), 0);
}
END_TEST

START_TEST(a_dash_is_standard_output_which_stays_open)
{
	int out = suite_capture(STDOUT_FILENO);
	char text[16];

	ck_assert_int_eq(save_replaces("-"), 0);
	begin("-", "hello");
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_int_ne(fcntl(STDOUT_FILENO, F_GETFD), -1);
	ck_assert_str_eq(suite_captured(out, text, sizeof(text)), "hello");
}
END_TEST

/* -o /dev/stdout >>log: the log is not replaced, nor written from its start. */
START_TEST(a_descriptor_of_ours_is_written_where_it_stands)
{
	static const char *const ways[] = { "/dev/fd/", "/proc/self/fd/" };
	char path[40];
	int fd;

	put(file, "old, ", 0600);
	fd = open(file, O_WRONLY | O_APPEND);
	snprintf(path, sizeof(path), "%s%d", ways[_i], fd);
	ck_assert_int_eq(save_replaces(path), 0);
	begin(path, "new");
	ck_assert_int_eq(files(), 1);
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_str_eq(text_of(file), "old, new");
	close(fd);
}
END_TEST

START_TEST(standard_output_by_its_name_is_a_dash)
{
	int out = suite_capture(STDOUT_FILENO);
	char text[16];

	ck_assert_int_eq(save_replaces("/dev/stdout"), 0);
	ck_assert_int_eq(save_replaces("/dev/stderr"), 0);
	begin("/dev/stdout", "hello");
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_str_eq(suite_captured(out, text, sizeof(text)), "hello");
}
END_TEST

START_TEST(a_name_as_long_as_a_folder_takes_is_good_enough)
{
	char longest[sizeof(folder) + 1 + NAME_MAX + 1];

	snprintf(longest, sizeof(longest), "%s/%0*d", folder, NAME_MAX, 0);
	put(longest, "old", 0600);
	begin(longest, "new");
	ck_assert_int_eq(files(), 2);
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_str_eq(text_of(longest), "new");
	ck_assert_int_eq(unlink(longest), 0);
}
END_TEST

START_TEST(a_full_device_is_an_error_with_its_cause)
{
	ck_assert_int_eq(save_open(&save, "/dev/full", &cause), 0);
	ck_assert_int_eq(save_write(&save, "x", 1, &cause), -1);
	ck_assert_int_eq(cause.error, ENOSPC);
	ck_assert_str_eq(cause.primitive, "write");
	save_discard(&save);
}
END_TEST

START_TEST(a_folder_that_is_missing_or_meant_as_a_file_is_refused)
{
	char deep[160];

	snprintf(deep, sizeof(deep), "%s/no/such", folder);
	ck_assert_int_eq(save_open(&save, deep, &cause), -1);
	ck_assert_int_eq(cause.error, ENOENT);
	ck_assert_int_eq(save_open(&save, folder, &cause), -1);
	ck_assert_int_eq(cause.error, EISDIR);
	ck_assert_int_eq(files(), 0);
}
END_TEST

/* The folder would allow it: a rename needs no right in the file. */
START_TEST(a_file_that_may_not_be_written_is_not_replaced)
{
	if (geteuid() == 0)
		return;			/* root may */
	put(file, "old", 0444);
	ck_assert_int_eq(save_open(&save, file, &cause), -1);
	ck_assert_int_eq(cause.error, EACCES);
	ck_assert_str_eq(text_of(file), "old");
}
END_TEST

START_TEST(a_file_that_cannot_be_renamed_is_told_and_taken_away)
{
	begin(file, "new");
	ck_assert_int_eq(mkdir(file, 0700), 0);	/* meanwhile */
	ck_assert_int_eq(save_commit(&save, &cause), -1);
	ck_assert_str_eq(cause.primitive, "rename");
	ck_assert_int_eq(files(), 1);
	ck_assert_int_eq(rmdir(file), 0);
}
END_TEST

START_TEST(a_name_beside_is_in_the_same_folder)
{
	static const char *const rows[][2] = {
		{ "users", ".users.new" }, { "./a/b", "./a/.b.new" },
		{ "/x", "/.x.new" },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		char *name = beside_name(rows[i][0], ".new", &cause);

		ck_assert_str_eq(name, rows[i][1]);
		free(name);
	}
}
END_TEST

/* A name that a peer has chosen: what stands there may have been put there by
 * an earlier one. */
START_TEST(a_file_below_a_folder_is_nowhere_else)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(save_open_below(&save, fd, file, &cause), 0);
	ck_assert_int_eq(save_write(&save, "new", 3, &cause), 0);
	ck_assert_int_eq(save_commit(&save, &cause), 0);
	ck_assert_str_eq(text_of(file), "new");
	ck_assert_int_eq(save_open_below(&save, fd, file, &cause), 0);
	ck_assert_int_eq(files(), 2);
	save_discard(&save);
	ck_assert_int_eq(files(), 1);

	ck_assert_int_eq(symlink(file, "link"), 0);
	ck_assert_int_eq(save_open_below(&save, fd, "link", &cause), -1);
	ck_assert_str_eq(cause.said, "there is something else of that name");
	ck_assert_int_eq(unlink("link"), 0);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(save_open_below(&save, fd, "folder", &cause), -1);
	ck_assert_int_eq(rmdir("folder"), 0);
	ck_assert_int_eq(save_open_below(&save, fd, "no/such", &cause), -1);
	ck_assert_int_eq(cause.error, ENOENT);
	ck_assert_int_eq(save_open_below(&save, fd, "-", &cause), 0);
	ck_assert_ptr_nonnull(save.path);	/* a name like any other */
	save_discard(&save);
	close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("save");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core,
	    a_file_appears_when_it_is_complete_and_not_before);
	tcase_add_test(core, a_new_file_heeds_the_umask);
	tcase_add_test(core,
	    what_is_not_complete_leaves_the_file_that_was_there);
	tcase_add_test(core,
	    a_replaced_file_keeps_its_mode_whatever_the_umask);
	tcase_add_test(core, a_symbolic_link_stays_one);
	tcase_add_test(core, a_fifo_is_written_in_place);
	tcase_add_test(core,
	    a_device_is_written_in_place_and_is_not_created);
	tcase_add_test(core, a_dash_is_standard_output_which_stays_open);
	tcase_add_test(core, a_name_beside_is_in_the_same_folder);
	tcase_add_loop_test(core,
	    a_descriptor_of_ours_is_written_where_it_stands, 0, 2);
	tcase_add_test(core, standard_output_by_its_name_is_a_dash);
	tcase_add_test(core,
	    a_name_as_long_as_a_folder_takes_is_good_enough);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(hostile, a_link_that_leads_nowhere_is_refused);
	tcase_add_test(hostile, a_file_below_a_folder_is_nowhere_else);
	tcase_add_test(hostile, a_full_device_is_an_error_with_its_cause);
	tcase_add_test(hostile,
	    a_folder_that_is_missing_or_meant_as_a_file_is_refused);
	tcase_add_test(hostile,
	    a_file_that_may_not_be_written_is_not_replaced);
	tcase_add_test(hostile,
	    a_file_that_cannot_be_renamed_is_told_and_taken_away);
	return (suite_run(suite));
}
