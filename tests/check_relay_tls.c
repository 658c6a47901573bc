/* check_relay_tls.c - a relay one side of which is TLS: its ends and resets.
 * "client" is in the clear, "server" is the other end of a pair.
 * See also: net/relay.h, tests/check_relay.c, tests/system/proxy.py */
#include "net/relay.h"

#include <errno.h>

#include "base/clock.h"
#include "certificates.h"
#include "net/io.h"
#include "suite.h"
#include "tls_peers.h"

#define LONG_MS		800		/* more than stream_end waits */

struct scene {
	struct relay	 relay;
	struct stream	 inner;		/* the relay's end of client */
	struct stream	 client;
	struct pair	 pair;		/* its client is the relay's upstream */
	pthread_t	 threads[2];
};

static struct scene scene;

static void
scene_init(enum pair_kind kind)
{
	struct cause cause;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	suite_tcp_pair(fds);
	stream_init(&scene.client, fds[0]);
	stream_init(&scene.inner, fds[1]);
	pair_open(&scene.pair, kind);
	ck_assert_int_eq(relay_init(&scene.relay, &scene.inner,
	    &scene.pair.client, &cause), 0);
}

static void *
carry_main(void *way)
{
	relay_carry(way);
	return (NULL);
}

static void
scene_begin(void)
{
	ck_assert_int_eq(pthread_create(&scene.threads[0], NULL, carry_main,
	    &scene.relay.up), 0);
	ck_assert_int_eq(pthread_create(&scene.threads[1], NULL, carry_main,
	    &scene.relay.down), 0);
}

static void
scene_end(void)
{
	pthread_join(scene.threads[0], NULL);
	pthread_join(scene.threads[1], NULL);
	relay_fini(&scene.relay);
	close(scene.inner.fd);
	close(scene.client.fd);
	pair_close(&scene.pair);
}

/* How a stream ends: 0, or an errno; *len receives what came before. */
static int
last_of(struct stream *stream, size_t *len)
{
	char buf[4096];
	ssize_t n;

	for (*len = 0; (n = stream_recv_within(stream, buf, sizeof(buf),
	    clock_deadline(SUITE_PATIENCE_MS))) > 0; *len += (size_t)n)
		;
	return (n == 0 ? 0 : errno);
}

/* Send until the socket takes no more; how much that was. */
static size_t
fill(struct stream *stream)
{
	static const char zeros[1000];
	struct iovec piece = { .iov_base = (void *)zeros,
	    .iov_len = sizeof(zeros) };
	size_t sent = 0;
	ssize_t n;

	while ((n = stream_send_now(stream, &piece, 1)) > 0)
		sent += (size_t)n;
	ck_assert_int_eq(errno, EAGAIN);
	return (sent);
}

START_TEST(after_one_side_has_said_all_the_other_goes_on)
{
	size_t len;

	scene_init((enum pair_kind)_i);
	scene_begin();
	say(&scene.client, "question");
	ck_assert_int_eq(stream_end(&scene.client), 0);
	hear(&scene.pair.server, "question");
	ck_assert_int_eq(last_of(&scene.pair.server, &len), 0);
	say(&scene.pair.server, "answer");
	ck_assert_int_eq(stream_end(&scene.pair.server), 0);
	hear(&scene.client, "answer");
	ck_assert_int_eq(last_of(&scene.client, &len), 0);
	scene_end();
	ck_assert_int_eq(scene.relay.fate.end, RELAY_CLOSED);
	ck_assert_ptr_eq(scene.relay.fate.side, &scene.inner);
}
END_TEST

/* The goodbye is as patient as the bytes before it: without one the server
 * would take all that came for a stream that was cut off. */
START_TEST(a_goodbye_waits_for_a_reader_that_is_late)
{
	size_t sent, len;

	scene_init((enum pair_kind)_i);
	sent = fill(&scene.pair.client);
	ck_assert_int_eq(stream_end(&scene.client), 0);
	scene_begin();
	ck_assert_int_eq(relay_wait(&scene.relay, clock_deadline(LONG_MS)),
	    0);
	ck_assert_int_eq(last_of(&scene.pair.server, &len), 0);
	/* The record that was cut at the brim comes, too. */
	ck_assert_uint_ge(len, sent);
	ck_assert_int_eq(stream_end(&scene.pair.server), 0);
	ck_assert_int_eq(last_of(&scene.client, &len), 0);
	scene_end();
}
END_TEST

START_TEST(a_goodbye_to_a_reader_that_never_comes_ends_with_the_idleness)
{
	size_t len;

	scene_init((enum pair_kind)_i);
	scene.relay.idle_ms = 300;
	fill(&scene.pair.client);
	ck_assert_int_eq(stream_end(&scene.client), 0);
	scene_begin();
	pthread_join(scene.threads[0], NULL);
	pthread_join(scene.threads[1], NULL);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_IDLE);
	close(scene.inner.fd);
	ck_assert_int_eq(last_of(&scene.client, &len), ECONNRESET);
	relay_fini(&scene.relay);
	close(scene.client.fd);
	pair_close(&scene.pair);
}
END_TEST

START_TEST(a_break_ends_a_goodbye_that_waits)
{
	scene_init((enum pair_kind)_i);
	fill(&scene.pair.client);
	ck_assert_int_eq(stream_end(&scene.client), 0);
	scene_begin();
	ck_assert_int_eq(relay_wait(&scene.relay, clock_deadline(50)), 0);
	relay_break(&scene.relay, RELAY_BROKEN);
	scene_end();
}
END_TEST

START_TEST(a_stream_that_is_cut_off_is_a_reset_for_the_other_side)
{
	size_t len;

	scene_init((enum pair_kind)_i);
	scene_begin();
	say(&scene.pair.server, "half of a fi");
	hear(&scene.client, "half of a fi");
	shutdown(scene.pair.server.fd, SHUT_WR);	/* no goodbye */
	pthread_join(scene.threads[0], NULL);
	pthread_join(scene.threads[1], NULL);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_RESET);
	ck_assert_ptr_eq(scene.relay.fate.side, &scene.pair.client);
	ck_assert_int_eq(scene.relay.fate.error, ECONNABORTED);
	close(scene.inner.fd);
	ck_assert_int_eq(last_of(&scene.client, &len), ECONNRESET);
	relay_fini(&scene.relay);
	close(scene.client.fd);
	pair_close(&scene.pair);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("relay_tls");
	TCase *ends = suite_case(suite, "ends");
	int from = PAIR_TLS12, to = PAIR_KINDS, status;

	tcase_set_timeout(ends, 20);
	tcase_add_loop_test(ends,
	    after_one_side_has_said_all_the_other_goes_on, from, to);
	tcase_add_loop_test(ends, a_goodbye_waits_for_a_reader_that_is_late,
	    from, to);
	tcase_add_loop_test(ends,
	    a_goodbye_to_a_reader_that_never_comes_ends_with_the_idleness,
	    from, to);
	tcase_add_loop_test(ends, a_break_ends_a_goodbye_that_waits, from, to);
	tcase_add_loop_test(ends,
	    a_stream_that_is_cut_off_is_a_reset_for_the_other_side, from, to);
	certificates_open();
	status = suite_run(suite);
	certificates_close();
	return (status);
}
