/* check_tftp_wire.c - datagrams of one size leave, one by one or at once; only
 * the peer is heard.
 * See also: tools/tftp/wire.h, tools/tftp/burst.h */
#include "tools/tftp/wire.h"

#include <errno.h>

#include "base/clock.h"
#include "proto/tftp_packet.h"
#include "suite.h"

#define LATER_US	(clock_now_us() + SUITE_PATIENCE_MS * 1000)

static struct address ours, theirs;

/* A socket, and the address that it has. */
static int
open_end(struct address *addr, const char *host)
{
	int fd = suite_loopback(SOCK_DGRAM, host, &addr->in);

	addr->len = sizeof(addr->in);
	return (fd);
}

static void
say(int fd, const struct address *to, const char *bytes, size_t len)
{
	ck_assert_int_eq(sendto(fd, bytes, len, 0, &to->sa, to->len),
	    (ssize_t)len);
}

struct shape {
	size_t		 len, size;
	int		 singly;
};

static const struct shape shapes[] = {
	{ 4, 4, 0 }, { 516, 516, 0 }, { 1000, 516, 0 }, { 1000, 516, 1 },
	{ 64 * 516, 516, 0 }, { 64 * 516, 516, 1 }, { 44 * 1472, 1472, 0 },
	{ 64 * 12 - 5, 12, 0 }, { 64 * 12 - 5, 12, 1 }, { 3 * 9005, 9005, 0 },
	{ 65468, 65468, 0 },
};

START_TEST(a_burst_is_as_many_datagrams_as_it_has_packets)
{
	static uint8_t packets[BURST_BYTES + 1000], came[70000];
	const struct shape *shape = &shapes[_i];
	struct burst burst = { packets, shape->len, shape->size };
	int singly = shape->singly, big = 1 << 20;
	int fd = open_end(&ours, "127.0.0.1");
	int peer_fd = open_end(&theirs, "127.0.0.1");

	setsockopt(peer_fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big));
	for (size_t i = 0; i < sizeof(packets); i++)
		packets[i] = (uint8_t)(i % 251);
	ck_assert_int_eq(burst_send(fd, &theirs, &burst, &singly), 0);
	for (size_t at = 0; at < shape->len; at += shape->size) {
		size_t want = shape->len - at < shape->size ?
		    shape->len - at : shape->size;

		ck_assert(suite_readable(peer_fd, SUITE_PATIENCE_MS));
		ck_assert_int_eq(recv(peer_fd, came, sizeof(came), 0),
		    (ssize_t)want);
		ck_assert(memcmp(came, packets + at, want) == 0);
	}
	ck_assert(!suite_readable(peer_fd, 0));
}
END_TEST

