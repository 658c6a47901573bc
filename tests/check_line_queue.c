/* check_line_queue.c - lines come out as they went in, as many bytes as leave.
 * See also: serve/line_queue.h, serve/shared_line.h */
#include "serve/line_queue.h"

#include "fault/fault.h"
#include "suite.h"

#define LONGEST		40
#define LINES		2000
#define PIECES		16

static struct line_queue queue;

static void
setup(void)
{
	line_queue_init(&queue);
}

static void
teardown(void)
{
	line_queue_fini(&queue);
}

/* Put a line in whose only reference is the queue's. */
static void
push(const char *bytes, size_t len)
{
	struct shared_line *line = shared_line_copy(bytes, len);

	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(line_queue_push(&queue, line), 0);
	shared_line_free(line);
}

/* As if a send had taken at most n bytes; they are written on to sent.
 * Returns how many there were. */
static size_t
leave(size_t n, char *sent)
{
	struct shared_line *gone[PIECES];
	struct iovec iov[PIECES];
	int pieces = line_queue_gather(&queue, iov, PIECES);
	size_t left = 0, gone_len;

	for (int i = 0; i < pieces && left < n; i++) {
		size_t some = iov[i].iov_len < n - left ? iov[i].iov_len :
		    n - left;

		ck_assert_uint_gt(iov[i].iov_len, 0);
		memcpy(sent + left, iov[i].iov_base, some);
		left += some;
	}
	gone_len = line_queue_take(&queue, left, gone);
	ck_assert_uint_le(gone_len, (size_t)pieces);
	for (size_t i = 0; i < gone_len; i++)
		shared_line_free(gone[i]);
	return (left);
}

START_TEST(a_new_queue_is_empty_and_weighs_nothing)
{
	struct iovec iov[PIECES];

	ck_assert_int_eq(line_queue_gather(&queue, iov, PIECES), 0);
	ck_assert_uint_eq(queue.weight, 0);
	ck_assert_uint_eq(queue.len, 0);
}
END_TEST

START_TEST(a_line_is_written_on_until_it_is_full)
{
	struct shared_line *line = shared_line_new(5);

	ck_assert_int_eq(shared_line_append(line, "abc", 3), 0);
	ck_assert_int_eq(shared_line_append(line, "def", 3), -1);
	ck_assert_int_eq(shared_line_append(line, "de", 2), 0);
	ck_assert_int_eq(shared_line_append(line, "f", 1), -1);
	ck_assert_uint_eq(line->len, 5);
	ck_assert_int_eq(memcmp(line->bytes, "abcde", 5), 0);
	shared_line_free(line);
}
END_TEST

START_TEST(bytes_leave_in_the_order_in_which_lines_came)
{
	static char in[LINES * LONGEST], out[LINES * LONGEST];
	size_t in_len = 0, out_len = 0, lines = 0;
	uint64_t random = (uint64_t)_i + 1;

	/* Sometimes more comes than leaves, so that the ring grows, turned by
	 * any number of places; then less. */
	while (lines < LINES || out_len < in_len) {
		size_t len = 1 + suite_random(&random) % LONGEST;
		size_t most = lines % 500 < 250 ? LONGEST : 4 * LONGEST;

		if (lines < LINES) {
			for (size_t i = 0; i < len; i++)
				in[in_len + i] = (char)suite_random(&random);
			push(in + in_len, len);
			in_len += len;
			lines++;
		}
		out_len += leave(suite_random(&random) % most, out + out_len);
	}
	ck_assert_uint_eq(out_len, in_len);
	ck_assert_int_eq(memcmp(in, out, in_len), 0);
	ck_assert_uint_eq(queue.len, 0);
	ck_assert_uint_eq(queue.weight, 0);
	ck_assert_uint_eq(queue.offset, 0);
}
END_TEST

START_TEST(a_line_weighs_its_bytes_and_what_it_costs_beside)
{
	char sent[LONGEST];

	push("0123456789", 10);
	ck_assert_uint_eq(queue.weight, 10 + LINE_QUEUE_WEIGHT);
	push("a", 1);
	ck_assert_uint_eq(queue.weight, 11 + 2 * LINE_QUEUE_WEIGHT);
	/* A part of a line keeps the whole in memory. */
	ck_assert_uint_eq(leave(9, sent), 9);
	ck_assert_uint_eq(queue.weight, 11 + 2 * LINE_QUEUE_WEIGHT);
	ck_assert_uint_eq(leave(1, sent), 1);
	ck_assert_uint_eq(queue.weight, 1 + LINE_QUEUE_WEIGHT);
}
END_TEST

