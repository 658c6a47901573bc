/* check_stream.c - a connection's bytes, in the clear or under TLS: one face.
 * Most tests run three times: in the clear, under TLS 1.2 and under TLS 1.3.
 * See also: net/stream.h, net/tls_session.h, tests/check_tls.c */
#include "net/stream.h"

#include <errno.h>
#include <sys/time.h>

#include "base/clock.h"
#include "certificates.h"
#include "net/io.h"
#include "suite.h"
#include "tls_peers.h"

#define MUCH	(4u * 1024 * 1024)
#define RECORD	16384

/* A thread that sends MUCH through a stream, in bites. */
struct writer {
	pthread_t	 thread;
	struct stream	*stream;
	size_t		 bite;
	int		 failed;
};

/* A thread that receives to the end and checks each byte. */
struct reader {
	pthread_t	 thread;
	struct stream	*stream;
	size_t		 len;
	int		 wrong;
	ssize_t		 last;		/* what stream_recv returned then */
};

static void *
writer_main(void *arg)
{
	struct writer *writer = arg;
	char bite[40000];

	for (size_t sent = 0; sent < MUCH && !writer->failed;
	    sent += writer->bite) {
		great_fill(bite, sent, writer->bite);
		writer->failed = stream_send_all(writer->stream, bite,
		    writer->bite) == -1;
	}
	writer->failed |= stream_end(writer->stream) == -1;
	return (NULL);
}

static void *
reader_main(void *arg)
{
	struct reader *reader = arg;
	char bite[1500];
	size_t size = 1;

	while ((reader->last = stream_recv(reader->stream, bite, size)) > 0) {
		reader->wrong |= !is_great(bite, reader->last, reader->len);
		reader->len += (size_t)reader->last;
		size = size % sizeof(bite) + 1;
	}
	return (NULL);
}

static void
writer_start(struct writer *writer, struct stream *stream, size_t bite)
{
	*writer = (struct writer){ .stream = stream, .bite = bite };
	ck_assert_int_eq(pthread_create(&writer->thread, NULL, writer_main,
	    writer), 0);
}

static void
reader_start(struct reader *reader, struct stream *stream)
{
	*reader = (struct reader){ .stream = stream };
	ck_assert_int_eq(pthread_create(&reader->thread, NULL, reader_main,
	    reader), 0);
}

static void
writer_end(struct writer *writer)
{
	pthread_join(writer->thread, NULL);
	ck_assert_int_eq(writer->failed, 0);
}

static void
reader_end(struct reader *reader, size_t len)
{
	pthread_join(reader->thread, NULL);
	ck_assert_int_eq(reader->last, 0);
	ck_assert_int_eq(reader->wrong, 0);
	ck_assert_uint_eq(reader->len, len);
}

/* Small buffers at both ends: the sender is soon stuck in the midst of a
 * record. */
static void
narrow_pair_open(struct pair *pair, enum pair_kind kind)
{
	int fds[2], size = 4096;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF,
		    &size, sizeof(size)), 0);
	pair_of(pair, kind, fds);
}

static const char *
cause_of(const struct stream *stream, const char *primitive, int error)
{
	struct cause cause;

	stream_cause(stream, primitive, error, "1.2.3.4:5", &cause);
	return (text_of(&cause));
}

START_TEST(what_is_sent_is_received)
{
	struct pair pair;

	pair_open(&pair, (enum pair_kind)_i);
	say(&pair.client, "salut");
	hear(&pair.server, "salut");
	say(&pair.server, "bonjour");
	hear(&pair.client, "bonjour");
	pair_close(&pair);
}
END_TEST

START_TEST(mebibytes_pass_both_ways_at_once)
{
	struct writer client_writes, server_writes;
	struct reader client_reads, server_reads;
	struct pair pair;

	narrow_pair_open(&pair, (enum pair_kind)_i);
	writer_start(&client_writes, &pair.client, 32768);
	writer_start(&server_writes, &pair.server, 64);
	reader_start(&client_reads, &pair.client);
	reader_start(&server_reads, &pair.server);
	writer_end(&client_writes);
	writer_end(&server_writes);
	reader_end(&client_reads, MUCH);
	reader_end(&server_reads, MUCH);
	pair_close(&pair);
}
END_TEST

/* Ten thousand records each way, one thread receiving and one sending at each
 * end: ThreadSanitizer looks on. */
