/* check_proxy.c - what fil-proxy does without a socket: options of faults, the
 * delay line, segments.
 * See also: tools/proxy/faults.h, delay_line.h, packet.h */
#include "base/clock.h"
#include "suite.h"
#include "tools/proxy/delay_line.h"
#include "tools/proxy/faults.h"
#include "tools/proxy/packet.h"

/* --- faults --------------------------------------------------------------- */

/* What faults_read makes of one argument, or two, of one option. */
static const char *
read_fault(enum fault fault, const char *first, const char *second,
    struct faults directions[2])
{
	struct opt_list given[FAULTS] = { { .len = 0 } };

	given[fault].items[given[fault].len++] = first;
	if (second != NULL)
		given[fault].items[given[fault].len++] = second;
	return (faults_read(given, directions));
}

struct fault_row {
	const char	*first, *second;
	int64_t		 up, down;
};

static const struct fault_row fault_rows[] = {
	{ "5", NULL, 5, 5 },
	{ "up:5", NULL, 5, FAULT_NONE },
	{ "down:5", NULL, FAULT_NONE, 5 },
	{ "up:5", "down:6", 5, 6 },
	{ "5", "down:6", 5, 6 },
	{ "up:5", "up:6", 6, FAULT_NONE },
	{ "0", NULL, 0, 0 },
};

START_TEST(a_fault_is_for_both_directions_or_for_one)
{
	const struct fault_row *row = &fault_rows[_i];
	struct faults directions[2];

	ck_assert_ptr_null(read_fault(FAULT_DELAY, row->first, row->second,
	    directions));
	ck_assert_int_eq(directions[0].values[FAULT_DELAY], row->up);
	ck_assert_int_eq(directions[1].values[FAULT_DELAY], row->down);
	ck_assert_int_eq(directions[0].values[FAULT_CHUNK], FAULT_NONE);
	ck_assert_int_eq(faults_any(&directions[0]), row->up != FAULT_NONE);
}
END_TEST

struct wrong_row {
	enum fault	 fault;
	const char	*arg;
};

static const struct wrong_row wrong_rows[] = {
	{ FAULT_DELAY, "" }, { FAULT_DELAY, "x" }, { FAULT_DELAY, "-1" },
	{ FAULT_DELAY, "up:" }, { FAULT_DELAY, "up:down:1" },
	{ FAULT_DELAY, "UP:1" }, { FAULT_DELAY, "1 " },
	{ FAULT_DELAY, "3600001" }, { FAULT_JITTER, "1.5" },
	{ FAULT_RATE, "0" }, { FAULT_RATE, "down:0" }, { FAULT_CHUNK, "0" },
	{ FAULT_DROP, "99999999999999999999" }, { FAULT_RESET, "1k" },
};

START_TEST(a_fault_that_is_no_number_is_named)
{
	const struct wrong_row *row = &wrong_rows[_i];
	struct faults directions[2];

	ck_assert_str_eq(read_fault(row->fault, row->arg, NULL, directions),
	    row->arg);
	ck_assert_str_eq(read_fault(row->fault, "7", row->arg, directions),
	    row->arg);
}
END_TEST

START_TEST(the_first_limit_to_come_counts)
{
	struct faults faults;
	enum fault fault;

	for (int i = 0; i < FAULTS; i++)
		faults.values[i] = FAULT_NONE;
	ck_assert_uint_eq(faults_limit(&faults, &fault), UINT64_MAX);
	ck_assert(!faults_any(&faults));
	faults.values[FAULT_STALL] = 30;
	ck_assert_uint_eq(faults_limit(&faults, &fault), 30);
	ck_assert_int_eq(fault, FAULT_STALL);
	faults.values[FAULT_DROP] = 40;
	ck_assert_uint_eq(faults_limit(&faults, &fault), 30);
	faults.values[FAULT_RESET] = 0;
	ck_assert_uint_eq(faults_limit(&faults, &fault), 0);
	ck_assert_int_eq(fault, FAULT_RESET);
}
END_TEST

