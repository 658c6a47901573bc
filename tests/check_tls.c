/* check_tls.c - TLS: handshakes, protocols, resumption, reload.
 * The peer is our own code, or GnuTLS alone.
 * See also: net/tls.h, tests/check_tls_hostile.c, tests/check_tls_verify.c */
#include "net/tls.h"

#include <sys/ioctl.h>

#include "base/clock.h"
#include "base/log.h"
#include "certificates.h"
#include "suite.h"
#include "tls_peers.h"

static const struct tls_options server_options = {
	.cert = "server.pem", .key = "server.key", .alpn = "fil/1",
};

/* The versions, for loop tests. */
static const char *const versions[] = { TLS12, TLS13 };

#define VERSIONS	((int)SUITE_COUNT(versions))

/* --- handshakes ---------------------------------------------------------- */

START_TEST(a_session_is_described_by_version_and_ciphers)
{
	struct pair pair;
	char text[128];

	pair_open(&pair, PAIR_TLS12);
	ck_assert_ptr_nonnull(strstr(tls_describe(&pair.server, text,
	    sizeof(text)), "TLS1.2"));
	pair_close(&pair);
	pair_open(&pair, PAIR_TLS13);
	ck_assert_ptr_nonnull(strstr(tls_describe(&pair.client, text,
	    sizeof(text)), "TLS1.3"));
	ck_assert_ptr_nonnull(strstr(text, "AES"));
	ck_assert_ptr_null(strstr(text, "resumed"));
	pair_close(&pair);
}
END_TEST

/* How a raw client fares that offers a protocol, or none; what the server
 * made of it is in accepting. */
static int
shake_with_alpn(const char *alpn, struct accepting *accepting,
    struct raw *raw, int fds[2])
{
	gnutls_datum_t name = { (unsigned char *)alpn, 0 };
	int code;

	*accepting = (struct accepting){ .deadline = 0 };
	suite_tcp_pair(fds);
	accept_start(accepting, server_of(&server_options), fds[1]);
	raw_open(raw, fds[0], GNUTLS_CLIENT, "NORMAL", NULL);
	raw->tls_server = accepting->server;
	if (alpn != NULL) {
		name.size = (unsigned)strlen(alpn);
		gnutls_alpn_set_protocols(raw->gnutls, &name, 1, 0);
	}
	code = raw_shake_hands(raw);
	/* Under TLS 1.3 a refusal is heard of after the handshake. */
	if (code == 0 && accept_end(accepting) == -1) {
		char byte;

		code = (int)gnutls_record_recv(raw->gnutls, &byte, 1);
	} else if (code != 0)
		accept_end(accepting);
	return (code);
}

START_TEST(the_protocol_that_both_know_is_chosen)
{
	struct accepting accepting;
	gnutls_datum_t chosen;
	struct raw raw;
	int fds[2];

	ck_assert_int_eq(shake_with_alpn("fil/1", &accepting, &raw, fds), 0);
	ck_assert_int_eq(gnutls_alpn_get_selected_protocol(raw.gnutls,
	    &chosen), 0);
	ck_assert_uint_eq(chosen.size, 5);
	ck_assert_mem_eq(chosen.data, "fil/1", 5);
	stream_fini(&accepting.stream);
	raw_close(&raw);
}
END_TEST

START_TEST(a_client_that_names_no_protocol_is_served)
{
	struct accepting accepting;
	struct raw raw;
	int fds[2];

	ck_assert_int_eq(shake_with_alpn(NULL, &accepting, &raw, fds), 0);
	raw_say(&raw, "salut");
	hear(&accepting.stream, "salut");
	stream_fini(&accepting.stream);
	raw_close(&raw);
}
END_TEST

