/* check_http_head.c - where an answer's body ends is decided as RFC 9112 says.
 * A breach shows as half a file that is taken for a whole one, or as bytes of
 * one answer that are read as the next.
 * See also: proto/http_head.h, tests/fuzz/fuzz_http_head.c */
#include "proto/http_head.h"

#include "suite.h"

static struct http_head head;

static enum http_verdict
parse(const char *text, int asked_head)
{
	size_t len = strlen(text);
	size_t end = http_head_end(text, len, 0);

	ck_assert_uint_eq(end, len);	/* the rows are whole heads */
	return (http_head_parse(text, len, asked_head, &head));
}

#define OK	"HTTP/1.1 200 OK\r\n"
#define LEN	"Content-Length: "
#define CODING	"Transfer-Encoding: "

struct framing_row {
	const char	*text;
	enum http_framing framing;
	uint64_t	 length;
	int		 asked_head, both;
};

static const struct framing_row framing_rows[] = {
	{ OK LEN "5\r\n\r\n", HTTP_LENGTH, 5, 0, 0 },
	{ OK LEN "0\r\n\r\n", HTTP_LENGTH, 0, 0, 0 },
	{ OK "content-length:5\r\n\r\n", HTTP_LENGTH, 5, 0, 0 },
	{ OK LEN " \t 5 \t\r\n\r\n", HTTP_LENGTH, 5, 0, 0 },
	{ OK LEN "5\r\n" LEN "5\r\n\r\n", HTTP_LENGTH, 5, 0, 0 },
	{ OK LEN "5, 5\r\n\r\n", HTTP_LENGTH, 5, 0, 0 },
	{ OK LEN "\r\n 5\r\n\r\n", HTTP_LENGTH, 5, 0, 0 },
	{ OK LEN "9223372036854775807\r\n\r\n", HTTP_LENGTH, INT64_MAX, 0,
	    0 },
	{ OK "\r\n", HTTP_UNTIL_CLOSE, 0, 0, 0 },
	{ OK CODING "chunked\r\n\r\n", HTTP_CHUNKED, 0, 0, 0 },
	{ OK CODING "CHUNKED\r\n\r\n", HTTP_CHUNKED, 0, 0, 0 },
	{ OK CODING "\r\n\tchunked\r\n\r\n", HTTP_CHUNKED, 0, 0, 0 },
	/* RFC 9112 6.3: the coding overrides the length, whatever it is. */
	{ OK LEN "5\r\n" CODING "chunked\r\n\r\n", HTTP_CHUNKED, 5, 0, 1 },
	{ OK CODING "chunked\r\n" LEN "5\r\n\r\n", HTTP_CHUNKED, 5, 0, 1 },
	{ OK CODING "chunked\r\n" LEN "-5\r\n\r\n", HTTP_CHUNKED, 0, 0, 1 },
	/* No body, whatever the fields say. */
	{ OK LEN "5\r\n\r\n", HTTP_NO_BODY, 5, 1, 0 },
	{ OK LEN "-5\r\n\r\n", HTTP_NO_BODY, 0, 1, 0 },
	{ "HTTP/1.1 204 x\r\n" LEN "5\r\n\r\n", HTTP_NO_BODY, 5, 0, 0 },
	{ "HTTP/1.1 304 x\r\n" CODING "chunked\r\n\r\n", HTTP_NO_BODY, 0, 0,
	    0 },
	{ OK CODING "gzip, chunked\r\n\r\n", HTTP_NO_BODY, 0, 1, 0 },
	{ "HTTP/1.1 304 x\r\n" CODING "gzip\r\n\r\n", HTTP_NO_BODY, 0, 0,
	    0 },
	{ "HTTP/1.1 100 Continue\r\n\r\n", HTTP_NO_BODY, 0, 0, 0 },
	{ "HTTP/1.1 199\r\n\r\n", HTTP_NO_BODY, 0, 0, 0 },
	{ "HTTP/1.1 205 x\r\n\r\n", HTTP_UNTIL_CLOSE, 0, 0, 0 },
	/* A field of another name is none of these. */
	{ OK "X-Content-Length: 5\r\n\r\n", HTTP_UNTIL_CLOSE, 0, 0, 0 },
	/* LF alone ends a line, too: RFC 9112 2.2. */
	{ "HTTP/1.0 200 OK\nContent-Length: 7\n\n", HTTP_LENGTH, 7, 0, 0 },
};