START_TEST(a_seed_gives_each_direction_a_series_of_its_own_again)
{
	uint64_t series[5] = { faults_seed(7, 1, 0), faults_seed(7, 1, 0),
	    faults_seed(7, 1, 1), faults_seed(7, 2, 0), faults_seed(8, 1, 0) };
	int same[5] = { 0 };

	for (int i = 0; i < 1000; i++) {
		int64_t first = faults_random(&series[0], 999);

		for (int other = 1; other < 5; other++)
			same[other] += faults_random(&series[other], 999) ==
			    first;
	}
	ck_assert_int_eq(same[1], 1000);
	for (int other = 2; other < 5; other++)
		ck_assert_int_lt(same[other], 20);
}
END_TEST

START_TEST(jitter_is_even_and_within_its_bounds)
{
	uint64_t series = faults_seed(1, 1, 0);
	int counts[11] = { 0 };

	for (int i = 0; i < 11000; i++) {
		int64_t value = faults_random(&series, 10);

		ck_assert_int_ge(value, 0);
		ck_assert_int_le(value, 10);
		counts[value]++;
	}
	for (int i = 0; i < 11; i++) {
		ck_assert_int_gt(counts[i], 850);
		ck_assert_int_lt(counts[i], 1150);
	}
	ck_assert_int_eq(faults_random(&series, 0), 0);
}
END_TEST

/* --- the delay line ------------------------------------------------------- */

static const char *
take(struct delay_line *line)
{
	static char text[256];
	size_t len = delay_line_take(line, text, sizeof(text) - 1);

	text[len] = '\0';
	return (text);
}

START_TEST(what_goes_in_comes_out_in_its_order_with_its_time)
{
	struct delay_line *line = delay_line_new();

	ck_assert_int_eq(delay_line_due(line), CLOCK_NEVER);
	ck_assert_str_eq(take(line), "");
	ck_assert_int_eq(delay_line_put(line, "one", 3, 100), 0);
	ck_assert_int_eq(delay_line_put(line, "two", 3, 150), 0);
	ck_assert_int_eq(delay_line_due(line), 100);
	ck_assert_str_eq(take(line), "one");
	ck_assert_int_eq(delay_line_due(line), 150);
	ck_assert_str_eq(take(line), "two");
	ck_assert_int_eq(delay_line_due(line), CLOCK_NEVER);
	delay_line_free(line);
}
END_TEST

/* Less jitter than the one before: TCP keeps its order. */
START_TEST(nothing_overtakes)
{
	struct delay_line *line = delay_line_new();

	ck_assert_int_eq(delay_line_put(line, "slow", 4, 200), 0);
	ck_assert_int_eq(delay_line_put(line, "fast", 4, 100), 0);
	ck_assert_str_eq(take(line), "slow");
	ck_assert_int_eq(delay_line_due(line), 200);
	delay_line_free(line);
}
END_TEST

START_TEST(a_piece_may_be_taken_in_parts)
{
	struct delay_line *line = delay_line_new();
	char part[3];

	ck_assert_int_eq(delay_line_put(line, "abcde", 5, 1), 0);
	ck_assert_uint_eq(delay_line_take(line, part, 3), 3);
	ck_assert_int_eq(delay_line_due(line), 1);
	ck_assert_str_eq(take(line), "de");
	ck_assert_int_eq(delay_line_due(line), CLOCK_NEVER);
	delay_line_free(line);
}
END_TEST

START_TEST(a_full_line_takes_no_more_and_loses_nothing)
{
	struct delay_line *line = delay_line_new();
	static char bytes[DELAY_LINE_SIZE];

	ck_assert_int_eq(delay_line_put(line, bytes, sizeof(bytes) - 1, 1), 0);
	ck_assert_int_eq(delay_line_put(line, "ab", 2, 1), -1);
	ck_assert_int_eq(delay_line_put(line, "a", 1, 1), 0);
	ck_assert_int_eq(delay_line_put(line, "b", 1, 1), -1);
	delay_line_free(line);
	line = delay_line_new();
	for (int i = 0; i < DELAY_PIECES; i++)
		ck_assert_int_eq(delay_line_put(line, "x", 1, i), 0);
	ck_assert_int_eq(delay_line_put(line, "x", 1, 9999), -1);
	ck_assert_str_eq(take(line), "x");
	ck_assert_int_eq(delay_line_put(line, "x", 1, 9999), 0);
	delay_line_free(line);
}
END_TEST

