/* certificates.c - certificates and keys for a suite, made by GnuTLS itself.
 * See also: tests/certificates.h */
#include "certificates.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY	(24 * 60 * 60)

static char folder[] = "/tmp/fil-check-XXXXXX";

/* Before the first test there is nothing that ck_assert could fail. */
static void
must(int well, const char *what)
{
	if (well)
		return;
	fprintf(stderr, "certificates: %s failed\n", what);
	exit(EXIT_FAILURE);
}

static void
name_of(char path[64], const char *name, const char *suffix)
{
	snprintf(path, 64, "%s.%s", name, suffix);
}

static void
datum_save(gnutls_datum_t *pem, const char *name, const char *suffix)
{
	char path[64];
	FILE *file;

	name_of(path, name, suffix);
	must((file = fopen(path, "w")) != NULL, path);
	must(fwrite(pem->data, 1, pem->size, file) == pem->size, path);
	must(fclose(file) == 0, path);
	gnutls_free(pem->data);
}

static void
load(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *name)
{
	char path[64];
	gnutls_datum_t pem;

	name_of(path, name, "pem");
	must(gnutls_load_file(path, &pem) == 0, path);
	must(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM) == 0,
	    path);
	gnutls_free(pem.data);
	name_of(path, name, "key");
	must(gnutls_load_file(path, &pem) == 0, path);
	must(gnutls_x509_privkey_import(key, &pem, GNUTLS_X509_FMT_PEM) == 0,
	    path);
	gnutls_free(pem.data);
}

/* RFC 5280 4.2.1.6: an address is its octets. */
static void
add_name(gnutls_x509_crt_t crt, const char *name)
{
	unsigned char octets[16];
	unsigned type = GNUTLS_SAN_IPADDRESS, len = 4;
	const void *data = octets;

	if (inet_pton(AF_INET6, name, octets) == 1)
		len = 16;
	else if (inet_pton(AF_INET, name, octets) != 1) {
		type = GNUTLS_SAN_DNSNAME;
		data = name;
		len = (unsigned)strlen(name);
	}
	must(gnutls_x509_crt_set_subject_alt_name(crt, type, data, len,
	    GNUTLS_FSAN_APPEND) == 0, name);
}

static void
fill_in(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
    const struct certificate *certificate)
{
	time_t now = time(NULL);
	int until = certificate->until == 0 ? 1 : certificate->until;
	unsigned char serial[8];
	char dn[96];

	snprintf(dn, sizeof(dn), "CN=%s,O=fil tests", certificate->name);
	must(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial)) == 0 &&
	    gnutls_x509_crt_set_version(crt, 3) == 0 &&
	    gnutls_x509_crt_set_key(crt, key) == 0 &&
	    gnutls_x509_crt_set_dn(crt, dn, NULL) == 0, "set_dn");
	serial[0] &= 0x7f;	/* RFC 5280 4.1.2.2: positive */
	must(gnutls_x509_crt_set_serial(crt, serial, sizeof(serial)) == 0 &&
	    gnutls_x509_crt_set_activation_time(crt, now - 60 +
	    certificate->from * DAY) == 0 &&
	    gnutls_x509_crt_set_expiration_time(crt, now + until * DAY) == 0,
	    "set_time");
	must(gnutls_x509_crt_set_basic_constraints(crt, certificate->is_ca,
	    -1) == 0 && gnutls_x509_crt_set_key_usage(crt,
	    certificate->is_ca ? GNUTLS_KEY_KEY_CERT_SIGN :
	    GNUTLS_KEY_DIGITAL_SIGNATURE) == 0, "set_key_usage");
	if (certificate->purpose != NULL)
		must(gnutls_x509_crt_set_key_purpose_oid(crt,
		    certificate->purpose, 0) == 0, "set_key_purpose_oid");
	for (int i = 0; i < CERTIFICATE_NAMES_MAX; i++)
		if (certificate->names[i] != NULL)
			add_name(crt, certificate->names[i]);
}

void
certificate_make(const struct certificate *certificate)
{
	gnutls_x509_crt_t crt = NULL, issuer = NULL;
	gnutls_x509_privkey_t key = NULL, issuer_key = NULL;
	gnutls_datum_t pem;

	must(gnutls_x509_crt_init(&crt) == 0 &&
	    gnutls_x509_crt_init(&issuer) == 0 &&
	    gnutls_x509_privkey_init(&key) == 0 &&
	    gnutls_x509_privkey_init(&issuer_key) == 0, "init");
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0,
	    "generate");
	fill_in(crt, key, certificate);
	if (certificate->issuer != NULL)
		load(issuer, issuer_key, certificate->issuer);
	must(gnutls_x509_crt_sign2(crt,
	    certificate->issuer != NULL ? issuer : crt,
	    certificate->issuer != NULL ? issuer_key : key,
	    GNUTLS_DIG_SHA256, 0) == 0, "sign");
	must(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) == 0,
	    "export");
	datum_save(&pem, certificate->name, "pem");
	must(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) ==
	    0, "export");
	datum_save(&pem, certificate->name, "key");
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_crt_deinit(issuer);
	gnutls_x509_privkey_deinit(key);
	gnutls_x509_privkey_deinit(issuer_key);
}

void
certificates_open(void)
{
	umask(077);
	must(mkdtemp(folder) != NULL && chdir(folder) == 0, folder);
	certificate_make(&(struct certificate){ .name = "ca", .is_ca = 1 });
	certificate_make(&(struct certificate){ .name = "server",
	    .issuer = "ca", .purpose = GNUTLS_KP_TLS_WWW_SERVER,
	    .names = { "localhost", "127.0.0.1", "::1" } });
}

void
certificates_close(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	must(dir != NULL && chdir(folder) == 0, folder);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && unlink(entry->d_name) == -1)
			rmdir(entry->d_name);
	closedir(dir);
	must(chdir("/") == 0 && rmdir(folder) == 0, folder);
}

void
file_put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	must(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0,
	    name);
}

void
file_append(const char *to, const char *from)
{
	gnutls_datum_t bytes;
	FILE *file = fopen(to, "a");

	must(file != NULL && gnutls_load_file(from, &bytes) == 0, from);
	must(fwrite(bytes.data, 1, bytes.size, file) == bytes.size &&
	    fclose(file) == 0, to);
	gnutls_free(bytes.data);
}

void
file_copy(const char *to, const char *from)
{
	unlink("copy");
	file_append("copy", from);
	must(rename("copy", to) == 0, to);
}