START_TEST(the_framing_is_what_the_rfc_says)
{
	const struct framing_row *row = &framing_rows[_i];

	ck_assert_int_eq(parse(row->text, row->asked_head), HTTP_GOOD);
	ck_assert_int_eq(head.framing, row->framing);
	ck_assert_uint_eq(head.length, row->length);
	ck_assert_int_eq(head.both, row->both);
}
END_TEST

struct wrong_row {
	const char	*text;
	enum http_verdict verdict;
};

static const struct wrong_row wrong_rows[] = {
	{ "HTTP/2.0 200 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.1 99 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.1 099 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.1 2000 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.1 -20 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.1  200 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.x 200 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "http/1.1 200 OK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.1 200 O\rK\r\n\r\n", HTTP_NOT_HTTP },
	{ "HTTP/1.1\r\n\r\n", HTTP_NOT_HTTP },
	{ "220 mail\r\n\r\n", HTTP_NOT_HTTP },
	{ "\n\n", HTTP_NOT_HTTP },
	{ OK "no colon\r\n\r\n", HTTP_BAD_FIELD },
	{ OK ": no name\r\n\r\n", HTTP_BAD_FIELD },
	{ OK "Content-Length : 5\r\n\r\n", HTTP_BAD_FIELD },
	{ OK " folded: first\r\n\r\n", HTTP_BAD_FIELD },
	{ OK "a: b\rc\r\n\r\n", HTTP_BAD_FIELD },
	{ OK "a: b\r\n c\rd\r\n\r\n", HTTP_BAD_FIELD },
	{ OK LEN "-5\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "+5\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "0x5\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "5 5\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "5,\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "9223372036854775808\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "99999999999999999999\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "18446744073709551621\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "5\r\n" LEN "6\r\n\r\n", HTTP_TWO_LENGTHS },
	{ OK LEN "5, 6\r\n\r\n", HTTP_TWO_LENGTHS },
	{ OK LEN "5\r\n" LEN "5, 6\r\n\r\n", HTTP_TWO_LENGTHS },
	{ OK LEN "5\r\n" LEN "x\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK LEN "x\r\n" LEN "5\r\n\r\n", HTTP_BAD_LENGTH },
	{ OK CODING "gzip, chunked\r\n\r\n", HTTP_BAD_CODING },
	{ OK CODING "chunked, gzip\r\n\r\n", HTTP_BAD_CODING },
	{ OK CODING "chunked, chunked\r\n\r\n", HTTP_BAD_CODING },
	{ OK CODING "chunked\r\n" CODING "chunked\r\n\r\n", HTTP_BAD_CODING },
	{ OK CODING "xchunked\r\n\r\n", HTTP_BAD_CODING },
	{ OK CODING "identity\r\n\r\n", HTTP_BAD_CODING },
	{ OK CODING "\r\n\r\n", HTTP_BAD_CODING },
};

START_TEST(a_head_that_could_be_read_in_two_ways_is_refused)
{
	const struct wrong_row *row = &wrong_rows[_i];

	ck_assert_int_eq(parse(row->text, 0), row->verdict);
	ck_assert_str_ne(http_wrong(row->verdict), "");
}
END_TEST

START_TEST(nul_is_refused_wherever_it_is)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nName: value\r\n\r\n";
	char bytes[sizeof(text)];

	for (size_t i = 0; i + 5 < sizeof(text); i++) {
		memcpy(bytes, text, sizeof(text));
		bytes[i] = '\0';
		if (http_head_end(bytes, sizeof(text) - 1, 0) ==
		    sizeof(text) - 1)
			ck_assert_msg(http_head_parse(bytes, sizeof(text) - 1,
			    0, &head) != HTTP_GOOD, "NUL at %zu", i);
	}
}
END_TEST

START_TEST(status_version_and_reason_are_told)
{
	ck_assert_int_eq(parse("HTTP/1.0 404 Not \xc3\xa0 Found\r\n\r\n", 0),
	    HTTP_GOOD);
	ck_assert_int_eq(head.minor, 0);
	ck_assert_int_eq(head.status, 404);
	ck_assert_uint_eq(head.reason.len, 12);
	ck_assert_mem_eq(head.reason.bytes, "Not \xc3\xa0 Found", 12);
	ck_assert_int_eq(parse("HTTP/1.1 200\r\n\r\n", 0), HTTP_GOOD);
	ck_assert_uint_eq(head.reason.len, 0);
	ck_assert_int_eq(parse("HTTP/1.1 200 \r\n\r\n", 0), HTTP_GOOD);
	ck_assert_uint_eq(head.reason.len, 0);
}
END_TEST

/* The end may be cut at any byte, and the search goes on where it was. */
START_TEST(the_end_is_found_however_the_bytes_arrive)
{
	static const char *const heads[] = {
		"HTTP/1.1 200 OK\r\na: b\r\n\r\nbody\r\n\r\n",
		"HTTP/1.1 200 OK\na: b\n\nbody",
		"HTTP/1.1 200 OK\r\na: b\n\r\nbody",
	};
	static const size_t ends[] = { 25, 22, 24 };

	for (size_t h = 0; h < SUITE_COUNT(heads); h++)
		for (size_t cut = 0; cut < ends[h]; cut++) {
			ck_assert_uint_eq(http_head_end(heads[h], cut, 0), 0);
			for (size_t n = cut + 1; n <= ends[h]; n++)
				ck_assert_uint_eq(http_head_end(heads[h], n,
				    n - 1), n == ends[h] ? n : 0);
			ck_assert_uint_eq(http_head_end(heads[h],
			    strlen(heads[h]), cut), ends[h]);
		}
}
END_TEST

START_TEST(another_protocol_is_known_by_its_first_byte)
{
	ck_assert_int_eq(http_head_begins("", 0), 1);
	ck_assert_int_eq(http_head_begins("HTT", 3), 1);
	ck_assert_int_eq(http_head_begins("HTTP/1.1 200", 12), 1);
	ck_assert_int_eq(http_head_begins("2", 1), 0);
	ck_assert_int_eq(http_head_begins("HTTP/2", 6), 0);
}
END_TEST

START_TEST(a_field_is_found_by_its_name_in_any_case)
{
	static const char text[] = OK "Locations: no\r\nLOCATION: \r\n  /a b "
	    "\r\nLocation: second\r\n\r\nLocation: body";
	size_t len = http_head_end(text, sizeof(text) - 1, 0);
	struct http_text value;

	ck_assert_int_eq(http_head_field(text, len, "Location", &value), 1);
	ck_assert_uint_eq(value.len, 4);
	ck_assert_mem_eq(value.bytes, "/a b", 4);
	ck_assert_int_eq(http_head_field(text, len, "HTTP/1.1 200", &value),
	    0);
	ck_assert_int_eq(http_head_field(text, len, "Absent", &value), 0);
}
END_TEST

START_TEST(a_field_of_the_users_is_a_name_a_colon_and_no_control)
{
	static const char *const good[] = { "a:", "Accept: text/html",
	    "X-y: \xc3\xa9", "a:\tb" };
	static const char *const bad[] = { "", ":", "a", "\xc3\xa9: b", "a b: c",
	    " a: b", "a: b\r\nc: d", "a: b\nc", "a: \x1b[m", "a\r\n: b", "a: \x7f" };
	size_t name_len;

	for (size_t i = 0; i < SUITE_COUNT(good); i++)
		ck_assert_msg(http_field_is_good(good[i], strlen(good[i]),
		    &name_len), "%s", good[i]);
	for (size_t i = 0; i < SUITE_COUNT(bad); i++)
		ck_assert_msg(!http_field_is_good(bad[i], strlen(bad[i]),
		    &name_len), "%s", bad[i]);
	ck_assert_int_eq(http_field_is_good("a: b\0c", 6, &name_len), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_head");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_loop_test(core, the_framing_is_what_the_rfc_says, 0,
	    (int)SUITE_COUNT(framing_rows));
	tcase_add_test(core, status_version_and_reason_are_told);
	tcase_add_test(core, the_end_is_found_however_the_bytes_arrive);
	tcase_add_test(core, a_field_is_found_by_its_name_in_any_case);
	tcase_add_test(core,
	    a_field_of_the_users_is_a_name_a_colon_and_no_control);
	tcase_add_loop_test(hostile,
	    a_head_that_could_be_read_in_two_ways_is_refused, 0,
	    (int)SUITE_COUNT(wrong_rows));
	tcase_add_test(hostile, nul_is_refused_wherever_it_is);
	tcase_add_test(hostile, another_protocol_is_known_by_its_first_byte);
	return (suite_run(suite));
}