START_TEST(random_pieces_agree_with_a_simple_queue)
{
	static char in[4 * 1024 * 1024], out[sizeof(in)];
	struct delay_line *line = delay_line_new();
	size_t put = 0, taken = 0;
	uint64_t dice = 20261121;

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (char)suite_random(&dice);
	while (taken < sizeof(in)) {
		size_t n = 1 + suite_random(&dice) % 65536;

		n = n < sizeof(in) - put ? n : sizeof(in) - put;
		if (n > 0 && suite_random(&dice) % 2 == 0 &&
		    delay_line_put(line, in + put, n, 0) == 0)
			put += n;
		else
			taken += delay_line_take(line, out + taken,
			    1 + suite_random(&dice) % 20000);
	}
	ck_assert_mem_eq(in, out, sizeof(in));
	delay_line_free(line);
}
END_TEST

/* --- segments ------------------------------------------------------------- */

static struct address
address_of(const char *host, int port)
{
	struct address addr = { .len = sizeof(addr.in) };

	if (strchr(host, ':') == NULL) {
		addr.in.sin_family = AF_INET;
		ck_assert_int_eq(inet_pton(AF_INET, host, &addr.in.sin_addr),
		    1);
	} else {
		addr.len = sizeof(addr.in6);
		addr.in6.sin6_family = AF_INET6;
		ck_assert_int_eq(inet_pton(AF_INET6, host,
		    &addr.in6.sin6_addr), 1);
	}
	address_set_port(&addr, port);
	return (addr);
}

static uint32_t
get(const unsigned char *at, int len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | *at++;
	return (value);
}

/* The sum of a packet's parts, checksum included: 0xffff if it is right. */
static uint32_t
sum16(uint32_t sum, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return (sum);
}

START_TEST(a_segment_is_what_rfc_791_and_9293_say)
{
	struct address client = address_of("192.0.2.1", 51234);
	struct address server = address_of("198.51.100.7", 80);
	unsigned char packet[PACKET_SIZE];
	struct packet_flow flow;

	packet_flow_init(&flow, &client, &server, 1000);
	ck_assert_uint_eq(packet_build(&flow, 0, PACKET_SYN, NULL, 0, packet),
	    40);
	ck_assert_uint_eq(packet[0], 0x45);
	ck_assert_uint_eq(get(packet + 2, 2), 40);
	ck_assert_uint_eq(packet[9], 6);
	ck_assert_uint_eq(sum16(0, packet, 20), 0xffff);
	ck_assert_uint_eq(get(packet + 12, 4), 0xc0000201);
	ck_assert_uint_eq(get(packet + 16, 4), 0xc6336407);
	ck_assert_uint_eq(get(packet + 20, 2), 51234);
	ck_assert_uint_eq(get(packet + 22, 2), 80);
	ck_assert_uint_eq(get(packet + 24, 4), 1000);
	ck_assert_uint_eq(get(packet + 28, 4), 0);
	ck_assert_uint_eq(packet[33], PACKET_SYN);
	ck_assert_uint_eq(sum16(sum16(6 + 20, packet + 12, 8), packet + 20,
	    20), 0xffff);
}
END_TEST

START_TEST(sequence_numbers_go_on_as_in_a_conversation)
{
	struct address client = address_of("192.0.2.1", 51234);
	struct address server = address_of("198.51.100.7", 80);
	unsigned char packet[PACKET_SIZE];
	struct packet_flow flow;
	size_t len;

	packet_flow_init(&flow, &client, &server, 0xfffffffe);
	packet_build(&flow, 0, PACKET_SYN, NULL, 0, packet);
	packet_build(&flow, 1, PACKET_SYN | PACKET_ACK, NULL, 0, packet);
	ck_assert_uint_eq(get(packet + 28, 4), 0xffffffff);
	packet_build(&flow, 0, PACKET_ACK, NULL, 0, packet);
	len = packet_build(&flow, 0, PACKET_PSH | PACKET_ACK, "hello", 5,
	    packet);
	ck_assert_uint_eq(len, 45);
	ck_assert_uint_eq(get(packet + 24, 4), 0xffffffff);
	ck_assert_mem_eq(packet + 40, "hello", 5);
	/* an odd length, too, has its checksum */
	ck_assert_uint_eq(sum16(sum16(6 + 25, packet + 12, 8), packet + 20,
	    25), 0xffff);
	packet_build(&flow, 1, PACKET_ACK, NULL, 0, packet);
	ck_assert_uint_eq(get(packet + 28, 4), 4);
	packet_build(&flow, 0, PACKET_FIN | PACKET_ACK, NULL, 0, packet);
	ck_assert_uint_eq(get(packet + 24, 4), 4);
	packet_build(&flow, 1, PACKET_ACK, NULL, 0, packet);
	ck_assert_uint_eq(get(packet + 28, 4), 5);
	packet_build(&flow, 1, PACKET_RST | PACKET_ACK, NULL, 0, packet);
	ck_assert_uint_eq(get(packet + 24, 4), 0xffffffff);
}
END_TEST

