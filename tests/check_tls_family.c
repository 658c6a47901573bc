/* check_tls_family.c - a session is resumed within its family, nowhere else.
 * See also: net/tls.h, tests/check_tls.c */
#include "net/tls.h"

#include "base/clock.h"
#include "certificates.h"
#include "suite.h"
#include "tls_peers.h"

static const struct tls_options server_options = {
	.cert = "server.pem", .key = "server.key",
};

/* With tickets, and as clients remember who want none (TLS 1.2 only). */
static const char *const versions[] = { TLS12, TLS13, TLS12 ":%NO_TICKETS" };

#define VERSIONS	((int)SUITE_COUNT(versions))

struct member {
	struct tls_family *family;
	struct stream	 stream;
	int		 result;
	struct cause	 cause;
};

static void *
member_main(void *arg)
{
	struct member *member = arg;

	member->result = tls_family_accept(member->family, &member->stream,
	    clock_deadline(SUITE_PATIENCE_MS), &member->cause);
	return (NULL);
}

/* Connect to one more of a family, with what data has of an earlier session,
 * and leave this one's there.  Was it resumed, for both ends? */
static int
resumes(struct tls_family *family, const char *version, gnutls_datum_t *data)
{
	struct member member = { .family = family };
	pthread_t thread;
	struct raw raw;
	int fds[2], resumed;

	suite_tcp_pair(fds);
	stream_init(&member.stream, fds[1]);
	pthread_create(&thread, NULL, member_main, &member);
	raw_open(&raw, fds[0], GNUTLS_CLIENT, version, NULL);
	if (data->size > 0)
		gnutls_session_set_data(raw.gnutls, data->data, data->size);
	gnutls_free(data->data);
	data->size = 0;
	ck_assert_int_eq(raw_shake_hands(&raw), 0);
	pthread_join(thread, NULL);
	ck_assert_int_eq(member.result, 0);
	/* Under TLS 1.3 the ticket comes with the first answer. */
	say(&member.stream, "salut");
	raw_hear(&raw, "salut");
	resumed = gnutls_session_is_resumed(raw.gnutls) != 0;
	ck_assert_int_eq(tls_is_resumed(&member.stream), resumed);
	gnutls_session_get_data2(raw.gnutls, data);
	stream_fini(&member.stream);
	raw_close(&raw);
	close(fds[0]);
	close(fds[1]);
	return (resumed);
}

static struct tls_server *server;
static struct tls_family one, two;

static void
setup(void)
{
	struct cause cause;

	certificates_open();
	server = server_of(&server_options);
	ck_assert_int_eq(tls_family_init(&one, server, &cause), 0);
	ck_assert_int_eq(tls_family_init(&two, server, &cause), 0);
}

static void
teardown(void)
{
	tls_family_fini(&one);
	tls_family_fini(&two);
	tls_server_free(server);
	certificates_close();
}

START_TEST(a_member_resumes_the_session_of_the_first_one)
{
	gnutls_datum_t data = { NULL, 0 };

	ck_assert(!resumes(&one, versions[_i], &data));
	for (int i = 0; i < 5; i++)
		ck_assert(resumes(&one, versions[_i], &data));
	gnutls_free(data.data);
}
END_TEST

START_TEST(a_member_of_another_family_is_not_resumed)
{
	gnutls_datum_t data = { NULL, 0 };

	ck_assert(!resumes(&two, versions[_i], &data));
	ck_assert(!resumes(&one, versions[_i], &data));
	ck_assert(!resumes(&two, versions[_i], &data));
	gnutls_free(data.data);
}
END_TEST

START_TEST(a_family_that_forgets_resumes_nobody)
{
	gnutls_datum_t data = { NULL, 0 };

	one.forgets = 1;
	ck_assert(!resumes(&one, versions[_i], &data));
	ck_assert(!resumes(&one, versions[_i], &data));
	gnutls_free(data.data);
}
END_TEST

/* Our own client, as fil-ftp is one: the control connection, then the data. */
static int
client_resumes(struct tls_client *client)
{
	struct member member = { .family = &one };
	struct stream stream;
	struct cause cause;
	pthread_t thread;
	int fds[2], resumed;

	suite_tcp_pair(fds);
	stream_init(&member.stream, fds[1]);
	stream_init(&stream, fds[0]);
	pthread_create(&thread, NULL, member_main, &member);
	ck_assert_int_eq(tls_connect(client, &stream, "localhost",
	    clock_deadline(SUITE_PATIENCE_MS), &cause), 0);
	pthread_join(thread, NULL);
	say(&member.stream, "salut");
	hear(&stream, "salut");
	resumed = tls_is_resumed(&stream);
	ck_assert_int_eq(tls_client_resume(client, &stream), 0);
	stream_fini(&stream);
	stream_fini(&member.stream);
	close(fds[0]);
	close(fds[1]);
	return (resumed);
}

START_TEST(our_client_resumes_what_it_is_told_to)
{
	const struct tls_options options = { .ca = "ca.pem",
	    .priority = versions[_i] };
	struct tls_client *client = client_of(&options);

	ck_assert(!client_resumes(client));
	for (int i = 0; i < 3; i++)
		ck_assert(client_resumes(client));
	ck_assert_int_eq(tls_client_resume(client, NULL), 0);
	ck_assert(!client_resumes(client));
	tls_client_free(client);
}
END_TEST

/* What a client who uploads, and reads nothing, would leave unread. */
START_TEST(a_silent_family_sends_no_tickets_and_takes_old_ones)
{
	gnutls_datum_t data = { NULL, 0 };
	struct member member = { .family = &one };
	pthread_t thread;
	struct raw raw;
	int fds[2];

	ck_assert(!resumes(&one, TLS13, &data));
	one.silent = 1;
	suite_tcp_pair(fds);
	stream_init(&member.stream, fds[1]);
	pthread_create(&thread, NULL, member_main, &member);
	raw_open(&raw, fds[0], GNUTLS_CLIENT, TLS13, NULL);
	gnutls_session_set_data(raw.gnutls, data.data, data.size);
	ck_assert_int_eq(raw_shake_hands(&raw), 0);
	pthread_join(thread, NULL);
	ck_assert_int_eq(member.result, 0);
	ck_assert(tls_is_resumed(&member.stream));
	ck_assert(!suite_readable(fds[0], 100));
	stream_fini(&member.stream);
	raw_close(&raw);
	close(fds[0]);
	close(fds[1]);
	gnutls_free(data.data);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls_family");
	TCase *core = suite_case(suite, "core");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_loop_test(core,
	    a_member_resumes_the_session_of_the_first_one, 0, VERSIONS);
	tcase_add_loop_test(core, a_member_of_another_family_is_not_resumed,
	    0, VERSIONS);
	tcase_add_loop_test(core, our_client_resumes_what_it_is_told_to,
	    0, VERSIONS);
	tcase_add_loop_test(core, a_family_that_forgets_resumes_nobody, 0,
	    VERSIONS);
	tcase_add_test(core,
	    a_silent_family_sends_no_tickets_and_takes_old_ones);
	return (suite_run(suite));
}