START_TEST(one_thread_receives_while_another_sends)
{
	struct writer writers[2];
	struct reader readers[2];
	struct pair pair;
	size_t bite = MUCH / 16384;

	pair_open(&pair, (enum pair_kind)_i);
	writer_start(&writers[0], &pair.client, bite);
	writer_start(&writers[1], &pair.server, bite);
	reader_start(&readers[0], &pair.client);
	reader_start(&readers[1], &pair.server);
	for (int i = 0; i < 2; i++) {
		writer_end(&writers[i]);
		reader_end(&readers[i], MUCH);
	}
	pair_close(&pair);
}
END_TEST

START_TEST(several_pieces_are_sent_in_one_go)
{
	struct iovec iov[] = { { "sal", 3 }, { "", 0 }, { "ut", 2 },
	    { " !", 2 } };
	struct pair pair;
	char buf[16];

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_int_eq(stream_send_now(&pair.client, iov, 4), 7);
	if (_i == PAIR_CLEAR)
		hear(&pair.server, "salut !");
	else {
		/* a record is received whole */
		ck_assert_int_eq(stream_recv(&pair.server, buf, sizeof(buf)),
		    7);
		ck_assert_mem_eq(buf, "salut !", 7);
	}
	ck_assert_int_eq(stream_send_now(&pair.client, iov, 1), 3);
	hear(&pair.server, "sal");
	pair_close(&pair);
}
END_TEST

/* What a stream sends goes into bytes, not to its peer.  Returns its length. */
static size_t
capture(struct stream *stream, const struct iovec *records, int len,
    char *bytes, size_t size)
{
	int fds[2], to_peer = dup(stream->fd);
	size_t got = 0;
	ssize_t n;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_ne(dup2(fds[0], stream->fd), -1);
	for (int i = 0; i < len; i++)
		ck_assert_int_eq(stream_send_all(stream, records[i].iov_base,
		    records[i].iov_len), 0);
	while ((n = recv(fds[1], bytes + got, size - got, MSG_DONTWAIT)) > 0)
		got += (size_t)n;
	ck_assert_int_ne(dup2(to_peer, stream->fd), -1);
	close(to_peer);
	close(fds[0]);
	close(fds[1]);
	return (got);
}

/* The header of a second record comes with the first one, in part or whole, and
 * poll sees nothing of what was taken already. */
START_TEST(a_record_is_received_wherever_the_next_one_is_cut)
{
	static char great[RECORD], wire[2 * RECORD], heard[RECORD];
	struct iovec records[] = { { great, RECORD }, { "salut", 5 } };
	struct pair pair;

	great_fill(great, 0, RECORD);
	pair_open(&pair, (enum pair_kind)_i);
	for (size_t cut = 0; cut < 8; cut++) {
		size_t len = capture(&pair.client, records, 2, wire,
		    sizeof(wire));
		size_t first = 5 + (size_t)((unsigned char)wire[3] << 8 |
		    (unsigned char)wire[4]) + cut;

		ck_assert_uint_lt(first, len);
		ck_assert_int_eq(send(pair.client.fd, wire, first, 0), first);
		ck_assert_int_eq(stream_recv(&pair.server, heard, RECORD),
		    RECORD);
		ck_assert(is_great(heard, RECORD, 0));
		ck_assert_int_eq(stream_recv_now(&pair.server, heard, 1), -1);
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert_int_eq(send(pair.client.fd, wire + first,
		    len - first, 0), len - first);
		ck_assert(suite_readable(pair.server.fd, SUITE_PATIENCE_MS));
		hear(&pair.server, "salut");
	}
	pair_close(&pair);
}
END_TEST

START_TEST(nothing_to_send_is_no_record)
{
	struct iovec iov[] = { { "", 0 }, { "", 0 } };
	struct pair pair;

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_int_eq(stream_send_now(&pair.client, iov, 2), 0);
	ck_assert_int_eq(stream_send_now(&pair.client, iov, 1), 0);
	ck_assert_int_eq(stream_send_all(&pair.client, "", 0), 0);
	say(&pair.client, "salut");
	hear(&pair.server, "salut");
	pair_close(&pair);
}
END_TEST

