/* password.c - crypt(3): make the hash of a password, compare one.
 * See also: serve/password.h, tests/check_password.c */
#include "serve/password.h"

#include "config.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/random.h"
#include "base/wipe.h"

#define SALT_BYTES	16
#define SETTING_SIZE	192		/* CRYPT_GENSALT_OUTPUT_SIZE */

/* The shortest hash of a method with a $ is MD5's without salt. */
#define SHORTEST_DOLLAR	26
#define DES_LEN		13
#define BSDI_DES_LEN	20

static int is_equal(const char *, const char *);
static int new_setting(char *, size_t, struct cause *);

struct crypt_data *
password_scratch_new(void)
{
	return (calloc(1, sizeof(struct crypt_data)));
}

void
password_scratch_free(struct crypt_data *scratch)
{
	if (scratch != NULL)
		wipe(scratch, sizeof(*scratch));
	free(scratch);
}

int
password_hash(const char *password, char hash[PASSWORD_HASH_SIZE],
    struct cause *cause)
{
	struct crypt_data *scratch = password_scratch_new();
	char setting[SETTING_SIZE];
	const char *made;
	int result = -1;

	if (scratch == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		return (-1);
	}
	if (new_setting(setting, sizeof(setting), cause) == -1)
		goto out;
	made = crypt_r(password, setting, scratch);
	/* On failure NULL, or a text that begins so. */
	if (made != NULL && made[0] != '*' &&
	    strlen(made) < PASSWORD_HASH_SIZE) {
		memcpy(hash, made, strlen(made) + 1);
		result = 0;
	} else
		cause_errno(cause, "crypt_r", errno, NULL);
out:
	password_scratch_free(scratch);
	return (result);
}

int
password_matches(const char *password, const char *hash,
    struct crypt_data *scratch)
{
	const char *made;
	int result = -1, error;

	memset(scratch, 0, sizeof(*scratch));
	errno = EINVAL;			/* crypt_r does not always set it */
	made = crypt_r(password, hash, scratch);
	error = errno;
	if (made != NULL && made[0] != '*')
		result = is_equal(made, hash);
	wipe(scratch, sizeof(*scratch));
	errno = error;
	return (result);
}

const char *
password_hash_wrong(const char *hash)
{
	size_t len = strlen(hash);

	if (len == 0)
		return (N_("the hash is missing"));
	if (len >= PASSWORD_HASH_SIZE)
		return (N_("too long for a hash of crypt(3)"));
	/* crypt(5): no blanks, nothing beyond ASCII, none of these. */
	for (const char *at = hash; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || strchr(":;*!\\", *at) != NULL)
			return (N_("not a hash of crypt(3)"));
	/* Any text begins like a hash of DES: a password in the clear, too. */
	if (hash[0] == '$' ? len < SHORTEST_DOLLAR :
	    len != (hash[0] == '_' ? BSDI_DES_LEN : DES_LEN))
		return (N_("not a hash of crypt(3)"));
#ifdef HAVE_CRYPT_CHECKSALT
	switch (crypt_checksalt(hash)) {
	case CRYPT_SALT_INVALID:
	case CRYPT_SALT_METHOD_DISABLED:
		return (N_("the crypt(3) of this system does not know it"));
	default:
		break;
	}
#endif
	return (NULL);
}

#ifdef HAVE_CRYPT_GENSALT_RN
static int
new_setting(char *setting, size_t size, struct cause *cause)
{
	char bytes[SALT_BYTES];

	if (random_fill(bytes, sizeof(bytes)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		return (-1);
	}
	/* NULL: the method that it prefers. */
	if (crypt_gensalt_rn("$y$", 0, bytes, sizeof(bytes), setting,
	    (int)size) != NULL ||
	    crypt_gensalt_rn(NULL, 0, bytes, sizeof(bytes), setting,
	    (int)size) != NULL)
		return (0);
	cause_errno(cause, "crypt_gensalt_rn", errno, NULL);
	return (-1);
}
#else
/* The best method that every crypt_r has: SHA-512, of a salt of 16 letters. */
static int
new_setting(char *setting, size_t size, struct cause *cause)
{
	static const char letters[] = "./0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	unsigned char bytes[SALT_BYTES];
	char *at = setting + 3;

	if (random_fill(bytes, sizeof(bytes)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		return (-1);
	}
	memcpy(setting, "$6$", 3);
	for (size_t i = 0; i < sizeof(bytes) && i + 4 < size; i++)
		*at++ = letters[bytes[i] % 64];
	*at = '\0';
	return (0);
}
#endif

/* Every byte is looked at, whether or not one before it differs. */
static int
is_equal(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char differs = 0;

	if (strlen(b) != len)
		return (0);
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return (differs == 0);
}
