/* check_faults_tls.c - TLS while the calls below it fail and come short.
 * The rule: no byte is lost or repeated, whatever each recvmsg and sendmsg takes;
 * what fails is reported by its own errno, and nothing is leaked.
 * See also: tests/fault/fault.h, tests/check_faults.c */
#include <errno.h>

#include "base/clock.h"
#include "certificates.h"
#include "fault/fault.h"
#include "net/stream.h"
#include "net/tls.h"
#include "suite.h"
#include "tls_peers.h"

#define LEN	40000		/* more than two records */

static const char *const faults[] = {
	"sendmsg=EINTR:every=2", "sendmsg=EAGAIN:every=2",
	"sendmsg=short:1", "sendmsg=short:1,send=short:100",
	"sendmsg=short:7,send=EINTR:every=2,send=short:500",
	"sendmsg=EAGAIN:every=2,send=EAGAIN:every=3,send=short:3000",
	"recvmsg=EINTR:every=2", "recvmsg=EAGAIN:every=2", "recvmsg=short:1",
	"recvmsg=short:7,recvmsg=EAGAIN:every=3", "poll=EINTR:every=2",
	/* in the midst of the next record's header */
	"recvmsg=short:16407:every=2",
	/* all of them */
	("sendmsg=short:100,send=short:99,recvmsg=short:13,poll=EINTR:every=3,"
	"recvmsg=EINTR:every=5,sendmsg=EINTR:every=2,send=EINTR:every=7"),
};

struct sender {
	pthread_t	 thread;
	struct stream	*stream;
	int		 result;
};

static void *
sender_main(void *arg)
{
	struct sender *sender = arg;
	char bytes[LEN];

	great_fill(bytes, 0, LEN);
	sender->result = stream_send_all(sender->stream, bytes, LEN);
	if (sender->result == 0)
		sender->result = stream_end(sender->stream);
	return (NULL);
}

START_TEST(interrupted_and_short_calls_lose_and_repeat_nothing)
{
	const char *rules = faults[_i % (int)SUITE_COUNT(faults)];
	struct sender sender;
	struct pair pair;
	char bytes[1000];
	size_t len = 0;
	int wrong = 0;
	ssize_t n;

	fault_set(rules);
	pair_open(&pair, _i < (int)SUITE_COUNT(faults) ? PAIR_TLS12 :
	    PAIR_TLS13);
	sender.stream = &pair.client;
	ck_assert_int_eq(pthread_create(&sender.thread, NULL, sender_main,
	    &sender), 0);
	while ((n = stream_recv(&pair.server, bytes, sizeof(bytes))) > 0) {
		wrong |= !is_great(bytes, n, len);
		len += (size_t)n;
	}
	pthread_join(sender.thread, NULL);
	ck_assert_uint_ge(fault_hits(), 1);
	fault_set("");
	ck_assert_int_eq(sender.result, 0);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(wrong, 0);
	ck_assert_uint_eq(len, LEN);
	pair_close(&pair);
}
END_TEST

START_TEST(an_error_of_the_socket_is_the_errno_of_the_stream)
{
	static const int errors[] = { ECONNRESET, EPIPE, ENOBUFS, ETIMEDOUT };
	static const char *const names[] = { "ECONNRESET", "EPIPE", "ENOBUFS",
	    "ETIMEDOUT" };
	struct pair pair;
	char rule[64], byte;

	pair_open(&pair, PAIR_TLS13);
	snprintf(rule, sizeof(rule), "sendmsg=%s:times=1", names[_i]);
	fault_set(rule);
	/* Sending fails, and goes on to fail; what comes is received. */
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(stream_send_all(&pair.client, "x", 1), -1);
		ck_assert_int_eq(errno, errors[_i]);
	}
	ck_assert_int_eq(stream_send_all(&pair.server, "y", 1), 0);
	ck_assert_int_eq(stream_recv(&pair.client, &byte, 1), 1);
	snprintf(rule, sizeof(rule), "recvmsg=%s:times=1", names[_i]);
	fault_set(rule);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(stream_recv(&pair.server, &byte, 1), -1);
		ck_assert_int_eq(errno, errors[_i]);
	}
	fault_set("");
	pair_close(&pair);
}
END_TEST