/* RFC 7301 3.2: no_application_protocol. */
START_TEST(a_client_of_another_protocol_is_refused)
{
	struct accepting accepting;
	struct raw raw;
	int fds[2];

	ck_assert_int_eq(shake_with_alpn("http/1.1", &accepting, &raw, fds),
	    GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq(gnutls_alert_get(raw.gnutls),
	    GNUTLS_A_NO_APPLICATION_PROTOCOL);
	ck_assert_int_eq(accepting.result, -1);
	ck_assert_ptr_null(accepting.stream.tls);
	ck_assert_ptr_nonnull(strstr(text_of(&accepting.cause),
	    "gnutls_handshake: "));
	raw_close(&raw);
}
END_TEST

START_TEST(an_old_version_is_refused)
{
	static const char *const old[] = {
	    "NORMAL:-VERS-ALL:+VERS-TLS1.0", "NORMAL:-VERS-ALL:+VERS-TLS1.1" };

	for (size_t i = 0; i < SUITE_COUNT(old); i++) {
		struct accepting accepting = { .deadline = 0 };
		struct raw raw;
		int fds[2];

		suite_tcp_pair(fds);
		accept_start(&accepting, server_of(&server_options), fds[1]);
		raw_open(&raw, fds[0], GNUTLS_CLIENT, old[i], NULL);
		ck_assert_int_ne(raw_shake_hands(&raw), 0);
		ck_assert_int_eq(accept_end(&accepting), -1);
		ck_assert_ptr_nonnull(strstr(text_of(&accepting.cause),
		    "TLS 1.2 or 1.3"));
		tls_server_free(accepting.server);
		raw_close(&raw);
	}
}
END_TEST

START_TEST(a_name_that_cannot_be_asked_for_is_told)
{
	struct tls_client *client = client_of(&(struct tls_options){
	    .ca = "ca.pem" });
	int open_fds = suite_open_fds(), fds[2];
	struct stream stream;
	struct cause cause;

	suite_tcp_pair(fds);
	stream_init(&stream, fds[0]);
	ck_assert_int_eq(tls_connect(client, &stream, "\xff\xfe.test",
	    clock_deadline(SUITE_PATIENCE_MS), &cause), -1);
	ck_assert_str_eq(cause.primitive, "gnutls_server_name_set");
	ck_assert_str_eq(cause.object, "\xff\xfe.test");
	ck_assert_ptr_null(stream.tls);
	tls_client_free(client);
	close(fds[0]);
	close(fds[1]);
	ck_assert_int_eq(suite_open_fds(), open_fds);
}
END_TEST

/* RFC 7301 3.1 has room for 255 bytes, GnuTLS for 31. */
START_TEST(a_protocol_that_cannot_be_offered_is_told)
{
	struct accepting accepting = { .deadline = 0 };
	struct tls_options options = server_options;
	int fds[2];

	options.alpn = "a protocol with a name much too long for any";
	suite_tcp_pair(fds);
	accept_start(&accepting, server_of(&options), fds[1]);
	ck_assert_int_eq(accept_end(&accepting), -1);
	ck_assert_str_eq(accepting.cause.primitive,
	    "gnutls_alpn_set_protocols");
	tls_server_free(accepting.server);
}
END_TEST

START_TEST(a_priority_that_nobody_knows_is_refused)
{
	struct tls_options options = server_options;
	struct cause cause;

	options.priority = "NORMAL:+NONSENSE";
	ck_assert_ptr_null(tls_server_open(&options, &cause));
	ck_assert_str_eq(cause.object, options.priority);
	ck_assert_str_eq(cause.primitive, "gnutls_priority_init");
	ck_assert_ptr_null(tls_client_open(&options, &cause));
}
END_TEST

/* RFC 8446 2.1: who guesses wrongly has to say hello again. */
START_TEST(a_client_that_guesses_x25519_guesses_right)
{
	struct accepting accepting = { .deadline = 0 };
	struct raw raw;
	int fds[2];

	suite_tcp_pair(fds);
	accept_start(&accepting, server_of(&server_options), fds[1]);
	raw_open(&raw, fds[0], GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP,
	    TLS13 ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1", NULL);
	raw.tls_server = accepting.server;
	ck_assert_int_eq(raw_shake_hands(&raw), 0);
	ck_assert_int_eq(accept_end(&accepting), 0);
	ck_assert_int_eq(gnutls_group_get(raw.gnutls), GNUTLS_GROUP_X25519);
	stream_fini(&accepting.stream);
	raw_close(&raw);
}
END_TEST

/* With Nagle's algorithm a client's first message waits until its part of the
 * handshake is acknowledged: 40 ms, where nobody hurries. */
START_TEST(the_end_of_a_clients_handshake_is_acknowledged_at_once)
{
	int late = 0;

	for (int i = 0; i < 10; i++) {
		struct accepting accepting = { .deadline = 0 };
		int fds[2], queued = 0;
		struct raw raw;

		suite_tcp_pair(fds);
		accept_start(&accepting, server_of(&server_options), fds[1]);
		raw_open(&raw, fds[0], GNUTLS_CLIENT, versions[_i], NULL);
		raw.tls_server = accepting.server;
		ck_assert_int_eq(raw_shake_hands(&raw), 0);
		ck_assert_int_eq(accept_end(&accepting), 0);
		/* Linux: bytes that are not acknowledged yet. */
		ck_assert_int_eq(ioctl(fds[0], TIOCOUTQ, &queued), 0);
		late += queued > 0;
		stream_fini(&accepting.stream);
		raw_close(&raw);
	}
	/* It happens to all but the first few, or to none. */
	ck_assert_int_lt(late, 5);
}
END_TEST

/* A server that has to know its client, as GnuTLS is one. */
struct strict {
	struct raw	 raw;
	int		 code;
	unsigned	 shown;		/* certificates of the client */
	char		 asked[64];	/* the name that the client asks for */
};

static void *
strict_main(void *arg)
{
	struct strict *strict = arg;
	size_t len = sizeof(strict->asked);
	unsigned type;

	gnutls_certificate_server_set_request(strict->raw.gnutls,
	    GNUTLS_CERT_REQUIRE);
	strict->code = raw_shake_hands(&strict->raw);
	if (strict->code < 0)
		gnutls_alert_send_appropriate(strict->raw.gnutls,
		    strict->code);
	gnutls_certificate_get_peers(strict->raw.gnutls, &strict->shown);
	if (gnutls_server_name_get(strict->raw.gnutls, strict->asked, &len,
	    &type, 0) != 0)
		strict->asked[0] = '\0';
	return (NULL);
}

static void
strict_serve(struct strict *strict, const char *cert, const char *host,
    const char *version)
{
	struct tls_client *client = client_of(&(struct tls_options){
	    .cert = cert, .key = "server.key", .ca = "ca.pem" });
	struct stream stream;
	struct cause cause;
	pthread_t thread;
	int fds[2];

	*strict = (struct strict){ .code = 1 };
	suite_tcp_pair(fds);
	raw_open(&strict->raw, fds[1], GNUTLS_SERVER, version, "server");
	ck_assert_int_eq(pthread_create(&thread, NULL, strict_main, strict),
	    0);
	stream_init(&stream, fds[0]);
	tls_connect(client, &stream, host,
	    clock_deadline(SUITE_PATIENCE_MS), &cause);
	pthread_join(thread, NULL);
	stream_fini(&stream);
	tls_client_free(client);
	raw_close(&strict->raw);
}

START_TEST(a_client_shows_its_certificate)
{
	struct strict strict;

	strict_serve(&strict, "server.pem", "localhost", versions[_i]);
	ck_assert_int_eq(strict.code, 0);
	ck_assert_uint_eq(strict.shown, 1);
	strict_serve(&strict, NULL, "localhost", versions[_i]);
	ck_assert_int_ne(strict.code, 0);
	ck_assert_uint_eq(strict.shown, 0);
}
END_TEST

/* RFC 6066 3: "literal IPv4 and IPv6 addresses are not permitted". */
START_TEST(a_name_is_asked_for_and_an_address_is_not)
{
	struct strict strict;

	strict_serve(&strict, "server.pem", "localhost", TLS13);
	ck_assert_str_eq(strict.asked, "localhost");
	strict_serve(&strict, "server.pem", "127.0.0.1", TLS13);
	ck_assert_int_eq(strict.code, 0);
	ck_assert_str_eq(strict.asked, "");
	strict_serve(&strict, "server.pem", "::1", TLS13);
	ck_assert_int_eq(strict.code, 0);
	ck_assert_str_eq(strict.asked, "");
}
END_TEST

START_TEST(whoever_lets_the_keys_be_logged_is_warned)
{
	char text[512];
	int err = suite_capture(STDERR_FILENO);

	log_open("check", LOG_LEVEL_EVENT, LOG_COLOR_NEVER);
	unsetenv("SSLKEYLOGFILE");
	tls_server_free(server_of(&server_options));
	setenv("SSLKEYLOGFILE", "", 1);
	tls_server_free(server_of(&server_options));
	ck_assert_str_eq(suite_captured(err, text, sizeof(text)), "");
	setenv("SSLKEYLOGFILE", "keys.log", 1);
	tls_server_free(server_of(&server_options));
	ck_assert_ptr_nonnull(strstr(suite_captured(err, text, sizeof(text)),
	    "keys.log"));
	err = suite_capture(STDERR_FILENO);
	tls_client_free(client_of(&(struct tls_options){ .ca = "ca.pem" }));
	ck_assert_ptr_nonnull(strstr(suite_captured(err, text, sizeof(text)),
	    "keys.log"));
}
END_TEST

/* --- resumption and reload ----------------------------------------------- */

/* Connect as GnuTLS, with a ticket if data has one, and leave the next ticket
 * there.  Was the session resumed, for both ends? */
static int
resumes(struct tls_server *server, const char *version, gnutls_datum_t *data)
{
	struct accepting accepting = { .deadline = 0 };
	char text[128];
	struct raw raw;
	int fds[2], resumed;

	suite_tcp_pair(fds);
	accept_start(&accepting, server, fds[1]);
	raw_open(&raw, fds[0], GNUTLS_CLIENT, version, NULL);
	if (data->size > 0)
		gnutls_session_set_data(raw.gnutls, data->data, data->size);
	gnutls_free(data->data);
	ck_assert_int_eq(raw_shake_hands(&raw), 0);
	ck_assert_int_eq(accept_end(&accepting), 0);
	/* Under TLS 1.3 the ticket comes with the first answer. */
	say(&accepting.stream, "salut");
	raw_hear(&raw, "salut");
	resumed = gnutls_session_is_resumed(raw.gnutls);
	ck_assert_int_eq(strstr(tls_describe(&accepting.stream, text,
	    sizeof(text)), "resumed") != NULL, resumed);
	ck_assert_int_eq(gnutls_session_get_data2(raw.gnutls, data), 0);
	stream_fini(&accepting.stream);
	raw_close(&raw);
	close(fds[0]);
	close(fds[1]);
	return (resumed);
}

START_TEST(a_ticket_resumes_a_session)
{
	struct tls_server *server = server_of(&server_options);
	gnutls_datum_t data = { NULL, 0 };

	ck_assert(!resumes(server, versions[_i], &data));
	ck_assert(resumes(server, versions[_i], &data));
	ck_assert(resumes(server, versions[_i], &data));
	gnutls_free(data.data);
	tls_server_free(server);
}
END_TEST

START_TEST(a_ticket_of_another_server_begins_a_new_session)
{
	struct tls_server *one = server_of(&server_options);
	struct tls_server *two = server_of(&server_options);
	gnutls_datum_t data = { NULL, 0 };

	ck_assert(!resumes(one, versions[_i], &data));
	ck_assert(!resumes(two, versions[_i], &data));
	gnutls_free(data.data);
	tls_server_free(one);
	tls_server_free(two);
}
END_TEST

START_TEST(a_ticket_survives_a_reload)
{
	struct tls_server *server = server_of(&server_options);
	gnutls_datum_t data = { NULL, 0 };
	struct cause cause;

	ck_assert(!resumes(server, versions[_i], &data));
	ck_assert_int_eq(tls_server_reload(server, &cause), 0);
	ck_assert(resumes(server, versions[_i], &data));
	gnutls_free(data.data);
	tls_server_free(server);
}
END_TEST

/* A client and the server's end of one connection. */
struct live {
	struct raw	 raw;
	struct stream	 server;
	int		 fds[2];
};

static void
live_open(struct live *live, struct tls_server *server)
{
	struct accepting accepting = { .deadline = 0 };

	suite_tcp_pair(live->fds);
	accept_start(&accepting, server, live->fds[1]);
	raw_open(&live->raw, live->fds[0], GNUTLS_CLIENT, "NORMAL", NULL);
	ck_assert_int_eq(raw_shake_hands(&live->raw), 0);
	ck_assert_int_eq(accept_end(&accepting), 0);
	live->server = accepting.stream;
}

static void
live_close(struct live *live)
{
	stream_fini(&live->server);
	raw_close(&live->raw);
	close(live->fds[0]);
	close(live->fds[1]);
}

/* The fingerprint of the certificate that a client was shown. */
static void
fingerprint(const struct live *live, unsigned char hash[32])
{
	unsigned len;
	size_t size = 32;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(
	    live->raw.gnutls, &len);

	ck_assert_ptr_nonnull(chain);
	ck_assert_int_eq(gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0],
	    hash, &size), 0);
}

