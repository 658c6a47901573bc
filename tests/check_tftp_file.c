/* check_tftp_file.c - a file becomes packets, and packets a file.
 * See also: tools/tftp/source.h, tools/tftp/sink.h */
#include "tools/tftp/sink.h"
#include "tools/tftp/source.h"

#include <errno.h>

#include "suite.h"

/* A file without a name, of bytes that differ everywhere. */
static int
file_of(const char *bytes, size_t len)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	ck_assert_int_eq(fflush(file), 0);
	ck_assert_int_eq(lseek(fileno(file), 0, SEEK_SET), 0);
	return (fileno(file));
}

static char *
noise(size_t len)
{
	char *bytes = malloc(len + 1);
	uint64_t dice = 350;

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = "abc\r\n"[suite_random(&dice) % 5];
	return (bytes);
}

/* All packets, window by window, each window twice: the second time as if it
 * were lost. */
static void
carry(struct source *source, struct sink *sink, size_t blksize, size_t window)
{
	uint64_t first = 1, acked = 0;

	ck_assert_int_eq(source_begin(source, blksize, window), 0);
	ck_assert_int_eq(sink_begin(sink), 0);
	for (int again = 1; source->last == 0 || acked < source->last; ) {
		struct burst burst;
		uint64_t left = acked + window + 1 - first;
		int n = source_packets(source, first, (size_t)left, &burst);

		ck_assert_int_gt(n, 0);
		ck_assert_uint_le((size_t)n, left);
		for (int i = 0; i < n; i++, first++) {
			const uint8_t *packet = burst.packets +
			    (size_t)i * burst.size;
			size_t len = i < n - 1 ? burst.size : burst.len -
			    (size_t)i * burst.size;

			ck_assert_uint_eq(packet[1], TFTP_DATA);
			ck_assert_uint_eq((uint16_t)(packet[2] << 8 |
			    packet[3]), (uint16_t)first);
			ck_assert_int_eq(len < 4 + blksize,
			    first == source->last);
			if (!again)
				ck_assert_int_eq(sink_write(sink, packet + 4,
				    len - 4), 0);
		}
		if (first <= acked + window &&
		    (source->last == 0 || first <= source->last))
			continue;
		ck_assert_int_eq(source_read_ahead(source, first), 0);
		if (again)
			first = acked + 1;
		else
			acked = first - 1;
		again = !again;
	}
	ck_assert_int_eq(sink_complete(sink), 0);
	source_end(source);
	sink_end(sink);
}

struct shape {
	size_t		 blksize, window, len;
};

static const struct shape shapes[] = {
	{ 512, 1, 0 }, { 512, 1, 1 }, { 512, 1, 511 }, { 512, 1, 512 },
	{ 512, 1, 513 }, { 8, 64, 5000 }, { 8, 200, 8 * 129 },
	{ 1468, 16, 1468 * 44 }, { 1468, 16, 1468 * 44 - 1 },
	{ 1468, 256, 1000000 }, { 9001, 4, 300000 }, { 65464, 1, 65464 },
	{ 65464, 4, 65464 * 3 + 5 },
};

START_TEST(a_file_is_the_same_after_packets)
{
	const struct shape *shape = &shapes[_i];
	char *bytes = noise(shape->len), *back = noise(shape->len);

	for (int text = 0; text < 2; text++) {
		enum tftp_mode mode = text ? TFTP_NETASCII : TFTP_OCTET;
		struct source source = { .fd = file_of(bytes, shape->len),
		    .mode = mode };
		struct sink sink = { .fd = file_of("", 0), .mode = mode };

		carry(&source, &sink, shape->blksize, shape->window);
		memset(back, 0, shape->len);
		ck_assert_int_eq(pread(sink.fd, back, shape->len + 1, 0),
		    (ssize_t)shape->len);
		ck_assert(memcmp(back, bytes, shape->len) == 0);
		ck_assert_uint_eq(source.bytes, shape->len);
		ck_assert_uint_eq(sink.bytes, shape->len);
	}
	free(bytes);
	free(back);
}
END_TEST

START_TEST(a_pipe_is_read_once)
{
	int pipes[2];
	struct source source = { .mode = TFTP_OCTET };
	struct sink sink = { .fd = file_of("", 0), .mode = TFTP_OCTET };
	char back[64];

	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert_int_eq(write(pipes[1], "through a pipe", 14), 14);
	close(pipes[1]);
	source.fd = pipes[0];
	carry(&source, &sink, 8, 4);
	ck_assert_int_eq(pread(sink.fd, back, sizeof(back), 0), 14);
	ck_assert_mem_eq(back, "through a pipe", 14);
}
END_TEST

START_TEST(a_file_that_grows_too_large_is_refused)
{
	struct sink sink = { .fd = file_of("", 0), .mode = TFTP_OCTET,
	    .bytes_max = 100000 };
	static char block[50000];

	ck_assert_int_eq(sink_begin(&sink), 0);
	ck_assert_int_eq(sink_write(&sink, block, sizeof(block)), 0);
	ck_assert_int_eq(sink_write(&sink, block, sizeof(block)), 0);
	ck_assert_int_eq(sink_write(&sink, "x", 1), 0);
	ck_assert_int_eq(sink_complete(&sink), -1);
	ck_assert_int_eq(errno, EFBIG);
	sink_end(&sink);
}
END_TEST

static int
no_room(void *context, uint64_t more)
{
	*(uint64_t *)context += more;
	errno = ENOSPC;
	return (-1);
}

START_TEST(a_disk_without_room_is_told)
{
	uint64_t asked = 0;
	struct sink sink = { .fd = file_of("", 0), .mode = TFTP_OCTET,
	    .room = no_room, .context = &asked };

	ck_assert_int_eq(sink_begin(&sink), 0);
	ck_assert_int_eq(sink_write(&sink, "abc", 3), 0);
	ck_assert_int_eq(sink_complete(&sink), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_uint_eq(asked, 3);
	sink_end(&sink);
}
END_TEST

START_TEST(what_cannot_be_read_or_written_is_told)
{
	struct source source = { .fd = open("/", O_RDONLY),
	    .mode = TFTP_OCTET };
	struct sink sink = { .fd = -1, .mode = TFTP_OCTET };
	struct burst burst;

	ck_assert_int_eq(source_begin(&source, 512, 1), 0);
	ck_assert_int_eq(source_packets(&source, 1, 1, &burst), -1);
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_int_eq(source_read_ahead(&source, 1), -1);
	ck_assert_int_eq(errno, EISDIR);
	source_end(&source);
	ck_assert_int_eq(sink_begin(&sink), 0);
	ck_assert_int_eq(sink_write(&sink, "x", 1), 0);
	ck_assert_int_eq(sink_complete(&sink), -1);
	ck_assert_int_eq(errno, EBADF);
	sink_end(&sink);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tftp_file");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_loop_test(core, a_file_is_the_same_after_packets, 0,
	    (int)SUITE_COUNT(shapes));
	tcase_add_test(core, a_pipe_is_read_once);
	tcase_add_test(limits, a_file_that_grows_too_large_is_refused);
	tcase_add_test(limits, a_disk_without_room_is_told);
	tcase_add_test(limits, what_cannot_be_read_or_written_is_told);
	return (suite_run(suite));
}
