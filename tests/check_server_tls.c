/* check_server_tls.c - a server that speaks TLS, from end to end.
 * The service echoes; a first letter may make it do something else.
 * See also: tests/remote.h, serve/server.h, tests/check_server.c */
#include "serve/server.h"

#include <errno.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "certificates.h"
#include "net/io.h"
#include "net/tls.h"
#include "remote.h"
#include "suite.h"
#include "tls_peers.h"

#define FLOOD	'F'		/* send without end */
#define HANG_UP	'H'		/* last words, whatever else was sent */
#define WAIT	'W'		/* a minute; then a word */
#define NAP	'N'		/* a moment; then a word */

/* An idle time that a handshake ends in, under valgrind too. */
#define HANDSHAKE_MS	3000

static struct tls_client *tls;	/* that trusts the server */

/* --- the service --------------------------------------------------------- */

static void
say_line(struct client *client, const char *line)
{
	stream_send_all(&client->stream, line, strlen(line));
}

static void
flood(struct client *client)
{
	static const char chunk[4096];

	client_set_state(client, CLIENT_SENDING);
	while (stream_send_all(&client->stream, chunk, sizeof(chunk)) == 0)
		client_count(client, 0, sizeof(chunk));
	log_line(LOG_LEVEL_EVENT, "flood: %s", strerror(errno));
}

/* Returns whether it was one. */
static int
obey(struct client *client, char letter)
{
	if (letter == FLOOD)
		flood(client);
	else if (letter == HANG_UP) {
		say_line(client, "last words\n");
		client_hang_up(client);
	} else if (letter == WAIT)
		say_line(client, client_wait(client, 60000) ? "stopped\n" :
		    "waited\n");
	else if (letter == NAP) {
		say_line(client, client_wait(client, 100) ? "stopped\n" :
		    "waited\n");
		say_line(client, client_wait(client, 0) ? "stopped\n" :
		    "waited\n");
	} else
		return (0);
	return (1);
}

static void
echo_client(struct client *client, void *context)
{
	char chunk[4096];
	ssize_t n;

	(void)context;
	client_set_state(client, CLIENT_RECEIVING);
	while ((n = stream_recv(&client->stream, chunk, sizeof(chunk))) > 0) {
		client_count(client, (size_t)n, 0);
		if (obey(client, chunk[0]))
			return;
		if (stream_send_all(&client->stream, chunk, (size_t)n) == -1)
			return;
		client_count(client, 0, (size_t)n);
	}
	if (client_is_dismissed(client))
		say_line(client, "stop\n");
	else if (n == 0)
		say_line(client, "bye\n");
	else if (errno == EAGAIN)
		say_line(client, "idle\n");
	else if (errno == ECONNABORTED)
		log_line(LOG_LEVEL_EVENT, "a client was cut off");
}

static int
echo_datagram(const struct datagram *datagram, void *context)
{
	(void)context;
	server_reply(datagram, datagram->data, datagram->len);
	return (1);
}

static void
reload(void *context)
{
	log_line(LOG_LEVEL_EVENT, "%s reloads", (const char *)context);
}

static const struct service echo_service = {
	.serve_client = echo_client, .serve_datagram = echo_datagram,
	.reload = reload, .busy = "busy\n", .alpn = "fil/1",
	.context = (void *)"the service",
};

/* --- how a test sees it -------------------------------------------------- */

static void
setup(void)
{
	remote_setup(&echo_service);
	file_copy("live.pem", "server.pem");
	file_copy("live.key", "server.key");
	options.tls = (struct tls_options){ .cert = "live.pem",
	    .key = "live.key" };
	tls = client_of(&(struct tls_options){ .ca = "ca.pem",
	    .alpn = "fil/1" });
}

static void
teardown(void)
{
	tls_client_free(tls);
}

static void
dial(struct stream *stream)
{
	struct cause cause;
	int result;

	stream_init(stream, tls_client());
	result = tls_connect(tls, stream, "127.0.0.1",
	    clock_deadline(SUITE_PATIENCE_MS), &cause);
	ck_assert_msg(result == 0, "%s", text_of(&cause));
}

static void
hang_up(struct stream *stream)
{
	stream_end(stream);
	stream_fini(stream);
	close(stream->fd);
}

static void
is_echoed(struct stream *stream)
{
	say(stream, "hello");
	hear(stream, "hello");
}

static void
is_echoed_in_the_clear(int fd)
{
	ck_assert_int_eq(send_all(fd, "hello", 5), 0);
	ck_assert(hears(fd, "hello", SUITE_PATIENCE_MS));
}

