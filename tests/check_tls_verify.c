/* check_tls_verify.c - whom a client believes, and files that are wrong.
 * The rule: a certificate is refused for its own reason, in a sentence, and the
 * program ends with status 3; a file that is wrong is named with what is wrong
 * with it.  A user would otherwise read "error", and try --insecure.
 * See also: net/tls_verify.c, net/tls_identity.c */
#include "net/tls.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "certificates.h"
#include "suite.h"
#include "tls_peers.h"

static const char *const versions[] = { TLS12, TLS13 };

#define VERSIONS	((int)SUITE_COUNT(versions))

static const struct certificate certificates[] = {
	{ .name = "other-ca", .is_ca = 1 },
	{ .name = "middle", .issuer = "ca", .is_ca = 1 },
	{ .name = "expired", .issuer = "ca", .from = -2, .until = -1,
	    .names = { "localhost" } },
	{ .name = "early", .issuer = "ca", .from = 1, .until = 2,
	    .names = { "localhost" } },
	{ .name = "alone", .names = { "localhost" } },
	{ .name = "foreign", .issuer = "other-ca", .names = { "localhost" } },
	{ .name = "below", .issuer = "middle", .names = { "localhost" } },
	{ .name = "named", .issuer = "ca", .names = { "localhost" } },
	{ .name = "wild", .issuer = "ca", .names = { "*.example.test" } },
	{ .name = "client", .issuer = "ca", .names = { "localhost" },
	    .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	{ .name = "forged", .issuer = "named", .names = { "localhost" } },
};

/* A server's certificate, what its client wants, and what comes of it. */
struct meeting {
	const char	*cert, *key;
	const char	*host;
	const char	*ca;
	const char	*said;		/* NULL: it is accepted */
};

static const struct meeting meetings[] = {
	{ "server.pem", "server.key", "localhost", "ca.pem", NULL },
	{ "server.pem", "server.key", "LocalHost", "ca.pem", NULL },
	{ "server.pem", "server.key", "127.0.0.1", "ca.pem", NULL },
	{ "server.pem", "server.key", "::1", "ca.pem", NULL },
	{ "server.pem", "server.key", "0:0:0::1", "ca.pem", NULL },
	{ "server.pem", "server.key", "localhost", "both-ca.pem", NULL },
	{ "wild.pem", "wild.key", "a.example.test", "ca.pem", NULL },
	{ "chain.pem", "below.key", "localhost", "ca.pem", NULL },
	{ "alone.pem", "alone.key", "localhost", "alone.pem", NULL },
	{ "server.pem", "server.key", "other.test", "ca.pem",
	    "it is for another name" },
	{ "server.pem", "server.key", "localhost.test", "ca.pem",
	    "it is for another name" },
	{ "server.pem", "server.key", "127.0.0.2", "ca.pem",
	    "it is for another name" },
	{ "server.pem", "server.key", "::2", "ca.pem",
	    "it is for another name" },
	{ "named.pem", "named.key", "127.0.0.1", "ca.pem",
	    "it is for another name" },
	{ "wild.pem", "wild.key", "a.b.example.test", "ca.pem",
	    "it is for another name" },
	{ "wild.pem", "wild.key", "example.test", "ca.pem",
	    "it is for another name" },
	{ "expired.pem", "expired.key", "localhost", "ca.pem",
	    "it has expired" },
	{ "early.pem", "early.key", "localhost", "ca.pem",
	    "it is not valid yet" },
	{ "alone.pem", "alone.key", "localhost", "ca.pem",
	    "it is self-signed" },
	{ "foreign.pem", "foreign.key", "localhost", "ca.pem",
	    "nobody who is trusted here has signed it" },
	{ "server.pem", "server.key", "localhost", "other-ca.pem",
	    "nobody who is trusted here has signed it" },
	{ "server.pem", "server.key", "localhost", NULL,
	    "nobody who is trusted here has signed it" },
	{ "below.pem", "below.key", "localhost", "ca.pem",
	    "nobody who is trusted here has signed it" },
	{ "client.pem", "client.key", "localhost", "ca.pem",
	    "it is not for a server" },
	{ "forged-chain.pem", "forged.key", "localhost", "ca.pem",
	    "it is not valid" },
};

static void
certificates_more(void)
{
	for (size_t i = 0; i < SUITE_COUNT(certificates); i++)
		certificate_make(&certificates[i]);
	file_append("both-ca.pem", "other-ca.pem");
	file_append("both-ca.pem", "ca.pem");
	file_append("chain.pem", "below.pem");
	file_append("chain.pem", "middle.pem");
	file_append("chain-reversed.pem", "middle.pem");
	file_append("chain-reversed.pem", "below.pem");
	file_append("forged-chain.pem", "forged.pem");
	file_append("forged-chain.pem", "named.pem");
	file_append("together.pem", "server.pem");
	file_append("together.pem", "server.key");
}

/* Let the two meet; returns what tls_connect did. */
static int
meet(const struct meeting *meeting, const char *version, int insecure,
    struct cause *cause)
{
	struct accepting accepting = { .deadline = 0 };
	struct tls_server *server = server_of(&(struct tls_options){
	    .cert = meeting->cert, .key = meeting->key });
	struct tls_client *client = client_of(&(struct tls_options){
	    .ca = meeting->ca, .insecure = insecure, .priority = version });
	struct stream stream;
	int fds[2], result, accepted;

	cause->kind = CAUSE_NONE;
	suite_tcp_pair(fds);
	stream_init(&stream, fds[0]);
	accept_start(&accepting, server, fds[1]);
	result = tls_connect(client, &stream, meeting->host,
	    clock_deadline(SUITE_PATIENCE_MS), cause);
	accepted = accept_end(&accepting);
	/* Both know: the one who refuses says so. */
	ck_assert_int_eq(accepted, result);
	ck_assert_int_eq(stream.tls == NULL, result == -1);
	stream_fini(&stream);
	stream_fini(&accepting.stream);
	tls_server_free(server);
	tls_client_free(client);
	close(fds[0]);
	close(fds[1]);
	return (result);
}

START_TEST(a_certificate_is_accepted_or_refused_for_its_own_reason)
{
	const struct meeting *meeting = &meetings[_i];
	struct cause cause;

	for (int i = 0; i < VERSIONS; i++) {
		int result = meet(meeting, versions[i], 0, &cause);

		if (meeting->said == NULL) {
			ck_assert_msg(result == 0, "%s, %s: %s",
			    meeting->cert, meeting->host, text_of(&cause));
			continue;
		}
		ck_assert_int_eq(result, -1);
		ck_assert_int_eq(cause.kind, CAUSE_CERTIFICATE);
		ck_assert_int_eq(cause_exit_status(&cause), 3);
		ck_assert_msg(strstr(text_of(&cause), meeting->said) != NULL,
		    "%s, %s: %s", meeting->cert, meeting->host,
		    text_of(&cause));
	}
}
END_TEST

START_TEST(an_insecure_client_accepts_all_and_says_so)
{
	int err = suite_capture(STDERR_FILENO);
	char text[16384];
	struct cause cause;

	log_open("check", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	for (size_t i = 0; i < SUITE_COUNT(meetings); i++) {
		ck_assert_int_eq(ftruncate(err, 0) |
		    (int)lseek(err, 0, SEEK_SET), 0);
		ck_assert_int_eq(meet(&meetings[i], TLS13, 1, &cause), 0);
		ck_assert_ptr_nonnull(strstr(suite_captured(err, text,
		    sizeof(text)), "--insecure"));
	}
	ck_assert_int_eq(ftruncate(err, 0) | (int)lseek(err, 0, SEEK_SET), 0);
	ck_assert_int_eq(meet(&meetings[0], TLS13, 0, &cause), 0);
	ck_assert_str_eq(suite_captured(err, text, sizeof(text)), "");
}
END_TEST

static void *
raw_main(void *arg)
{
	raw_shake_hands(arg);
	return (NULL);
}

static int
staple(gnutls_session_t gnutls, void *context, gnutls_datum_t *response)
{
	(void)gnutls;
	(void)context;
	return (gnutls_load_file("response", response));
}

/* RFC 6066 8: the server brings its CA's word on its certificate along.
 * OpenSSL writes that word. */
START_TEST(a_certificate_that_was_revoked_is_refused)
{
	struct tls_client *client = client_of(&(struct tls_options){
	    .ca = "ca.pem" });
	struct stream stream;
	struct cause cause;
	pthread_t thread;
	struct raw raw;
	int fds[2];

	if (system("command -v openssl >/dev/null") != 0)
		return;
	ck_assert_int_eq(system("serial=$(openssl x509 -noout -serial "
	    "-in named.pem) && printf 'R\\t351231000000Z\\t200101000000Z\\t"
	    "%s\\tunknown\\t/CN=named\\n' \"${serial#*=}\" >index && "
	    "openssl ocsp -index index -CA ca.pem -rsigner ca.pem "
	    "-rkey ca.key -issuer ca.pem -cert named.pem -noverify "
	    "-ndays 1 -respout response >said 2>&1"), 0);
	suite_tcp_pair(fds);
	raw_open(&raw, fds[1], GNUTLS_SERVER, versions[_i], "named");
	gnutls_certificate_set_ocsp_status_request_function(raw.credentials,
	    staple, NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, raw_main, &raw), 0);
	stream_init(&stream, fds[0]);
	ck_assert_int_eq(tls_connect(client, &stream, "localhost",
	    clock_deadline(SUITE_PATIENCE_MS), &cause), -1);
	ck_assert_msg(strstr(text_of(&cause), "revoked") != NULL, "%s",
	    text_of(&cause));
	ck_assert_int_eq(cause_exit_status(&cause), 3);
	pthread_join(thread, NULL);
	tls_client_free(client);
	raw_close(&raw);
}
END_TEST

/* --- files --------------------------------------------------------------- */

/* What a server is started with, and what it says: OBJECT: PRIMITIVE: SAID */
struct files {
	const char	*cert, *key;
	const char	*said;
};

static const struct files bad_files[] = {
	{ "none.pem", "server.key",
	    "none.pem: open: No such file or directory" },
	{ "server.pem", "none.key",
	    "none.key: open: No such file or directory" },
	{ ".", "server.key", ".: read: Is a directory" },
	{ "server.pem", ".", ".: read: Is a directory" },
	{ "garbage", "server.key",
	    "garbage: gnutls_x509_crt_list_import2: no certificate is in" },
	{ "server.pem", "garbage",
	    "garbage: gnutls_x509_privkey_import2: no private key is in it" },
	{ "broken", "server.key",
	    "broken: gnutls_x509_crt_list_import2: its bytes are damaged" },
	{ "cut.pem", "server.key",
	    "cut.pem: gnutls_x509_crt_list_import2: its bytes are damaged" },
	{ "server.pem", "broken.key",
	    "broken.key: gnutls_x509_privkey_import2: its bytes are damaged" },
	{ "server.pem", "cut.key",
	    "cut.key: gnutls_x509_privkey_import2: its bytes are damaged" },
	{ "server.pem", "broken",
	    "broken: gnutls_x509_privkey_import2: no private key is in it" },
	{ "empty", "server.key",
	    "empty: gnutls_x509_crt_list_import2: no certificate is in it" },
	{ "server.pem", "empty",
	    "empty: gnutls_x509_privkey_import2: no private key is in it" },
	{ "server.key", "server.key",
	    "server.key: gnutls_x509_crt_list_import2: no certificate is" },
	{ "server.pem", "server.pem",
	    "server.pem: gnutls_x509_privkey_import2: no private key is in" },
	{ "server.pem", NULL,
	    "server.pem: gnutls_x509_privkey_import2: no private key is in" },
	{ "server.pem", "named.key", "named.key: "
	    "gnutls_certificate_set_x509_key: this key does not belong" },
	{ "chain-reversed.pem", "below.key", "below.key: "
	    "gnutls_certificate_set_x509_key: this key does not belong" },
	{ "server.pem", "locked.key", "locked.key: "
	    "gnutls_x509_privkey_import2: this key has a password" },
	{ "huge", "server.key", "huge: read: File too large" },
};

/* The server's key, as PKCS 8: with a password, or without. */
static void
key_put(const char *name, const char *password)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem;

	ck_assert_int_eq(gnutls_load_file("server.key", &pem), 0);
	ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_eq(gnutls_x509_privkey_import(key, &pem,
	    GNUTLS_X509_FMT_PEM), 0);
	gnutls_free(pem.data);
	ck_assert_int_eq(gnutls_x509_privkey_export2_pkcs8(key,
	    GNUTLS_X509_FMT_PEM, password, password != NULL ?
	    GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN, &pem), 0);
	gnutls_x509_privkey_deinit(key);
	file_put(name, (const char *)pem.data);
	gnutls_free(pem.data);
}

