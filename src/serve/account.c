/* account.c - who may log in: the users file, and passwords against it.
 * See also: serve/account.h, tests/check_account.c */
#include "serve/account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/wipe.h"
#include "serve/password.h"

/* A users file in memory, for as long as somebody is held against it. */
struct account_file {
	struct users	 users;
	const char	*decoy;		/* hash for unknown names; NULL: none */
	long		 holders;	/* guarded by accounts.lock */
};

static void account_fill(struct account *, const struct user *);
static struct account_file *file_hold(struct accounts *);
static struct account_file *file_new(struct accounts *, const char *,
    struct cause *);
static void file_release(struct accounts *, struct account_file *);
static const char *first_hash(const struct users *);
static struct crypt_data *gate_enter(struct accounts *);
static void gate_leave(struct accounts *, struct crypt_data *);
static int hash_claim(struct accounts *, const struct account_claim *,
    const char *);
static int lock_init(struct accounts *, struct cause *);

int
accounts_init(struct accounts *accounts, struct cause *cause)
{
	memset(accounts, 0, sizeof(*accounts));
	if (lock_init(accounts, cause) == -1)
		return (-1);
	accounts->ready = 1;
	while (accounts->scratch_len < ACCOUNTS_HASHES) {
		struct crypt_data *scratch = password_scratch_new();

		if (scratch == NULL) {
			cause_errno(cause, "calloc", errno, NULL);
			accounts_fini(accounts);
			return (-1);
		}
		accounts->scratch[accounts->scratch_len++] = scratch;
	}
	if (name_rules_init(&accounts->names, cause) == -1) {
		char text[CAUSE_TEXT_SIZE];

		log_line(LOG_LEVEL_WARNING, _("names of ASCII only: %s"),
		    cause_text(cause, text, sizeof(text)));
	}
	return (0);
}

void
accounts_fini(struct accounts *accounts)
{
	if (!accounts->ready)
		return;
	if (accounts->file != NULL)
		file_release(accounts, accounts->file);
	while (accounts->scratch_len > 0)
		password_scratch_free(
		    accounts->scratch[--accounts->scratch_len]);
	name_rules_fini(&accounts->names);
	pthread_cond_destroy(&accounts->freed);
	pthread_mutex_destroy(&accounts->lock);
	accounts->ready = 0;
}

int
accounts_load(struct accounts *accounts, const char *path,
    struct cause *cause)
{
	struct account_file *file = file_new(accounts, path, cause), *old;

	if (file == NULL)
		return (-1);
	accounts->path = path;
	pthread_mutex_lock(&accounts->lock);
	old = accounts->file;
	accounts->file = file;
	pthread_mutex_unlock(&accounts->lock);
	if (old != NULL)
		file_release(accounts, old);
	return (0);
}

int
accounts_reload(struct accounts *accounts, struct cause *cause)
{
	if (accounts->path == NULL)
		return (0);
	return (accounts_load(accounts, accounts->path, cause));
}

int
accounts_exists(struct accounts *accounts, const char *name, size_t len)
{
	struct account_file *file = file_hold(accounts);
	int exists;

	if (file == NULL)
		return (0);
	exists = users_find(&file->users, name, len) != NULL;
	file_release(accounts, file);
	return (exists);
}

enum account_verdict
accounts_verify(struct accounts *accounts, const struct account_claim *claim,
    char name[NAME_SIZE])
{
	struct account account;
	enum account_verdict verdict = accounts_login(accounts, claim,
	    &account);

	if (verdict == ACCOUNT_OK)
		memcpy(name, account.name, NAME_SIZE);
	return (verdict);
}

enum account_verdict
accounts_login(struct accounts *accounts, const struct account_claim *claim,
    struct account *account)
{
	enum account_verdict verdict = ACCOUNT_REFUSED;
	struct account_file *file;
	const struct user *user;
	const char *hash;
	int matches = 0, error;

	if (claim->password_len > PASSWORD_MAX ||
	    memchr(claim->password, '\0', claim->password_len) != NULL ||
	    (file = file_hold(accounts)) == NULL)
		return (ACCOUNT_REFUSED);
	user = users_find(&file->users, claim->name, claim->name_len);
	if (user != NULL && user_is_locked(user))
		user = NULL;
	/* The decoy is somebody's hash: a match with it proves nothing. */
	hash = user != NULL ? user->hash : file->decoy;
	if (hash != NULL)
		matches = hash_claim(accounts, claim, hash);
	error = errno;
	if (matches == -1) {
		verdict = ACCOUNT_ERROR;
	} else if (matches == 1 && user != NULL) {
		verdict = ACCOUNT_OK;
		account_fill(account, user);
	}
	file_release(accounts, file);
	errno = error;
	return (verdict);
}