static void
renewable(struct tls_options *options)
{
	file_copy("live.pem", "server.pem");
	file_copy("live.key", "server.key");
	*options = server_options;
	options->cert = "live.pem";
	options->key = "live.key";
	certificate_make(&(struct certificate){ .name = "renewed",
	    .issuer = "ca", .names = { "localhost" } });
}

/* The old credentials go with the last session that has them: a leak would
 * show under LeakSanitizer, an early end under AddressSanitizer. */
START_TEST(a_reload_drops_nobody_and_is_for_new_clients)
{
	static struct live live[100];
	unsigned char old[32], new[32];
	struct tls_options options;
	struct tls_server *server;
	struct live late;
	struct cause cause;

	renewable(&options);
	server = server_of(&options);
	for (size_t i = 0; i < SUITE_COUNT(live); i++)
		live_open(&live[i], server);
	fingerprint(&live[0], old);
	file_copy("live.pem", "renewed.pem");
	file_copy("live.key", "renewed.key");
	ck_assert_int_eq(tls_server_reload(server, &cause), 0);
	live_open(&late, server);
	fingerprint(&late, new);
	ck_assert_mem_ne(old, new, sizeof(old));
	for (size_t i = 0; i < SUITE_COUNT(live); i++) {
		raw_say(&live[i].raw, "salut");
		hear(&live[i].server, "salut");
		say(&live[i].server, "bonjour");
		raw_hear(&live[i].raw, "bonjour");
		live_close(&live[i]);
	}
	live_close(&late);
	tls_server_free(server);
}
END_TEST

