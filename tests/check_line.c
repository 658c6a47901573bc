/* check_line.c - lines come out as they went in, however the bytes arrive.
 * See also: net/line.h, tests/fuzz/fuzz_line.c */
#include "net/line.h"

#include "suite.h"

#define BUF_SIZE	16

struct feed {
	const char	*bytes;
	size_t		 len, piece;	/* at most so many bytes at once */
};

/* One recv's worth of a feed into the reader; 0 at its end. */
static size_t
feed_some(struct feed *feed, struct line_reader *reader)
{
	size_t size, n = feed->len < feed->piece ? feed->len : feed->piece;
	char *space = line_reader_space(reader, &size);

	ck_assert_uint_ge(size, 1);
	n = n < size ? n : size;
	memcpy(space, feed->bytes, n);
	line_reader_filled(reader, n);
	feed->bytes += n;
	feed->len -= n;
	return (n);
}

/* All lines of a feed as "[line]", a line too long as "!", the rest as
 * "(rest)". */
static const char *
lines_of(const char *bytes, size_t len, size_t piece)
{
	static char told[4096], buf[BUF_SIZE];
	struct feed feed = { bytes, len, piece };
	struct line_reader reader;
	const char *line;
	size_t used = 0, line_len;

	line_reader_init(&reader, buf, sizeof(buf));
	do {
		enum line_result result;

		while ((result = line_reader_next(&reader, &line,
		    &line_len)) != LINE_NONE)
			used += (size_t)snprintf(told + used,
			    sizeof(told) - used, result == LINE_READY ?
			    "[%.*s]" : "!", (int)line_len, line);
	} while (feed_some(&feed, &reader) > 0);
	if (line_reader_rest(&reader, &line, &line_len) == LINE_READY)
		used += (size_t)snprintf(told + used, sizeof(told) - used,
		    "(%.*s)", (int)line_len, line);
	told[used] = '\0';
	ck_assert_uint_eq(line_reader_pending(&reader), 0);
	return (told);
}

struct row {
	const char	*bytes, *told;
};

static const struct row rows[] = {
	{ "", "" },
	{ "one\n", "[one]" },
	{ "one\r\n", "[one]" },
	{ "one\r\ntwo\nthree\r\n", "[one][two][three]" },
	{ "\n\r\n\n", "[][][]" },
	{ "a\rb\r\n", "[a\rb]" },
	{ "a\r\r\n", "[a\r]" },
	{ "no end", "(no end)" },
	{ "one\nno end\r", "[one](no end\r)" },
	/* 16 bytes of buffer: 15 and a newline fit, 16 and one do not. */
	{ "123456789012345\n", "[123456789012345]" },
	{ "1234567890123456\nok\n", "![ok]" },
	{ "12345678901234\r\nok\n", "[12345678901234][ok]" },
	{ "123456789012345\r\nok\n", "![ok]" },
	{ "1234567890123456789012345678901234567890\nok\n", "![ok]" },
	{ "ok\n1234567890123456789012345678901234567890\nok\n",
	    "[ok]![ok]" },
	{ "1234567890123456789012345678901234567890", "!" },
	{ "12345678901234567\n12345678901234567\n", "!!" },
};

START_TEST(lines_are_the_same_however_the_bytes_arrive)
{
	const struct row *row = &rows[_i];

	for (size_t piece = 1; piece <= 64; piece++)
		ck_assert_str_eq(lines_of(row->bytes, strlen(row->bytes),
		    piece), row->told);
}
END_TEST

START_TEST(a_line_may_hold_nul)
{
	char buf[BUF_SIZE];
	struct line_reader reader;
	const char *line;
	size_t len, size;

	line_reader_init(&reader, buf, sizeof(buf));
	memcpy(line_reader_space(&reader, &size), "a\0b\nc", 5);
	line_reader_filled(&reader, 5);
	ck_assert_int_eq(line_reader_next(&reader, &line, &len), LINE_READY);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(line, "a\0b", 3);
	ck_assert_uint_eq(line_reader_pending(&reader), 1);
}
END_TEST

START_TEST(what_was_said_in_the_clear_is_seen_before_a_change_to_tls)
{
	char buf[BUF_SIZE];
	struct line_reader reader;
	const char *line;
	size_t len, size;

	line_reader_init(&reader, buf, sizeof(buf));
	memcpy(line_reader_space(&reader, &size), "STLS\r\nEVIL\r\n", 12);
	line_reader_filled(&reader, 12);
	ck_assert_int_eq(line_reader_next(&reader, &line, &len), LINE_READY);
	ck_assert_uint_eq(line_reader_pending(&reader), 6);
}
END_TEST

/* The reference: cut the whole text by strchr. */
START_TEST(random_lines_agree_with_a_simple_reference)
{
	uint64_t dice = 20261121;

	for (int round = 0; round < 20000; round++) {
		static char expected[4096];
		char text[64];
		size_t len = suite_random(&dice) % sizeof(text), used = 0;
		char *at = text, *newline;

		for (size_t i = 0; i < len; i++)
			text[i] = "ab\r\n"[suite_random(&dice) % 4];
		while ((newline = memchr(at, '\n',
		    (size_t)(text + len - at))) != NULL) {
			size_t n = (size_t)(newline - at);

			if (n >= BUF_SIZE)
				used += (size_t)sprintf(expected + used, "!");
			else
				used += (size_t)sprintf(expected + used,
				    "[%.*s]", (int)(n > 0 &&
				    at[n - 1] == '\r' ? n - 1 : n), at);
			at = newline + 1;
		}
		if (text + len - at >= BUF_SIZE)
			used += (size_t)sprintf(expected + used, "!");
		else if (at < text + len)
			used += (size_t)sprintf(expected + used, "(%.*s)",
			    (int)(text + len - at), at);
		expected[used] = '\0';
		ck_assert_str_eq(lines_of(text, len,
		    1 + suite_random(&dice) % 40), expected);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("line");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_loop_test(core, lines_are_the_same_however_the_bytes_arrive,
	    0, (int)SUITE_COUNT(rows));
	tcase_add_test(core, a_line_may_hold_nul);
	tcase_add_test(hostile,
	    what_was_said_in_the_clear_is_seen_before_a_change_to_tls);
	tcase_add_test(hostile, random_lines_agree_with_a_simple_reference);
	return (suite_run(suite));
}
