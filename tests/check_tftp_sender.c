/* check_tftp_sender.c - which block is sent when.
 * See also: tools/tftp/sender.h, tests/check_tftp_transfer.c */
#include "tools/tftp/sender.h"

#include "proto/tftp_packet.h"
#include "suite.h"

#define TRIP_US	1000

static struct sender sender;
static int64_t now_us;

/* A sender that has measured TRIP_US. */
static void
begin(size_t window)
{
	now_us = 1000000;
	memset(&sender, 0, sizeof(sender));
	timer_init(&sender.timer, 0);
	timer_measure(&sender.timer, TRIP_US);
	sender_init(&sender, window);
}

/* Send all that is due; returns how many. */
static size_t
send_due(void)
{
	uint64_t first;
	size_t n = sender_due(&sender, &first);

	if (n > 0)
		sender_sent(&sender, n, now_us);
	return (n);
}

static enum sender_news
ack(uint64_t block)
{
	now_us += TRIP_US;
	return (sender_ack(&sender, (uint16_t)block, now_us));
}

START_TEST(a_window_is_sent_and_no_more)
{
	uint64_t first;

	begin(4);
	ck_assert_uint_eq(sender_due(&sender, &first), 4);
	ck_assert_uint_eq(first, 1);
	send_due();
	ck_assert_uint_eq(sender_due(&sender, &first), 0);
	ck_assert_int_eq(ack(4), SENDER_PROGRESS);
	ck_assert_uint_eq(sender_due(&sender, &first), 4);
	ck_assert_uint_eq(first, 5);
	ck_assert_uint_eq(sender.resent, 0);
	ck_assert(!sender.missed);
}
END_TEST

START_TEST(the_last_block_ends_the_transfer)
{
	begin(4);
	sender_ends_at(&sender, 6);
	ck_assert_uint_eq(send_due(), 4);
	ck_assert_int_eq(ack(4), SENDER_PROGRESS);
	ck_assert_uint_eq(send_due(), 2);
	ck_assert_int_eq(ack(5), SENDER_PROGRESS);
	ck_assert_uint_eq(send_due(), 1);
	ck_assert_int_eq(ack(6), SENDER_DONE);
}
END_TEST

START_TEST(at_a_window_of_one_an_ack_twice_sends_nothing_twice)
{
	/* RFC 1123 4.2.3.1, the Sorcerer's Apprentice. */
	begin(1);
	send_due();
	ck_assert_int_eq(ack(1), SENDER_PROGRESS);
	ck_assert_uint_eq(send_due(), 1);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(ack(1), SENDER_NOTHING);
		ck_assert_uint_eq(send_due(), 0);
	}
	ck_assert_int_eq(sender_expired(&sender), 0);
	ck_assert_uint_eq(send_due(), 1);
	ck_assert_uint_eq(sender.resent, 1);
}
END_TEST

START_TEST(an_ack_inside_the_window_begins_it_again_there)
{
	/* RFC 7440 4: the receiver has seen a gap behind block 2. */
	uint64_t first;

	begin(4);
	send_due();
	ck_assert_int_eq(ack(2), SENDER_PROGRESS);
	ck_assert_uint_eq(sender_due(&sender, &first), 4);
	ck_assert_uint_eq(first, 3);
	send_due();
	ck_assert_uint_eq(sender.resent, 2);
	ck_assert(sender.missed);
}
END_TEST

START_TEST(a_repeated_ack_counts_once_a_round_trip)
{
	begin(4);
	send_due();
	ck_assert_int_eq(ack(4), SENDER_PROGRESS);
	send_due();
	/* A copy of the ACK comes at once: it says nothing. */
	ck_assert_int_eq(sender_ack(&sender, 4, now_us + 10),
	    SENDER_NOTHING);
	/* After a round trip it says that block 5 was lost. */
	ck_assert_int_eq(ack(4), SENDER_AGAIN);
	ck_assert_uint_eq(send_due(), 4);
	ck_assert_int_eq(sender_ack(&sender, 4, now_us + 10),
	    SENDER_NOTHING);
	ck_assert_int_eq(ack(4), SENDER_AGAIN);
	ck_assert(sender.missed);
}
END_TEST

START_TEST(old_acks_and_those_of_the_future_are_nothing)
{
	begin(4);
	send_due();
	ck_assert_int_eq(ack(5), SENDER_NOTHING);
	ck_assert_int_eq(ack(40000), SENDER_NOTHING);
	ck_assert_int_eq(ack(65535), SENDER_NOTHING);
	ck_assert_int_eq(ack(4), SENDER_PROGRESS);
	send_due();
	for (uint64_t old = 0; old < 4; old++)
		ck_assert_int_eq(ack(old), SENDER_NOTHING);
	ck_assert_uint_eq(send_due(), 0);
}
END_TEST

