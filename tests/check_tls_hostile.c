/* check_tls_hostile.c - TLS with peers that are slow, broken or ill-meant.
 * The rule: such a peer costs its own session, by its own deadline, and the log
 * says why.  A user would otherwise see a server that hangs, or bytes that were
 * never sent.
 * See also: net/tls.h, net/tls_session.c, tests/check_tls.c */
#include <errno.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "certificates.h"
#include "net/io.h"
#include "net/tls.h"
#include "suite.h"
#include "tls_peers.h"

#define MUCH	(1024 * 1024)

static const struct tls_options server_options = {
	.cert = "server.pem", .key = "server.key",
};

/* The versions, for loop tests. */
static const char *const versions[] = { TLS12, TLS13 };

#define VERSIONS	((int)SUITE_COUNT(versions))

static const char *
failure_of(const struct stream *stream, int error)
{
	struct cause cause;

	stream_cause(stream, "recv", error, NULL, &cause);
	return (text_of(&cause));
}

/* --- new keys, renegotiation --------------------------------------------- */

/* Our end, in two threads, while a raw peer asks for new keys. */
struct rekeyed {
	struct stream	*stream;
	pthread_t	 writer, reader;
	size_t		 received;
	int		 wrong, failed;
};

static void *
rekeyed_write(void *arg)
{
	struct rekeyed *rekeyed = arg;
	char bite[1000];

	for (size_t sent = 0; sent < MUCH; sent += sizeof(bite)) {
		great_fill(bite, sent, sizeof(bite));
		if (stream_send_all(rekeyed->stream, bite, sizeof(bite)) == -1)
			rekeyed->failed = 1;
	}
	stream_end(rekeyed->stream);
	return (NULL);
}

static void *
rekeyed_read(void *arg)
{
	struct rekeyed *rekeyed = arg;
	char buf[700];
	ssize_t n;

	while ((n = stream_recv(rekeyed->stream, buf, sizeof(buf))) > 0) {
		rekeyed->wrong |= !is_great(buf, n, rekeyed->received);
		rekeyed->received += (size_t)n;
	}
	rekeyed->failed |= n == -1;
	return (NULL);
}

/* The peer sends and receives, and asks for new keys five times.  (GnuTLS
 * takes eight a second at most.) */
static void
rekey_while_both_send(struct raw *raw, struct stream *stream)
{
	struct rekeyed rekeyed = { .stream = stream };
	size_t sent = 0, len = 0;
	char buf[900];
	ssize_t n;

	pthread_create(&rekeyed.writer, NULL, rekeyed_write, &rekeyed);
	pthread_create(&rekeyed.reader, NULL, rekeyed_read, &rekeyed);
	while ((n = gnutls_record_recv(raw->gnutls, buf, sizeof(buf))) > 0 ||
	    n == GNUTLS_E_AGAIN) {
		ck_assert(is_great(buf, n, len));
		len += n > 0 ? (size_t)n : 0;
		great_fill(buf, sent, sizeof(buf));
		if (sent / sizeof(buf) % 200 == 0 && sent / sizeof(buf) < 1000)
			ck_assert_int_eq(gnutls_session_key_update(
			    raw->gnutls, GNUTLS_KU_PEER), 0);
		ck_assert_int_eq(gnutls_record_send(raw->gnutls, buf,
		    sizeof(buf)), (int)sizeof(buf));
		sent += sizeof(buf);
	}
	ck_assert_int_eq(n, 0);
	ck_assert_uint_ge(len, MUCH);
	gnutls_bye(raw->gnutls, GNUTLS_SHUT_WR);
	pthread_join(rekeyed.writer, NULL);
	pthread_join(rekeyed.reader, NULL);
	ck_assert_int_eq(rekeyed.failed, 0);
	ck_assert_int_eq(rekeyed.wrong, 0);
	ck_assert_uint_eq(rekeyed.received, sent);
}

