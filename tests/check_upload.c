/* check_upload.c - an upload is there as a whole, or not at all.
 * See also: serve/upload.h */
#include "serve/upload.h"

#include <dirent.h>
#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "fault/fault.h"
#include "suite.h"

static int root_fd;
static char root[] = "/tmp/fil-upload-XXXXXX";

/* A folder of its own; Check forks each test, so it is made in each. */
static void
make_root(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	root_fd = open(root, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(root_fd, -1);
	ck_assert_int_eq(mkdirat(root_fd, "pub", 0755), 0);
}

static void
remove_root(void)
{
	static const char *const names[] = { "x", "x.1", "x.2", "pub/x",
	    "link", "pub/y" };
	struct dirent *entry;
	DIR *dir;

	for (size_t i = 0; i < SUITE_COUNT(names); i++)
		unlinkat(root_fd, names[i], 0);
	unlinkat(root_fd, "pub", AT_REMOVEDIR);
	/* Nothing else may be there: no temporary file. */
	dir = fdopendir(dup(root_fd));
	ck_assert_ptr_nonnull(dir);
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL)
		ck_assert_msg(strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0, "%s", entry->d_name);
	closedir(dir);
	ck_assert_int_eq(rmdir(root), 0);
	close(root_fd);
}

static void
make_file(const char *name, const char *text)
{
	int fd = openat(root_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fchmod(fd, 0640), 0);
	ck_assert_int_eq(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	close(fd);
}

static void
expect_file(const char *name, const char *text)
{
	char buf[64] = "";
	int fd = openat(root_fd, name, O_RDONLY);

	ck_assert_msg(fd != -1, "%s", name);
	ck_assert_int_eq(read(fd, buf, sizeof(buf) - 1),
	    (ssize_t)strlen(text));
	ck_assert_str_eq(buf, text);
	close(fd);
}

/* Upload "new" under a name; returns upload_publish's result. */
static int
upload_new(struct upload *upload, const char *path, enum upload_policy policy)
{
	ck_assert_int_eq(upload_open(upload, root_fd, path, policy), 0);
	ck_assert_int_eq(write(upload->fd, "new", 3), 3);
	return (upload_publish(upload, 0));
}

START_TEST(a_file_is_replaced_when_it_is_complete)
{
	struct upload upload;
	struct stat st;

	make_file("pub/x", "old");
	ck_assert_int_eq(upload_open(&upload, root_fd, "pub/x",
	    UPLOAD_OVERWRITE), 0);
	ck_assert_int_eq(write(upload.fd, "new", 3), 3);
	expect_file("pub/x", "old");
	ck_assert_int_eq(upload_publish(&upload, 0), 0);
	expect_file("pub/x", "new");
	ck_assert_int_eq(fstatat(root_fd, "pub/x", &st, 0), 0);
	ck_assert_int_eq((int)(st.st_mode & 07777), 0640);
	ck_assert_int_eq(upload_new(&upload, "x", UPLOAD_OVERWRITE), 0);
	expect_file("x", "new");
}
END_TEST

START_TEST(an_upload_that_is_discarded_leaves_the_old_file)
{
	struct upload upload = UPLOAD_NONE;
	int fds = suite_open_fds();

	upload_discard(&upload);
	make_file("x", "old");
	ck_assert_int_eq(upload_open(&upload, root_fd, "x",
	    UPLOAD_OVERWRITE), 0);
	ck_assert_int_eq(write(upload.fd, "new", 3), 3);
	upload_discard(&upload);
	expect_file("x", "old");
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(create_refuses_a_file_that_is_there)
{
	struct upload upload;

	ck_assert_int_eq(upload_open(&upload, root_fd, "x", UPLOAD_CREATE),
	    0);
	/* Somebody else is quicker. */
	make_file("x", "old");
	ck_assert_int_eq(upload_publish(&upload, 0), -1);
	ck_assert_int_eq(errno, EEXIST);
	expect_file("x", "old");
	ck_assert_int_eq(upload_open(&upload, root_fd, "x", UPLOAD_CREATE),
	    -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(upload_new(&upload, "pub/x", UPLOAD_CREATE), 0);
	expect_file("pub/x", "new");
}
END_TEST

START_TEST(existing_refuses_a_file_that_is_not_there)
{
	struct upload upload;

	ck_assert_int_eq(upload_open(&upload, root_fd, "x", UPLOAD_EXISTING),
	    -1);
	ck_assert_int_eq(errno, ENOENT);
	make_file("x", "old");
	ck_assert_int_eq(upload_new(&upload, "x", UPLOAD_EXISTING), 0);
	expect_file("x", "new");
}
END_TEST

START_TEST(unique_finds_a_number_that_is_free)
{
	struct upload upload;

	ck_assert_int_eq(upload_new(&upload, "x", UPLOAD_UNIQUE), 0);
	ck_assert_str_eq(upload.leaf, "x");
	make_file("x.1", "old");
	ck_assert_int_eq(upload_new(&upload, "x", UPLOAD_UNIQUE), 0);
	ck_assert_str_eq(upload.leaf, "x.2");
	expect_file("x.2", "new");
	expect_file("x.1", "old");
}
END_TEST

START_TEST(what_is_on_the_disk_before_it_is_told_is_the_same_file)
{
	struct upload upload;
	int fds = suite_open_fds();

	ck_assert_int_eq(upload_open(&upload, root_fd, "pub/x",
	    UPLOAD_OVERWRITE), 0);
	ck_assert_int_eq(write(upload.fd, "new", 3), 3);
	ck_assert_int_eq(upload_publish(&upload, 1), 0);
	expect_file("pub/x", "new");
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(in_place_goes_on_from_the_end_or_from_an_offset)
{
	struct upload upload;
	int fds = suite_open_fds();

	make_file("x", "old");
	ck_assert_int_eq(upload_open_in_place(&upload, root_fd, "x",
	    UINT64_MAX), 0);
	ck_assert_uint_eq(upload.begun_at, 3);
	ck_assert_int_eq(write(upload.fd, "new", 3), 3);
	expect_file("x", "oldnew");
	ck_assert_int_eq(upload_publish(&upload, 1), 0);
	/* What was behind the last byte is cut off. */
	ck_assert_int_eq(upload_open_in_place(&upload, root_fd, "x", 1), 0);
	ck_assert_int_eq(write(upload.fd, "k", 1), 1);
	ck_assert_int_eq(upload_publish(&upload, 0), 0);
	expect_file("x", "ok");
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(in_place_what_is_discarded_keeps_what_it_has)
{
	struct upload upload;

	make_file("x", "old");
	ck_assert_int_eq(upload_open_in_place(&upload, root_fd, "x",
	    UINT64_MAX), 0);
	ck_assert_int_eq(write(upload.fd, "new", 3), 3);
	upload_discard(&upload);
	expect_file("x", "oldnew");
}
END_TEST

START_TEST(in_place_there_must_be_a_file_as_long_as_the_offset)
{
	struct upload upload;
	int fds = suite_open_fds();

	ck_assert_int_eq(upload_open_in_place(&upload, root_fd, "x", 0), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(upload_open_in_place(&upload, root_fd, "pub", 0),
	    -1);
	ck_assert_int_eq(errno, EISDIR);
	make_file("x", "old");
	ck_assert_int_eq(upload_open_in_place(&upload, root_fd, "x", 4), -1);
	ck_assert_int_eq(errno, EINVAL);
	expect_file("x", "old");
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(what_is_no_file_is_not_replaced)
{
	struct upload upload;
	int fds = suite_open_fds();
	char longest[400];

	ck_assert_int_eq(upload_open(&upload, root_fd, "pub",
	    UPLOAD_OVERWRITE), -1);
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_int_eq(mkfifoat(root_fd, "x", 0600), 0);
	ck_assert_int_eq(upload_open(&upload, root_fd, "x",
	    UPLOAD_OVERWRITE), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(upload_open(&upload, root_fd, "none/x",
	    UPLOAD_OVERWRITE), -1);
	ck_assert_int_eq(errno, ENOENT);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_int_eq(upload_open(&upload, root_fd, longest,
	    UPLOAD_OVERWRITE), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(a_link_is_replaced_and_never_followed)
{
	struct upload upload;
	struct stat st;

	make_file("pub/x", "old");
	ck_assert_int_eq(symlinkat("pub/x", root_fd, "link"), 0);
	ck_assert_int_eq(upload_open(&upload, root_fd, "link",
	    UPLOAD_CREATE), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(upload_new(&upload, "link", UPLOAD_OVERWRITE), 0);
	expect_file("link", "new");
	expect_file("pub/x", "old");
	ck_assert_int_eq(fstatat(root_fd, "link", &st, AT_SYMLINK_NOFOLLOW),
	    0);
	ck_assert(S_ISREG(st.st_mode));
}
END_TEST

START_TEST(an_upload_under_way_has_a_reserved_name_and_a_lock)
{
	struct upload upload;
	int fd;

	ck_assert_int_eq(upload_open(&upload, root_fd, "x",
	    UPLOAD_OVERWRITE), 0);
	ck_assert(upload_is_temporary(upload.temporary));
	ck_assert(upload_is_reserved(upload.temporary));
	fd = openat(root_fd, upload.temporary, O_RDONLY);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), -1);
	ck_assert_int_eq(errno, EWOULDBLOCK);
	upload_discard(&upload);
	ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	close(fd);
}
END_TEST

START_TEST(any_part_of_a_path_may_be_reserved)
{
	static const char *const reserved[] = { ".fil-", ".fil-x", "a/.fil-x",
	    ".fil-x/a", "a/.fil-x/b" };
	static const char *const free_names[] = { "", "a", ".fil", "fil-x",
	    "x.fil-", "a/b.fil-/c", ".Fil-x" };

	for (size_t i = 0; i < SUITE_COUNT(reserved); i++)
		ck_assert_msg(upload_is_reserved(reserved[i]), "%s",
		    reserved[i]);
	for (size_t i = 0; i < SUITE_COUNT(free_names); i++)
		ck_assert_msg(!upload_is_reserved(free_names[i]), "%s",
		    free_names[i]);
}
END_TEST

START_TEST(only_a_name_that_we_make_up_is_a_temporary_one)
{
	static const char *const others[] = { ".fil-", ".fil-notes",
	    ".fil-0123456789abcde", ".fil-0123456789abcdef0",
	    ".fil-0123456789ABCDEF", "0123456789abcdef" };

	ck_assert(upload_is_temporary(".fil-0123456789abcdef"));
	for (size_t i = 0; i < SUITE_COUNT(others); i++)
		ck_assert_msg(!upload_is_temporary(others[i]), "%s",
		    others[i]);
}
END_TEST

/* openat is called for the parent only where there is no openat2. */
START_TEST(what_cannot_be_begun_leaves_nothing)
{
	static const char *const rules[] = { "getrandom=EIO",
	    "openat=EMFILE" };
	struct upload upload;
	int fds = suite_open_fds(), result;

	make_file("pub/x", "old");
	for (size_t i = 0; i < SUITE_COUNT(rules); i++) {
		fault_set(rules[i]);
		result = upload_open(&upload, root_fd, "pub/x",
		    UPLOAD_OVERWRITE);
		fault_set("");
		ck_assert_int_eq(result, -1);
		ck_assert_int_eq(errno, i == 0 ? EIO : EMFILE);
	}
	expect_file("pub/x", "old");
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(what_is_not_on_the_disk_is_told)
{
	static const char *const rules[] = { "fsync=EIO", "openat=EMFILE",
	    "fsync=EIO:after=1" };
	struct upload upload;
	int fds = suite_open_fds(), result;

	make_file("x", "old");
	for (size_t i = 0; i < SUITE_COUNT(rules); i++) {
		ck_assert_int_eq(upload_open(&upload, root_fd, "x",
		    UPLOAD_OVERWRITE), 0);
		ck_assert_int_eq(write(upload.fd, "new", 3), 3);
		fault_set(rules[i]);
		result = upload_publish(&upload, 1);
		fault_set("");
		ck_assert_int_eq(result, -1);
		ck_assert_int_eq(errno, i == 1 ? EMFILE : EIO);
		/* When the folder's turn comes the file has its name. */
		expect_file("x", i == 0 ? "old" : "new");
	}
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(an_end_that_cannot_be_cut_is_told)
{
	struct upload upload;
	int fds = suite_open_fds(), result;

	make_file("x", "old");
	ck_assert_int_eq(upload_open_in_place(&upload, root_fd, "x", 1), 0);
	fault_set("ftruncate=EIO");
	result = upload_publish(&upload, 0);
	fault_set("");
	ck_assert_int_eq(result, -1);
	ck_assert_int_eq(errno, EIO);
	expect_file("x", "old");
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(a_number_must_fit_into_the_name)
{
	struct upload upload;
	char name[UPLOAD_NAME_SIZE];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	make_file(name, "old");
	ck_assert_int_eq(upload_new(&upload, name, UPLOAD_UNIQUE), 0);
	ck_assert_uint_le(strlen(upload.leaf), NAME_MAX);
	expect_file(name, "old");
	unlinkat(root_fd, name, 0);
	unlinkat(root_fd, upload.leaf, 0);
}
END_TEST

START_TEST(what_was_taken_away_meanwhile_is_told)
{
	static const enum upload_policy policies[] = { UPLOAD_OVERWRITE,
	    UPLOAD_CREATE, UPLOAD_UNIQUE };
	int fds = suite_open_fds();

	for (size_t i = 0; i < SUITE_COUNT(policies); i++) {
		struct upload upload;

		ck_assert_int_eq(upload_open(&upload, root_fd, "x",
		    policies[i]), 0);
		ck_assert_int_eq(unlinkat(root_fd, upload.temporary, 0), 0);
		ck_assert_int_eq(upload_publish(&upload, 0), -1);
		ck_assert_int_eq(errno, ENOENT);
	}
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(a_file_that_we_may_not_write_is_not_replaced)
{
	struct upload upload;

	if (geteuid() == 0)
		return;			/* root may write anything */
	make_file("x", "old");
	ck_assert_int_eq(fchmodat(root_fd, "x", 0444, 0), 0);
	ck_assert_int_eq(upload_open(&upload, root_fd, "x",
	    UPLOAD_OVERWRITE), -1);
	ck_assert_int_eq(errno, EACCES);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("upload");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, make_root, remove_root);
	tcase_add_checked_fixture(hostile, make_root, remove_root);
	tcase_add_test(core, a_file_is_replaced_when_it_is_complete);
	tcase_add_test(core,
	    an_upload_that_is_discarded_leaves_the_old_file);
	tcase_add_test(core, create_refuses_a_file_that_is_there);
	tcase_add_test(core, existing_refuses_a_file_that_is_not_there);
	tcase_add_test(core, unique_finds_a_number_that_is_free);
	tcase_add_test(core,
	    what_is_on_the_disk_before_it_is_told_is_the_same_file);
	tcase_add_test(core, in_place_goes_on_from_the_end_or_from_an_offset);
	tcase_add_test(core, in_place_what_is_discarded_keeps_what_it_has);
	tcase_add_test(core,
	    an_upload_under_way_has_a_reserved_name_and_a_lock);
	tcase_add_test(core, any_part_of_a_path_may_be_reserved);
	tcase_add_test(core, only_a_name_that_we_make_up_is_a_temporary_one);
	tcase_add_test(hostile,
	    in_place_there_must_be_a_file_as_long_as_the_offset);
	tcase_add_test(hostile, what_is_no_file_is_not_replaced);
	tcase_add_test(hostile, a_link_is_replaced_and_never_followed);
	tcase_add_test(hostile, what_cannot_be_begun_leaves_nothing);
	tcase_add_test(hostile, what_is_not_on_the_disk_is_told);
	tcase_add_test(hostile, an_end_that_cannot_be_cut_is_told);
	tcase_add_test(hostile, a_number_must_fit_into_the_name);
	tcase_add_test(hostile, what_was_taken_away_meanwhile_is_told);
	tcase_add_test(hostile,
	    a_file_that_we_may_not_write_is_not_replaced);
	return (suite_run(suite));
}
