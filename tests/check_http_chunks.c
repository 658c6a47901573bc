/* check_http_chunks.c - a chunked body comes out as it was before.
 * A breach shows as sizes in the middle of a file, or as a file that ends too
 * early and is taken for a whole one.
 * See also: proto/http_chunks.h, tests/fuzz/fuzz_http_chunks.c */
#include "proto/http_chunks.h"

#include "suite.h"

/* A body fed in pieces of some size: the data in text, and how it ended.
 * left receives what stands after the end. */
static enum http_chunks_result
feed(const char *bytes, size_t len, size_t step, char *text, size_t *left)
{
	struct http_chunks chunks;
	size_t at = 0, used = 0;

	http_chunks_init(&chunks);
	while (at < len) {
		size_t n = len - at < step ? len - at : step;
		struct http_piece piece;
		enum http_chunks_result result = http_chunks_next(&chunks,
		    bytes + at, n, &piece);

		ck_assert_uint_le(piece.taken, n);
		memcpy(text + used, piece.bytes, piece.len);
		used += piece.len;
		at += piece.taken;
		if (result == HTTP_CHUNKS_MORE)
			ck_assert_uint_eq(piece.taken, n);
		if (result == HTTP_CHUNKS_DATA)
			ck_assert_uint_gt(piece.len, 0);
		if (result == HTTP_CHUNKS_END ||
		    result == HTTP_CHUNKS_BROKEN) {
			text[used] = '\0';
			*left = len - at;
			return (result);
		}
	}
	text[used] = '\0';
	*left = 0;
	return (HTTP_CHUNKS_MORE);
}

struct row {
	const char	*bytes, *data;
	enum http_chunks_result result;
	size_t		 left;
};

#define LAST	"0\r\n\r\n"

static const struct row rows[] = {
	{ LAST, "", HTTP_CHUNKS_END, 0 },
	{ "5\r\nhello\r\n" LAST, "hello", HTTP_CHUNKS_END, 0 },
	{ "5\r\nhello\r\n" LAST "HTTP/1.1 200", "hello", HTTP_CHUNKS_END,
	    12 },
	{ "00005\r\nhello\r\n6\r\n world\r\n" LAST, "hello world",
	    HTTP_CHUNKS_END, 0 },
	{ "a\r\n0123456789\r\nA\r\n0123456789\r\n" LAST,
	    "01234567890123456789", HTTP_CHUNKS_END, 0 },
	{ "7\r\n5\r\nab\r\n\r\n" LAST, "5\r\nab\r\n", HTTP_CHUNKS_END, 0 },
	/* RFC 9112 7.1.1, 7.1.2: extensions and trailers. */
	{ "5;a=b;c=\"d;e\"\r\nhello\r\n0;last\r\n\r\n", "hello",
	    HTTP_CHUNKS_END, 0 },
	{ "5 \t; a\r\nhello\r\n0 \r\n\r\n", "hello", HTTP_CHUNKS_END, 0 },
	{ "5\r\nhello\r\n0\r\nDigest: x\r\nB: y\r\n\r\n", "hello",
	    HTTP_CHUNKS_END, 0 },
	{ "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\nabc", "hello",
	    HTTP_CHUNKS_END, 3 },
	{ "000000000000000" LAST, "", HTTP_CHUNKS_END, 0 },
	/* Cut short, in each state. */
	{ "5", "", HTTP_CHUNKS_MORE, 0 },
	{ "5\r", "", HTTP_CHUNKS_MORE, 0 },
	{ "5;x", "", HTTP_CHUNKS_MORE, 0 },
	{ "5 ", "", HTTP_CHUNKS_MORE, 0 },
	{ "5\r\nhel", "hel", HTTP_CHUNKS_MORE, 0 },
	{ "5\r\nhello", "hello", HTTP_CHUNKS_MORE, 0 },
	{ "5\r\nhello\r\n", "hello", HTTP_CHUNKS_MORE, 0 },
	{ "5\r\nhello\r\n0\r\n", "hello", HTTP_CHUNKS_MORE, 0 },
	{ "0\r\na: b\r\n", "", HTTP_CHUNKS_MORE, 0 },
	{ "0\r\n\r", "", HTTP_CHUNKS_MORE, 0 },
	/* Broken. */
	{ "\r\n", "", HTTP_CHUNKS_BROKEN, 1 },
	{ "-5\r\n", "", HTTP_CHUNKS_BROKEN, 3 },
	{ "+5\r\n", "", HTTP_CHUNKS_BROKEN, 3 },
	{ " 5\r\n", "", HTTP_CHUNKS_BROKEN, 3 },
	{ "0x5\r\n", "", HTTP_CHUNKS_BROKEN, 3 },
	{ ";a\r\n", "", HTTP_CHUNKS_BROKEN, 3 },
	{ "5\nhello", "", HTTP_CHUNKS_BROKEN, 5 },
	{ "5;a\nhello", "", HTTP_CHUNKS_BROKEN, 5 },
	{ "5;a\rhello", "", HTTP_CHUNKS_BROKEN, 4 },
	{ "5 5\r\n", "", HTTP_CHUNKS_BROKEN, 2 },
	{ "5\r\nhello0\r\n", "hello", HTTP_CHUNKS_BROKEN, 2 },
	{ "5\r\nhello\r0\r\n", "hello", HTTP_CHUNKS_BROKEN, 2 },
	{ "5\r\nhello!\r\n0", "hello", HTTP_CHUNKS_BROKEN, 3 },
	{ "0\r\n\n", "", HTTP_CHUNKS_BROKEN, 0 },
	{ "0\r\na\n", "", HTTP_CHUNKS_BROKEN, 0 },
	{ "0\r\na\rb", "", HTTP_CHUNKS_BROKEN, 0 },
	{ "0\r\n\rb", "", HTTP_CHUNKS_BROKEN, 0 },
	/* 2^63, 2^64 + 5, seventeen digits. */
	{ "8000000000000000\r\n", "", HTTP_CHUNKS_BROKEN, 2 },
	{ "10000000000000005\r\nhello", "", HTTP_CHUNKS_BROKEN, 7 },
	{ "00000000000000005\r\nhello", "", HTTP_CHUNKS_BROKEN, 7 },
};