/* RFC 8446 4.6.3: either peer, at any time. */
START_TEST(a_client_gets_new_keys_while_both_send)
{
	struct stream stream;
	struct raw raw;

	raw_client_of(&raw, &stream, TLS13);
	rekey_while_both_send(&raw, &stream);
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

START_TEST(a_server_gets_new_keys_while_both_send)
{
	struct stream stream;
	struct raw raw;

	raw_server_of(&raw, &stream, TLS13);
	rekey_while_both_send(&raw, &stream);
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

static ssize_t
send_some(struct stream *stream, size_t at)
{
	static char bytes[12000];
	struct iovec iov = { bytes, sizeof(bytes) };

	great_fill(bytes, at, sizeof(bytes));
	return (stream_send_now(stream, &iov, 1));
}

/* GnuTLS, left alone with this, sends the record twice, or gives up. */
START_TEST(new_keys_asked_for_in_the_midst_of_a_record_lose_nothing)
{
	size_t sent = 0, len = 0;
	struct stream stream;
	struct raw raw;
	char buf[5000];
	ssize_t n;

	raw_client_of(&raw, &stream, TLS13);
	while ((n = send_some(&stream, sent)) > 0)
		sent += (size_t)n;
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(gnutls_session_key_update(raw.gnutls,
	    GNUTLS_KU_PEER), 0);
	raw_say(&raw, "x");
	ck_assert(suite_readable(stream.fd, SUITE_PATIENCE_MS));
	hear(&stream, "x");
	for (size_t end = sent + 50000; len < end;) {
		if (sent < end && (n = send_some(&stream, sent)) > 0)
			sent += (size_t)n;
		n = gnutls_record_recv(raw.gnutls, buf, sizeof(buf));
		ck_assert(n > 0 || n == GNUTLS_E_AGAIN);
		ck_assert(is_great(buf, n, len));
		len += n > 0 ? (size_t)n : 0;
	}
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

static void *
renegotiate_main(void *arg)
{
	struct raw *raw = arg;

	ck_assert_int_eq(gnutls_handshake(raw->gnutls),
	    GNUTLS_E_WARNING_ALERT_RECEIVED);
	return (NULL);
}

/* CVE-2009-3555: bytes of one peer became another's. */
START_TEST(a_client_that_renegotiates_is_refused)
{
	struct stream stream;
	pthread_t thread;
	struct raw raw;
	char byte;

	raw_client_of(&raw, &stream, TLS12);
	ck_assert_int_eq(pthread_create(&thread, NULL, renegotiate_main,
	    &raw), 0);
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_ptr_nonnull(strstr(failure_of(&stream, EPROTO),
	    "renegotiate"));
	pthread_join(thread, NULL);
	ck_assert_int_eq(gnutls_alert_get(raw.gnutls),
	    GNUTLS_A_NO_RENEGOTIATION);
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

START_TEST(a_server_that_renegotiates_is_refused)
{
	struct stream stream;
	struct raw raw;
	char byte;

	raw_server_of(&raw, &stream, TLS12);
	ck_assert_int_eq(gnutls_rehandshake(raw.gnutls), 0);
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

/* --- deadlines ----------------------------------------------------------- */

/* A peer that feeds the other end with bytes, one each few milliseconds. */
struct trickle {
	pthread_t	 thread;
	int		 fd;
	unsigned char	 bytes[4];	/* what begins it; then zeros */
	atomic_int	 stop;
};

static void *
trickle_main(void *arg)
{
	struct trickle *trickle = arg;

	for (size_t i = 0; !trickle->stop; i++) {
		unsigned char byte = i < sizeof(trickle->bytes) ?
		    trickle->bytes[i] : 0;

		send(trickle->fd, &byte, 1, MSG_NOSIGNAL);
		poll(NULL, 0, 5);
	}
	return (NULL);
}

static void
trickle_start(struct trickle *trickle, int fd)
{
	trickle->fd = fd;
	trickle->stop = 0;
	ck_assert_int_eq(pthread_create(&trickle->thread, NULL, trickle_main,
	    trickle), 0);
}

static void
trickle_stop(struct trickle *trickle)
{
	trickle->stop = 1;
	pthread_join(trickle->thread, NULL);
}

START_TEST(a_silent_client_meets_the_deadline_of_the_handshake)
{
	struct accepting accepting = { .deadline = clock_deadline(100) };
	int64_t begin = suite_now_ms();
	int fds[2];

	suite_tcp_pair(fds);
	accept_start(&accepting, server_of(&server_options), fds[1]);
	ck_assert_int_eq(accept_end(&accepting), -1);
	ck_assert_int_eq(accepting.cause.error, ETIMEDOUT);
	ck_assert_int_ge(suite_now_ms() - begin, 100);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	tls_server_free(accepting.server);
}
END_TEST

START_TEST(a_client_that_trickles_meets_the_same_deadline)
{
	struct accepting accepting = { .deadline = clock_deadline(200) };
	struct trickle trickle = { .bytes = { 22, 3, 1, 4 } };
	int64_t begin = suite_now_ms();
	int fds[2];

	suite_tcp_pair(fds);
	accept_start(&accepting, server_of(&server_options), fds[1]);
	trickle_start(&trickle, fds[0]);
	ck_assert_int_eq(accept_end(&accepting), -1);
	ck_assert_int_eq(accepting.cause.error, ETIMEDOUT);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	trickle_stop(&trickle);
	tls_server_free(accepting.server);
}
END_TEST

/* Our answer does not go: the client's buffers are full, and it never reads. */
START_TEST(a_client_that_does_not_read_meets_the_same_deadline)
{
	struct accepting accepting = { .deadline = 0 };
	int fds[2], size = 1;
	char byte = 0;
	struct raw raw;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_eq(setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size,
	    sizeof(size)), 0);
	raw_open(&raw, fds[0], GNUTLS_CLIENT | GNUTLS_NONBLOCK, "NORMAL",
	    NULL);
	raw.tls_server = server_of(&server_options);
	ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	/* It sends its hello. */
	ck_assert_int_eq(gnutls_handshake(raw.gnutls), GNUTLS_E_AGAIN);
	while (send(fds[1], &byte, 1, MSG_DONTWAIT) == 1)
		;
	accepting.deadline = clock_deadline(200);
	accept_start(&accepting, raw.tls_server, fds[1]);
	ck_assert_int_eq(accept_end(&accepting), -1);
	ck_assert_int_eq(accepting.cause.error, ETIMEDOUT);
	raw_close(&raw);
}
END_TEST

START_TEST(a_silent_server_meets_the_deadline_of_the_handshake)
{
	struct tls_client *client = client_of(&(struct tls_options){
	    .ca = "ca.pem" });
	struct stream stream;
	struct cause cause;
	int fds[2];

	suite_tcp_pair(fds);
	stream_init(&stream, fds[0]);
	ck_assert_int_eq(tls_connect(client, &stream, "localhost",
	    clock_deadline(100), &cause), -1);
	ck_assert_int_eq(cause.error, ETIMEDOUT);
	ck_assert_ptr_null(stream.tls);
	tls_client_free(client);
}
END_TEST

START_TEST(a_record_that_trickles_meets_the_deadline_of_recv)
{
	/* a record of 1024 bytes begins */
	struct trickle trickle = { .bytes = { 23, 3, 3, 4 } };
	int64_t begin = suite_now_ms();
	struct stream stream;
	struct raw raw;
	char byte;

	raw_client_of(&raw, &stream, versions[_i]);
	trickle_start(&trickle, gnutls_transport_get_int(raw.gnutls));
	ck_assert_int_eq(stream_recv_within(&stream, &byte, 1,
	    clock_deadline(200)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	trickle_stop(&trickle);
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

/* A peer that sends records for ever, and never data. */
struct prattler {
	pthread_t	 thread;
	struct raw	*raw;
	int		 (*prattle)(gnutls_session_t);
	atomic_int	 stop;
};

static int
prattle_empty(gnutls_session_t gnutls)
{
	return ((int)gnutls_record_send2(gnutls, NULL, 0, 16, 0));
}

static int
prattle_alert(gnutls_session_t gnutls)
{
	return (gnutls_alert_send(gnutls, GNUTLS_AL_WARNING,
	    GNUTLS_A_USER_CANCELED));
}

static void *
prattler_main(void *arg)
{
	struct prattler *prattler = arg;

	while (!prattler->stop &&
	    prattler->prattle(prattler->raw->gnutls) >= 0)
		;
	return (NULL);
}

static void
meets_prattle(const char *version, int (*prattle)(gnutls_session_t))
{
	int64_t begin = suite_now_ms();
	struct raw raw;
	struct prattler prattler = { .raw = &raw, .prattle = prattle };
	struct stream stream;
	char byte;

	raw_client_of(&raw, &stream, version);
	ck_assert_int_eq(pthread_create(&prattler.thread, NULL,
	    prattler_main, &prattler), 0);
	ck_assert_int_eq(stream_recv_within(&stream, &byte, 1,
	    clock_deadline(200)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_ge(suite_now_ms() - begin, 200);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	stream.patience_ms = 100;
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	prattler.stop = 1;
	shutdown(stream.fd, SHUT_RDWR);
	pthread_join(prattler.thread, NULL);
	stream_fini(&stream);
	raw_close(&raw);
}

START_TEST(empty_records_do_not_beat_the_deadline)
{
	meets_prattle(TLS13, prattle_empty);
}
END_TEST

START_TEST(warnings_do_not_beat_the_deadline)
{
	meets_prattle(TLS12, prattle_alert);
}
END_TEST

/* --- what is no TLS, or broken ------------------------------------------- */

/* Something that comes instead of a ClientHello, and what the log then says. */
struct stranger {
	const char	*bytes;
	size_t		 len;
	const char	*said;
};

#define BYTES(text)	(text), sizeof(text) - 1

static const struct stranger strangers[] = {
	{ BYTES("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "does not speak TLS" },
	{ BYTES("EHLO localhost\r\n"), "does not speak TLS" },
	{ BYTES("{\"command\":\"HELLO\"}\n"), "does not speak TLS" },
	{ BYTES("\r\n\r\n\r\n"), "does not speak TLS" },
	{ BYTES("\0\0\0\0\0\0\0\0"), "does not speak TLS" },
	{ BYTES("\x16\x03\x01\xff\xff\x01\xff\xff\xff"),
	    "does not speak TLS" },
	{ BYTES("\x16\x03\x01\0\4\1\0\0\0"), "gnutls_handshake: " },
	{ BYTES("\x15\x03\x01\0\2\2\x28"), "gnutls_handshake: " },
	{ BYTES("\x17\x03\x03\0\4abcd"), "gnutls_handshake: " },
	{ BYTES("\x14\x03\x03\0\1\1"), "gnutls_handshake: " },
	{ BYTES("\x80\x2e\x01\0\2\0\x15\0\0\0\x10\1\0\x80\2\0\x80"),
	    "gnutls_handshake: " },
	{ BYTES(""), "closed" },
	{ BYTES("\x16\x03\x01"), "closed" },
};

START_TEST(what_is_no_tls_is_refused_with_a_sentence)
{
	const struct stranger *stranger = &strangers[_i];
	struct accepting accepting = { .deadline = 0 };
	int fds[2], open_fds = suite_open_fds();

	suite_tcp_pair(fds);
	ck_assert_int_eq(send_all(fds[0], stranger->bytes, stranger->len), 0);
	shutdown(fds[0], SHUT_WR);
	accept_start(&accepting, server_of(&server_options), fds[1]);
	ck_assert_int_eq(accept_end(&accepting), -1);
	ck_assert_msg(strstr(text_of(&accepting.cause), stranger->said) !=
	    NULL, "%s", text_of(&accepting.cause));
	tls_server_free(accepting.server);
	close(fds[0]);
	close(fds[1]);
	ck_assert_int_eq(suite_open_fds(), open_fds);
}
END_TEST

START_TEST(a_server_that_speaks_no_tls_is_told_to_be_one)
{
	struct tls_client *client = client_of(&(struct tls_options){
	    .ca = "ca.pem" });
	struct stream stream;
	struct cause cause;
	int fds[2];

	suite_tcp_pair(fds);
	stream_init(&stream, fds[0]);
	ck_assert_int_eq(send_all(fds[1], "220 ready\r\n", 11), 0);
	ck_assert_int_eq(tls_connect(client, &stream, "localhost",
	    clock_deadline(SUITE_PATIENCE_MS), &cause), -1);
	ck_assert_ptr_nonnull(strstr(text_of(&cause),
	    "does not speak TLS"));
	ck_assert_int_eq(cause_exit_status(&cause), 1);
	tls_client_free(client);
}
END_TEST

START_TEST(a_reset_in_the_handshake_is_told)
{
	struct linger at_once = { .l_onoff = 1 };
	struct accepting accepting = { .deadline = 0 };
	int fds[2];

	suite_tcp_pair(fds);
	setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fds[0]);
	accept_start(&accepting, server_of(&server_options), fds[1]);
	ck_assert_int_eq(accept_end(&accepting), -1);
	ck_assert_int_eq(accepting.cause.kind, CAUSE_ERRNO);
	ck_assert_int_eq(accepting.cause.error, ECONNRESET);
	tls_server_free(accepting.server);
}
END_TEST

/* Keep what a client says first. */
struct hello {
	unsigned char	 bytes[2048];
	size_t		 len;
};

static ssize_t
hello_push(gnutls_transport_ptr_t transport, const void *bytes, size_t len)
{
	struct hello *hello = transport;

	ck_assert_uint_le(hello->len + len, sizeof(hello->bytes));
	memcpy(hello->bytes + hello->len, bytes, len);
	hello->len += len;
	return ((ssize_t)len);
}

static ssize_t
hello_pull(gnutls_transport_ptr_t transport, void *buf, size_t size)
{
	(void)transport;
	(void)buf;
	(void)size;
	return (0);
}

static void
hello_make(struct hello *hello, const char *version)
{
	struct raw raw;

	hello->len = 0;
	raw_open(&raw, -1, GNUTLS_CLIENT, version, NULL);
	gnutls_transport_set_ptr(raw.gnutls, hello);
	gnutls_transport_set_push_function(raw.gnutls, hello_push);
	gnutls_transport_set_pull_function(raw.gnutls, hello_pull);
	ck_assert_int_ne(raw_shake_hands(&raw), 0);
	raw_close(&raw);
	ck_assert_uint_gt(hello->len, 64);
}

START_TEST(a_hello_with_wrong_bytes_ends_itself_only)
{
	struct tls_server *server = server_of(&server_options);
	int open_fds = suite_open_fds();
	uint64_t state = 42;
	struct hello hello;

	for (int i = 0; i < 200; i++) {
		struct accepting accepting = { .deadline = 0 };
		int fds[2];

		hello_make(&hello, versions[i % VERSIONS]);
		for (int n = 0; n < 1 + i % 4; n++)
			hello.bytes[suite_random(&state) % hello.len] =
			    (unsigned char)suite_random(&state);
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		ck_assert_int_eq(send_all(fds[0], hello.bytes, hello.len),
		    0);
		shutdown(fds[0], SHUT_WR);
		accept_start(&accepting, server, fds[1]);
		ck_assert_int_eq(accept_end(&accepting), -1);
		ck_assert_uint_gt(strlen(text_of(&accepting.cause)), 0);
		close(fds[0]);
		close(fds[1]);
	}
	tls_server_free(server);
	ck_assert_int_eq(suite_open_fds(), open_fds);
}
END_TEST

/* What was changed on its way is refused, and the peer is told why. */
START_TEST(a_record_that_was_tampered_with_is_refused)
{
	struct stream stream;
	struct raw raw;
	char byte, text[CAUSE_TEXT_SIZE];
	ssize_t n;

	raw_client_of(&raw, &stream, versions[_i]);
	ck_assert_int_eq(send_all(gnutls_transport_get_int(raw.gnutls),
	    "\x17\x03\x03\0\x20" "0123456789abcdef0123456789abcdef", 37), 0);
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	snprintf(text, sizeof(text), "%s", failure_of(&stream, EPROTO));
	/* A later call fails for the same reason, whatever GnuTLS says. */
	ck_assert_int_eq(stream_send_all(&stream, "x", 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_str_eq(text, failure_of(&stream, EPROTO));
	do	/* under TLS 1.3 the tickets come first */
		n = gnutls_record_recv(raw.gnutls, &byte, 1);
	while (n == GNUTLS_E_AGAIN);
	ck_assert_int_eq(n, GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq(gnutls_alert_get(raw.gnutls),
	    GNUTLS_A_BAD_RECORD_MAC);
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

START_TEST(an_alert_is_told_by_its_name)
{
	struct stream stream;
	struct raw raw;
	char byte;

	raw_client_of(&raw, &stream, versions[_i]);
	gnutls_alert_send(raw.gnutls, GNUTLS_AL_FATAL,
	    GNUTLS_A_ACCESS_DENIED);
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_ptr_nonnull(strstr(failure_of(&stream, EPROTO),
	    gnutls_alert_get_name(GNUTLS_A_ACCESS_DENIED)));
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

START_TEST(an_alert_without_a_name_is_told_too)
{
	struct stream stream;
	struct raw raw;
	char byte;

	raw_client_of(&raw, &stream, versions[_i]);
	gnutls_alert_send(raw.gnutls, GNUTLS_AL_FATAL,
	    (gnutls_alert_description_t)99);
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_ptr_nonnull(strstr(failure_of(&stream, EPROTO),
	    "unknown reason"));
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

START_TEST(keys_that_change_for_ever_end_the_session)
{
	struct stream stream;
	struct raw raw;
	char byte;

	raw_client_of(&raw, &stream, TLS13);
	for (int i = 0; i < 100; i++)
		gnutls_session_key_update(raw.gnutls, 0);
	ck_assert_int_eq(stream_recv(&stream, &byte, 1), -1);
	ck_assert_int_eq(errno, EPROTO);
	stream_fini(&stream);
	raw_close(&raw);
}
END_TEST

static Suite *
tls_hostile_suite(void)
{
	Suite *suite = suite_create("tls_hostile");
	TCase *keys = suite_case(suite, "keys");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(keys, a_client_gets_new_keys_while_both_send);
	tcase_add_test(keys, a_server_gets_new_keys_while_both_send);
	tcase_add_test(keys,
	    new_keys_asked_for_in_the_midst_of_a_record_lose_nothing);
	tcase_add_test(keys, a_client_that_renegotiates_is_refused);
	tcase_add_test(keys, a_server_that_renegotiates_is_refused);
	tcase_add_test(limits,
	    a_silent_client_meets_the_deadline_of_the_handshake);
	tcase_add_test(limits, a_client_that_trickles_meets_the_same_deadline);
	tcase_add_test(limits,
	    a_client_that_does_not_read_meets_the_same_deadline);
	tcase_add_test(limits,
	    a_silent_server_meets_the_deadline_of_the_handshake);
	tcase_add_loop_test(limits,
	    a_record_that_trickles_meets_the_deadline_of_recv, 0, VERSIONS);
	tcase_add_test(limits, empty_records_do_not_beat_the_deadline);
	tcase_add_test(limits, warnings_do_not_beat_the_deadline);
	tcase_add_loop_test(hostile, what_is_no_tls_is_refused_with_a_sentence,
	    0, (int)SUITE_COUNT(strangers));
	tcase_add_test(hostile, a_server_that_speaks_no_tls_is_told_to_be_one);
	tcase_add_test(hostile, a_reset_in_the_handshake_is_told);
	tcase_add_test(hostile, a_hello_with_wrong_bytes_ends_itself_only);
	tcase_add_loop_test(hostile,
	    a_record_that_was_tampered_with_is_refused, 0, VERSIONS);
	tcase_add_loop_test(hostile, an_alert_is_told_by_its_name, 0,
	    VERSIONS);
	tcase_add_loop_test(hostile, an_alert_without_a_name_is_told_too, 0,
	    VERSIONS);
	tcase_add_test(hostile, keys_that_change_for_ever_end_the_session);
	return (suite);
}

int
main(void)
{
	int status;

	certificates_open();
	status = suite_run(tls_hostile_suite());
	certificates_close();
	return (status);
}