static void
account_fill(struct account *account, const struct user *user)
{
	const char *granted = user->perms[0] != '\0' ? user->perms :
	    USERS_PERMS;
	size_t len = 0;

	snprintf(account->name, sizeof(account->name), "%s", user->name);
	snprintf(account->home, sizeof(account->home), "%.*s",
	    (int)user->home_len, user->more);
	for (const char *perm = USERS_PERMS; *perm != '\0'; perm++)
		if (strchr(granted, *perm) != NULL)
			account->perms[len++] = *perm;
	account->perms[len] = '\0';
}

/* As password_matches: 1, 0, or -1 with errno. */
static int
hash_claim(struct accounts *accounts, const struct account_claim *claim,
    const char *hash)
{
	char password[PASSWORD_MAX + 1];
	struct crypt_data *scratch;
	int matches, error;

	memcpy(password, claim->password, claim->password_len);
	password[claim->password_len] = '\0';
	scratch = gate_enter(accounts);
	matches = password_matches(password, hash, scratch);
	error = errno;
	gate_leave(accounts, scratch);
	wipe(password, sizeof(password));
	errno = error;
	return (matches);
}

/* Whoever has a scratch is inside; there are only so many. */
static struct crypt_data *
gate_enter(struct accounts *accounts)
{
	struct crypt_data *scratch;

	pthread_mutex_lock(&accounts->lock);
	while (accounts->scratch_len == 0)
		pthread_cond_wait(&accounts->freed, &accounts->lock);
	scratch = accounts->scratch[--accounts->scratch_len];
	pthread_mutex_unlock(&accounts->lock);
	return (scratch);
}

static void
gate_leave(struct accounts *accounts, struct crypt_data *scratch)
{
	pthread_mutex_lock(&accounts->lock);
	accounts->scratch[accounts->scratch_len++] = scratch;
	pthread_cond_signal(&accounts->freed);
	pthread_mutex_unlock(&accounts->lock);
}

/* accounts->file is its first holder. */
static struct account_file *
file_new(struct accounts *accounts, const char *path, struct cause *cause)
{
	struct account_file *file = calloc(1, sizeof(*file));
	struct users_text text = { .bytes = NULL };

	if (file == NULL) {
		cause_errno(cause, "calloc", errno, path);
		return (NULL);
	}
	file->holders = 1;
	file->users.path = path;
	file->users.names = &accounts->names;
	if (users_read(&text, path, cause) == -1 ||
	    users_parse(&file->users, text.bytes, text.len, cause) == -1) {
		users_text_fini(&text);
		free(file);
		return (NULL);
	}
	users_text_fini(&text);
	file->decoy = first_hash(&file->users);
	if ((text.st.st_mode & (S_IROTH | S_IWOTH)) != 0)
		log_line(LOG_LEVEL_WARNING,
		    _("%s: others can read or change it: chmod o= it"), path);
	return (file);
}

static const char *
first_hash(const struct users *users)
{
	const struct user *first = NULL;

	for (size_t i = 0; i < users->len; i++) {
		const struct user *row = &users->rows[i];

		if (!user_is_locked(row) &&
		    (first == NULL || row->line < first->line))
			first = row;
	}
	return (first != NULL ? first->hash : NULL);
}

static struct account_file *
file_hold(struct accounts *accounts)
{
	struct account_file *file;

	pthread_mutex_lock(&accounts->lock);
	file = accounts->file;
	if (file != NULL)
		file->holders++;
	pthread_mutex_unlock(&accounts->lock);
	return (file);
}

static void
file_release(struct accounts *accounts, struct account_file *file)
{
	long holders;

	pthread_mutex_lock(&accounts->lock);
	holders = --file->holders;
	pthread_mutex_unlock(&accounts->lock);
	if (holders > 0)
		return;
	users_fini(&file->users);
	free(file);
}

static int
lock_init(struct accounts *accounts, struct cause *cause)
{
	int error = pthread_mutex_init(&accounts->lock, NULL);

	if (error != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	if ((error = pthread_cond_init(&accounts->freed, NULL)) != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		pthread_mutex_destroy(&accounts->lock);
		return (-1);
	}
	return (0);
}
