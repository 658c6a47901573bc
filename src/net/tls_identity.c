/* tls_identity.c - certificates, keys and trust, read from files.
 * See also: net/tls_internal.h, tests/check_tls.c */
#include "net/tls_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"

#define FILE_SIZE_MAX	(4 * 1024 * 1024)	/* all the world's CAs: 0.3 */

struct sentence {
	int		 code;		/* GNUTLS_E_... */
	const char	*said;
};

static int chain_read(const char *, gnutls_x509_crt_t **, unsigned *,
    struct cause *);
static void file_forget(gnutls_datum_t *);
static int file_read(int, const char *, gnutls_datum_t *, struct cause *);
static int identity_read(struct tls_identity *, const struct tls_options *,
    struct cause *);
static int key_read(const char *, gnutls_x509_privkey_t, struct cause *);
static int pem_read(const char *, gnutls_datum_t *, struct cause *);

static const struct sentence errors[] = {
	{ GNUTLS_E_UNEXPECTED_PACKET,
	    N_("the other side does not speak TLS; is it another port?") },
	{ GNUTLS_E_UNEXPECTED_PACKET_LENGTH,
	    N_("the other side does not speak TLS; is it another port?") },
	{ GNUTLS_E_RECORD_OVERFLOW,
	    N_("the other side does not speak TLS; is it another port?") },
	{ GNUTLS_E_UNSUPPORTED_VERSION_PACKET,
	    N_("the other side does not speak TLS 1.2 or 1.3") },
	{ GNUTLS_E_REHANDSHAKE,
	    N_("the other side wants to renegotiate, which is refused") },
	{ GNUTLS_E_CERTIFICATE_KEY_MISMATCH,
	    N_("this key does not belong to the certificate") },
	{ GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR,
	    N_("its bytes are damaged") },
	{ GNUTLS_E_BASE64_DECODING_ERROR, N_("its bytes are damaged") },
	{ GNUTLS_E_ASN1_DER_ERROR, N_("its bytes are damaged") },
	{ GNUTLS_E_NO_CERTIFICATE_FOUND, N_("no certificate is in it") },
	{ GNUTLS_E_DECRYPTION_FAILED,
	    N_("this key has a password; a server needs one without") },
	{ GNUTLS_E_MEMORY_ERROR, N_("out of memory") },
};

struct tls_identity *
tls_identity_new(const struct tls_options *options, struct cause *cause)
{
	struct tls_identity *identity = calloc(1, sizeof(*identity));
	int error;

	if (identity == NULL) {
		cause_errno(cause, "calloc", errno, NULL);
		return (NULL);
	}
	identity->references = 1;
	error = gnutls_certificate_allocate_credentials(
	    &identity->credentials);
	if (error != 0) {
		tls_fail(error, "gnutls_certificate_allocate_credentials", NULL,
		    cause);
		free(identity);
		return (NULL);
	}
	if (identity_read(identity, options, cause) == -1) {
		tls_identity_free(identity);
		return (NULL);
	}
	return (identity);
}

int
tls_identity_trust(struct tls_identity *identity,
    const struct tls_options *options, struct cause *cause)
{
	gnutls_datum_t pem;
	int n;

	if (options->insecure)
		return (0);
	if (options->ca == NULL) {
		/* None at all is no error: then everything is refused. */
		gnutls_certificate_set_x509_system_trust(
		    identity->credentials);
		return (0);
	}
	if (pem_read(options->ca, &pem, cause) == -1)
		return (-1);
	n = gnutls_certificate_set_x509_trust_mem(identity->credentials, &pem,
	    GNUTLS_X509_FMT_PEM);
	file_forget(&pem);
	if (n > 0)
		return (0);
	return (tls_fail(n == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : n,
	    "gnutls_certificate_set_x509_trust_mem", options->ca, cause));
}

void
tls_identity_free(struct tls_identity *identity)
{
	if (identity == NULL ||
	    atomic_fetch_sub(&identity->references, 1) > 1)
		return;
	gnutls_certificate_free_credentials(identity->credentials);
	free(identity);
}

const char *
tls_error_text(int code)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == code)
			return (errors[i].said);
	return (gnutls_strerror(code));
}