/* The end comes, in time, and it is told. */
static void
hear_end(struct stream *stream)
{
	char byte;

	ck_assert_int_eq(stream_recv_within(stream, &byte, 1,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
}

/* --- core ---------------------------------------------------------------- */

START_TEST(tls_tcp_and_udp_are_served_side_by_side)
{
	struct stream streams[10];
	int tcp, udp;

	server_start();
	tcp = tcp_client();
	udp = udp_client();
	for (size_t i = 0; i < SUITE_COUNT(streams); i++)
		dial(&streams[i]);
	for (size_t i = 0; i < SUITE_COUNT(streams); i++) {
		is_echoed(&streams[i]);
		is_echoed_in_the_clear(tcp);
		is_echoed_in_the_clear(udp);
	}
	for (size_t i = 0; i < SUITE_COUNT(streams); i++) {
		ck_assert_int_eq(stream_end(&streams[i]), 0);
		hear(&streams[i], "bye\n");
		hear_end(&streams[i]);
		hang_up(&streams[i]);
	}
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_verbose_log_tells_of_each_session)
{
	struct stream stream;

	options.log_level = LOG_LEVEL_DETAIL;
	server_start();
	dial(&stream);
	ck_assert_ptr_nonnull(log_says("TLS with 127.0.0.1:",
	    SUITE_PATIENCE_MS));
	ck_assert_ptr_nonnull(log_says("TLS1.3", SUITE_PATIENCE_MS));
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

/* DESIGN rule 7: the main thread shakes no hands. */
START_TEST(a_silent_tls_client_delays_nobody)
{
	struct stream stream;
	int silent[20];
	int64_t begin;

	server_start();
	for (size_t i = 0; i < SUITE_COUNT(silent); i++)
		silent[i] = tls_client();
	begin = suite_now_ms();
	is_echoed_in_the_clear(tcp_client());
	is_echoed_in_the_clear(udp_client());
	dial(&stream);
	is_echoed(&stream);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	for (size_t i = 0; i < SUITE_COUNT(silent); i++)
		ck_assert(report_shows(silent[i], "handshake", 0, 0));
	hang_up(&stream);
	/* Nor do they delay the end. */
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_term_lets_each_tls_client_hear_goodbye)
{
	struct stream streams[20];

	server_start();
	for (size_t i = 0; i < SUITE_COUNT(streams); i++) {
		dial(&streams[i]);
		is_echoed(&streams[i]);
	}
	server_stop(SIGTERM, END_WELL);
	for (size_t i = 0; i < SUITE_COUNT(streams); i++) {
		hear(&streams[i], "stop\n");
		hear_end(&streams[i]);
		hang_up(&streams[i]);
	}
}
END_TEST

START_TEST(a_client_that_was_cut_off_is_told_from_one_that_left)
{
	struct stream stream;

	server_start();
	dial(&stream);
	is_echoed(&stream);
	shutdown(stream.fd, SHUT_WR);
	ck_assert_ptr_nonnull(log_says("cut off", SUITE_PATIENCE_MS));
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_wait_ends_by_itself_or_when_the_server_stops)
{
	struct stream nap, wait;

	server_start();
	dial(&nap);
	say(&nap, "N");
	hear(&nap, "waited\nwaited\n");
	dial(&wait);
	say(&wait, "W");
	ck_assert(report_shows(wait.fd, "receiving", 1, 0));
	server_stop(SIGTERM, END_WELL);
	hear(&wait, "stopped\n");
	hear_end(&wait);
	hang_up(&wait);
	hang_up(&nap);
}
END_TEST

/* A close with unread bytes is a reset, which can overtake the last words. */
START_TEST(last_words_arrive_though_much_is_unread)
{
	static char much[512 * 1024] = { HANG_UP };
	struct stream stream;

	server_start();
	for (int i = 0; i < 20; i++) {
		if (i % 2)
			dial(&stream);
		else
			stream_init(&stream, tcp_client());
		ck_assert_int_eq(stream_send_all(&stream, much,
		    sizeof(much)), 0);
		hear(&stream, "last words\n");
		hear_end(&stream);
		hang_up(&stream);
	}
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_client_that_stays_after_the_last_words_is_left)
{
	struct stream stream;
	int served;

	options.max_clients = 1;
	server_start();
	dial(&stream);
	say(&stream, "H");
	hear(&stream, "last words\n");
	do {
		int fd = tcp_client();

		send(fd, "hello", 5, MSG_NOSIGNAL);
		served = hears(fd, "hello", SUITE_PATIENCE_MS);
		close(fd);
	} while (!served);
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

/* --- files --------------------------------------------------------------- */

static void
fingerprint(unsigned char hash[32])
{
	const gnutls_datum_t *chain;
	struct raw raw;
	size_t size = 32;
	unsigned len;
	int fd = tls_client();

	raw_open(&raw, fd, GNUTLS_CLIENT, "NORMAL", NULL);
	ck_assert_int_eq(raw_shake_hands(&raw), 0);
	chain = gnutls_certificate_get_peers(raw.gnutls, &len);
	ck_assert_int_eq(gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0],
	    hash, &size), 0);
	raw_close(&raw);
	close(fd);
}

START_TEST(a_hangup_reads_the_certificate_again)
{
	unsigned char old[32], new[32];
	struct stream stream;

	certificate_make(&(struct certificate){ .name = "renewed",
	    .issuer = "ca", .names = { "127.0.0.1" } });
	server_start();
	dial(&stream);
	is_echoed(&stream);
	fingerprint(old);
	file_copy("live.pem", "renewed.pem");
	file_copy("live.key", "renewed.key");
	ck_assert_int_eq(kill(remote.pid, SIGHUP), 0);
	ck_assert_ptr_nonnull(log_says("certificate read again",
	    SUITE_PATIENCE_MS));
	ck_assert_ptr_nonnull(log_says("the service reloads",
	    SUITE_PATIENCE_MS));
	fingerprint(new);
	ck_assert_mem_ne(old, new, sizeof(old));
	is_echoed(&stream);
	hang_up(&stream);
	dial(&stream);
	is_echoed(&stream);
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_hangup_with_a_bad_certificate_keeps_the_old_one)
{
	unsigned char old[32], new[32];
	struct stream stream;

	server_start();
	dial(&stream);
	fingerprint(old);
	file_put("live.pem", "no certificate\n");
	ck_assert_int_eq(kill(remote.pid, SIGHUP), 0);
	ck_assert_ptr_nonnull(log_says("stays the old one: live.pem: ",
	    SUITE_PATIENCE_MS));
	/* What else is to be read is not left out for that. */
	ck_assert_ptr_nonnull(log_says("the service reloads",
	    SUITE_PATIENCE_MS));
	fingerprint(new);
	ck_assert_mem_eq(old, new, sizeof(old));
	is_echoed(&stream);
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_server_without_its_certificate_does_not_start)
{
	static struct server server;
	int before = suite_open_fds();
	struct cause cause;

	options.tls.key = "none.key";
	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), -1);
	ck_assert_str_eq(cause.primitive, "open");
	ck_assert_str_eq(cause.object, "none.key");
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(without_a_certificate_there_is_no_tls)
{
	static struct server server;
	struct cause cause;

	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), 0);
	ck_assert(server_has_tls(&server));
	server_fini(&server);
	options.tls.cert = NULL;
	ck_assert_int_eq(server_init(&server, &options, &echo_service,
	    &cause), 0);
	ck_assert(!server_has_tls(&server));
	server_fini(&server);
}
END_TEST

