/* check_account_faults.c - every call behind accounts fails once.
 * The rule: what failed is named, nothing is left open or half made, and the
 * accounts that were there are there still.  A user would otherwise see a
 * server that lets nobody in and does not say why.
 * See also: tests/fault/fault.h, serve/account.h, serve/login_throttle.h */
#include <crypt.h>
#include <errno.h>

#include "config.h"
#include "fault/fault.h"
#include "serve/account.h"
#include "serve/login_throttle.h"
#include "serve/password.h"
#include "serve/users.h"
#include "suite.h"

#define SETTING	"$5$rounds=1000$ab"

/* One call that fails, in one function. */
struct fault_row {
	const char	*rules;
	int		(*function)(struct cause *);	/* -1 expected */
	const char	*primitive;
	int		 error;
};

static struct accounts accounts;
static char path[64];
static char line[128];		/* the only one of the file */

static void
setup(void)
{
	struct cause cause;
	int fd;

	snprintf(path, sizeof(path), "%s/fil-accounts-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	snprintf(line, sizeof(line), "pc3:%s\n", crypt("other", SETTING));
	ck_assert_int_ne(fd = mkstemp(path), -1);
	ck_assert_int_eq(write(fd, line, strlen(line)),
	    (ssize_t)strlen(line));
	close(fd);
	ck_assert_int_eq(accounts_init(&accounts, &cause), 0);
	ck_assert_int_eq(accounts_load(&accounts, path, &cause), 0);
}

static void
teardown(void)
{
	fault_set("");
	accounts_fini(&accounts);
	unlink(path);
}

static int
call_init(struct cause *cause)
{
	static struct accounts fresh;
	int result = accounts_init(&fresh, cause);

	accounts_fini(&fresh);
	return (result);
}

static int
call_reload(struct cause *cause)
{
	return (accounts_reload(&accounts, cause));
}

static int
call_throttle(struct cause *cause)
{
	struct login_throttle throttle;
	int result = login_throttle_init(&throttle, &LOGIN_THROTTLE_RATE,
	    cause);

	login_throttle_fini(&throttle);
	return (result);
}

static int
call_hash(struct cause *cause)
{
	char hash[PASSWORD_HASH_SIZE];

	return (password_hash("secret", hash, cause));
}

static const struct fault_row rows[] = {
	{ "pthread_mutex_init=EAGAIN", call_init, "pthread_mutex_init",
	    EAGAIN },
	{ "pthread_cond_init=EAGAIN", call_init, "pthread_cond_init",
	    EAGAIN },
	{ "calloc=ENOMEM", call_init, "calloc", ENOMEM },
	{ "calloc=ENOMEM:after=1", call_init, "calloc", ENOMEM },
	{ "open=EACCES", call_reload, "open", EACCES },
	{ "fstat=EIO", call_reload, "fstat", EIO },
	{ "read=EIO", call_reload, "read", EIO },
	{ "read=EIO:after=1,read=short:3", call_reload, "read", EIO },
	{ "calloc=ENOMEM", call_reload, "calloc", ENOMEM },
	{ "malloc=ENOMEM", call_reload, "malloc", ENOMEM },
	{ "malloc=ENOMEM:after=1", call_reload, "malloc", ENOMEM },
	{ "realloc=ENOMEM", call_reload, "realloc", ENOMEM },
	{ "calloc=ENOMEM", call_throttle, "calloc", ENOMEM },
	{ "getrandom=EIO", call_throttle, "getrandom", EIO },
	{ "pthread_mutex_init=EAGAIN", call_throttle, "pthread_mutex_init",
	    EAGAIN },
	{ "calloc=ENOMEM", call_hash, "calloc", ENOMEM },
	{ "getrandom=EIO", call_hash, "getrandom", EIO },
	{ "crypt_r=ENOMEM", call_hash, "crypt_r", ENOMEM },
#ifdef HAVE_CRYPT_GENSALT_RN
	{ "crypt_gensalt_rn=EINVAL", call_hash, "crypt_gensalt_rn", EINVAL },
#endif
};

START_TEST(a_call_that_fails_is_named_and_changes_nothing)
{
	const struct fault_row *row = &rows[_i];
	struct cause cause = { .kind = CAUSE_NONE };
	char call[32];
	int before = suite_open_fds(), result;
	unsigned long hits;

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(row->rules, "="),
	    row->rules);
	if (!fault_knows(call))
		return;
	fault_set(row->rules);
	result = row->function(&cause);
	hits = fault_hits();
	fault_set("");			/* Check itself allocates */
	ck_assert_msg(result == -1, "%s: it went well", row->rules);
	ck_assert_uint_ge(hits, 1);
	ck_assert_msg(strcmp(cause.primitive, row->primitive) == 0,
	    "%s: says %s", row->rules, cause.primitive);
	ck_assert_int_eq(cause.error, row->error);
	ck_assert_int_eq(suite_open_fds(), before);
	ck_assert_int_eq(accounts_exists(&accounts, "pc3", 3), 1);
	ck_assert_int_eq(call_reload(&cause), 0);
}
END_TEST