START_TEST(a_reload_of_bad_files_changes_nothing)
{
	static const char *const bad[][2] = {
		{ "garbage", "server.key" },
		{ "server.pem", "renewed.key" },
		{ "no-such-file", "server.key" },
	};
	unsigned char old[32], new[32];
	struct tls_options options;
	struct tls_server *server;
	struct live live, late;

	renewable(&options);
	file_put("garbage", "no certificate\n");
	server = server_of(&options);
	live_open(&live, server);
	fingerprint(&live, old);
	for (size_t i = 0; i < SUITE_COUNT(bad); i++) {
		struct cause cause = { .kind = CAUSE_NONE };

		unlink("live.pem");
		if (strcmp(bad[i][0], "no-such-file") != 0)
			file_copy("live.pem", bad[i][0]);
		file_copy("live.key", bad[i][1]);
		ck_assert_int_eq(tls_server_reload(server, &cause), -1);
		ck_assert_ptr_nonnull(strstr(text_of(&cause), "live."));
		live_open(&late, server);
		fingerprint(&late, new);
		ck_assert_mem_eq(old, new, sizeof(old));
		live_close(&late);
	}
	raw_say(&live.raw, "salut");
	hear(&live.server, "salut");
	live_close(&live);
	tls_server_free(server);
}
END_TEST

