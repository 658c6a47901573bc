/* check_faults_proxy.c - every call that relay, workers, display and capture
 * make fails once, and is survived.
 * See also: tests/fault/fault.h, tests/check_faults.c */
#include "config.h"

#include <errno.h>
#include <pthread.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "net/io.h"
#include "net/relay.h"
#include "net/splice.h"
#include "serve/workers.h"
#include "suite.h"
#include "tools/proxy/capture.h"
#include "tools/proxy/delay_line.h"
#include "tools/proxy/display.h"

#define MIB	(1024 * 1024)

/* One call that fails, in one function. */
struct fault_row {
	const char	*rules;
	int		(*function)(struct cause *);	/* -1 expected */
	const char	*primitive;
	int		 error;
};

static int
call_relay_init(struct cause *cause)
{
	struct stream client, upstream;
	struct relay relay;

	return (relay_init(&relay, &client, &upstream, cause));
}

static int
call_workers_init(struct cause *cause)
{
	struct workers workers;

	return (workers_init(&workers, cause));
}

static int
call_display_open(struct cause *cause)
{
	struct display_options options = { .fd = STDOUT_FILENO };
	struct display display;

	return (display_open(&display, &options, cause));
}

static int
call_capture_open(struct cause *cause)
{
	return (capture_open("/dev/null", cause) != NULL ? 0 : -1);
}

static const struct fault_row rows[] = {
	{ "pthread_cond_init=EAGAIN", call_relay_init, "pthread_cond_init",
	    EAGAIN },
	{ "pthread_mutex_init=EAGAIN", call_relay_init,
	    "pthread_mutex_init", EAGAIN },
	{ "pthread_attr_init=ENOMEM", call_workers_init, "pthread_attr_init",
	    ENOMEM },
	{ "pthread_mutex_init=EAGAIN", call_workers_init,
	    "pthread_mutex_init", EAGAIN },
	{ "pthread_cond_init=EAGAIN", call_workers_init, "pthread_cond_init",
	    EAGAIN },
	{ "pthread_mutex_init=EAGAIN", call_display_open,
	    "pthread_mutex_init", EAGAIN },
	{ "pthread_cond_init=EAGAIN", call_display_open, "pthread_cond_init",
	    EAGAIN },
	{ "malloc=ENOMEM:times=1", call_display_open, "malloc", ENOMEM },
	{ "malloc=ENOMEM:after=1:times=1", call_display_open, "malloc",
	    ENOMEM },
	{ "malloc=ENOMEM:after=2:times=1", call_display_open, "malloc",
	    ENOMEM },
	{ "pthread_create=EAGAIN", call_display_open, "pthread_create",
	    EAGAIN },
	{ "calloc=ENOMEM:times=1", call_capture_open, "calloc", ENOMEM },
	{ "pthread_mutex_init=EAGAIN", call_capture_open,
	    "pthread_mutex_init", EAGAIN },
#ifdef HAVE_LIBPCAP
	{ "calloc=ENOMEM:after=1:times=1", call_capture_open, "calloc",
	    ENOMEM },
	{ "open=EACCES", call_capture_open, "open", EACCES },
#endif
};

START_TEST(a_call_that_fails_is_named_and_leaves_nothing_open)
{
	const struct fault_row *row = &rows[_i];
	struct cause cause = { .kind = CAUSE_NONE };
	char call[32];
	int before, result;

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(row->rules, "="),
	    row->rules);
	if (!fault_knows(call))
		return;
	before = suite_open_fds();
	fault_set(row->rules);
	result = row->function(&cause);
	fault_set("");
	ck_assert_int_eq(result, -1);
	ck_assert_str_eq(cause.primitive, row->primitive);
	ck_assert_int_eq(cause.error, row->error);
	ck_assert_int_eq(suite_open_fds(), before);
}
END_TEST

static void
do_nothing(void *arg)
{
	(void)arg;
}

START_TEST(a_thread_that_is_not_to_be_had_is_an_error_and_no_more)
{
	static const char *const faults[] = { "pthread_create=EAGAIN",
	    "pthread_cond_init=EAGAIN", "calloc=ENOMEM" };
	static const int errors[] = { EAGAIN, EAGAIN, ENOMEM };
	struct workers workers;
	struct cause cause;
	char call[32];

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(faults[_i], "="),
	    faults[_i]);
	if (!fault_knows(call))
		return;
	ck_assert_int_eq(workers_init(&workers, &cause), 0);
	fault_set(faults[_i]);
	ck_assert_int_eq(workers_run(&workers, do_nothing, NULL), errors[_i]);
	fault_set("");
	ck_assert_int_eq(workers_run(&workers, do_nothing, NULL), 0);
	workers_fini(&workers);
}
END_TEST

START_TEST(a_delay_line_needs_memory)
{
	struct delay_line *lines[2];

	if (!fault_knows("calloc"))
		return;
	fault_set("calloc=ENOMEM");
	lines[0] = delay_line_new();
	fault_set("malloc=ENOMEM");
	lines[1] = delay_line_new();
	fault_set("");
	ck_assert_ptr_null(lines[0]);
	ck_assert_ptr_null(lines[1]);
	delay_line_free(NULL);
}
END_TEST

/* --- splice --------------------------------------------------------------- */

struct scene {
	struct relay	 relay;
	struct stream	 client_stream, upstream;
	int		 client, server;
	pthread_t	 threads[2];
};

static void *
carry_main(void *way)
{
	relay_carry(way);
	return (NULL);
}