START_TEST(a_file_that_comes_in_pieces_is_whole)
{
	struct cause cause;

	fault_set("read=short:1,read=EINTR:every=2");
	ck_assert_int_eq(call_reload(&cause), 0);
	ck_assert_uint_ge(fault_hits(), strlen(line));
	ck_assert_int_eq(accounts_exists(&accounts, "pc3", 3), 1);
}
END_TEST

START_TEST(without_yescrypt_the_preferred_method_is_taken)
{
	char hash[PASSWORD_HASH_SIZE];
	struct cause cause;

#ifndef HAVE_CRYPT_GENSALT_RN
	return;
#endif
	fault_set("crypt_gensalt_rn=EINVAL:times=1");
	ck_assert_int_eq(password_hash("secret", hash, &cause), 0);
	ck_assert_uint_eq(fault_hits(), 1);
	ck_assert_ptr_null(password_hash_wrong(hash));
}
END_TEST

START_TEST(without_a_utf8_locale_names_are_ascii_and_the_log_says_so)
{
	struct accounts fresh;
	struct cause cause;
	char text[512];
	int file = suite_capture(STDERR_FILENO);

	fault_set("newlocale=ENOENT");
	ck_assert_int_eq(accounts_init(&fresh, &cause), 0);
	fault_set("");
	ck_assert_ptr_nonnull(strstr(suite_captured(file, text,
	    sizeof(text)), "C.UTF-8: newlocale"));
	ck_assert_int_eq(accounts_load(&fresh, path, &cause), 0);
	ck_assert_int_eq(accounts_exists(&fresh, "PC3", 3), 1);
	accounts_fini(&fresh);
}
END_TEST

START_TEST(a_login_without_memory_is_an_error_and_the_gate_stays_open)
{
	struct account_claim claim = { "pc3", "secret", 3, 6 };
	char name[NAME_SIZE];

	fault_set("crypt_r=ENOMEM:times=5");
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(accounts_verify(&accounts, &claim, name),
		    ACCOUNT_ERROR);
		ck_assert_int_eq(errno, ENOMEM);
	}
	ck_assert_int_eq(accounts_verify(&accounts, &claim, name),
	    ACCOUNT_REFUSED);
	ck_assert_uint_eq(fault_hits(), 5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("account_faults");
	TCase *tcase = suite_case(suite, "core");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase,
	    a_call_that_fails_is_named_and_changes_nothing, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_test(tcase, a_file_that_comes_in_pieces_is_whole);
	tcase_add_test(tcase, without_yescrypt_the_preferred_method_is_taken);
	tcase_add_test(tcase,
	    without_a_utf8_locale_names_are_ascii_and_the_log_says_so);
	tcase_add_test(tcase,
	    a_login_without_memory_is_an_error_and_the_gate_stays_open);
	return (suite_run(suite));
}
