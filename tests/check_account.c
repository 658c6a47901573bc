/* check_account.c - who may log in, and what finding out may cost.
 * A breach shows as a stranger let in, as a list of who has an account, or as a
 * server that a hundred wrong passwords bring to a halt.
 * crypt_r here stands before libcrypt's: it counts, and can be held or fail.
 * See also: serve/account.h */
#define _GNU_SOURCE		/* RTLD_NEXT */
#include "serve/account.h"

#include <crypt.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "serve/password.h"
#include "suite.h"

#define THREADS		16
#define CHEAP		"$5$rounds=1000$"	/* a millisecond */

/* What crypt_r is asked, and what it does. */
static struct {
	atomic_int	 calls, inside, most;
	atomic_int	 held;		/* wait inside until it is 0 */
	atomic_int	 error;		/* fail with it */
	char		 setting[PASSWORD_HASH_SIZE];	/* of the last one */
} crypts;

static char	*(*libcrypts_crypt_r)(const char *, const char *,
		    struct crypt_data *);
static struct accounts accounts;
static struct cause cause;
static char folder[64];

char *
crypt_r(const char *password, const char *setting, struct crypt_data *data)
{
	int inside = atomic_fetch_add(&crypts.inside, 1) + 1;
	int most = crypts.most;
	char *made = NULL;

	while (most < inside &&
	    !atomic_compare_exchange_weak(&crypts.most, &most, inside))
		continue;
	if (atomic_fetch_add(&crypts.calls, 1) == 0)
		snprintf(crypts.setting, sizeof(crypts.setting), "%s",
		    setting);
	while (crypts.held)
		sched_yield();
	if (crypts.error == 0)
		made = libcrypts_crypt_r(password, setting, data);
	else
		errno = crypts.error;
	atomic_fetch_sub(&crypts.inside, 1);
	return (made);
}

/* Wait until so many are in crypt_r. */
static int
come_inside(int number)
{
	int64_t end = suite_now_ms() + SUITE_PATIENCE_MS;

	while (crypts.inside < number && suite_now_ms() < end)
		sched_yield();
	return (crypts.inside);
}