static void
bad_files_make(void)
{
	int fd = open("huge", O_WRONLY | O_CREAT, 0600);

	ck_assert_int_eq(ftruncate(fd, 5 * 1024 * 1024), 0);
	close(fd);
	file_put("garbage", "this is no PEM file\n");
	file_put("broken", "-----BEGIN CERTIFICATE-----\nMIIB!\n"
	    "-----END CERTIFICATE-----\n");
	file_put("cut.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n"
	    "-----END CERTIFICATE-----\n");
	file_put("broken.key", "-----BEGIN PRIVATE KEY-----\n!!\n"
	    "-----END PRIVATE KEY-----\n");
	file_put("cut.key", "-----BEGIN PRIVATE KEY-----\nMIIB\n"
	    "-----END PRIVATE KEY-----\n");
	file_put("empty", "");
}

START_TEST(a_file_that_is_wrong_is_named_with_the_reason)
{
	const struct files *files = &bad_files[_i];
	struct tls_options options = { .cert = files->cert,
	    .key = files->key };
	int open_fds = suite_open_fds();
	struct cause cause;

	bad_files_make();
	/* Its password is made slow to try: only where it is needed. */
	if (files->key != NULL && strcmp(files->key, "locked.key") == 0)
		key_put("locked.key", "secret");
	ck_assert_ptr_null(tls_server_open(&options, &cause));
	ck_assert_msg(strncmp(text_of(&cause), files->said,
	    strlen(files->said)) == 0, "%s\nand not %s", text_of(&cause),
	    files->said);
	ck_assert_int_eq(cause_exit_status(&cause), 1);
	options.ca = "ca.pem";
	ck_assert_ptr_null(tls_client_open(&options, &cause));
	ck_assert_int_eq(suite_open_fds(), open_fds);
}
END_TEST

