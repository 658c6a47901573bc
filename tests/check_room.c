/* check_room.c - one order of lines for all members, and nobody waits for any.
 * The rule: DESIGN rule 8.  A user would otherwise see an answer before its
 * question, or the room stand still because one member sleeps.
 * See also: serve/room.h, tests/check_outbox.c */
#include "serve/room.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "serve/late.h"
#include "suite.h"

#define MEMBERS		16
#define LINES		10000
#define LINE_SIZE	16		/* "12 345678 90123\n" */
#define THREADS		8
#define ROUNDS		50000

/* A member, and its client's end. */
struct session {
	struct stream	 stream;
	struct outbox	 outbox;
	struct member	 member;
	int		 peer_fd;
};

static struct late late;
static struct outbox_options options;
static struct room room;
static struct session sessions[MEMBERS];

static void
session_open(struct session *session)
{
	struct cause cause;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	stream_init(&session->stream, fds[0]);
	ck_assert_int_eq(outbox_init(&session->outbox, &session->stream,
	    &options, &cause), 0);
	session->peer_fd = fds[1];
	session->member = (struct member){ .outbox = &session->outbox,
	    .session = session };
}

static void
session_close(struct session *session)
{
	room_leave(&room, &session->member);
	outbox_fini(&session->outbox);
	stream_fini(&session->stream);
	close(session->stream.fd);
	close(session->peer_fd);
}

/* pc0, pc1, and so on. */
static void
join(int number)
{
	char name[20];

	snprintf(name, sizeof(name), "pc%d", number);
	session_open(&sessions[number]);
	room_join(&room, &sessions[number].member, name, NULL);
}

static void
setup(void)
{
	struct cause cause;

	ck_assert_int_eq(late_init(&late, &cause), 0);
	ck_assert_int_eq(room_init(&room, &late, &cause), 0);
	options = (struct outbox_options){ &late, OUTBOX_BOUND,
	    OUTBOX_PATIENCE_MS };
	for (int i = 0; i < MEMBERS; i++)
		sessions[i].peer_fd = -1;
}

static void
teardown(void)
{
	for (int i = 0; i < MEMBERS; i++)
		if (sessions[i].peer_fd != -1)
			session_close(&sessions[i]);
	room_fini(&room);
	late_fini(&late);
}

static struct shared_line *
line_of(const char *text)
{
	return (shared_line_copy(text, strlen(text)));
}

/* What the clients of the first members have received by now, as "a|b|c". */
static const char *
heard(int members)
{
	static char all[4096];
	size_t len = 0;

	for (int i = 0; i < members; i++) {
		ssize_t n = recv(sessions[i].peer_fd, all + len,
		    sizeof(all) - len - 2, MSG_DONTWAIT);

		len += n > 0 ? (size_t)n : 0;
		all[len++] = '|';
	}
	all[len - 1] = '\0';
	return (all);
}

/* --- who hears ------------------------------------------------------------ */

START_TEST(all_members_hear_and_a_speaker_need_not)
{
	for (int i = 0; i < 3; i++)
		join(i);
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = line_of("salut\n") }), 3);
	ck_assert_str_eq(heard(3), "salut\n|salut\n|salut\n");
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = line_of("hello\n"), .from = &sessions[1].member }), 3);
	ck_assert_str_eq(heard(3), "hello\n||hello\n");
}
END_TEST

START_TEST(all_sessions_of_a_name_hear_and_no_others)
{
	join(0);
	join(1);
	session_open(&sessions[2]);
	room_join(&room, &sessions[2].member, "pc1", NULL);
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = line_of("psst\n"), .to = "pc1" }), 2);
	ck_assert_str_eq(heard(3), "|psst\n|psst\n");
	/* To itself: its other sessions hear. */
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = line_of("psst\n"), .to = "pc1",
	    .from = &sessions[1].member }), 2);
	ck_assert_str_eq(heard(3), "||psst\n");
}
END_TEST