static void
write_users(const char *text)
{
	FILE *file = fopen("users-new", "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	chmod("users-new", 0600);
	ck_assert_int_eq(rename("users-new", "users"), 0);
}

/* A line of a file: name, and a cheap hash of the password. */
static const char *
line_of(const char *name, const char *password)
{
	static char lines[4][256];
	static int next;
	char *line = lines[next++ % 4];

	snprintf(line, sizeof(lines[0]), "%s:%s\n", name,
	    crypt(password, CHEAP "salt"));
	return (line);
}

static void
load(const char *first, const char *second)
{
	char text[600];

	snprintf(text, sizeof(text), "%s%s", first, second);
	write_users(text);
	ck_assert_int_eq(accounts_load(&accounts, "users", &cause), 0);
	crypts.calls = 0;
}

static enum account_verdict
verify_bytes(const char *name, const char *password, size_t len)
{
	struct account_claim claim = { .name = name, .password = password,
	    .name_len = strlen(name), .password_len = len };
	char spelled[NAME_SIZE];

	return (accounts_verify(&accounts, &claim, spelled));
}

static enum account_verdict
verify(const char *name, const char *password)
{
	return (verify_bytes(name, password, strlen(password)));
}

static void
setup(void)
{
	libcrypts_crypt_r = (char *(*)(const char *, const char *,
	    struct crypt_data *))dlsym(RTLD_NEXT, "crypt_r");
	ck_assert(libcrypts_crypt_r != NULL);
	snprintf(folder, sizeof(folder), "%s/fil-account-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(accounts_init(&accounts, &cause), 0);
}

static void
teardown(void)
{
	accounts_fini(&accounts);
	unlink("users");
	ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(the_right_password_is_let_in_and_no_other)
{
	load(line_of("pc3", "secret"), line_of("pc4", "geheim"));
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_OK);
	ck_assert_int_eq(verify("pc4", "geheim"), ACCOUNT_OK);
	ck_assert_int_eq(verify("pc3", "geheim"), ACCOUNT_REFUSED);
	ck_assert_int_eq(verify("pc3", "secre"), ACCOUNT_REFUSED);
	ck_assert_int_eq(verify("pc3", "secret "), ACCOUNT_REFUSED);
	ck_assert_int_eq(verify("pc3", ""), ACCOUNT_REFUSED);
}
END_TEST

START_TEST(home_and_permissions_are_told_to_whoever_logs_in)
{
	struct account_claim claim = { "pc3", "secret", 3, 6 };
	struct account account;
	char line[256];

	load(line_of("pc3", "secret"), "");
	ck_assert_int_eq(accounts_login(&accounts, &claim, &account),
	    ACCOUNT_OK);
	ck_assert_str_eq(account.home, "");
	ck_assert_str_eq(account.perms, USERS_PERMS);
	snprintf(line, sizeof(line), "%s", line_of("pc3", "secret"));
	line[strcspn(line, "\n")] = '\0';
	load(line, ":/pub dir:rrle\n");
	ck_assert_int_eq(accounts_login(&accounts, &claim, &account),
	    ACCOUNT_OK);
	ck_assert_str_eq(account.name, "pc3");
	ck_assert_str_eq(account.home, "/pub dir");
	ck_assert_str_eq(account.perms, "elr");
}
END_TEST

START_TEST(the_name_is_known_in_any_case_and_told_as_it_is)
{
	struct account_claim claim = { "zO\u00c9", "secret", 4, 6 };
	char name[NAME_SIZE];

	load(line_of("Zo\u00e9", "secret"), "");
	ck_assert_int_eq(accounts_verify(&accounts, &claim, name),
	    ACCOUNT_OK);
	ck_assert_str_eq(name, "Zo\u00e9");
	ck_assert_int_eq(accounts_exists(&accounts, "ZO\u00c9", 4), 1);
	ck_assert_int_eq(accounts_exists(&accounts, "Zo", 2), 0);
	ck_assert_int_eq(accounts_exists(&accounts, "\xff", 1), 0);
}
END_TEST

START_TEST(an_unknown_name_costs_one_hash_like_the_files_first)
{
	char first[256];

	load(line_of("pc9", "secret"), line_of("pc1", "geheim"));
	snprintf(first, sizeof(first), "%s", line_of("pc9", "secret") + 4);
	first[strlen(first) - 1] = '\0';
	ck_assert_int_eq(verify("pc5", "x"), ACCOUNT_REFUSED);
	ck_assert_int_eq(crypts.calls, 1);
	ck_assert_str_eq(crypts.setting, first);
	crypts.calls = 0;
	ck_assert_int_eq(verify("pc1", "x"), ACCOUNT_REFUSED);
	ck_assert_int_eq(crypts.calls, 1);
	crypts.calls = 0;
	ck_assert_int_eq(verify("no name at all", "x"), ACCOUNT_REFUSED);
	ck_assert_int_eq(crypts.calls, 1);
}
END_TEST

START_TEST(an_unknown_name_with_the_decoys_password_is_refused)
{
	load(line_of("pc3", "secret"), "");
	ck_assert_int_eq(verify("pc5", "secret"), ACCOUNT_REFUSED);
	ck_assert_int_eq(verify("", "secret"), ACCOUNT_REFUSED);
}
END_TEST

START_TEST(a_locked_account_exists_and_is_refused_at_the_same_cost)
{
	load("server:!\n", line_of("pc3", "secret"));
	ck_assert_int_eq(accounts_exists(&accounts, "server", 6), 1);
	ck_assert_int_eq(verify("server", "secret"), ACCOUNT_REFUSED);
	ck_assert_int_eq(crypts.calls, 1);
}
END_TEST

START_TEST(where_nobody_can_log_in_everybody_is_refused)
{
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_REFUSED);
	ck_assert_int_eq(accounts_exists(&accounts, "pc3", 3), 0);
	ck_assert_int_eq(accounts_reload(&accounts, &cause), 0);
	load("# nobody\n", "");
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_REFUSED);
	load("pc3:!\n", "");
	ck_assert_int_eq(verify("pc3", "!"), ACCOUNT_REFUSED);
	ck_assert_int_eq(crypts.calls, 0);
}
END_TEST

START_TEST(passwords_that_crypt_cannot_take_are_refused_unhashed)
{
	char password[PASSWORD_MAX + 2], line[512];

	memset(password, 'p', sizeof(password));
	password[PASSWORD_MAX] = '\0';
	snprintf(line, sizeof(line), "pc3:%s\n",
	    crypt(password, CHEAP "salt"));
	load(line, line_of("pc4", "secret"));
	ck_assert_int_eq(verify_bytes("pc3", password, PASSWORD_MAX),
	    ACCOUNT_OK);
	password[PASSWORD_MAX] = 'p';
	crypts.calls = 0;
	ck_assert_int_eq(verify_bytes("pc3", password, PASSWORD_MAX + 1),
	    ACCOUNT_REFUSED);
	/* Not "secret", whatever follows the NUL. */
	ck_assert_int_eq(verify_bytes("pc4", "secret\0x", 8),
	    ACCOUNT_REFUSED);
	ck_assert_int_eq(verify_bytes("pc4", "secret", 7), ACCOUNT_REFUSED);
	ck_assert_int_eq(crypts.calls, 0);
}
END_TEST