START_TEST(a_burst_that_cannot_be_sent_is_told)
{
	static uint8_t packets[70000];
	struct burst burst = { packets, 1032, 516 };
	int fd = open_end(&ours, "127.0.0.1"), singly = 0;

	open_end(&theirs, "127.0.0.1");
	close(fd);
	ck_assert_int_eq(burst_send(fd, &theirs, &burst, &singly), -1);
	ck_assert_int_eq(errno, EBADF);
	/* No datagram is so large. */
	fd = open_end(&ours, "127.0.0.1");
	burst = (struct burst){ packets, 70000, 70000 };
	ck_assert_int_eq(burst_send(fd, &theirs, &burst, &singly), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
}
END_TEST

START_TEST(the_first_answer_tells_the_port)
{
	struct address server, transfer, elsewhere;
	int fd = open_end(&ours, "127.0.0.1");
	int transfer_fd = open_end(&transfer, "127.0.0.1");
	int else_fd = open_end(&elsewhere, "127.0.0.2");
	struct wire wire;
	char buf[600];

	close(open_end(&server, "127.0.0.1"));
	wire_init(&wire, fd, &server, 1);
	/* The port may be any, the address may not. */
	say(else_fd, &ours, "\0\4\0\0", 4);
	say(transfer_fd, &ours, "\0\4\0\1", 4);
	ck_assert_int_eq(wire_recv(&wire, buf, sizeof(buf), LATER_US), 4);
	ck_assert_int_eq(buf[3], 1);
	ck_assert(address_equal(&wire.peer, &transfer));
	ck_assert(suite_readable(else_fd, SUITE_PATIENCE_MS));
	ck_assert_int_eq(wire_send_one(&wire, "\0\4\0\2", 4), 0);
	ck_assert_int_eq(recv(transfer_fd, buf, sizeof(buf), 0), 4);
}
END_TEST

START_TEST(strangers_are_told_some_times_and_errors_never)
{
	struct address stranger;
	int fd = open_end(&ours, "127.0.0.1");
	int peer_fd = open_end(&theirs, "127.0.0.1");
	int stranger_fd = open_end(&stranger, "127.0.0.1");
	struct tftp_packet packet;
	struct wire wire;
	char buf[600];
	int told = 0;

	wire_init(&wire, fd, &theirs, 0);
	say(stranger_fd, &ours, "\0\5\0\0x", 6);
	say(stranger_fd, &ours, "x", 1);
	for (int i = 0; i < 2 * WIRE_STRANGERS; i++)
		say(stranger_fd, &ours, "\0\4\0\1", 4);
	say(peer_fd, &ours, "\0\4\0\7", 4);
	ck_assert_int_eq(wire_recv(&wire, buf, sizeof(buf), LATER_US), 4);
	ck_assert_int_eq(buf[3], 7);
	while (suite_readable(stranger_fd, 0)) {
		ssize_t n = recv(stranger_fd, buf, sizeof(buf), 0);

		ck_assert_int_eq(tftp_packet_parse(buf, (size_t)n, &packet),
		    TFTP_GOOD);
		ck_assert_int_eq(packet.code, TFTP_UNKNOWN_TRANSFER);
		told++;
	}
	ck_assert_int_eq(told, WIRE_STRANGERS);
}
END_TEST

START_TEST(a_wait_ends_in_time_whatever_strangers_say)
{
	struct address stranger;
	int fd = open_end(&ours, "127.0.0.1");
	int stranger_fd = open_end(&stranger, "127.0.0.1");
	struct wire wire;
	char buf[600];
	int64_t until_us;

	open_end(&theirs, "127.0.0.1");
	wire_init(&wire, fd, &theirs, 0);
	say(stranger_fd, &ours, "\0\4\0\1", 4);
	until_us = wire.now_us + 30000;
	ck_assert_int_eq(wire_recv(&wire, buf, sizeof(buf), until_us), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_ge(wire.now_us, until_us);
	/* A wait that is over already. */
	ck_assert_int_eq(wire_recv(&wire, buf, sizeof(buf), 1), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

/* Whenever somebody waits, a stranger has just said something. */
static int
flood(void *context, int fd, int64_t deadline)
{
	const int *stranger_fd = context;

	(void)fd;
	if (clock_now_ms() > deadline + SUITE_PATIENCE_MS) {
		errno = EINTR;
		return (-1);
	}
	say(*stranger_fd, &ours, "\0\4\0\1", 4);
	return (0);
}

START_TEST(a_flood_of_strangers_does_not_stop_the_timer)
{
	struct address stranger;
	int fd = open_end(&ours, "127.0.0.1");
	int stranger_fd = open_end(&stranger, "127.0.0.1");
	struct wire wire;
	char buf[600];

	open_end(&theirs, "127.0.0.1");
	wire_init(&wire, fd, &theirs, 0);
	wire.hooks.wait = flood;
	wire.hooks.context = &stranger_fd;
	ck_assert_int_eq(wire_recv(&wire, buf, sizeof(buf),
	    wire.now_us + 20000), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

static int
always(void *context)
{
	(void)context;
	return (1);
}

START_TEST(the_program_can_stop_it)
{
	int fd = open_end(&ours, "127.0.0.1");
	int peer_fd = open_end(&theirs, "127.0.0.1");
	struct wire wire;
	char buf[600];

	wire_init(&wire, fd, &theirs, 0);
	wire.hooks.stopped = always;
	say(peer_fd, &ours, "\0\4\0\1", 4);
	ck_assert_int_eq(wire_recv(&wire, buf, sizeof(buf), LATER_US), -1);
	ck_assert_int_eq(errno, ECANCELED);
}
END_TEST

START_TEST(the_buffer_grows_for_a_window)
{
	int fd = open_end(&ours, "127.0.0.1");
	struct wire wire;
	size_t small, large;

	wire_init(&wire, fd, &ours, 0);
	small = wire_hold(&wire, 1000);
	ck_assert_uint_ge(small, 1000);
	large = wire_hold(&wire, small + 10000);
	ck_assert_uint_gt(large, small / 2);
	ck_assert_uint_ge(wire_cost(512), 512 + TFTP_HEADER_SIZE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_wire");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_loop_test(core,
	    a_burst_is_as_many_datagrams_as_it_has_packets,
	    0, (int)SUITE_COUNT(shapes));
	tcase_add_test(core, the_first_answer_tells_the_port);
	tcase_add_test(core, the_program_can_stop_it);
	tcase_add_test(limits, a_burst_that_cannot_be_sent_is_told);
	tcase_add_test(limits, the_buffer_grows_for_a_window);
	tcase_add_test(hostile,
	    strangers_are_told_some_times_and_errors_never);
	tcase_add_test(hostile, a_wait_ends_in_time_whatever_strangers_say);
	tcase_add_test(hostile, a_flood_of_strangers_does_not_stop_the_timer);
	return (suite_run(suite));
}