START_TEST(a_line_to_nobody_is_not_said_and_has_no_number)
{
	struct shared_line *line = line_of("psst\n");
	struct room_post post = { .line = shared_line_ref(line), .to = "pc" };

	join(0);
	ck_assert_uint_eq(room_say(&room, &post), 0);
	ck_assert_uint_eq(post.seq, 0);
	ck_assert_str_eq(heard(1), "");
	ck_assert_uint_eq(line->references, 1);
	post = (struct room_post){ .line = line };
	ck_assert_uint_eq(room_say(&room, &post), 1);
	ck_assert_uint_eq(post.seq, 1);
}
END_TEST

START_TEST(an_empty_room_hears_nothing)
{
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = line_of("hello?\n") }), 0);
	room_flush(&room);
}
END_TEST

/* As a chat has members who ignore a speaker, and some who want the time. */
static struct shared_line *
line_for(struct room_post *post, const struct member *member)
{
	struct shared_line **lines = post->context;

	return (lines[member->name[2] - '0']);
}

START_TEST(each_member_may_have_a_line_of_its_own_or_none)
{
	struct shared_line *lines[3] = { line_of("12:00 hi\n"), NULL,
	    line_of("hi\n") };

	for (int i = 0; i < 3; i++)
		join(i);
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = shared_line_ref(lines[2]), .line_for = line_for,
	    .context = lines }), 3);
	ck_assert_str_eq(heard(3), "12:00 hi\n||hi\n");
	for (int i = 0; i < 3; i++) {
		ck_assert(lines[i] == NULL || lines[i]->references == 1);
		shared_line_free(lines[i]);
	}
}
END_TEST

/* The history of a chat: what was said before, then what is said now. */
static void
greet(struct room *where, struct member *member, struct outbox_list *list)
{
	const char *const history[] = { "one\n", "two\n" };

	ck_assert_ptr_eq(where, &room);
	ck_assert_str_eq(member->name, "new");
	/* It is not in yet: "*** here: pc0". */
	ck_assert_str_eq(where->last->name, "pc0");
	for (int i = 0; i < 2; i++) {
		struct shared_line *line = line_of(history[i]);

		outbox_place(member->outbox, line, 1, list);
		shared_line_free(line);
	}
	outbox_promise(member->outbox, list);
}

START_TEST(who_joins_is_greeted_first)
{
	join(0);
	session_open(&sessions[1]);
	room_join(&room, &sessions[1].member, "new", greet);
	ck_assert_str_eq(heard(2), "|one\ntwo\n");
	room_say(&room, &(struct room_post){ .line = line_of("three\n") });
	ck_assert_str_eq(heard(2), "three\n|three\n");
}
END_TEST

START_TEST(who_is_renamed_hears_by_the_new_name)
{
	join(0);
	room_rename(&room, &sessions[0].member, "pc5");
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = line_of("psst\n"), .to = "pc0" }), 0);
	ck_assert_uint_eq(room_say(&room, &(struct room_post){
	    .line = line_of("psst\n"), .to = "pc5" }), 1);
	ck_assert_str_eq(heard(1), "psst\n");
}
END_TEST

static void
write_name(const struct member *member, void *context)
{
	strcat(context, member->name);
	strcat(context, " ");
}

START_TEST(members_are_listed_in_the_order_of_their_coming)
{
	char names[200] = "";

	for (int i = 0; i < 4; i++)
		join(i);
	room_each(&room, write_name, names);
	ck_assert_str_eq(names, "pc0 pc1 pc2 pc3 ");
	/* From the middle, the front, the end; and once more. */
	for (int i = 0; i < 4; i++) {
		static const int leaving[] = { 1, 0, 3, 3 };

		room_leave(&room, &sessions[leaving[i]].member);
	}
	names[0] = '\0';
	room_each(&room, write_name, names);
	ck_assert_str_eq(names, "pc2 ");
	room_join(&room, &sessions[0].member, "again", NULL);
	names[0] = '\0';
	room_each(&room, write_name, names);
	ck_assert_str_eq(names, "pc2 again ");
	ck_assert_uint_eq(room.len, 2);
}
END_TEST

