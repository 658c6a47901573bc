/* check_tftp_transfer.c - a sender and a receiver over a network of dice.
 * No socket and no clock: packets wait in a table until their moment comes,
 * and time jumps from one to the next.  So a thousand lossy transfers take a second,
 * and the same seed gives the same one.
 * See also: tools/tftp/sender.h, tools/tftp/receiver.h */
#include "tools/tftp/receiver.h"
#include "tools/tftp/sender.h"

#include "suite.h"

#define PACKETS		4096
#define NEVER		INT64_MAX

/* A path: per mille of packets that are lost, copied, late. */
struct path {
	unsigned	 lost, copied, late;
	int64_t		 delay_us;
};

struct packet {
	int64_t		 at_us;		/* when it arrives */
	int		 is_ack;
	uint16_t	 block;
	int		 is_last;
};

static struct packet network[PACKETS];
static size_t waiting;
static struct sender sender;
static struct receiver receiver;
static int64_t now_us, sender_until_us, receiver_until_us;
static uint64_t dice, lost_blocks, lost_acks;

static int
happens(unsigned per_mille)
{
	return (suite_random(&dice) % 1000 < per_mille);
}

static void
put(const struct path *path, const struct packet *packet)
{
	int copies = 1 + happens(path->copied);

	if (happens(path->lost)) {
		lost_blocks += !packet->is_ack;
		lost_acks += packet->is_ack;
		return;
	}
	while (copies-- > 0) {
		ck_assert_uint_lt(waiting, PACKETS);
		network[waiting] = *packet;
		network[waiting++].at_us = now_us + path->delay_us +
		    (happens(path->late) ? 3 * path->delay_us / 2 : 0);
	}
}

/* The packet that arrives next, if one does before some moment. */
static int
take(struct packet *packet, int64_t before_us)
{
	size_t next = 0;

	for (size_t i = 1; i < waiting; i++)
		if (network[i].at_us < network[next].at_us)
			next = i;
	if (waiting == 0 || network[next].at_us > before_us)
		return (0);
	*packet = network[next];
	/* The others stay in order: of two that arrive at the same time the
	 * first one is the first. */
	memmove(network + next, network + next + 1,
	    (--waiting - next) * sizeof(*network));
	return (1);
}

static void
send_due(const struct path *path, uint64_t last)
{
	uint64_t first;
	size_t n = sender_due(&sender, &first);

	for (size_t i = 0; i < n; i++) {
		/* A microsecond each: they arrive in this order. */
		now_us++;
		put(path, &(struct packet){ .block = (uint16_t)(first + i),
		    .is_last = first + i == last });
	}
	if (n == 0)
		return;
	sender_sent(&sender, n, now_us);
	sender_until_us = now_us + timer_wait_us(&sender.timer);
}

static void
acknowledge(const struct path *path)
{
	put(path, &(struct packet){ .is_ack = 1,
	    .block = (uint16_t)receiver.taken });
	receiver_acked(&receiver, now_us);
}

/* The next thing that happens: a packet arrives, or a timer fires. */
static int
step(const struct path *path, uint64_t last)
{
	struct packet packet;
	int64_t timer_us = sender_until_us < receiver_until_us ?
	    sender_until_us : receiver_until_us;
	unsigned action;

	if (!take(&packet, timer_us)) {
		if (now_us < timer_us)
			now_us = timer_us;
		if (timer_us == sender_until_us) {
			ck_assert_int_eq(sender_expired(&sender), 0);
			send_due(path, last);
		} else {
			if (receiver.taken < last)
				ck_assert_int_eq(receiver_expired(&receiver),
				    0);
			acknowledge(path);
			receiver_until_us = receiver.taken == last ? NEVER :
			    now_us + timer_wait_us(&receiver.timer);
		}
		return (1);
	}
	if (now_us < packet.at_us)
		now_us = packet.at_us;
	if (packet.is_ack) {
		if (sender_ack(&sender, packet.block, now_us) == SENDER_DONE)
			return (0);
		send_due(path, last);
		return (1);
	}
	action = receiver_data(&receiver, packet.block, packet.is_last,
	    now_us);
	if (action & RECEIVER_TAKE) {
		/* What is written is the next block, and the last one is the
		 * last one: the file is right. */
		ck_assert_uint_eq((uint16_t)receiver.taken, packet.block);
		ck_assert_int_eq(packet.is_last, receiver.taken == last);
		receiver_until_us = now_us + timer_wait_us(&receiver.timer);
	}
	if (action & RECEIVER_ACK)
		acknowledge(path);
	return (1);
}