static void
open_scene(struct scene *scene)
{
	struct cause cause;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	suite_tcp_pair(fds);
	scene->client = fds[0];
	stream_init(&scene->client_stream, fds[1]);
	suite_tcp_pair(fds);
	stream_init(&scene->upstream, fds[0]);
	scene->server = fds[1];
	ck_assert_int_eq(relay_init(&scene->relay, &scene->client_stream,
	    &scene->upstream, &cause), 0);
	scene->relay.up.link = scene->relay.down.link = &relay_by_splice;
	ck_assert_int_eq(pthread_create(&scene->threads[0], NULL, carry_main,
	    &scene->relay.up), 0);
	ck_assert_int_eq(pthread_create(&scene->threads[1], NULL, carry_main,
	    &scene->relay.down), 0);
}

static void *
flood_main(void *arg)
{
	static char block[MIB];
	int fd = *(int *)arg;

	for (int i = 0; i < 8; i++)
		if (send_all(fd, block, sizeof(block)) == -1)
			break;
	shutdown(fd, SHUT_WR);
	return (NULL);
}

/* How much of 8 MiB arrives. */
static size_t
flood(struct scene *scene)
{
	static char buf[MIB];
	size_t len = 0;
	pthread_t thread;
	ssize_t n;

	ck_assert_int_eq(pthread_create(&thread, NULL, flood_main,
	    &scene->client), 0);
	while ((n = recv_within(scene->server, buf, sizeof(buf),
	    clock_deadline(300))) > 0)
		len += (size_t)n;
	close(scene->server);
	pthread_join(scene->threads[0], NULL);
	pthread_join(scene->threads[1], NULL);
	close(scene->client_stream.fd);
	close(scene->upstream.fd);
	pthread_join(thread, NULL);
	relay_fini(&scene->relay);
	return (len);
}

START_TEST(a_splice_that_is_refused_or_interrupted_loses_nothing)
{
	static const char *const faults[] = { "splice=EINVAL",
	    "pipe2=EMFILE", "splice=EINTR:every=2", "splice=short:4096",
	    "splice=EAGAIN:every=7", "poll=EINTR:every=3" };
	struct scene scene;

	fault_set(faults[_i]);
	open_scene(&scene);
	ck_assert_uint_eq(flood(&scene), 8 * MIB);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_CLOSED);
#ifdef HAVE_SPLICE
	ck_assert_uint_ge(fault_hits(), 1);
#endif
}
END_TEST

/* Calls 1, 3, 5... take from the client, the others give to the server. */
START_TEST(a_splice_that_fails_for_good_ends_the_conversation)
{
	struct scene scene;

#ifndef HAVE_SPLICE
	return;
#endif
	fault_set(_i == 0 ? "splice=ETIMEDOUT:times=1" :
	    "splice=ETIMEDOUT:after=1:times=1");
	open_scene(&scene);
	ck_assert_uint_lt(flood(&scene), 8 * MIB);
	ck_assert_int_eq(scene.relay.fate.end, RELAY_RESET);
	ck_assert_int_eq(scene.relay.fate.error, ETIMEDOUT);
	ck_assert_str_eq(scene.relay.fate.primitive, "splice");
	ck_assert_ptr_eq(scene.relay.fate.side, _i == 0 ?
	    &scene.client_stream : &scene.upstream);
}
END_TEST

/* --- captures -------------------------------------------------------------- */

START_TEST(a_full_disk_ends_the_capture_and_no_more)
{
#ifdef HAVE_LIBPCAP
	int log_fd = suite_capture(STDERR_FILENO);
	struct address ends[2] = { { .len = sizeof(ends[0].in),
	    .in.sin_family = AF_INET }, { .len = sizeof(ends[0].in),
	    .in.sin_family = AF_INET } };
	struct capture_flow flow;
	struct capture *capture;
	struct cause cause;
	char text[1024];

	capture = capture_open("/dev/full", &cause);
	ck_assert_ptr_nonnull(capture);
	capture_begin(&flow, capture, ends, 1);
	capture_bytes(&flow, 0, "x", 1);
	capture_end(&flow, 0);
	capture_reset(&flow, 1);
	capture_close(capture);
	suite_captured(log_fd, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "No space left on device"));
	/* Said once. */
	ck_assert_ptr_eq(strchr(text, '\n') + 1, text + strlen(text));
#endif
}
END_TEST

START_TEST(without_a_capture_there_is_nothing_to_do)
{
	struct address ends[2] = { { .len = 0 }, { .len = 0 } };
	struct capture_flow flow;

	capture_begin(&flow, NULL, ends, 1);
	capture_bytes(&flow, 0, "x", 1);
	capture_end(&flow, 0);
	capture_reset(&flow, 1);
	capture_close(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("faults_proxy");
	TCase *tcase = suite_case(suite, "core");

	tcase_set_timeout(tcase, 20);
	tcase_add_loop_test(tcase,
	    a_call_that_fails_is_named_and_leaves_nothing_open, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_loop_test(tcase,
	    a_thread_that_is_not_to_be_had_is_an_error_and_no_more, 0, 3);
	tcase_add_test(tcase, a_delay_line_needs_memory);
	tcase_add_loop_test(tcase,
	    a_splice_that_is_refused_or_interrupted_loses_nothing, 0, 6);
	tcase_add_loop_test(tcase,
	    a_splice_that_fails_for_good_ends_the_conversation, 0, 2);
	tcase_add_test(tcase, a_full_disk_ends_the_capture_and_no_more);
	tcase_add_test(tcase, without_a_capture_there_is_nothing_to_do);
	return (suite_run(suite));
}