START_TEST(what_has_more_to_follow_waits_for_it)
{
	join(0);
	join(1);
	for (int i = 0; i < 2; i++)
		room_say(&room, &(struct room_post){ .more = 1,
		    .line = line_of("one\n"), .from = &sessions[1].member });
	ck_assert_str_eq(heard(2), "|");
	room_flush(&room);
	ck_assert_str_eq(heard(2), "one\none\n|");
	room_say(&room, &(struct room_post){ .more = 1,
	    .line = line_of("two\n") });
	ck_assert_str_eq(heard(2), "|");
	/* Another speaker's line takes it along, where it goes. */
	room_say(&room, &(struct room_post){ .line = line_of("three\n"),
	    .from = &sessions[1].member });
	ck_assert_str_eq(heard(2), "two\nthree\n|");
	ck_assert_int_eq(outbox_finish(&sessions[1].outbox,
	    clock_deadline(SUITE_PATIENCE_MS)), 0);
	ck_assert_str_eq(heard(2), "|two\n");
}
END_TEST

/* --- order ---------------------------------------------------------------- */

/* "12 345678 90123\n": the speaker, its line, and the number in the room. */
static void
write_number(struct room_post *post)
{
	char text[LINE_SIZE + 1];

	snprintf(text, sizeof(text), " %05d\n", (int)post->seq);
	shared_line_append(post->line, text, 7);
}

static void *
speaker_main(void *arg)
{
	struct session *session = arg;
	int number = (int)(session - sessions);

	for (int i = 0; i < LINES / MEMBERS; i++) {
		char text[LINE_SIZE + 1];
		struct shared_line *line = shared_line_new(LINE_SIZE);

		snprintf(text, sizeof(text), "%02d %06d", number, i);
		shared_line_append(line, text, 9);
		room_say(&room, &(struct room_post){ .line = line,
		    .numbered = write_number, .more = i % 4 == number % 4 });
	}
	room_flush(&room);
	return (NULL);
}

/* A client that reads all that is said. */
struct reader {
	pthread_t	 thread;
	int		 fd;
	size_t		 len;
	char		 bytes[LINES * LINE_SIZE];
};

static void *
reader_main(void *arg)
{
	struct reader *reader = arg;
	ssize_t n = 1;

	while (n > 0 && reader->len < sizeof(reader->bytes)) {
		n = recv(reader->fd, reader->bytes + reader->len,
		    sizeof(reader->bytes) - reader->len, 0);
		reader->len += n > 0 ? (size_t)n : 0;
	}
	return (NULL);
}

static void
check_transcript(const struct reader *reader)
{
	int next[MEMBERS] = { 0 }, wrong = 0;

	ck_assert_uint_eq(reader->len, sizeof(reader->bytes));
	for (int seq = 1; seq <= LINES; seq++) {
		const char *line = reader->bytes + (seq - 1) * LINE_SIZE;
		int number = atoi(line);

		wrong += number < 0 || number >= MEMBERS ||
		    atoi(line + 3) != next[number]++ ||
		    atoi(line + 10) != seq || line[LINE_SIZE - 1] != '\n';
	}
	ck_assert_int_eq(wrong, 0);
}

START_TEST(all_members_have_the_same_lines_in_the_same_order)
{
	static struct reader readers[MEMBERS];
	pthread_t speakers[MEMBERS];

	/* A reader that gets no turn to run is not to be dropped here. */
	options.bound = 1 << 24;
	for (int i = 0; i < MEMBERS; i++) {
		join(i);
		readers[i].fd = sessions[i].peer_fd;
		pthread_create(&readers[i].thread, NULL, reader_main,
		    &readers[i]);
	}
	for (int i = 0; i < MEMBERS; i++)
		pthread_create(&speakers[i], NULL, speaker_main,
		    &sessions[i]);
	for (int i = 0; i < MEMBERS; i++)
		pthread_join(speakers[i], NULL);
	for (int i = 0; i < MEMBERS; i++) {
		pthread_join(readers[i].thread, NULL);
		ck_assert_int_eq(memcmp(readers[i].bytes, readers[0].bytes,
		    sizeof(readers[0].bytes)), 0);
	}
	check_transcript(&readers[0]);
}
END_TEST

/* --- who does not read ---------------------------------------------------- */