START_TEST(one_ack_for_ever_gets_no_window_for_each)
{
	begin(64);
	send_due();
	ck_assert_int_eq(ack(64), SENDER_PROGRESS);
	send_due();
	for (int i = 0; i < 1000; i++) {
		ack(64);
		send_due();
	}
	ck_assert_uint_eq(sender.resent, TIMER_TRIES * 64);
	/* Then the timer alone repeats, until it gives up. */
	ck_assert_int_eq(sender_expired(&sender), 0);
	/* Whoever goes on gets his repetitions back. */
	send_due();
	ck_assert_int_eq(ack(128), SENDER_PROGRESS);
	send_due();
	ck_assert_int_eq(ack(128), SENDER_AGAIN);
}
END_TEST

START_TEST(an_old_ack_is_old_at_the_largest_window)
{
	/* Two ACKs of one window that changed places: the file's end would
	 * come from elsewhere in the file. */
	begin(TFTP_WINDOW_MAX);
	send_due();
	for (uint64_t block = 200; block < 200000; block += 20000) {
		ck_assert_int_eq(ack(block), SENDER_PROGRESS);
		send_due();
		ck_assert_int_eq(ack(block - 100), SENDER_NOTHING);
		ck_assert_uint_eq(sender.acked, block);
	}
	while (sender.acked < 400000) {
		ck_assert_int_eq(ack(sender.sent), SENDER_PROGRESS);
		send_due();
	}
}
END_TEST

START_TEST(numbers_go_on_beyond_sixteen_bits)
{
	begin((size_t)_i);
	for (uint64_t block = 0; block < 200000; ) {
		block += send_due();
		ck_assert_int_eq(ack(block), SENDER_PROGRESS);
		ck_assert_uint_eq(sender.acked, block);
	}
	ck_assert_uint_eq(sender.resent, 0);
}
END_TEST

START_TEST(a_late_ack_of_all_that_was_sent_counts_after_the_timer)
{
	begin(4);
	send_due();
	ck_assert_int_eq(sender_expired(&sender), 0);
	ck_assert_int_eq(ack(4), SENDER_PROGRESS);
	ck_assert_uint_eq(send_due(), 4);
	ck_assert_uint_eq(sender.resent, 0);
	ck_assert_uint_eq(sender.acked, 4);
}
END_TEST

START_TEST(what_was_sent_twice_measures_nothing)
{
	/* Karn: whose answer is it? */
	int64_t smooth_us;

	begin(1);
	send_due();
	smooth_us = sender.timer.smooth_us;
	ck_assert_int_eq(sender_expired(&sender), 0);
	send_due();
	now_us += 500000;
	ck_assert_int_eq(ack(1), SENDER_PROGRESS);
	ck_assert_int_eq(sender.timer.smooth_us, smooth_us);
	send_due();
	now_us += 500000;
	ck_assert_int_eq(ack(2), SENDER_PROGRESS);
	ck_assert_int_gt(sender.timer.smooth_us, smooth_us);
}
END_TEST

START_TEST(the_sixth_time_it_gives_up)
{
	begin(2);
	for (int i = 0; i < 5; i++) {
		ck_assert_uint_eq(send_due(), 2);
		ck_assert_int_eq(sender_expired(&sender), 0);
	}
	ck_assert_uint_eq(send_due(), 2);
	ck_assert_int_eq(sender_expired(&sender), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_sender");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_window_is_sent_and_no_more);
	tcase_add_test(core, the_last_block_ends_the_transfer);
	tcase_add_test(core,
	    at_a_window_of_one_an_ack_twice_sends_nothing_twice);
	tcase_add_test(core, an_ack_inside_the_window_begins_it_again_there);
	tcase_add_test(core, a_repeated_ack_counts_once_a_round_trip);
	tcase_add_test(core,
	    a_late_ack_of_all_that_was_sent_counts_after_the_timer);
	tcase_add_test(core, what_was_sent_twice_measures_nothing);
	tcase_add_loop_test(limits, numbers_go_on_beyond_sixteen_bits, 1, 4);
	tcase_add_test(limits, the_sixth_time_it_gives_up);
	tcase_add_test(hostile, one_ack_for_ever_gets_no_window_for_each);
	tcase_add_test(hostile, an_old_ack_is_old_at_the_largest_window);
	tcase_add_test(hostile,
	    old_acks_and_those_of_the_future_are_nothing);
	return (suite_run(suite));
}