START_TEST(a_wait_that_fails_is_the_errno_of_the_stream)
{
	static char much[4 * 1024 * 1024];
	struct pair pair;

	pair_open(&pair, PAIR_TLS13);
	fault_set("poll=ENOMEM");
	ck_assert_int_eq(stream_recv(&pair.client, much, 1), -1);
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_int_eq(stream_recv_within(&pair.client, much, 1,
	    clock_deadline(SUITE_PATIENCE_MS)), -1);
	ck_assert_int_eq(errno, ENOMEM);
	for (int i = 0; i < 10 && stream_send_all(&pair.client, much,
	    sizeof(much)) == 0; i++)
		;
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_int_eq(stream_end(&pair.client), -1);
	ck_assert_int_eq(errno, ENOMEM);
	fault_set("");
	pair_close(&pair);
}
END_TEST

static ssize_t
send_record(struct stream *stream)
{
	static char bytes[16000];
	struct iovec iov = { bytes, sizeof(bytes) };

	return (stream_send_now(stream, &iov, 1));
}

START_TEST(the_rest_of_a_record_that_fails_is_reported)
{
	struct pair pair;

	pair_open(&pair, PAIR_TLS13);
	fault_set("sendmsg=short:100,send=EAGAIN");
	ck_assert_int_eq(send_record(&pair.client), -1);
	ck_assert_int_eq(errno, EAGAIN);
	fault_set("send=ECONNRESET");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(send_record(&pair.client), -1);
		ck_assert_int_eq(errno, ECONNRESET);
	}
	ck_assert_int_eq(stream_end(&pair.client), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	fault_set("");
	pair_close(&pair);
}
END_TEST

START_TEST(no_memory_for_the_rest_of_a_record_is_reported)
{
	struct pair pair;

	if (!fault_knows("realloc"))
		return;
	pair_open(&pair, PAIR_TLS13);
	fault_set("sendmsg=short:100,realloc=ENOMEM");
	ck_assert_int_eq(send_record(&pair.client), -1);
	ck_assert_int_eq(errno, ENOMEM);
	fault_set("");
	pair_close(&pair);
}
END_TEST