START_TEST(who_stops_reading_delays_nobody_and_is_dropped)
{
	static const char text[] = "0123456789012345678901234567890123456\n";
	char buf[100];
	int said = 0;

	join(0);
	join(1);
	while (outbox_dropped(&sessions[0].outbox, NULL) == OUTBOX_KEPT) {
		room_say(&room, &(struct room_post){ .line = line_of(text) });
		/* It is there when room_say returns. */
		ck_assert_int_eq(recv(sessions[1].peer_fd, buf, sizeof(buf),
		    MSG_DONTWAIT), sizeof(text) - 1);
		ck_assert_int_lt(said++, 10000);
	}
	ck_assert_int_eq(outbox_dropped(&sessions[0].outbox, NULL),
	    OUTBOX_TOO_SLOW);
	ck_assert_int_gt(said, OUTBOX_BOUND / 128);
	ck_assert_int_eq(recv(sessions[0].stream.fd, buf, 1, 0), 0);
	ck_assert_int_eq(outbox_dropped(&sessions[1].outbox, NULL),
	    OUTBOX_KEPT);
	room_say(&room, &(struct room_post){ .line = line_of(text) });
	ck_assert_int_eq(recv(sessions[1].peer_fd, buf, sizeof(buf),
	    MSG_DONTWAIT), sizeof(text) - 1);
}
END_TEST

static void *
flood_main(void *arg)
{
	(void)arg;
	for (int i = 0; i < 1000; i++)
		room_say(&room, &(struct room_post){
		    .line = line_of("012345678901234\n") });
	return (NULL);
}

/* To place a line costs less than to send it: the queues of those who are
 * sent to would be past their bound, though their sockets take all. */