START_TEST(a_body_is_the_same_however_the_bytes_arrive)
{
	const struct row *row = &rows[_i];

	for (size_t step = 1; step <= 40; step++) {
		char text[64];
		size_t left;

		ck_assert_int_eq(feed(row->bytes, strlen(row->bytes), step,
		    text, &left), row->result);
		ck_assert_str_eq(text, row->data);
		ck_assert_uint_eq(left, row->left);
	}
}
END_TEST

START_TEST(the_largest_size_is_taken)
{
	struct http_chunks chunks;
	struct http_piece piece;

	http_chunks_init(&chunks);
	ck_assert_int_eq(http_chunks_next(&chunks, "7fffffffffffffff\r\nx",
	    19, &piece), HTTP_CHUNKS_DATA);
	ck_assert_uint_eq(piece.len, 1);
	ck_assert_uint_eq(chunks.left, INT64_MAX - 1);
}
END_TEST

/* Feed a byte for ever after a beginning; the bytes it took until it broke. */
static size_t
endless(const char *begin, const char *again)
{
	struct http_chunks chunks;
	struct http_piece piece;
	size_t n;

	http_chunks_init(&chunks);
	http_chunks_next(&chunks, begin, strlen(begin), &piece);
	for (n = 0; n < 1000000; n += strlen(again))
		if (http_chunks_next(&chunks, again, strlen(again), &piece) ==
		    HTTP_CHUNKS_BROKEN)
			break;
	return (n);
}

START_TEST(extensions_and_trailers_come_to_an_end)
{
	ck_assert_uint_le(endless("5;", "x"), HTTP_CHUNK_LINE_MAX);
	ck_assert_uint_le(endless("5", " "), HTTP_CHUNK_LINE_MAX);
	ck_assert_uint_le(endless("0\r\n", "a: b\r\n"), HTTP_TRAILERS_MAX);
	ck_assert_uint_le(endless("0\r\n", "x"), HTTP_TRAILERS_MAX);
	ck_assert_uint_ge(endless("0\r\n", "x"), HTTP_TRAILERS_MAX / 2);
}
END_TEST

START_TEST(after_its_end_it_takes_nothing)
{
	struct http_chunks chunks;
	struct http_piece piece;

	http_chunks_init(&chunks);
	http_chunks_next(&chunks, LAST, 5, &piece);
	ck_assert_int_eq(http_chunks_next(&chunks, "5\r\nhello", 8, &piece),
	    HTTP_CHUNKS_END);
	ck_assert_uint_eq(piece.taken, 0);
	http_chunks_init(&chunks);
	http_chunks_next(&chunks, "x", 1, &piece);
	ck_assert_int_eq(http_chunks_next(&chunks, LAST, 5, &piece),
	    HTTP_CHUNKS_BROKEN);
	ck_assert_uint_eq(piece.taken, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_chunks");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_loop_test(core, a_body_is_the_same_however_the_bytes_arrive,
	    0, (int)SUITE_COUNT(rows));
	tcase_add_test(core, after_its_end_it_takes_nothing);
	tcase_add_test(limits, the_largest_size_is_taken);
	tcase_add_test(limits, extensions_and_trailers_come_to_an_end);
	return (suite_run(suite));
}