/* Threads that shake hands while the certificate changes. */
struct shaker {
	pthread_t	 thread;
	struct tls_server *server;
};

static void *
shaker_main(void *arg)
{
	struct shaker *shaker = arg;

	for (int i = 0; i < 10; i++) {
		struct live live;

		live_open(&live, shaker->server);
		live_close(&live);
	}
	return (NULL);
}

START_TEST(reloads_and_handshakes_at_once_do_no_harm)
{
	struct tls_server *server = server_of(&server_options);
	struct shaker shakers[4];
	struct cause cause;

	for (size_t i = 0; i < SUITE_COUNT(shakers); i++) {
		shakers[i].server = server;
		ck_assert_int_eq(pthread_create(&shakers[i].thread, NULL,
		    shaker_main, &shakers[i]), 0);
	}
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(tls_server_reload(server, &cause), 0);
	for (size_t i = 0; i < SUITE_COUNT(shakers); i++)
		pthread_join(shakers[i].thread, NULL);
	tls_server_free(server);
}
END_TEST

static Suite *
tls_suite(void)
{
	Suite *suite = suite_create("tls");
	TCase *core = suite_case(suite, "core");
	TCase *reload = suite_case(suite, "reload");

	tcase_add_test(core, a_session_is_described_by_version_and_ciphers);
	tcase_add_test(core, the_protocol_that_both_know_is_chosen);
	tcase_add_test(core, a_client_that_names_no_protocol_is_served);
	tcase_add_test(core, a_client_of_another_protocol_is_refused);
	tcase_add_test(core, an_old_version_is_refused);
	tcase_add_test(core, a_name_that_cannot_be_asked_for_is_told);
	tcase_add_test(core, a_protocol_that_cannot_be_offered_is_told);
	tcase_add_test(core, a_priority_that_nobody_knows_is_refused);
	tcase_add_test(core, a_client_that_guesses_x25519_guesses_right);
	tcase_add_loop_test(core,
	    the_end_of_a_clients_handshake_is_acknowledged_at_once, 0,
	    VERSIONS);
	tcase_add_loop_test(core, a_client_shows_its_certificate, 0,
	    VERSIONS);
	tcase_add_test(core, a_name_is_asked_for_and_an_address_is_not);
	tcase_add_test(core, whoever_lets_the_keys_be_logged_is_warned);
	tcase_add_loop_test(reload, a_ticket_resumes_a_session, 0, VERSIONS);
	tcase_add_loop_test(reload,
	    a_ticket_of_another_server_begins_a_new_session, 0, VERSIONS);
	tcase_add_loop_test(reload, a_ticket_survives_a_reload, 0, VERSIONS);
	tcase_add_test(reload, a_reload_drops_nobody_and_is_for_new_clients);
	tcase_add_test(reload, a_reload_of_bad_files_changes_nothing);
	tcase_add_test(reload, reloads_and_handshakes_at_once_do_no_harm);
	return (suite);
}

int
main(void)
{
	int status;

	certificates_open();
	status = suite_run(tls_suite());
	certificates_close();
	return (status);
}