START_TEST(speakers_are_slowed_down_before_a_member_is_dropped_for_them)
{
	pthread_t threads[THREADS];

	options.bound = 1024;
	for (int i = 0; i < 2; i++) {
		int fds[2];

		suite_tcp_pair(fds);
		join(i);
		ck_assert_int_ne(dup2(fds[0], sessions[i].stream.fd), -1);
		ck_assert_int_ne(dup2(fds[1], sessions[i].peer_fd), -1);
		close(fds[0]);
		close(fds[1]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, flood_main, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(outbox_finish(&sessions[i].outbox,
		    clock_deadline(SUITE_PATIENCE_MS)), 0);
		ck_assert_int_eq(outbox_dropped(&sessions[i].outbox, NULL),
		    OUTBOX_KEPT);
	}
}
END_TEST

static size_t
weight_of(struct session *session)
{
	size_t weight;

	pthread_mutex_lock(&session->outbox.lock);
	weight = session->outbox.queue.weight;
	pthread_mutex_unlock(&session->outbox.lock);
	return (weight);
}

START_TEST(without_memory_one_member_is_dropped)
{
	struct shared_line *line = line_of("0123456789\n");
	enum outbox_drop drops[2];

	join(0);
	join(1);
	while (weight_of(&sessions[0]) == 0 || weight_of(&sessions[1]) == 0)
		room_say(&room, &(struct room_post){
		    .line = shared_line_ref(line) });
	if (fault_knows("malloc")) {
		fault_set("malloc=ENOMEM:times=1");
		while (fault_hits() == 0)
			room_say(&room, &(struct room_post){
			    .line = shared_line_ref(line) });
		fault_set("");
		for (int i = 0; i < 2; i++)
			drops[i] = outbox_dropped(&sessions[i].outbox, NULL);
		ck_assert_int_eq(drops[0] + drops[1], OUTBOX_NO_MEMORY);
		ck_assert(drops[0] == OUTBOX_KEPT || drops[1] == OUTBOX_KEPT);
	}
	for (int i = 0; i < 2; i++)
		session_close(&sessions[i]);
	sessions[0].peer_fd = sessions[1].peer_fd = -1;
	ck_assert_uint_eq(line->references, 1);
	shared_line_free(line);
}
END_TEST

/* --- coming and going ----------------------------------------------------- */

/* What is left of a session is not zero: who still used it would crash. */
static void
session_bury(struct session *session)
{
	session_close(session);
	memset(session, 0xa5, sizeof(*session));
}

static void *
guest_main(void *arg)
{
	uint64_t random = (uint64_t)(uintptr_t)arg + 1;
	struct session *session = malloc(sizeof(*session));

	for (int i = 0; i < ROUNDS / THREADS; i++) {
		char buf[256];
		int lines = (int)(suite_random(&random) % 4);

		session_open(session);
		room_join(&room, &session->member, "guest", NULL);
		while (lines-- > 0) {
			room_say(&room, &(struct room_post){
			    .line = line_of("012345678901234\n"),
			    .from = lines == 1 ? &session->member : NULL,
			    .more = lines == 2 });
			outbox_put_wait(&session->outbox, line_of("hm\n"));
			recv(session->peer_fd, buf, sizeof(buf), MSG_DONTWAIT);
		}
		room_leave(&room, &session->member);
		if (suite_random(&random) % 8 == 0)
			outbox_finish(&session->outbox, clock_deadline(1));
		session_bury(session);
	}
	free(session);
	return (NULL);
}

/* Some members read nothing, and are replaced when they are dropped. */
static void *
sleeper_main(void *arg)
{
	struct session *session = malloc(sizeof(*session));
	char byte;

	while (!atomic_load((atomic_int *)arg)) {
		session_open(session);
		room_join(&room, &session->member, "sleeper", NULL);
		suite_readable(session->stream.fd, 100);
		if (outbox_dropped(&session->outbox, NULL) != OUTBOX_KEPT)
			recv(session->stream.fd, &byte, 1, 0);
		session_bury(session);
	}
	free(session);
	return (NULL);
}

START_TEST(members_come_and_go_while_others_send_to_them)
{
	pthread_t guests[THREADS], sleepers[2];
	atomic_int is_over = 0;

	options = (struct outbox_options){ &late, _i == 0 ? 65536 : 2048, 2 };
	for (int i = 0; i < 2; i++)
		pthread_create(&sleepers[i], NULL, sleeper_main, &is_over);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&guests[i], NULL, guest_main,
		    (void *)(uintptr_t)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(guests[i], NULL);
	atomic_store(&is_over, 1);
	for (int i = 0; i < 2; i++)
		pthread_join(sleepers[i], NULL);
	ck_assert_ptr_null(room.first);
	ck_assert_uint_eq(room.len, 0);
	ck_assert_int_eq(late.crowd.len, 0);
	ck_assert_ptr_null(late.first);
}
END_TEST

START_TEST(a_room_that_cannot_be_made_says_why)
{
	struct room other;
	struct cause cause;

	fault_set("pthread_mutex_init=ENOMEM");
	ck_assert_int_eq(room_init(&other, &late, &cause), -1);
	fault_set("");
	ck_assert_str_eq(cause.primitive, "pthread_mutex_init");
	ck_assert_int_eq(cause.error, ENOMEM);
	room_fini(&other);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("room");
	TCase *tcase = suite_case(suite, "core");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, all_members_hear_and_a_speaker_need_not);
	tcase_add_test(tcase, all_sessions_of_a_name_hear_and_no_others);
	tcase_add_test(tcase, a_line_to_nobody_is_not_said_and_has_no_number);
	tcase_add_test(tcase, an_empty_room_hears_nothing);
	tcase_add_test(tcase,
	    each_member_may_have_a_line_of_its_own_or_none);
	tcase_add_test(tcase, who_joins_is_greeted_first);
	tcase_add_test(tcase, who_is_renamed_hears_by_the_new_name);
	tcase_add_test(tcase, members_are_listed_in_the_order_of_their_coming);
	tcase_add_test(tcase, what_has_more_to_follow_waits_for_it);
	tcase = suite_case(suite, "limits");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, who_stops_reading_delays_nobody_and_is_dropped);
	tcase_add_test(tcase,
	    speakers_are_slowed_down_before_a_member_is_dropped_for_them);
	tcase_add_test(tcase, without_memory_one_member_is_dropped);
	tcase_add_test(tcase, a_room_that_cannot_be_made_says_why);
	tcase = suite_case(suite, "threads");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase,
	    all_members_have_the_same_lines_in_the_same_order);
	tcase_add_loop_test(tcase,
	    members_come_and_go_while_others_send_to_them, 0, 2);
	return (suite_run(suite));
}
