/* tls_demo.c - a certificate for a demonstration: nobody need make one first.
 * See also: net/tls_demo.h */
#include "net/tls_demo.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "net/tls_internal.h"

#define VALID_S		(7 * 24 * 3600)
#define SKEW_S		300		/* a client's clock may be behind */
#define PEM_SIZE	4096
#define SERIAL_SIZE	16
#define KEY_ID_SIZE	20

/* A certificate in the making, with its key. */
struct maker {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
};

static int make_authority(struct maker *);
static int make_common(struct maker *, const char *);
static int make_pair(struct maker *, struct maker *);
static int make_server(struct maker *, const struct maker *);
static int write_pair(const char *, const struct maker *,
    const struct maker *, struct cause *);
static int write_file(const char *, const char *, const char *,
    struct cause *);

int
tls_demo_write(const char *dir, struct cause *cause)
{
	struct maker authority = { NULL, NULL }, server = { NULL, NULL };
	int result = -1, code = make_pair(&authority, &server);

	if (code < 0)
		tls_fail(code, "gnutls_x509_crt_sign2", "localhost", cause);
	else
		result = write_pair(dir, &authority, &server, cause);
	gnutls_x509_crt_deinit(authority.certificate);
	gnutls_x509_crt_deinit(server.certificate);
	gnutls_x509_privkey_deinit(authority.key);
	gnutls_x509_privkey_deinit(server.key);
	return (result);
}

static int
make_pair(struct maker *authority, struct maker *server)
{
	int code = make_common(authority, "CN=fil demonstration CA");

	if (code >= 0)
		code = make_authority(authority);
	if (code >= 0)
		code = make_common(server, "CN=localhost");
	if (code >= 0)
		code = make_server(server, authority);
	return (code);
}

/* What every certificate has: key, name, number, time, key identifier. */
static int
make_common(struct maker *maker, const char *name)
{
	unsigned char serial[SERIAL_SIZE], id[KEY_ID_SIZE];
	size_t id_size = sizeof(id);
	time_t now = time(NULL);
	const char *error;
	int code;

	if (random_fill(serial, sizeof(serial)) == -1)
		return (GNUTLS_E_RANDOM_FAILED);
	serial[0] &= 0x7f;		/* RFC 5280 4.1.2.2: positive */
	if ((code = gnutls_x509_privkey_init(&maker->key)) < 0 ||
	    (code = gnutls_x509_crt_init(&maker->certificate)) < 0 ||
	    (code = gnutls_x509_privkey_generate(maker->key, GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0)) < 0 ||
	    (code = gnutls_x509_crt_set_key(maker->certificate,
	    maker->key)) < 0 ||
	    (code = gnutls_x509_crt_set_version(maker->certificate, 3)) < 0 ||
	    (code = gnutls_x509_crt_set_serial(maker->certificate, serial,
	    sizeof(serial))) < 0 ||
	    (code = gnutls_x509_crt_set_dn(maker->certificate, name,
	    &error)) < 0 ||
	    (code = gnutls_x509_crt_set_activation_time(maker->certificate,
	    now - SKEW_S)) < 0 ||
	    (code = gnutls_x509_crt_set_expiration_time(maker->certificate,
	    now + VALID_S)) < 0 ||
	    (code = gnutls_x509_crt_get_key_id(maker->certificate, 0, id,
	    &id_size)) < 0)
		return (code);
	return (gnutls_x509_crt_set_subject_key_id(maker->certificate, id,
	    id_size));
}

static int
make_authority(struct maker *authority)
{
	gnutls_x509_crt_t certificate = authority->certificate;
	int code;

	if ((code = gnutls_x509_crt_set_basic_constraints(certificate, 1,
	    0)) < 0 ||
	    (code = gnutls_x509_crt_set_key_usage(certificate,
	    GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)) < 0)
		return (code);
	return (gnutls_x509_crt_sign2(certificate, certificate,
	    authority->key, GNUTLS_DIG_SHA256, 0));
}

static int
make_server(struct maker *server, const struct maker *authority)
{
	static const unsigned char four[] = { 127, 0, 0, 1 };
	static const struct in6_addr six = IN6ADDR_LOOPBACK_INIT;
	gnutls_x509_crt_t certificate = server->certificate;
	unsigned char id[KEY_ID_SIZE];
	size_t id_size = sizeof(id);
	int code;

	if ((code = gnutls_x509_crt_set_subject_alt_name(certificate,
	    GNUTLS_SAN_DNSNAME, "localhost", strlen("localhost"),
	    GNUTLS_FSAN_APPEND)) < 0 ||
	    (code = gnutls_x509_crt_set_subject_alt_name(certificate,
	    GNUTLS_SAN_IPADDRESS, four, sizeof(four),
	    GNUTLS_FSAN_APPEND)) < 0 ||
	    (code = gnutls_x509_crt_set_subject_alt_name(certificate,
	    GNUTLS_SAN_IPADDRESS, &six, sizeof(six),
	    GNUTLS_FSAN_APPEND)) < 0 ||
	    (code = gnutls_x509_crt_set_basic_constraints(certificate, 0,
	    -1)) < 0 ||
	    (code = gnutls_x509_crt_set_key_usage(certificate,
	    GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0 ||
	    (code = gnutls_x509_crt_set_key_purpose_oid(certificate,
	    GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0 ||
	    (code = gnutls_x509_crt_get_subject_key_id(
	    authority->certificate, id, &id_size, NULL)) < 0 ||
	    (code = gnutls_x509_crt_set_authority_key_id(certificate, id,
	    id_size)) < 0)
		return (code);
	return (gnutls_x509_crt_sign2(certificate, authority->certificate,
	    authority->key, GNUTLS_DIG_SHA256, 0));
}

static int
write_pair(const char *dir, const struct maker *authority,
    const struct maker *server, struct cause *cause)
{
	char ca[PEM_SIZE], cert[PEM_SIZE], key[PEM_SIZE];
	size_t ca_size = sizeof(ca), cert_size = sizeof(cert);
	size_t key_size = sizeof(key);
	int result = -1, code;

	if ((code = gnutls_x509_crt_export(authority->certificate,
	    GNUTLS_X509_FMT_PEM, ca, &ca_size)) < 0 ||
	    (code = gnutls_x509_crt_export(server->certificate,
	    GNUTLS_X509_FMT_PEM, cert, &cert_size)) < 0 ||
	    (code = gnutls_x509_privkey_export(server->key,
	    GNUTLS_X509_FMT_PEM, key, &key_size)) < 0)
		return (tls_fail(code, "gnutls_x509_crt_export", dir, cause));
	if (write_file(dir, "ca.pem", ca, cause) == 0 &&
	    write_file(dir, "server.pem", cert, cause) == 0 &&
	    write_file(dir, "server.key", key, cause) == 0)
		result = 0;
	gnutls_memset(key, 0, sizeof(key));
	return (result);
}

static int
write_file(const char *dir, const char *name, const char *text,
    struct cause *cause)
{
	char path[PATH_MAX];
	size_t len = strlen(text);
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1) {
		cause_errno(cause, "open", errno, path);
		return (-1);
	}
	if (write(fd, text, len) != (ssize_t)len) {
		cause_errno(cause, "write", errno, path);
		close(fd);
		return (-1);
	}
	close(fd);
	return (0);
}
