/* check_confine.c - no path leads above its root, by openat2 or by the walk.
 * Each case is tried both ways; only with a link that stays below the root do
 * they differ (the walk follows none).
 * See also: serve/confine.h, serve/jail.h */
#include "serve/confine.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "serve/jail.h"
#include "suite.h"

#define TREE_SIZE	64

typedef int opener(int, const char *, int, mode_t);

static opener *const openers[] = { confine_open, confine_open_walk };

static char tree[TREE_SIZE];
static int root_fd;

static const char *
in_tree(const char *name)
{
	static char path[2 * TREE_SIZE];

	snprintf(path, sizeof(path), "%s/%s", tree, name);
	return (path);
}

static void
put_file(const char *name, const char *text)
{
	int fd = open(in_tree(name), O_WRONLY | O_CREAT, 0644);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void
put_link(const char *target, const char *name)
{
	ck_assert_int_eq(symlink(target, in_tree(name)), 0);
}

/* tree/secret is outside, tree/root is the root. */
static void
setup(void)
{
	snprintf(tree, sizeof(tree), "/tmp/fil-confine.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(tree));
	put_file("secret", "secret");
	ck_assert_int_eq(mkdir(in_tree("root"), 0755), 0);
	ck_assert_int_eq(mkdir(in_tree("root/folder"), 0755), 0);
	put_file("root/file", "file");
	put_file("root/folder/inner", "inner");
	put_link("file", "root/link-in");
	put_link("folder", "root/folder-in");
	put_link("../secret", "root/link-out");
	put_link(in_tree("secret"), "root/link-absolute");
	put_link("..", "root/folder-out");
	put_link("/", "root/folder-absolute");
	put_link("/proc/self/root", "root/magic");
	put_link("loop", "root/loop");
	ck_assert_int_eq(mkfifo(in_tree("root/fifo"), 0644), 0);
	root_fd = open(in_tree("root"), O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(root_fd, -1);
}

static void
remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL) {
		unlink(path);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		char inner[512];
		struct stat st;

		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (lstat(inner, &st) == 0 && S_ISDIR(st.st_mode))
			remove_tree(inner);
		else
			unlink(inner);
	}
	closedir(dir);
	rmdir(path);
}

static void
teardown(void)
{
	close(root_fd);
	remove_tree(tree);
}

/* What a file holds, or NULL with errno. */
static const char *
content(opener *open_it, const char *path)
{
	static char text[64];
	int fd = open_it(root_fd, path, O_RDONLY, 0);
	ssize_t n;

	if (fd == -1)
		return (NULL);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	n = read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	return (text);
}

static const char *
path_of(const char *cwd, const char *name)
{
	static char path[CONFINE_PATH_SIZE];

	ck_assert_int_eq(confine_path(cwd, name, path), 0);
	return (path);
}

START_TEST(a_name_becomes_a_path_from_the_root)
{
	static const char *const rows[][3] = {
		{ "", "a", "a" }, { "", "/a", "a" }, { "a", "b", "a/b" },
		{ "a", "/b", "b" }, { "a/b", "..", "a" }, { "a", "..", "" },
		{ "", "..", "" }, { "a", "../../../b", "b" },
		{ "a", "./b/.//c/", "a/b/c" }, { "", "/", "" },
		{ "a", "", "a" }, { "a", ".", "a" }, { "a", "...", "a/..." },
		{ "a", "..b", "a/..b" }, { "a", "b/../../..", "" },
		{ "ab/cd", "../..", "" }, { "a", " ", "a/ " },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++)
		ck_assert_str_eq(path_of(rows[i][0], rows[i][1]), rows[i][2]);
}
END_TEST

START_TEST(a_path_may_take_the_place_of_the_folder_it_began_in)
{
	char path[CONFINE_PATH_SIZE] = "a/b";

	ck_assert_int_eq(confine_path(path, "../c", path), 0);
	ck_assert_str_eq(path, "a/c");
	ck_assert_int_eq(confine_path(path, "/", path), 0);
	ck_assert_str_eq(path, "");
}
END_TEST

START_TEST(a_path_that_is_too_long_is_refused)
{
	char name[CONFINE_PATH_SIZE + 1], path[CONFINE_PATH_SIZE];

	memset(name, 'x', sizeof(name));
	name[CONFINE_PATH_SIZE] = '\0';
	ck_assert_int_eq(confine_path("", name, path), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	ck_assert_int_eq(confine_path(name, "x", path), -1);
	name[CONFINE_PATH_SIZE - 1] = '\0';
	ck_assert_int_eq(confine_path("", name, path), 0);
	name[CONFINE_PATH_SIZE - 2] = '\0';
	ck_assert_int_eq(confine_path(name, "x", path), -1);
}
END_TEST

START_TEST(files_and_folders_below_the_root_are_opened)
{
	opener *open_it = openers[_i];
	int fd;

	ck_assert_str_eq(content(open_it, "file"), "file");
	ck_assert_str_eq(content(open_it, "folder/inner"), "inner");
	fd = open_it(root_fd, "", O_RDONLY | O_DIRECTORY, 0);
	ck_assert_int_ne(fd, -1);
	close(fd);
	fd = open_it(root_fd, "folder", O_RDONLY, 0);
	ck_assert_int_ne(fd, -1);
	close(fd);
	ck_assert_ptr_null(content(open_it, "none"));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_ptr_null(content(open_it, "file/x"));
	ck_assert_int_eq(errno, ENOTDIR);
	ck_assert_ptr_null(content(open_it, "none/x"));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(a_file_is_made_with_its_mode)
{
	opener *open_it = openers[_i];
	struct stat st;
	int fd;

	umask(022);
	fd = open_it(root_fd, "folder/new", O_WRONLY | O_CREAT | O_EXCL, 0666);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0644);
	close(fd);
	ck_assert_int_eq(open_it(root_fd, "folder/new",
	    O_WRONLY | O_CREAT | O_EXCL, 0666), -1);
	ck_assert_int_eq(errno, EEXIST);
}
END_TEST

START_TEST(no_path_and_no_link_leads_out)
{
	static const char *const paths[] = { "../secret", "folder/../../secret",
	    "..", "folder/..", "link-out", "link-absolute",
	    "folder-out/secret", "folder-out", "folder-absolute",
	    "folder-absolute/etc/passwd", "magic", "magic/etc/passwd", "loop",
	    "loop/x", "/etc/passwd" };
	opener *open_it = openers[_i];
	int fds = suite_open_fds();

	for (size_t i = 0; i < SUITE_COUNT(paths); i++) {
		const char *text = content(open_it, paths[i]);

		/* "folder/.." stays below: openat2 may take it. */
		ck_assert_msg(text == NULL ||
		    strcmp(paths[i], "folder/..") == 0, "%s", paths[i]);
	}
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(a_link_that_stays_below_is_followed_by_openat2_only)
{
	int fd = confine_look(root_fd, "link-in");

	/* Where there is no openat2 (valgrind), both are the walk. */
	if (fd != -1) {
		close(fd);
		ck_assert_str_eq(content(confine_open, "link-in"), "file");
		ck_assert_str_eq(content(confine_open, "folder-in/inner"),
		    "inner");
	} else
		ck_assert_int_eq(errno, ELOOP);
	ck_assert_ptr_null(content(confine_open_walk, "link-in"));
	ck_assert_ptr_null(content(confine_open_walk, "folder-in/inner"));
	ck_assert_int_eq(confine_look_walk(root_fd, "link-in"), -1);
	ck_assert_int_eq(errno, ELOOP);
}
END_TEST

START_TEST(neither_a_fifo_nor_a_socket_is_opened_nor_waited_for)
{
	opener *open_it = openers[_i];
	int fds = suite_open_fds();

	ck_assert_int_eq(open_it(root_fd, "fifo", O_RDONLY, 0), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(open_it(root_fd, "fifo", O_WRONLY, 0), -1);
	ck_assert_int_eq(confine_look(root_fd, "fifo"), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(suite_open_fds(), fds);
}
END_TEST

START_TEST(a_name_of_any_length_is_refused_without_harm)
{
	char path[CONFINE_PATH_SIZE];
	opener *open_it = openers[_i];

	memset(path, 'x', 300);
	path[300] = '\0';
	ck_assert_int_eq(open_it(root_fd, path, O_RDONLY, 0), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	memcpy(path + 300, "/y", 3);
	ck_assert_int_eq(open_it(root_fd, path, O_RDONLY, 0), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
}
END_TEST

START_TEST(the_parent_is_opened_for_what_is_removed_or_renamed)
{
	const char *leaf;
	int fd = confine_open_parent(root_fd, "folder/inner", &leaf);

	ck_assert_int_ne(fd, -1);
	ck_assert_str_eq(leaf, "inner");
	ck_assert_int_eq(unlinkat(fd, leaf, 0), 0);
	close(fd);
	fd = confine_open_parent(root_fd, "link-out", &leaf);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(unlinkat(fd, leaf, 0), 0);
	close(fd);
	ck_assert_int_eq(access(in_tree("secret"), F_OK), 0);
	ck_assert_int_eq(confine_open_parent(root_fd, "", &leaf), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(confine_open_parent(root_fd, "folder-out/secret",
	    &leaf), -1);
	ck_assert_int_eq(confine_open_parent(root_fd, "file/x", &leaf), -1);
	ck_assert_int_eq(errno, ENOTDIR);
}
END_TEST

START_TEST(a_parent_that_is_too_long_is_refused)
{
	char path[CONFINE_PATH_SIZE + 8];
	const char *leaf;

	memset(path, 'x', sizeof(path));
	memcpy(path + CONFINE_PATH_SIZE, "/y", 3);
	ck_assert_int_eq(confine_open_parent(root_fd, path, &leaf), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
}
END_TEST

static atomic_int swapping;

/* "swapped" is a folder, then a link to outside, and so on. */
static void *
swap_main(void *arg)
{
	char folder[2 * TREE_SIZE], out[2 * TREE_SIZE], name[2 * TREE_SIZE];

	(void)arg;
	snprintf(folder, sizeof(folder), "%s/root/aside", tree);
	snprintf(out, sizeof(out), "%s/root/folder-out", tree);
	snprintf(name, sizeof(name), "%s/root/swapped", tree);
	while (atomic_load(&swapping)) {
		rename(name, folder);
		rename(out, name);
		rename(name, out);
		rename(folder, name);
	}
	return (NULL);
}

START_TEST(a_folder_swapped_for_a_link_during_the_walk_leads_nowhere)
{
	opener *open_it = openers[_i];
	int inside = 0, refused = 0;
	pthread_t thread;

	ck_assert_int_eq(mkdir(in_tree("root/swapped"), 0755), 0);
	put_file("root/swapped/secret", "inside");
	atomic_store(&swapping, 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, swap_main, NULL), 0);
	for (int i = 0; i < 200000 && (i < 2000 || inside == 0 ||
	    refused == 0); i++) {
		const char *text = content(open_it, "swapped/secret");

		inside += text != NULL;
		refused += text == NULL;
		if (text != NULL)
			ck_assert_str_eq(text, "inside");
	}
	atomic_store(&swapping, 0);
	pthread_join(thread, NULL);
	/* Both were met, or the test has shown nothing. */
	ck_assert_int_gt(inside, 0);
	ck_assert_int_gt(refused, 0);
}
END_TEST

static void *
jailed_main(void *arg)
{
	int *told = arg;
	struct cause cause;
	int fd;

	told[0] = jail_enter(root_fd, &cause);
	told[1] = open("/etc/passwd", O_RDONLY) == -1 ? errno : 0;
	fd = open(in_tree("root/file"), O_RDWR);
	told[2] = fd == -1 ? errno : 0;
	told[3] = renameat(root_fd, "file", root_fd, "folder/file");
	told[4] = openat(root_fd, "../secret", O_RDONLY) == -1 ? errno : 0;
	return (NULL);
}

START_TEST(a_jailed_thread_is_refused_what_is_outside_and_others_are_not)
{
	int told[5] = { 0 };
	struct cause cause;
	pthread_t thread;

	ck_assert_int_eq(jail_prepare(&cause), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, jailed_main, told), 0);
	pthread_join(thread, NULL);
	ck_assert_int_ge(told[0], 0);
	if (told[0] == 1) {
		ck_assert_int_eq(told[1], EACCES);
		ck_assert_int_eq(told[4], EACCES);
	}
	ck_assert_int_eq(told[2], 0);
	ck_assert_int_eq(told[3], 0);
	ck_assert_int_ne(open("/etc/passwd", O_RDONLY), -1);
}
END_TEST

START_TEST(a_jail_that_is_no_folder_is_told)
{
	struct cause cause;
	int result = jail_enter(-1, &cause);

	if (result == 0)
		return;			/* no Landlock here */
	ck_assert_int_eq(result, -1);
	ck_assert_str_eq(cause.primitive, "landlock_add_rule");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("confine");
	TCase *names = suite_case(suite, "core");
	TCase *files = suite_case(suite, "files");
	TCase *hostile = suite_case(suite, "hostile");
	int both = (int)SUITE_COUNT(openers);

	tcase_add_test(names, a_name_becomes_a_path_from_the_root);
	tcase_add_test(names,
	    a_path_may_take_the_place_of_the_folder_it_began_in);
	tcase_add_test(names, a_path_that_is_too_long_is_refused);
	tcase_add_checked_fixture(files, setup, teardown);
	tcase_add_loop_test(files,
	    files_and_folders_below_the_root_are_opened, 0, both);
	tcase_add_loop_test(files, a_file_is_made_with_its_mode, 0, both);
	tcase_add_test(files,
	    the_parent_is_opened_for_what_is_removed_or_renamed);
	tcase_add_test(files, a_parent_that_is_too_long_is_refused);
	tcase_add_test(files,
	    a_link_that_stays_below_is_followed_by_openat2_only);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_loop_test(hostile, no_path_and_no_link_leads_out, 0, both);
	tcase_add_loop_test(hostile,
	    neither_a_fifo_nor_a_socket_is_opened_nor_waited_for, 0, both);
	tcase_add_loop_test(hostile,
	    a_name_of_any_length_is_refused_without_harm, 0, both);
	tcase_add_loop_test(hostile,
	    a_folder_swapped_for_a_link_during_the_walk_leads_nowhere, 0,
	    both);
	tcase_add_test(hostile,
	    a_jailed_thread_is_refused_what_is_outside_and_others_are_not);
	tcase_add_test(hostile, a_jail_that_is_no_folder_is_told);
	return (suite_run(suite));
}