START_TEST(the_options_of_tls_fill_their_structure)
{
	struct opt_group group = { server_tls_option_rows,
	    server_tls_option_rows_len, &options };
	struct opt_program program = { .name = "check", .operands = "",
	    .purpose = "", .groups = &group, .groups_len = 1 };
	char *argv[] = { (char *)"check", (char *)"--cert=a", (char *)"--key",
	    (char *)"b", (char *)"--priority=SECURE256", NULL };

	ck_assert_int_eq(opt_parse(&program, 5, argv), OPT_RUN);
	ck_assert_str_eq(options.tls.cert, "a");
	ck_assert_str_eq(options.tls.key, "b");
	ck_assert_str_eq(options.tls.priority, "SECURE256");
}
END_TEST

/* --- limits and hostile -------------------------------------------------- */

START_TEST(beyond_the_limit_nothing_is_said_in_the_clear)
{
	struct stream first;
	char byte;
	int second;

	options.max_clients = 1;
	server_start();
	dial(&first);
	is_echoed(&first);
	second = tls_client();
	ck_assert_int_eq(recv_within(second, &byte, 1,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_ptr_nonnull(log_says("--max-clients", SUITE_PATIENCE_MS));
	is_echoed(&first);
	hang_up(&first);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(an_idle_tls_client_is_closed)
{
	struct stream stream;

	options.idle_timeout_ms = HANDSHAKE_MS;
	server_start();
	dial(&stream);
	is_echoed(&stream);
	ck_assert(suite_readable(stream.fd, SUITE_PATIENCE_MS));
	hear(&stream, "idle\n");
	hear_end(&stream);
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_stuck_tls_reader_is_closed_as_an_idle_one)
{
	struct stream stream;

	options.idle_timeout_ms = HANDSHAKE_MS;
	server_start();
	dial(&stream);
	say(&stream, "F");
	ck_assert_ptr_nonnull(log_says("flood: ", SUITE_PATIENCE_MS));
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(a_stuck_tls_reader_does_not_delay_the_end)
{
	struct stream stream;

	server_start();
	dial(&stream);
	say(&stream, "F");
	ck_assert(suite_readable(stream.fd, SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
	hang_up(&stream);
}
END_TEST

START_TEST(a_client_that_begins_no_handshake_is_closed)
{
	int silent;

	options.idle_timeout_ms = 200;
	server_start();
	silent = tls_client();
	ck_assert(hears_end(silent));
	ck_assert_ptr_nonnull(log_says("no TLS with 127.0.0.1:",
	    SUITE_PATIENCE_MS));
	server_stop(SIGTERM, END_WELL);
}
END_TEST

/* Whoever speaks no TLS gets an alert (RFC 8446 6.2), and no reset before it,
 * however much he has sent. */
START_TEST(an_alert_arrives_though_much_is_unread)
{
	static char much[512 * 1024];
	struct stream stream;

	memset(much, '\n', sizeof(much));
	server_start();
	for (int i = 0; i < 10; i++) {
		unsigned char alert[7];
		int fd = tls_client();

		ck_assert_int_eq(send_all(fd, much, sizeof(much)), 0);
		ck_assert_int_eq(recv(fd, alert, sizeof(alert), MSG_WAITALL),
		    sizeof(alert));
		ck_assert_uint_eq(alert[0], 21);	/* an alert's record */
		ck_assert_uint_eq(alert[5], 2);		/* fatal */
		ck_assert(hears_end(fd));
		close(fd);
	}
	ck_assert_ptr_nonnull(log_says("does not speak TLS",
	    SUITE_PATIENCE_MS));
	dial(&stream);
	is_echoed(&stream);
	hang_up(&stream);
	server_stop(SIGTERM, END_WELL);
}
END_TEST

START_TEST(descriptors_and_sessions_of_who_left_are_given_back)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct stream stream;

	descriptors = 32;
	server_start();
	for (int i = 0; i < 100; i++) {
		int rude = tls_client();

		send(rude, "\x16\x03\x01\x00\x80hello", (size_t)(i % 11),
		    MSG_NOSIGNAL);
		setsockopt(rude, SOL_SOCKET, SO_LINGER, &reset,
		    sizeof(reset));
		close(rude);
		dial(&stream);
		is_echoed(&stream);
		if (i % 2)
			hang_up(&stream);
		else {
			stream_fini(&stream);
			close(stream.fd);
		}
	}
	server_stop(SIGTERM, END_WELL);
	ck_assert_ptr_null(log_says("accept", SUITE_PATIENCE_MS));
}
END_TEST

static Suite *
server_tls_suite(void)
{
	Suite *suite = suite_create("server_tls");
	TCase *core = suite_case(suite, "core");
	TCase *files = suite_case(suite, "files");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_checked_fixture(files, setup, teardown);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_add_test(core, tls_tcp_and_udp_are_served_side_by_side);
	tcase_add_test(core, a_verbose_log_tells_of_each_session);
	tcase_add_test(core, a_silent_tls_client_delays_nobody);
	tcase_add_test(core, a_term_lets_each_tls_client_hear_goodbye);
	tcase_add_test(core,
	    a_client_that_was_cut_off_is_told_from_one_that_left);
	tcase_add_test(core, a_wait_ends_by_itself_or_when_the_server_stops);
	tcase_add_test(core, last_words_arrive_though_much_is_unread);
	tcase_add_test(core, a_client_that_stays_after_the_last_words_is_left);
	tcase_add_test(files, a_hangup_reads_the_certificate_again);
	tcase_add_test(files,
	    a_hangup_with_a_bad_certificate_keeps_the_old_one);
	tcase_add_test(files, a_server_without_its_certificate_does_not_start);
	tcase_add_test(files, without_a_certificate_there_is_no_tls);
	tcase_add_test(files, the_options_of_tls_fill_their_structure);
	tcase_add_test(hostile, beyond_the_limit_nothing_is_said_in_the_clear);
	tcase_add_test(hostile, an_idle_tls_client_is_closed);
	tcase_add_test(hostile, a_stuck_tls_reader_is_closed_as_an_idle_one);
	tcase_add_test(hostile, a_stuck_tls_reader_does_not_delay_the_end);
	tcase_add_test(hostile, a_client_that_begins_no_handshake_is_closed);
	tcase_add_test(hostile, an_alert_arrives_though_much_is_unread);
	tcase_add_test(hostile,
	    descriptors_and_sessions_of_who_left_are_given_back);
	return (suite);
}

int
main(void)
{
	int status;

	certificates_open();
	status = suite_run(server_tls_suite());
	certificates_close();
	return (status);
}
