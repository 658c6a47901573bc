/* check_tls_demo.c - the demonstration's certificate, and what can go wrong.
 * See also: net/tls_demo.h, tests/system/mixed_demo.py */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "fault/fault.h"
#include "net/tls.h"
#include "net/tls_demo.h"
#include "suite.h"

static char folder[] = "/tmp/check_tls_demo.XXXXXX";

static const char *const files[] = { "ca.pem", "server.pem", "server.key" };

static const char *
path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return (path);
}

static void
folder_make(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
folder_remove(void)
{
	for (size_t i = 0; i < SUITE_COUNT(files); i++)
		unlink(path_of(files[i]));
	rmdir(folder);
}

START_TEST(a_server_can_show_it_and_its_files_are_private)
{
	char cert[PATH_MAX], key[PATH_MAX];
	struct tls_options options = { .cert = cert, .key = key };
	struct tls_server *server;
	struct stat status;
	struct cause cause;

	ck_assert_int_eq(tls_demo_write(folder, &cause), 0);
	for (size_t i = 0; i < SUITE_COUNT(files); i++) {
		ck_assert_int_eq(stat(path_of(files[i]), &status), 0);
		ck_assert_int_eq(status.st_mode & 0777, 0600);
	}
	snprintf(cert, sizeof(cert), "%s", path_of("server.pem"));
	snprintf(key, sizeof(key), "%s", path_of("server.key"));
	server = tls_server_open(&options, &cause);
	ck_assert_ptr_nonnull(server);
	tls_server_free(server);
}
END_TEST

START_TEST(a_file_that_is_there_is_not_written_over)
{
	struct cause cause;
	int fd = open(path_of("server.key"), O_WRONLY | O_CREAT, 0600);

	close(fd);
	ck_assert_int_eq(tls_demo_write(folder, &cause), -1);
	ck_assert_int_eq(cause.error, EEXIST);
	ck_assert_ptr_nonnull(strstr(cause.object, "server.key"));
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	struct cause cause;

	fault_set("write=ENOSPC");
	ck_assert_int_eq(tls_demo_write(folder, &cause), -1);
	fault_set("");
	ck_assert_int_eq(cause.error, ENOSPC);
	ck_assert_str_eq(cause.primitive, "write");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls_demo");
	TCase *core = suite_case(suite, "core");

	tcase_add_checked_fixture(core, folder_make, folder_remove);
	tcase_add_test(core, a_server_can_show_it_and_its_files_are_private);
	tcase_add_test(core, a_file_that_is_there_is_not_written_over);
	tcase_add_test(core, a_full_disk_is_told);
	return (suite_run(suite));
}