START_TEST(a_name_with_a_nul_is_not_its_beginning)
{
	struct account_claim claim = { "pc3\0x", "secret", 5, 6 };
	char name[NAME_SIZE];

	load(line_of("pc3", "secret"), "");
	ck_assert_int_eq(accounts_verify(&accounts, &claim, name),
	    ACCOUNT_REFUSED);
}
END_TEST

START_TEST(hashes_of_openssl_are_taken)
{
	load("pc3:$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.\n",
	    "pc4:$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGf"
	    "Qv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.\n");
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_OK);
	ck_assert_int_eq(verify("pc4", "secret"), ACCOUNT_OK);
}
END_TEST

START_TEST(what_crypt_cannot_do_is_an_error_for_known_and_unknown)
{
	load(line_of("pc3", "secret"), "");
	crypts.error = ENOMEM;
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_ERROR);
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_int_eq(verify("pc5", "secret"), ACCOUNT_ERROR);
	ck_assert_int_eq(errno, ENOMEM);
	crypts.error = 0;
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_OK);
}
END_TEST

START_TEST(a_bad_file_is_told_and_the_old_one_stays)
{
	static const char *const bad[] = { "pc3:secret\n", "\n\npc3\n" };
	static const char *const object[] = { "users:1", "users:3" };

	load(line_of("pc3", "secret"), "");
	for (size_t i = 0; i < SUITE_COUNT(bad); i++) {
		write_users(bad[i]);
		ck_assert_int_eq(accounts_reload(&accounts, &cause), -1);
		ck_assert_str_eq(cause.object, object[i]);
		ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_OK);
	}
	unlink("users");
	ck_assert_int_eq(accounts_reload(&accounts, &cause), -1);
	ck_assert_int_eq(cause.error, ENOENT);
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_OK);
	write_users(line_of("pc4", "secret"));
	ck_assert_int_eq(accounts_reload(&accounts, &cause), 0);
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_REFUSED);
	ck_assert_int_eq(verify("pc4", "secret"), ACCOUNT_OK);
}
END_TEST

START_TEST(a_file_that_others_can_read_is_warned_of)
{
	static const struct { mode_t mode; int warns; } rows[] = {
		{ 0600, 0 }, { 0640, 0 }, { 0660, 0 }, { 0644, 1 },
		{ 0602, 1 } };

	load(line_of("pc3", "secret"), "");
	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		int err = dup(STDERR_FILENO), file;
		char text[512];

		ck_assert_int_eq(chmod("users", rows[i].mode), 0);
		file = suite_capture(STDERR_FILENO);
		ck_assert_int_eq(accounts_reload(&accounts, &cause), 0);
		dup2(err, STDERR_FILENO);
		close(err);
		suite_captured(file, text, sizeof(text));
		ck_assert_msg((strstr(text, "chmod o=") != NULL) ==
		    rows[i].warns, "%o: %s", (unsigned)rows[i].mode, text);
		close(file);
	}
}
END_TEST

/* One login, in a thread of its own. */
struct login {
	pthread_t	 thread;
	const char	*name, *password;
	enum account_verdict verdict;
};

static void *
login_main(void *arg)
{
	struct login *login = arg;

	login->verdict = verify(login->name, login->password);
	return (NULL);
}

static void
login_start(struct login *login, const char *name, const char *password)
{
	*login = (struct login){ .name = name, .password = password };
	ck_assert_int_eq(pthread_create(&login->thread, NULL, login_main,
	    login), 0);
}

START_TEST(two_hashes_at_once_and_never_three)
{
	struct login logins[THREADS];

	load(line_of("pc3", "secret"), "");
	crypts.held = 1;
	for (int i = 0; i < THREADS; i++)
		login_start(&logins[i], i % 2 == 0 ? "pc3" : "pc5", "secret");
	/* Both places are taken, and the others would come now. */
	ck_assert_int_eq(come_inside(ACCOUNTS_HASHES), ACCOUNTS_HASHES);
	for (int i = 0; i < 1000; i++)
		sched_yield();
	crypts.held = 0;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(logins[i].thread, NULL);
		ck_assert_int_eq(logins[i].verdict, i % 2 == 0 ? ACCOUNT_OK :
		    ACCOUNT_REFUSED);
	}
	ck_assert_int_eq(crypts.calls, THREADS);
	ck_assert_int_eq(crypts.most, ACCOUNTS_HASHES);
}
END_TEST

START_TEST(who_waits_at_the_gate_does_not_stop_the_rest)
{
	struct login logins[ACCOUNTS_HASHES + 1];

	load(line_of("pc3", "secret"), "");
	crypts.held = 1;
	for (int i = 0; i < ACCOUNTS_HASHES + 1; i++)
		login_start(&logins[i], "pc3", "secret");
	ck_assert_int_eq(come_inside(ACCOUNTS_HASHES), ACCOUNTS_HASHES);
	ck_assert_int_eq(accounts_exists(&accounts, "pc3", 3), 1);
	ck_assert_int_eq(accounts_reload(&accounts, &cause), 0);
	crypts.held = 0;
	for (int i = 0; i < ACCOUNTS_HASHES + 1; i++)
		pthread_join(logins[i].thread, NULL);
}
END_TEST

