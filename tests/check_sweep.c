/* check_sweep.c - what uploads left that never ended, and nothing else.
 * A breach shows as a full disk after some crashes; or worse, as a file that is
 * gone and was nobody's to remove.
 * See also: serve/sweep.h, serve/upload.h */
#include "serve/sweep.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "fault/fault.h"
#include "serve/upload.h"
#include "suite.h"

#define LEFT	".fil-0123456789abcdef"

static char root[] = "/tmp/fil-sweep-XXXXXX";
static int root_fd;
static struct sweep sweep;

/* Check forks each test, so each has a folder of its own. */
static void
make_root(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	root_fd = open(root, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(root_fd, -1);
	/* A log line for each is not what is looked at here. */
	suite_capture(STDERR_FILENO);
}

static void
remove_root(void)
{
	close(root_fd);
	ck_assert_int_eq(rmdir(root), 0);
}

/* Of yesterday: what is younger than the server is spared. */
static void
make_file(const char *name)
{
	struct timespec times[2] = { { 0, 0 }, { 0, 0 } };
	int fd = openat(root_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	ck_assert_msg(fd != -1, "%s", name);
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
}

static void
remove_file(const char *name)
{
	ck_assert_msg(unlinkat(root_fd, name, 0) == 0, "%s is gone", name);
}

static void
expect_gone(const char *name)
{
	ck_assert_msg(faccessat(root_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) ==
	    -1 && errno == ENOENT, "%s", name);
}

/* To the last folder: sweep_end alone would stop it where it is. */
static void
sweep_all(void)
{
	struct cause cause;

	ck_assert_int_eq(sweep_start(&sweep, root_fd, &cause), 0);
	ck_assert_int_eq(pthread_join(sweep.thread, NULL), 0);
	sweep.started = 0;
	sweep_end(&sweep);
}

START_TEST(what_is_left_is_removed_in_any_folder)
{
	int fds = suite_open_fds();

	ck_assert_int_eq(mkdirat(root_fd, "a", 0700), 0);
	ck_assert_int_eq(mkdirat(root_fd, "a/b", 0700), 0);
	make_file(LEFT);
	make_file("a/" LEFT);
	make_file("a/b/" LEFT);
	sweep_all();
	expect_gone(LEFT);
	expect_gone("a/" LEFT);
	expect_gone("a/b/" LEFT);
	ck_assert_int_eq(suite_open_fds(), fds);
	unlinkat(root_fd, "a/b", AT_REMOVEDIR);
	unlinkat(root_fd, "a", AT_REMOVEDIR);
}
END_TEST

START_TEST(what_is_anybodys_stays)
{
	struct timespec future[2] = { { .tv_nsec = UTIME_OMIT },
	    { .tv_sec = time(NULL) + 3600 } };

	make_file(".fil-notes");
	make_file("plain");
	make_file(LEFT "0");
	make_file(LEFT);
	ck_assert_int_eq(utimensat(root_fd, LEFT, future, 0), 0);
	ck_assert_int_eq(mkdirat(root_fd, ".fil-00000000000000aa", 0700), 0);
	ck_assert_int_eq(mkfifoat(root_fd, ".fil-00000000000000bb", 0600), 0);
	sweep_all();
	remove_file(".fil-notes");
	remove_file("plain");
	remove_file(LEFT "0");
	remove_file(LEFT);
	remove_file(".fil-00000000000000bb");
	ck_assert_int_eq(unlinkat(root_fd, ".fil-00000000000000aa",
	    AT_REMOVEDIR), 0);
}
END_TEST

START_TEST(an_upload_under_way_stays_however_old)
{
	struct timespec times[2] = { { 0, 0 }, { 0, 0 } };
	struct upload upload;

	ck_assert_int_eq(upload_open(&upload, root_fd, "x",
	    UPLOAD_OVERWRITE), 0);
	ck_assert_int_eq(futimens(upload.fd, times), 0);
	sweep_all();
	ck_assert_int_eq(upload_publish(&upload, 0), 0);
	remove_file("x");
}
END_TEST

START_TEST(a_link_is_not_followed_out_of_the_folder)
{
	char outside[] = "/tmp/fil-sweep-out-XXXXXX", path[64];
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(outside));
	snprintf(path, sizeof(path), "%s/" LEFT, outside);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(futimens(fd, (struct timespec[2]){ { 0, 0 },
	    { 0, 0 } }), 0);
	close(fd);
	ck_assert_int_eq(symlinkat(outside, root_fd, "link"), 0);
	ck_assert_int_eq(symlinkat(path, root_fd, LEFT), 0);
	sweep_all();
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(outside), 0);
	remove_file("link");
	remove_file(LEFT);
}
END_TEST

START_TEST(without_a_thread_there_is_none_to_end)
{
	struct cause cause;

	fault_set("pthread_create=EAGAIN");
	ck_assert_int_eq(sweep_start(&sweep, root_fd, &cause), -1);
	fault_set("");
	ck_assert_str_eq(cause.primitive, "pthread_create");
	sweep_end(&sweep);
}
END_TEST

START_TEST(one_that_was_not_started_may_be_ended)
{
	sweep_end(&sweep);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sweep");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, make_root, remove_root);
	tcase_add_checked_fixture(hostile, make_root, remove_root);
	tcase_add_test(core, what_is_left_is_removed_in_any_folder);
	tcase_add_test(core, what_is_anybodys_stays);
	tcase_add_test(core, an_upload_under_way_stays_however_old);
	tcase_add_test(core, without_a_thread_there_is_none_to_end);
	tcase_add_test(core, one_that_was_not_started_may_be_ended);
	tcase_add_test(hostile, a_link_is_not_followed_out_of_the_folder);
	return (suite_run(suite));
}