/* Send so many blocks in windows of some size. */
static void
transfer(const struct path *path, size_t window, uint64_t last)
{
	waiting = 0;
	memset(&sender, 0, sizeof(sender));
	memset(&receiver, 0, sizeof(receiver));
	now_us = 1000000;
	lost_blocks = lost_acks = 0;
	timer_init(&sender.timer, 0);
	timer_init(&receiver.timer, 0);
	timer_measure(&sender.timer, 2 * path->delay_us);
	timer_measure(&receiver.timer, 2 * path->delay_us);
	sender_init(&sender, window);
	receiver_init(&receiver, window);
	sender_ends_at(&sender, last);
	receiver_until_us = now_us + timer_wait_us(&receiver.timer);
	send_due(path, last);
	while (step(path, last))
		;
	ck_assert_uint_eq(receiver.taken, last);
}

static const struct path clean = { 0, 0, 0, 25000 };
static const struct path paths[] = {
	{ 10, 0, 0, 25000 }, { 50, 0, 0, 25000 }, { 50, 0, 0, 100 },
	{ 0, 50, 0, 25000 }, { 0, 500, 0, 1000 }, { 0, 0, 50, 25000 },
	{ 50, 50, 50, 25000 }, { 100, 100, 100, 5000 },
};

START_TEST(a_clean_path_sees_each_block_once)
{
	static const size_t windows[] = { 1, 2, 4, 64, 256 };

	for (size_t i = 0; i < SUITE_COUNT(windows); i++) {
		transfer(&clean, windows[i], 1000);
		ck_assert_uint_eq(sender.resent, 0);
		ck_assert_uint_eq(receiver.dropped, 0);
	}
}
END_TEST

START_TEST(every_block_arrives_once_and_in_order_over_any_path)
{
	static const size_t windows[] = { 1, 2, 4, 16, 64 };

	for (uint64_t seed = 1; seed <= 4; seed++)
		for (size_t i = 0; i < SUITE_COUNT(windows); i++) {
			dice = seed;
			transfer(&paths[_i], windows[i], 300);
		}
}
END_TEST

START_TEST(at_a_window_of_one_little_more_is_resent_than_was_lost)
{
	/* spec 07: under twice, in either direction. */
	for (uint64_t seed = 1; seed <= 10; seed++) {
		dice = seed;
		transfer(&paths[_i], 1, 2000);
		ck_assert_uint_lt(sender.resent, 1 +
		    2 * (lost_blocks + lost_acks));
	}
}
END_TEST

START_TEST(copies_do_not_breed_copies)
{
	/* Half of all packets come twice; no window is sent again for that. */
	static const struct path copying = { 0, 500, 0, 1000 };

	for (size_t window = 1; window <= 64; window *= 4) {
		dice = window;
		transfer(&copying, window, 2000);
		ck_assert_uint_eq(sender.resent, 0);
	}
}
END_TEST

START_TEST(a_window_costs_little_more_than_what_was_lost)
{
	/* A gap is told at once: what is behind it in the window comes again,
	 * and nothing else. */
	static const struct path losing = { 10, 0, 0, 25000 };

	dice = 7;
	transfer(&losing, 16, 5000);
	ck_assert_uint_lt(sender.resent, 24 * (lost_blocks + lost_acks));
}
END_TEST

START_TEST(a_long_file_goes_beyond_sixteen_bits_over_a_lossy_path)
{
	static const struct path losing = { 10, 10, 10, 2000 };

	dice = 11;
	transfer(&losing, 64, 70000);
	ck_assert_uint_eq(sender.acked, 70000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_transfer");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_clean_path_sees_each_block_once);
	tcase_add_loop_test(core,
	    at_a_window_of_one_little_more_is_resent_than_was_lost, 0, 3);
	tcase_add_test(core, a_window_costs_little_more_than_what_was_lost);
	tcase_add_test(limits,
	    a_long_file_goes_beyond_sixteen_bits_over_a_lossy_path);
	tcase_add_loop_test(hostile,
	    every_block_arrives_once_and_in_order_over_any_path,
	    0, (int)SUITE_COUNT(paths));
	tcase_add_test(hostile, copies_do_not_breed_copies);
	return (suite_run(suite));
}