START_TEST(ipv6_has_its_own_header)
{
	struct address client = address_of("2001:db8::1", 51234);
	struct address server = address_of("2001:db8::2", 80);
	unsigned char packet[PACKET_SIZE];
	struct packet_flow flow;

	packet_flow_init(&flow, &client, &server, 1);
	ck_assert_uint_eq(packet_build(&flow, 1, PACKET_PSH | PACKET_ACK, "abc",
	    3, packet), 63);
	ck_assert_uint_eq(packet[0], 0x60);
	ck_assert_uint_eq(get(packet + 4, 2), 23);
	ck_assert_uint_eq(packet[6], 6);
	ck_assert_uint_eq(packet[23], 2);
	ck_assert_uint_eq(packet[39], 1);
	ck_assert_uint_eq(get(packet + 40, 2), 80);
	ck_assert_uint_eq(sum16(sum16(6 + 23, packet + 8, 32), packet + 40,
	    23), 0xffff);
}
END_TEST

START_TEST(between_two_families_the_ipv4_address_is_mapped)
{
	struct address client = address_of("::1", 51234);
	struct address server = address_of("192.0.2.9", 80);
	unsigned char packet[PACKET_SIZE];
	struct packet_flow flow;

	packet_flow_init(&flow, &client, &server, 1);
	ck_assert_uint_eq(packet_build(&flow, 0, PACKET_SYN, NULL, 0, packet),
	    60);
	ck_assert_uint_eq(get(packet + 34, 2), 0xffff);
	ck_assert_uint_eq(get(packet + 36, 4), 0xc0000209);
	ck_assert_uint_eq(get(packet + 42, 2), 80);
}
END_TEST

START_TEST(the_largest_segment_fits)
{
	static char bytes[PACKET_PAYLOAD_MAX];
	struct address client = address_of("::1", 1);
	unsigned char packet[PACKET_SIZE];
	struct packet_flow flow;

	packet_flow_init(&flow, &client, &client, 1);
	ck_assert_uint_le(packet_build(&flow, 0, PACKET_ACK, bytes,
	    sizeof(bytes), packet), sizeof(packet));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proxy");
	TCase *faults = suite_case(suite, "faults");
	TCase *line = suite_case(suite, "delay line");
	TCase *segments = suite_case(suite, "segments");

	tcase_add_loop_test(faults, a_fault_is_for_both_directions_or_for_one,
	    0, (int)SUITE_COUNT(fault_rows));
	tcase_add_loop_test(faults, a_fault_that_is_no_number_is_named, 0,
	    (int)SUITE_COUNT(wrong_rows));
	tcase_add_test(faults, the_first_limit_to_come_counts);
	tcase_add_test(faults,
	    a_seed_gives_each_direction_a_series_of_its_own_again);
	tcase_add_test(faults, jitter_is_even_and_within_its_bounds);
	tcase_add_test(line,
	    what_goes_in_comes_out_in_its_order_with_its_time);
	tcase_add_test(line, nothing_overtakes);
	tcase_add_test(line, a_piece_may_be_taken_in_parts);
	tcase_add_test(line, a_full_line_takes_no_more_and_loses_nothing);
	tcase_add_test(line, random_pieces_agree_with_a_simple_queue);
	tcase_add_test(segments, a_segment_is_what_rfc_791_and_9293_say);
	tcase_add_test(segments, sequence_numbers_go_on_as_in_a_conversation);
	tcase_add_test(segments, ipv6_has_its_own_header);
	tcase_add_test(segments,
	    between_two_families_the_ipv4_address_is_mapped);
	tcase_add_test(segments, the_largest_segment_fits);
	return (suite_run(suite));
}