START_TEST(a_ca_file_that_is_wrong_is_named_with_the_reason)
{
	static const char *const said[] = {
		"none.pem: open: No such file or directory",
		".: read: Is a directory",
		"garbage: gnutls_certificate_set_x509_trust_mem: "
		    "no certificate is in it",
		"empty: gnutls_certificate_set_x509_trust_mem: "
		    "no certificate is in it",
		"server.key: gnutls_certificate_set_x509_trust_mem: "
		    "no certificate is in it",
	};

	bad_files_make();
	for (size_t i = 0; i < SUITE_COUNT(said); i++) {
		struct cause cause;
		char name[32];

		snprintf(name, sizeof(name), "%.*s",
		    (int)strcspn(said[i], ":"), said[i]);
		ck_assert_ptr_null(tls_client_open(&(struct tls_options){
		    .ca = name }, &cause));
		ck_assert_msg(strncmp(text_of(&cause), said[i],
		    strlen(said[i])) == 0, "%s", text_of(&cause));
	}
}
END_TEST

/* To root everything is readable, so it is nobody who tries. */
START_TEST(a_file_that_may_not_be_read_is_named)
{
	struct tls_options options = { .cert = "server.pem",
	    .key = "secret.key" };
	struct cause cause;

	file_copy("secret.key", "server.key");
	ck_assert_int_eq(chmod(".", 0755) | chmod("server.pem", 0644) |
	    chmod("secret.key", 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(setuid(65534), 0);
	ck_assert_ptr_null(tls_server_open(&options, &cause));
	ck_assert_str_eq(text_of(&cause),
	    "secret.key: open: Permission denied");
}
END_TEST

START_TEST(certificate_and_key_may_share_a_file)
{
	static const char *const keys[] = { NULL, "together.pem", "plain.key",
	    "server.key" };

	key_put("plain.key", NULL);
	for (size_t i = 0; i < SUITE_COUNT(keys); i++) {
		const struct meeting meeting = { "together.pem", keys[i],
		    "localhost", "ca.pem", NULL };
		struct cause cause;

		ck_assert_int_eq(meet(&meeting, TLS13, 0, &cause), 0);
	}
}
END_TEST

START_TEST(a_key_that_everybody_can_read_is_warned_of)
{
	struct tls_options options = { .cert = "server.pem",
	    .key = "open.key" };
	int err = suite_capture(STDERR_FILENO);
	char text[512];

	log_open("check", LOG_LEVEL_WARNING, LOG_COLOR_NEVER);
	file_copy("open.key", "server.key");
	tls_server_free(server_of(&options));
	ck_assert_str_eq(suite_captured(err, text, sizeof(text)), "");
	ck_assert_int_eq(chmod("open.key", 0644), 0);
	tls_server_free(server_of(&options));
	ck_assert_ptr_nonnull(strstr(suite_captured(err, text, sizeof(text)),
	    "open.key"));
}
END_TEST

static Suite *
tls_verify_suite(void)
{
	Suite *suite = suite_create("tls_verify");
	TCase *core = suite_case(suite, "core");
	TCase *files = suite_case(suite, "files");

	tcase_add_loop_test(core,
	    a_certificate_is_accepted_or_refused_for_its_own_reason, 0,
	    (int)SUITE_COUNT(meetings));
	tcase_add_test(core, an_insecure_client_accepts_all_and_says_so);
	tcase_add_loop_test(core, a_certificate_that_was_revoked_is_refused,
	    0, VERSIONS);
	tcase_add_loop_test(files,
	    a_file_that_is_wrong_is_named_with_the_reason, 0,
	    (int)SUITE_COUNT(bad_files));
	tcase_add_test(files,
	    a_ca_file_that_is_wrong_is_named_with_the_reason);
	tcase_add_test(files, a_file_that_may_not_be_read_is_named);
	tcase_add_test(files, certificate_and_key_may_share_a_file);
	tcase_add_test(files, a_key_that_everybody_can_read_is_warned_of);
	return (suite);
}

int
main(void)
{
	int status;

	certificates_open();
	certificates_more();
	status = suite_run(tls_verify_suite());
	certificates_close();
	return (status);
}