const char *
tls_failure_text(gnutls_session_t gnutls, int code)
{
	const char *name;

	if (code != GNUTLS_E_FATAL_ALERT_RECEIVED)
		return (tls_error_text(code));
	name = gnutls_alert_get_name(gnutls_alert_get(gnutls));
	return (name != NULL ? name :
	    N_("the other side gives up, for an unknown reason"));
}

int
tls_fail(int code, const char *primitive, const char *object,
    struct cause *cause)
{
	cause_said(cause, primitive, tls_error_text(code), object);
	return (-1);
}

/* Each file by itself, so that what is wrong with one is told of that one. */
static int
identity_read(struct tls_identity *identity,
    const struct tls_options *options, struct cause *cause)
{
	const char *key_file = options->key != NULL ? options->key :
	    options->cert;
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t *chain = NULL;
	unsigned chain_len = 0;
	int error = 0, result = -1;

	if (options->cert == NULL)
		return (0);
	if (gnutls_x509_privkey_init(&key) != 0)
		error = GNUTLS_E_MEMORY_ERROR;
	else if (chain_read(options->cert, &chain, &chain_len, cause) == 0 &&
	    key_read(key_file, key, cause) == 0) {
		error = gnutls_certificate_set_x509_key(identity->credentials,
		    chain, (int)chain_len, key);
		result = error < 0 ? -1 : 0;
	}
	if (error < 0)
		tls_fail(error, "gnutls_certificate_set_x509_key", key_file,
		    cause);
	while (chain_len > 0)
		gnutls_x509_crt_deinit(chain[--chain_len]);
	gnutls_free(chain);
	gnutls_x509_privkey_deinit(key);
	return (result);
}

static int
chain_read(const char *path, gnutls_x509_crt_t **chain, unsigned *len,
    struct cause *cause)
{
	gnutls_datum_t pem;
	int error;

	if (pem_read(path, &pem, cause) == -1)
		return (-1);
	error = gnutls_x509_crt_list_import2(chain, len, &pem,
	    GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);
	file_forget(&pem);
	if (error < 0)
		return (tls_fail(error, "gnutls_x509_crt_list_import2", path,
		    cause));
	return (0);
}

static int
key_read(const char *path, gnutls_x509_privkey_t key, struct cause *cause)
{
	struct stat status;
	gnutls_datum_t pem;
	int error;

	if (pem_read(path, &pem, cause) == -1)
		return (-1);
	if (stat(path, &status) == 0 && (status.st_mode & S_IROTH) != 0)
		log_line(LOG_LEVEL_WARNING, _("%s: everybody on this machine "
		    "can read this key (chmod 600 helps)"), path);
	error = gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM,
	    NULL, 0);
	file_forget(&pem);
	if (error == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		cause_said(cause, "gnutls_x509_privkey_import2",
		    N_("no private key is in it"), path);
	else if (error < 0)
		tls_fail(error, "gnutls_x509_privkey_import2", path, cause);
	return (error < 0 ? -1 : 0);
}

/* GnuTLS would say "error while reading file"; we say which, and why. */
static int
pem_read(const char *path, gnutls_datum_t *pem, struct cause *cause)
{
	/* A fifo must not make SIGHUP wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int result;

	if (fd == -1) {
		cause_errno(cause, "open", errno, path);
		return (-1);
	}
	result = file_read(fd, path, pem, cause);
	close(fd);
	return (result);
}

static int
file_read(int fd, const char *path, gnutls_datum_t *pem, struct cause *cause)
{
	ssize_t n;

	*pem = (gnutls_datum_t){ .data = malloc(FILE_SIZE_MAX) };
	if (pem->data == NULL) {
		cause_errno(cause, "malloc", errno, path);
		return (-1);
	}
	do {
		n = read(fd, pem->data + pem->size, FILE_SIZE_MAX - pem->size);
		if (n > 0)
			pem->size += (unsigned)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	if (n == 0 && pem->size < FILE_SIZE_MAX)
		return (0);
	cause_errno(cause, "read", n == -1 ? errno : EFBIG, path);
	file_forget(pem);
	return (-1);
}

/* It may have been a key. */
static void
file_forget(gnutls_datum_t *pem)
{
	gnutls_memset(pem->data, 0, pem->size);
	free(pem->data);
}