START_TEST(each_queue_has_a_reference_and_gives_it_back_once)
{
	struct shared_line *line = shared_line_copy("salut\n", 6);
	struct line_queue other;
	char sent[LONGEST];

	line_queue_init(&other);
	ck_assert_int_eq(line_queue_push(&queue, line), 0);
	ck_assert_int_eq(line_queue_push(&other, line), 0);
	ck_assert_uint_eq(line->references, 3);
	leave(3, sent);
	ck_assert_uint_eq(line->references, 3);
	leave(3, sent);
	ck_assert_uint_eq(line->references, 2);
	line_queue_clear(&other);
	ck_assert_uint_eq(line->references, 1);
	line_queue_fini(&other);
	ck_assert_uint_eq(line->references, 1);
	shared_line_free(line);
}
END_TEST

START_TEST(a_cleared_queue_begins_anew)
{
	char sent[LONGEST];

	for (int i = 0; i < 300; i++)
		push("some line\n", 10);
	leave(15, sent);
	line_queue_clear(&queue);
	ck_assert_uint_eq(queue.weight, 0);
	ck_assert_uint_eq(leave(LONGEST, sent), 0);
	/* Its long ring is not kept for the next flood. */
	ck_assert_ptr_eq(queue.ring, queue.few);
	push("new\n", 4);
	ck_assert_uint_eq(leave(LONGEST, sent), 4);
	ck_assert_int_eq(memcmp(sent, "new\n", 4), 0);
}
END_TEST

START_TEST(without_memory_a_queue_keeps_what_it_has)
{
	struct shared_line *line = shared_line_copy("0123456789", 10);
	char sent[LINE_QUEUE_FEW * 10];

	for (int i = 0; i < LINE_QUEUE_FEW; i++)
		ck_assert_int_eq(line_queue_push(&queue, line), 0);
	if (!fault_knows("malloc")) {
		shared_line_free(line);
		return;
	}
	fault_set("malloc=ENOMEM:times=1");
	ck_assert_int_eq(line_queue_push(&queue, line), -1);
	ck_assert_uint_eq(fault_hits(), 1);
	fault_set("");
	ck_assert_uint_eq(line->references, LINE_QUEUE_FEW + 1);
	ck_assert_uint_eq(leave(sizeof(sent), sent), sizeof(sent));
	ck_assert_int_eq(line_queue_push(&queue, line), 0);
	shared_line_free(line);
}
END_TEST

START_TEST(without_memory_there_is_no_line)
{
	ck_assert_ptr_null(shared_line_new(SIZE_MAX));
	ck_assert_ptr_null(shared_line_new((size_t)UINT32_MAX));
	shared_line_free(NULL);
	if (!fault_knows("malloc"))
		return;
	fault_set("malloc=ENOMEM:times=1");
	ck_assert_ptr_null(shared_line_copy("salut", 5));
	ck_assert_uint_eq(fault_hits(), 1);
	fault_set("");
}
END_TEST

START_TEST(a_zeroed_queue_can_be_ended)
{
	struct line_queue zeroed = { .len = 0 };

	line_queue_fini(&zeroed);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("line_queue");
	TCase *tcase = suite_case(suite, "core");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_new_queue_is_empty_and_weighs_nothing);
	tcase_add_test(tcase, a_line_is_written_on_until_it_is_full);
	tcase_add_loop_test(tcase,
	    bytes_leave_in_the_order_in_which_lines_came, 0, 8);
	tcase_add_test(tcase,
	    a_line_weighs_its_bytes_and_what_it_costs_beside);
	tcase_add_test(tcase,
	    each_queue_has_a_reference_and_gives_it_back_once);
	tcase = suite_case(suite, "limits");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_cleared_queue_begins_anew);
	tcase_add_test(tcase, without_memory_a_queue_keeps_what_it_has);
	tcase_add_test(tcase, without_memory_there_is_no_line);
	tcase_add_test(tcase, a_zeroed_queue_can_be_ended);
	return (suite_run(suite));
}