START_TEST(pieces_beyond_a_record_are_cut)
{
	static char pieces[3][RECORD];
	struct iovec iov[] = { { pieces[0], 10000 }, { pieces[1], 10000 },
	    { pieces[2], 10000 } };
	struct pair pair;
	ssize_t n;

	for (int i = 0; i < 3; i++)
		great_fill(pieces[i], (size_t)i * 10000, 10000);
	pair_open(&pair, (enum pair_kind)_i);
	n = stream_send_now(&pair.client, iov, 3);
	ck_assert_int_eq(n, _i == PAIR_CLEAR ? 30000 : RECORD);
	for (size_t len = 0; len < (size_t)n;) {
		char buf[RECORD];
		ssize_t got = stream_recv(&pair.server, buf, sizeof(buf));

		ck_assert_int_gt(got, 0);
		ck_assert(is_great(buf, got, len));
		len += (size_t)got;
	}
	pair_close(&pair);
}
END_TEST

/* Send as much as goes, from some place of the great stream on: two pieces of
 * sizes that change.  Returns how far it came. */
static size_t
send_until_full(struct stream *stream, size_t at, uint64_t *state)
{
	for (;;) {
		static char bytes[30000];
		size_t first = 1 + suite_random(state) % 9999;
		struct iovec iov[] = { { bytes, first },
		    { bytes + first, 9000 } };
		ssize_t n;

		great_fill(bytes, at, sizeof(bytes));
		n = stream_send_now(stream, iov, 2);
		if (n == -1) {
			ck_assert_int_eq(errno, EAGAIN);
			return (at);
		}
		ck_assert_int_gt(n, 0);
		at += (size_t)n;
	}
}

START_TEST(a_full_socket_is_no_wait_and_the_same_bytes_go_on)
{
	uint64_t state = 7;
	struct pair pair;
	size_t sent = 0, len = 0;

	narrow_pair_open(&pair, (enum pair_kind)_i);
	while (sent < MUCH / 4) {
		char buf[3000];
		size_t before = sent;

		sent = send_until_full(&pair.client, sent, &state);
		while (sent == before || len < before) {
			ssize_t n = stream_recv_within(&pair.server, buf,
			    sizeof(buf), clock_now_ms());

			if (n == -1)
				break;
			ck_assert(is_great(buf, n, len));
			len += (size_t)n;
		}
	}
	ck_assert_uint_gt(len, 0);
	pair_close(&pair);
}
END_TEST

START_TEST(the_end_of_the_peer_leaves_our_own_side_open)
{
	struct pair pair;
	char byte;

	pair_open(&pair, (enum pair_kind)_i);
	say(&pair.client, "salut");
	ck_assert_int_eq(stream_end(&pair.client), 0);
	hear(&pair.server, "salut");
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(stream_recv(&pair.server, &byte, 1), 0);
	say(&pair.server, "au revoir");
	ck_assert_int_eq(stream_end(&pair.server), 0);
	hear(&pair.client, "au revoir");
	ck_assert_int_eq(stream_recv(&pair.client, &byte, 1), 0);
	pair_close(&pair);
}
END_TEST

/* RFC 8446 6.1: whoever cuts the connection can hide the rest. */
START_TEST(an_end_without_close_notify_is_told_apart)
{
	struct pair pair;
	char byte;

	pair_open(&pair, (enum pair_kind)_i);
	say(&pair.client, "salut");
	shutdown(pair.client.fd, SHUT_WR);
	hear(&pair.server, "salut");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(stream_recv(&pair.server, &byte, 1), -1);
		ck_assert_int_eq(errno, ECONNABORTED);
	}
	ck_assert_ptr_nonnull(strstr(cause_of(&pair.server, "recv", errno),
	    "close_notify"));
	say(&pair.server, "au revoir");
	ck_assert_int_eq(stream_end(&pair.server), 0);
	hear(&pair.client, "au revoir");
	ck_assert_int_eq(stream_recv(&pair.client, &byte, 1), 0);
	pair_close(&pair);
}
END_TEST

/* A server that stops does so: SHUT_RD, then its threads' last words. */
START_TEST(our_own_shutdown_of_receiving_ends_a_recv)
{
	struct reader reader;
	struct pair pair;

	pair_open(&pair, (enum pair_kind)_i);
	reader_start(&reader, &pair.server);
	shutdown(pair.server.fd, SHUT_RD);
	pthread_join(reader.thread, NULL);
	ck_assert_int_eq(reader.last, _i == PAIR_CLEAR ? 0 : -1);
	say(&pair.server, "au revoir");
	ck_assert_int_eq(stream_end(&pair.server), 0);
	hear(&pair.client, "au revoir");
	pair_close(&pair);
}
END_TEST