START_TEST(an_end_that_cannot_be_told_is_reported)
{
	struct pair pair;

	pair_open(&pair, PAIR_TLS13);
	fault_set("sendmsg=ECONNRESET");
	ck_assert_int_eq(stream_end(&pair.client), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	fault_set("shutdown=ENOTCONN");
	ck_assert_int_eq(stream_end(&pair.server), -1);
	ck_assert_int_eq(errno, ENOTCONN);
	fault_set("");
	pair_close(&pair);
}
END_TEST

/* --- what fails before there is a session -------------------------------- */

static int
call_server_open(struct cause *cause)
{
	struct tls_server *server = tls_server_open(&(struct tls_options){
	    .cert = "server.pem", .key = "server.key" }, cause);

	tls_server_free(server);
	return (server != NULL ? 0 : -1);
}

static int
call_client_open(struct cause *cause)
{
	struct tls_client *client = tls_client_open(&(struct tls_options){
	    .cert = "server.pem", .key = "server.key", .ca = "ca.pem" },
	    cause);

	tls_client_free(client);
	return (client != NULL ? 0 : -1);
}

/* The rules hold from the handshake on, which needs no peer to fail. */
static int
call_accept(const char *rules, struct cause *cause)
{
	struct tls_server *server = server_of(&(struct tls_options){
	    .cert = "server.pem", .key = "server.key" });
	struct stream stream;
	int fds[2], result;

	suite_tcp_pair(fds);
	ck_assert_int_eq(send(fds[0], "\x16", 1, 0), 1);
	stream_init(&stream, fds[1]);
	fault_set(rules);
	result = tls_accept(server, &stream, clock_deadline(200), cause);
	stream_fini(&stream);
	tls_server_free(server);
	close(fds[0]);
	close(fds[1]);
	return (result);
}

static int
call_connect(const char *rules, struct cause *cause)
{
	struct tls_client *client = client_of(&(struct tls_options){
	    .ca = "ca.pem" });
	struct stream stream;
	int fds[2], result;

	suite_tcp_pair(fds);
	stream_init(&stream, fds[0]);
	fault_set(rules);
	result = tls_connect(client, &stream, "localhost",
	    clock_deadline(200), cause);
	stream_fini(&stream);
	tls_client_free(client);
	close(fds[0]);
	close(fds[1]);
	return (result);
}

/* What is called with the rules set, or sets them itself; one of the two. */
struct row {
	const char	*rules;
	int		 (*open)(struct cause *);
	int		 (*shake)(const char *, struct cause *);
	const char	*primitive;
	int		 error;
};

static const struct row rows[] = {
	{ "calloc=ENOMEM:times=1", call_server_open, NULL, "calloc", ENOMEM },
	{ "calloc=ENOMEM:times=1", call_client_open, NULL, "calloc", ENOMEM },
	{ "pthread_mutex_init=EAGAIN:times=1", call_server_open, NULL,
	    "pthread_mutex_init", EAGAIN },
	{ "malloc=ENOMEM:times=1", call_server_open, NULL,
	    "gnutls_session_ticket_key_generate", 0 },
	{ "read=EIO", call_server_open, NULL, "read", EIO },
	{ "read=EIO:after=2", call_server_open, NULL, "read", EIO },
	{ "read=EIO:after=4", call_client_open, NULL, "read", EIO },
	{ "open=EMFILE", call_server_open, NULL, "open", EMFILE },
	{ "open=EMFILE:after=1", call_server_open, NULL, "open", EMFILE },
	{ "open=EMFILE:after=2", call_client_open, NULL, "open", EMFILE },
	{ "calloc=ENOMEM:times=1", NULL, call_connect, "calloc", ENOMEM },
	{ "calloc=ENOMEM:times=1", NULL, call_accept, "calloc", ENOMEM },
	{ "pthread_mutex_init=EAGAIN:times=1", NULL, call_connect,
	    "pthread_mutex_init", EAGAIN },
	{ "calloc=ENOMEM:after=1", NULL, call_connect, "gnutls_init", 0 },
	{ "sendmsg=EPIPE", NULL, call_connect, "gnutls_handshake", EPIPE },
	{ "recvmsg=ECONNRESET", NULL, call_connect, "gnutls_handshake",
	    ECONNRESET },
	{ "poll=ENOMEM", NULL, call_connect, "gnutls_handshake", ENOMEM },
	{ "sendmsg=short:10,send=ECONNRESET", NULL, call_connect,
	    "gnutls_handshake", ECONNRESET },
	/* what poll sees is never there: only the clock ends it */
	{ "recvmsg=EAGAIN", NULL, call_accept, "gnutls_handshake", ETIMEDOUT },
	{ "recvmsg=EINTR:times=3", NULL, call_connect, "gnutls_handshake",
	    ETIMEDOUT },
};

START_TEST(a_call_that_fails_is_named_and_leaves_nothing_open)
{
	const struct row *row = &rows[_i];
	struct cause cause = { .kind = CAUSE_NONE };
	char call[32];
	int before = suite_open_fds(), result;

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(row->rules, "="),
	    row->rules);
	if (!fault_knows(call))
		return;
	if (row->open != NULL)
		fault_set(row->rules);
	result = row->open != NULL ? row->open(&cause) :
	    row->shake(row->rules, &cause);
	ck_assert_msg(result == -1, "%s: it went well", row->rules);
	ck_assert_uint_ge(fault_hits(), 1);
	fault_set("");
	ck_assert_msg(strcmp(cause.primitive, row->primitive) == 0,
	    "%s: says %s", row->rules, text_of(&cause));
	ck_assert_int_eq(cause.error, row->error);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

START_TEST(files_that_come_in_pieces_are_read_whole)
{
	struct cause cause;

	fault_set("read=short:10,read=EINTR:every=3");
	ck_assert_int_eq(call_client_open(&cause), 0);
	ck_assert_uint_ge(fault_hits(), 10);
}
END_TEST

/* Each allocation in turn fails, GnuTLS's own among them. */
START_TEST(no_memory_for_a_file_is_told)
{
	const struct tls_options options = { .ca = "ca.pem" };
	int told = 0, after = 0;
	struct tls_client *client;
	struct cause cause;
	char rule[64];

	if (!fault_knows("malloc"))
		return;
	do {
		cause.kind = CAUSE_NONE;
		snprintf(rule, sizeof(rule), "malloc=ENOMEM:after=%d:times=1",
		    after++);
		fault_set(rule);
		client = tls_client_open(&options, &cause);
		tls_client_free(client);
		if (client != NULL)
			continue;
		ck_assert_int_ne(cause.kind, CAUSE_NONE);
		told += strcmp(cause.primitive, "malloc") == 0 &&
		    strcmp(cause.object, "ca.pem") == 0;
	} while (fault_hits() > 0);
	ck_assert_int_eq(told, 1);
}
END_TEST

/* One calloc after the other fails, up to that of the key (beyond it, libtasn1
 * does not survive it): the old certificate goes on to be shown. */
START_TEST(a_reload_without_memory_changes_nothing)
{
	struct accepting accepting = { .deadline = 0 };
	struct tls_server *server;
	int after = 0, fds[2];
	struct cause cause;
	struct raw raw;
	char rule[64];

	if (!fault_knows("calloc"))
		return;
	server = server_of(&(struct tls_options){
	    .cert = "server.pem", .key = "server.key" });
	do {
		cause.kind = CAUSE_NONE;
		snprintf(rule, sizeof(rule), "calloc=ENOMEM:after=%d:times=1",
		    after++);
		fault_set(rule);
		ck_assert_int_eq(tls_server_reload(server, &cause), -1);
		ck_assert_uint_eq(fault_hits(), 1);
	} while (strcmp(cause.primitive, "gnutls_certificate_set_x509_key"));
	ck_assert_int_ge(after, 3);
	fault_set("");
	suite_tcp_pair(fds);
	accept_start(&accepting, server, fds[1]);
	raw_open(&raw, fds[0], GNUTLS_CLIENT, "NORMAL", NULL);
	ck_assert_int_eq(raw_shake_hands(&raw), 0);
	ck_assert_int_eq(accept_end(&accepting), 0);
	stream_fini(&accepting.stream);
	raw_close(&raw);
	tls_server_free(server);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("faults_tls");
	TCase *tcase = suite_case(suite, "core");
	int status;

	tcase_add_loop_test(tcase,
	    interrupted_and_short_calls_lose_and_repeat_nothing, 0,
	    2 * (int)SUITE_COUNT(faults));
	tcase_add_loop_test(tcase,
	    an_error_of_the_socket_is_the_errno_of_the_stream, 0, 4);
	tcase_add_test(tcase, a_wait_that_fails_is_the_errno_of_the_stream);
	tcase_add_test(tcase, the_rest_of_a_record_that_fails_is_reported);
	tcase_add_test(tcase, no_memory_for_the_rest_of_a_record_is_reported);
	tcase_add_test(tcase, an_end_that_cannot_be_told_is_reported);
	tcase_add_loop_test(tcase,
	    a_call_that_fails_is_named_and_leaves_nothing_open, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_test(tcase, files_that_come_in_pieces_are_read_whole);
	tcase_add_test(tcase, no_memory_for_a_file_is_told);
	tcase_add_test(tcase, a_reload_without_memory_changes_nothing);
	certificates_open();
	status = suite_run(suite);
	certificates_close();
	return (status);
}
