/* check_tftp_receiver.c - what is done with a block that came.
 * See also: tools/tftp/receiver.h, tests/check_tftp_transfer.c */
#include "tools/tftp/receiver.h"

#include "suite.h"

#define TAKE		RECEIVER_TAKE
#define TAKE_ACK	(RECEIVER_TAKE | RECEIVER_ACK)
#define ACK		RECEIVER_ACK

static struct receiver receiver;
static int64_t now_us;

static void
begin(size_t window)
{
	now_us = 1000000;
	memset(&receiver, 0, sizeof(receiver));
	timer_init(&receiver.timer, 0);
	receiver_init(&receiver, window);
	receiver_acked(&receiver, now_us);
}

/* A full block comes, and is acknowledged if it shall be. */
static unsigned
data(uint64_t block)
{
	unsigned action = receiver_data(&receiver, (uint16_t)block, 0,
	    now_us);

	if (action & RECEIVER_ACK)
		receiver_acked(&receiver, now_us);
	return (action);
}

START_TEST(each_block_is_acknowledged_at_a_window_of_one)
{
	begin(1);
	for (uint64_t block = 1; block < 200000; block++)
		ck_assert_uint_eq(data(block), TAKE_ACK);
	ck_assert_uint_eq(receiver.taken, 199999);
}
END_TEST

START_TEST(the_last_of_a_window_is_acknowledged)
{
	begin(3);
	for (uint64_t block = 1; block < 200000; block += 3) {
		ck_assert_uint_eq(data(block), TAKE);
		ck_assert_uint_eq(data(block + 1), TAKE);
		ck_assert_uint_eq(data(block + 2), TAKE_ACK);
	}
}
END_TEST

START_TEST(the_last_of_the_file_is_acknowledged_at_once)
{
	begin(8);
	ck_assert_uint_eq(data(1), TAKE);
	ck_assert_uint_eq(receiver_data(&receiver, 2, 1, now_us), TAKE_ACK);
}
END_TEST

START_TEST(a_gap_is_told_once)
{
	begin(8);
	ck_assert_uint_eq(data(1), TAKE);
	ck_assert_uint_eq(data(3), ACK);
	ck_assert_uint_eq(data(4), 0);
	ck_assert_uint_eq(data(8), 0);
	ck_assert_uint_eq(receiver.acked, 1);
	/* The sender begins again at 2. */
	for (uint64_t block = 2; block < 9; block++)
		ck_assert_uint_eq(data(block), TAKE);
	ck_assert_uint_eq(data(9), TAKE_ACK);
}
END_TEST

START_TEST(a_gap_is_told_again_when_the_window_was)
{
	begin(8);
	data(1);
	ck_assert_uint_eq(data(3), ACK);
	ck_assert_uint_eq(data(8), 0);
	/* Begun again, and 2 is lost again: the numbers do not grow. */
	ck_assert_uint_eq(data(3), ACK);
	ck_assert_uint_eq(data(4), 0);
}
END_TEST

START_TEST(a_block_that_the_network_copied_says_nothing)
{
	/* To answer would have the sender copy the rest of the file. */
	begin(4);
	data(1);
	data(2);
	ck_assert_uint_eq(data(2), 0);
	ck_assert_uint_eq(data(1), 0);
	ck_assert_uint_eq(data(3), TAKE);
	ck_assert_uint_eq(data(4), TAKE_ACK);
}
END_TEST

START_TEST(a_window_that_comes_again_has_lost_its_ack)
{
	begin(4);
	for (uint64_t block = 1; block <= 4; block++)
		data(block);
	/* At once it is a copy; after the sender's timer it is a cry. */
	ck_assert_uint_eq(data(1), 0);
	now_us += 20000;
	ck_assert_uint_eq(data(1), ACK);
	ck_assert_uint_eq(data(2), 0);
	ck_assert_uint_eq(data(4), 0);
	ck_assert_uint_eq(receiver.taken, 4);
	now_us += 20000;
	ck_assert_uint_eq(data(1), ACK);
}
END_TEST

START_TEST(at_a_window_of_one_only_the_last_block_is_acknowledged_again)
{
	begin(1);
	data(1);
	data(2);
	ck_assert_uint_eq(data(2), ACK);
	ck_assert_uint_eq(data(2), ACK);
	ck_assert_uint_eq(data(1), 0);
	ck_assert_uint_eq(data(65535), 0);
	ck_assert_uint_eq(data(4), 0);
	ck_assert_uint_eq(data(3), TAKE_ACK);
	ck_assert_uint_eq(receiver.dropped, 5);
}
END_TEST

START_TEST(block_0_and_those_before_the_first_are_nothing)
{
	begin(4);
	ck_assert_uint_eq(data(0), 0);
	ck_assert_uint_eq(data(65535), 0);
	ck_assert_uint_eq(data(5), 0);
	ck_assert_uint_eq(receiver.taken, 0);
}
END_TEST

START_TEST(old_blocks_are_old_beyond_sixteen_bits)
{
	begin(4);
	for (uint64_t block = 1; block <= 65536 + 4; block++)
		data(block);
	now_us += 20000;
	ck_assert_uint_eq(data(65537), ACK);
	ck_assert_uint_eq(data(65541), TAKE);
	ck_assert_uint_eq(receiver.taken, 65541);
}
END_TEST

START_TEST(the_round_trip_is_from_an_ack_to_the_next_block)
{
	begin(1);
	now_us += 30000;
	data(1);
	ck_assert_int_eq(receiver.timer.smooth_us, 30000);
	/* Acknowledged twice: it measures nothing. */
	ck_assert_int_eq(receiver_expired(&receiver), 0);
	receiver_acked(&receiver, now_us + 500000);
	now_us += 900000;
	data(2);
	ck_assert_int_eq(receiver.timer.smooth_us, 30000);
}
END_TEST

START_TEST(the_sixth_time_it_gives_up)
{
	begin(1);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(receiver_expired(&receiver), 0);
	ck_assert_int_eq(receiver_expired(&receiver), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_receiver");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core,
	    each_block_is_acknowledged_at_a_window_of_one);
	tcase_add_test(core, the_last_of_a_window_is_acknowledged);
	tcase_add_test(core, the_last_of_the_file_is_acknowledged_at_once);
	tcase_add_test(core, a_gap_is_told_once);
	tcase_add_test(core, a_gap_is_told_again_when_the_window_was);
	tcase_add_test(core, a_window_that_comes_again_has_lost_its_ack);
	tcase_add_test(core,
	    the_round_trip_is_from_an_ack_to_the_next_block);
	tcase_add_test(limits, old_blocks_are_old_beyond_sixteen_bits);
	tcase_add_test(limits, the_sixth_time_it_gives_up);
	tcase_add_test(hostile,
	    a_block_that_the_network_copied_says_nothing);
	tcase_add_test(hostile,
	    at_a_window_of_one_only_the_last_block_is_acknowledged_again);
	tcase_add_test(hostile,
	    block_0_and_those_before_the_first_are_nothing);
	return (suite_run(suite));
}
