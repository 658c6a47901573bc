/* check_tftp_remind.c - a server whose client asks twice, or is nobody.
 * The client is the hook that waits for it.
 * See also: tools/tftp/transfer.h */
#include "tools/tftp/transfer.h"

#include <errno.h>

#include "base/clock.h"
#include "suite.h"

#define OACK	"\0\6blksize\0" "8"

static struct address ours, theirs;
static struct transfer transfer;
static int client_fd;

/* What the client does at last. */
struct script {
	int		 asks_again;
	char		 block;		/* that it acknowledges */
};

static int
answer(void *context, int fd, int64_t deadline)
{
	const struct script *script = context;
	char ack[TFTP_ACK_SIZE] = { 0, TFTP_ACK, 0, script->block };

	(void)fd, (void)deadline;
	if (script->asks_again)
		transfer_remind(&transfer);
	ck_assert_int_eq(sendto(client_fd, ack, sizeof(ack), 0, &ours.sa,
	    ours.len), (ssize_t)sizeof(ack));
	return (0);
}

static void
begin(struct script *script)
{
	int fd = suite_loopback(SOCK_DGRAM, "127.0.0.1", &ours.in);
	struct wire wire;

	client_fd = suite_loopback(SOCK_DGRAM, "127.0.0.1", &theirs.in);
	ours.len = theirs.len = sizeof(ours.in);
	wire_init(&wire, fd, &theirs, 0);
	wire.hooks.wait = answer;
	wire.hooks.context = script;
	ck_assert_int_eq(transfer_init(&transfer, &wire), 0);
	transfer.serves = 1;
}

/* The client has heard the first answer so many times. */
static void
check_heard(int times)
{
	char buf[600];

	for (int i = 0; i < times; i++)
		ck_assert_int_gt(recv(client_fd, buf, sizeof(buf),
		    MSG_DONTWAIT), 0);
	ck_assert_int_eq(recv(client_fd, buf, sizeof(buf), MSG_DONTWAIT),
	    -1);
}

START_TEST(an_answer_that_was_sent_twice_measures_nothing)
{
	/* Karn: which of them was heard?  _i: whether it was. */
	struct script script = { .asks_again = _i };

	begin(&script);
	ck_assert_int_eq(transfer_greet(&transfer, OACK, sizeof(OACK),
	    TFTP_RRQ), 0);
	check_heard(1 + _i);
	ck_assert_int_eq(transfer.timer.smooth_us != 0, !_i);
	transfer_fini(&transfer);
}
END_TEST

START_TEST(a_first_block_that_was_sent_twice_measures_nothing)
{
	struct script script = { .asks_again = _i, .block = 1 };
	FILE *file = tmpfile();
	struct source source = { .mode = TFTP_OCTET, .fd = fileno(file) };

	begin(&script);
	fputs("cake", file);
	rewind(file);
	transfer_send(&transfer, &source);
	ck_assert_int_eq(transfer.end, TRANSFER_DONE);
	check_heard(1 + _i);
	ck_assert_int_eq(transfer.sender.timer.smooth_us != 0, !_i);
	transfer_fini(&transfer);
	fclose(file);
}
END_TEST

static int
nobody(void *context, int fd, int64_t deadline)
{
	int64_t *longest_ms = context;

	(void)fd;
	if (deadline - clock_now_ms() > *longest_ms)
		*longest_ms = deadline - clock_now_ms();
	errno = ETIMEDOUT;
	return (-1);
}

START_TEST(a_forged_source_does_not_choose_how_long_it_has_a_place)
{
	int64_t longest_ms = 0;

	begin(NULL);
	transfer.terms.timeout_s = TFTP_TIMEOUT_MAX;
	transfer.wire.hooks.wait = nobody;
	transfer.wire.hooks.context = &longest_ms;
	ck_assert_int_eq(transfer_greet(&transfer, OACK, sizeof(OACK),
	    TFTP_RRQ), -1);
	ck_assert_int_eq(transfer.end, TRANSFER_SILENT);
	ck_assert_int_gt(longest_ms, 0);
	ck_assert_int_le(longest_ms, 31000);
	transfer_fini(&transfer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_remind");
	TCase *core = suite_case(suite, "core");

	tcase_add_loop_test(core,
	    an_answer_that_was_sent_twice_measures_nothing, 0, 2);
	tcase_add_loop_test(core,
	    a_first_block_that_was_sent_twice_measures_nothing, 0, 2);
	tcase_add_test(suite_case(suite, "hostile"),
	    a_forged_source_does_not_choose_how_long_it_has_a_place);
	return (suite_run(suite));
}