START_TEST(an_end_that_is_told_twice_is_one)
{
	struct pair pair;
	char byte;

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_int_eq(stream_end(&pair.client), 0);
	ck_assert_int_eq(stream_end(&pair.client), 0);
	ck_assert_int_eq(stream_recv(&pair.server, &byte, 1), 0);
	pair_close(&pair);
}
END_TEST

START_TEST(what_is_sent_after_our_end_is_refused)
{
	struct pair pair;

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_int_eq(stream_end(&pair.client), 0);
	ck_assert_int_eq(stream_send_all(&pair.client, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	pair_close(&pair);
}
END_TEST

START_TEST(a_deadline_ends_a_recv)
{
	int64_t begin = suite_now_ms();
	struct pair pair;
	char byte;

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_int_eq(stream_recv_within(&pair.server, &byte, 1,
	    clock_deadline(50)), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_ge(suite_now_ms() - begin, 50);
	say(&pair.client, "salut");
	hear(&pair.server, "salut");
	pair_close(&pair);
}
END_TEST

START_TEST(patience_that_is_set_ends_a_send_in_the_clear_too)
{
	static char much[MUCH / 4];
	int64_t begin = suite_now_ms();
	struct pair pair;

	narrow_pair_open(&pair, (enum pair_kind)_i);
	stream_set_patience(&pair.server, 50);
	ck_assert_int_eq(stream_send_all(&pair.server, much, sizeof(much)),
	    -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_ge(suite_now_ms() - begin, 50);
	pair_close(&pair);
}
END_TEST

/* In the clear the socket's own time-outs do this. */
START_TEST(patience_ends_a_recv_and_a_send)
{
	static char much[MUCH / 4];
	int64_t begin = suite_now_ms();
	struct pair pair;

	narrow_pair_open(&pair, (enum pair_kind)_i);
	pair.server.patience_ms = 50;
	ck_assert_int_eq(stream_recv(&pair.server, much, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_ge(suite_now_ms() - begin, 50);
	ck_assert_ptr_nonnull(strstr(cause_of(&pair.server, "recv", EAGAIN),
	    strerror(ETIMEDOUT)));
	begin = suite_now_ms();
	ck_assert_int_eq(stream_send_all(&pair.server, much, sizeof(much)),
	    -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_ge(suite_now_ms() - begin, 50);
	pair_close(&pair);
}
END_TEST

START_TEST(what_poll_does_not_see_is_pending)
{
	struct pair pair;

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_uint_eq(stream_pending(&pair.server), 0);
	say(&pair.client, "salut");
	hear(&pair.server, "sal");
	ck_assert_uint_eq(stream_pending(&pair.server),
	    _i == PAIR_CLEAR ? 0 : 2);
	ck_assert_int_eq(suite_readable(pair.server.fd, 0),
	    _i == PAIR_CLEAR);
	hear(&pair.server, "ut");
	ck_assert_uint_eq(stream_pending(&pair.server), 0);
	pair_close(&pair);
}
END_TEST

START_TEST(tls_1_2_alone_has_no_half_close)
{
	struct pair pair;

	pair_open(&pair, (enum pair_kind)_i);
	ck_assert_int_eq(stream_half_closes(&pair.client),
	    _i != PAIR_TLS12);
	ck_assert_int_eq(stream_half_closes(&pair.server),
	    _i != PAIR_TLS12);
	pair_close(&pair);
}
END_TEST

/* The peer's buffers are full and stay so: the end may not wait for ever. */
START_TEST(an_end_that_finds_no_room_gives_up_in_time)
{
	uint64_t state = 7;
	int64_t begin;
	struct pair pair;

	narrow_pair_open(&pair, (enum pair_kind)_i);
	send_until_full(&pair.client, 0, &state);
	begin = suite_now_ms();
	ck_assert_int_eq(stream_end(&pair.client), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_lt(suite_now_ms() - begin, SUITE_PATIENCE_MS);
	/* TCP's end is told all the same. */
	ck_assert_int_eq(send(pair.client.fd, "x", 1, MSG_NOSIGNAL), -1);
	ck_assert_int_eq(errno, EPIPE);
	pair_close(&pair);
}
END_TEST

START_TEST(a_reset_is_told_by_its_own_name)
{
	struct linger at_once = { .l_onoff = 1 };
	struct pair pair;
	char byte;

	pair_open(&pair, (enum pair_kind)_i);
	setsockopt(pair.client.fd, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	close(dup2(open("/dev/null", O_RDONLY), pair.client.fd));
	ck_assert_int_eq(stream_recv(&pair.server, &byte, 1), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	ck_assert_ptr_nonnull(strstr(cause_of(&pair.server, "recv",
	    ECONNRESET), strerror(ECONNRESET)));
	ck_assert_int_eq(stream_send_all(&pair.server, "x", 1), -1);
	/* TLS remembers how its session ended. */
	ck_assert_int_eq(errno, _i == PAIR_CLEAR ? EPIPE : ECONNRESET);
	pair_close(&pair);
}
END_TEST

/* A server says why it turns us away, and closes: our send fails first. */
START_TEST(what_the_peer_said_before_it_left_is_still_received)
{
	struct pair pair;
	char byte;

	narrow_pair_open(&pair, (enum pair_kind)_i);
	say(&pair.server, "busy");
	ck_assert_int_eq(stream_end(&pair.server), 0);
	close(pair.server.fd);
	pair.server.fd = -1;
	ck_assert_int_eq(stream_send_all(&pair.client, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	hear(&pair.client, "busy");
	ck_assert_int_eq(stream_recv(&pair.client, &byte, 1), 0);
	pair_close(&pair);
}
END_TEST

START_TEST(a_stream_that_is_zeroed_can_be_freed)
{
	struct stream stream = { .fd = -1 };

	stream_fini(&stream);
	stream_fini(&stream);
	ck_assert_ptr_null(stream.tls);
}
END_TEST

START_TEST(an_errno_of_the_socket_is_told_as_it_is)
{
	struct stream stream = { .fd = -1 };

	ck_assert_str_eq(cause_of(&stream, "send", EPIPE),
	    "1.2.3.4:5: send: Broken pipe");
	ck_assert_ptr_null(strstr(cause_of(&stream, "recv", ECONNABORTED),
	    "close_notify"));
}
END_TEST

static Suite *
stream_suite(void)
{
	Suite *suite = suite_create("stream");
	TCase *core = suite_case(suite, "core");
	TCase *tls = suite_case(suite, "tls");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_loop_test(core, what_is_sent_is_received, 0, PAIR_KINDS);
	tcase_add_loop_test(core, mebibytes_pass_both_ways_at_once, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core, one_thread_receives_while_another_sends, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core, several_pieces_are_sent_in_one_go, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core, nothing_to_send_is_no_record, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core, pieces_beyond_a_record_are_cut, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core,
	    a_full_socket_is_no_wait_and_the_same_bytes_go_on, 0, PAIR_KINDS);
	tcase_add_loop_test(core,
	    the_end_of_the_peer_leaves_our_own_side_open, 0, PAIR_KINDS);
	tcase_add_loop_test(core, our_own_shutdown_of_receiving_ends_a_recv,
	    0, PAIR_KINDS);
	tcase_add_loop_test(core, an_end_that_is_told_twice_is_one, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core, what_is_sent_after_our_end_is_refused, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core, what_poll_does_not_see_is_pending, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core, tls_1_2_alone_has_no_half_close, 0,
	    PAIR_KINDS);
	tcase_add_loop_test(core,
	    what_the_peer_said_before_it_left_is_still_received, 0,
	    PAIR_KINDS);
	tcase_add_test(core, a_stream_that_is_zeroed_can_be_freed);
	tcase_add_test(core, an_errno_of_the_socket_is_told_as_it_is);
	tcase_add_loop_test(tls,
	    a_record_is_received_wherever_the_next_one_is_cut, PAIR_TLS12,
	    PAIR_KINDS);
	tcase_add_loop_test(tls, an_end_without_close_notify_is_told_apart,
	    PAIR_TLS12, PAIR_KINDS);
	tcase_add_loop_test(tls, patience_ends_a_recv_and_a_send, PAIR_TLS12,
	    PAIR_KINDS);
	tcase_add_loop_test(tls, an_end_that_finds_no_room_gives_up_in_time,
	    PAIR_TLS12, PAIR_KINDS);
	tcase_add_loop_test(limits, a_deadline_ends_a_recv, 0, PAIR_KINDS);
	tcase_add_loop_test(limits,
	    patience_that_is_set_ends_a_send_in_the_clear_too, 0, PAIR_KINDS);
	tcase_add_loop_test(limits, a_reset_is_told_by_its_own_name, 0,
	    PAIR_KINDS);
	return (suite);
}

int
main(void)
{
	int status;

	certificates_open();
	status = suite_run(stream_suite());
	certificates_close();
	return (status);
}