START_TEST(who_has_begun_is_held_against_the_file_as_it_was)
{
	struct login login;

	load(line_of("pc3", "secret"), "");
	crypts.held = 1;
	login_start(&login, "pc3", "secret");
	ck_assert_int_eq(come_inside(1), 1);
	write_users(line_of("pc4", "other"));
	ck_assert_int_eq(accounts_reload(&accounts, &cause), 0);
	ck_assert_int_eq(accounts_exists(&accounts, "pc3", 3), 0);
	crypts.held = 0;
	pthread_join(login.thread, NULL);
	ck_assert_int_eq(login.verdict, ACCOUNT_OK);
	ck_assert_int_eq(verify("pc3", "secret"), ACCOUNT_REFUSED);
}
END_TEST

/* Logs in until it is told to stop: pc3 is always there, its password is one
 * of two. */
static void *
relogin_main(void *arg)
{
	atomic_int *stopping = arg;
	intptr_t wrong = 0;

	while (!*stopping) {
		enum account_verdict first = verify("pc3", "secret");

		wrong += first == ACCOUNT_ERROR;
		wrong += verify("pc3", "never") != ACCOUNT_REFUSED;
		wrong += verify("pc5", "secret") != ACCOUNT_REFUSED;
		wrong += !accounts_exists(&accounts, "PC3", 3);
	}
	return ((void *)wrong);
}

START_TEST(reloading_disturbs_no_login)
{
	pthread_t threads[THREADS];
	atomic_int stopping = 0;
	intptr_t wrong = 0;
	void *result;
	char lines[2][256];

	snprintf(lines[0], sizeof(lines[0]), "%s", line_of("pc3", "secret"));
	snprintf(lines[1], sizeof(lines[1]), "%s", line_of("pc3", "other"));
	load(lines[0], "");
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    relogin_main, &stopping), 0);
	for (int i = 0; i < 200 || crypts.calls < 500; i++) {
		write_users(i % 5 == 4 ? "bad\n" : lines[i % 2]);
		ck_assert_int_eq(accounts_reload(&accounts, &cause),
		    i % 5 == 4 ? -1 : 0);
	}
	stopping = 1;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		wrong += (intptr_t)result;
	}
	ck_assert_int_eq(wrong, 0);
	ck_assert_int_le(crypts.most, ACCOUNTS_HASHES);
}
END_TEST

START_TEST(zeroed_accounts_are_freed)
{
	struct accounts zeroed;

	memset(&zeroed, 0, sizeof(zeroed));
	accounts_fini(&zeroed);
	accounts_fini(&accounts);
	accounts_fini(&accounts);
}
END_TEST

static void
add_threads(Suite *suite)
{
	TCase *threads = suite_case(suite, "threads");

	tcase_add_checked_fixture(threads, setup, teardown);
	tcase_add_test(threads, two_hashes_at_once_and_never_three);
	tcase_add_test(threads, who_waits_at_the_gate_does_not_stop_the_rest);
	tcase_add_test(threads,
	    who_has_begun_is_held_against_the_file_as_it_was);
	tcase_add_test(threads, reloading_disturbs_no_login);
	tcase_set_timeout(threads, 30);
}

int
main(void)
{
	Suite *suite = suite_create("account");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, the_right_password_is_let_in_and_no_other);
	tcase_add_test(core, home_and_permissions_are_told_to_whoever_logs_in);
	tcase_add_test(core, the_name_is_known_in_any_case_and_told_as_it_is);
	tcase_add_test(core, hashes_of_openssl_are_taken);
	tcase_add_test(core, a_bad_file_is_told_and_the_old_one_stays);
	tcase_add_test(core, a_file_that_others_can_read_is_warned_of);
	tcase_add_test(core, zeroed_accounts_are_freed);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(hostile,
	    an_unknown_name_costs_one_hash_like_the_files_first);
	tcase_add_test(hostile,
	    an_unknown_name_with_the_decoys_password_is_refused);
	tcase_add_test(hostile,
	    a_locked_account_exists_and_is_refused_at_the_same_cost);
	tcase_add_test(hostile, where_nobody_can_log_in_everybody_is_refused);
	tcase_add_test(hostile,
	    passwords_that_crypt_cannot_take_are_refused_unhashed);
	tcase_add_test(hostile, a_name_with_a_nul_is_not_its_beginning);
	tcase_add_test(hostile,
	    what_crypt_cannot_do_is_an_error_for_known_and_unknown);
	add_threads(suite);
	return (suite_run(suite));
}
