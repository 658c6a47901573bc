/* check_mime.c - text in 7 bits, and back again.
 * See also: proto/mime.h, proto/base64.h, tests/fuzz/fuzz_mime.c */
#include "proto/mime.h"

#include "base/text.h"
#include "proto/base64.h"
#include "suite.h"

static int
hexadecimal(char digit)
{
	return (digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

/* The reference: what a reader makes of =XX; of _ only in a word.  Returns the
 * length. */
static size_t
decode(const char *in, size_t len, int word, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		char byte = in[i];

		if (byte == '=') {
			ck_assert_uint_lt(i + 2, len);
			byte = (char)(hexadecimal(in[i + 1]) << 4 |
			    hexadecimal(in[i + 2]));
			i += 2;
		} else if (word && byte == '_')
			byte = ' ';
		out[used++] = byte;
	}
	return (used);
}

static const struct {
	const char	*text;
	int		 plain;
} plain_rows[] = {
	{ "Welcome", 1 },
	{ "a = b ?", 1 },
	{ "why=", 1 },
	{ "", 0 },
	{ " Welcome", 0 },
	{ "Welcome ", 0 },
	{ "a\tb", 0 },
	{ "a\r\nBcc: x", 0 },
	{ "d\xc3\xa9j\xc3\xa0", 0 },
	{ "=?UTF-8?Q?x?=", 0 },
	{ "a\x7f", 0 },
};

START_TEST(only_what_cannot_be_misread_goes_as_it_is)
{
	ck_assert_int_eq(mime_is_plain(plain_rows[_i].text,
	    strlen(plain_rows[_i].text)), plain_rows[_i].plain);
}
END_TEST

START_TEST(a_word_is_what_rfc_2047_writes)
{
	char word[MIME_LINE_SIZE];

	ck_assert_uint_eq(mime_word("d\xc3\xa9j\xc3\xa0 vu_?=", 12, 75, word),
	    12);
	ck_assert_str_eq(word, "=?UTF-8?Q?d=C3=A9j=C3=A0_vu=5F=3F=3D?=");
}
END_TEST

/* Every room, every kind of character: no word is longer, none ends within a
 * character, and all together are the text. */
START_TEST(words_are_short_of_whole_characters_and_lose_nothing)
{
	static const char text[] = "d\xc3\xa9j\xc3\xa0 \xe6\x97\xa5\xe6\x9c"
	    "\xac _=? \xf0\x9f\x98\x80\xf0\x9f\x98\x80 a\xc2\xa0z\tb";
	size_t room = (size_t)_i, len = sizeof(text) - 1, used = 0;
	char back[sizeof(text)];

	for (const char *at = text; len > 0; ) {
		char word[MIME_LINE_SIZE];
		size_t taken = mime_word(at, len, room, word);
		uint32_t code;

		ck_assert_uint_ge(taken, 1);
		ck_assert_uint_le(strlen(word), room);
		ck_assert_mem_eq(word, "=?UTF-8?Q?", 10);
		ck_assert_ptr_null(strpbrk(word, " \t\r\n"));
		at += taken;
		len -= taken;
		ck_assert(len == 0 || text_utf8_next(at, len, &code) > 0);
		used += decode(word + 10, strlen(word) - 12, 1, back + used);
	}
	ck_assert_uint_eq(used, sizeof(text) - 1);
	ck_assert_mem_eq(back, text, used);
}
END_TEST

static const struct {
	const char	*text, *line;
} quoted_rows[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "a=b", "a=3Db" },
	{ "d\xc3\xa9j\xc3\xa0", "d=C3=A9j=C3=A0" },
	{ "blank ", "blank=20" },
	{ "tab\t", "tab=09" },
	{ " \t x", " \t x" },
	{ "\x1b[2J", "=1B[2J" },
	{ ".", "." },
	/* 76 fit, if nothing follows. */
	{ "1234567890123456789012345678901234567890123456789012345678901234567"
	    "890123456", "1234567890123456789012345678901234567890123456789012"
	    "345678901234567890123456" },
};

START_TEST(a_line_is_what_rfc_2045_writes)
{
	char line[MIME_LINE_SIZE];
	size_t len = strlen(quoted_rows[_i].text);

	ck_assert_uint_eq(mime_quoted(quoted_rows[_i].text, len, line), len);
	ck_assert_str_eq(line, quoted_rows[_i].line);
}
END_TEST

START_TEST(long_lines_are_cut_with_an_equals_sign_and_lose_nothing)
{
	uint64_t dice = 20261122;

	for (int round = 0; round < 5000; round++) {
		char text[400], back[sizeof(text)];
		size_t len = suite_random(&dice) % sizeof(text), used = 0;
		const char *at = text;

		for (size_t i = 0; i < len; i++)
			text[i] = "ab =\t.\xc3\xff"[suite_random(&dice) % 8];
		for (size_t left = len; left > 0; ) {
			char line[MIME_LINE_SIZE];
			size_t taken = mime_quoted(at, left, line);
			size_t n = strlen(line);

			ck_assert_uint_le(n, MIME_LINE_MAX);
			at += taken;
			left -= taken;
			if (left > 0)
				ck_assert_int_eq(line[--n], '=');
			else
				ck_assert(line[n - 1] != ' ' &&
				    line[n - 1] != '\t');
			used += decode(line, n, 0, back + used);
		}
		ck_assert_uint_eq(used, len);
		ck_assert_mem_eq(back, text, len);
	}
}
END_TEST

/* RFC 4648 10. */
static const struct {
	const char	*bytes, *text;
} base64_rows[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" }, { "\xff\xff\xfe", "///+" },
};

START_TEST(base64_is_what_rfc_4648_writes)
{
	char text[64];
	size_t len = strlen(base64_rows[_i].bytes);

	base64_encode(base64_rows[_i].bytes, len, text);
	ck_assert_str_eq(text, base64_rows[_i].text);
	ck_assert_uint_eq(BASE64_SIZE(len), strlen(text) + 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mime");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_loop_test(core, only_what_cannot_be_misread_goes_as_it_is,
	    0, (int)SUITE_COUNT(plain_rows));
	tcase_add_test(core, a_word_is_what_rfc_2047_writes);
	tcase_add_loop_test(core, a_line_is_what_rfc_2045_writes, 0,
	    (int)SUITE_COUNT(quoted_rows));
	tcase_add_loop_test(core, base64_is_what_rfc_4648_writes, 0,
	    (int)SUITE_COUNT(base64_rows));
	tcase_add_loop_test(limits,
	    words_are_short_of_whole_characters_and_lose_nothing,
	    MIME_WORD_MIN, 76);
	tcase_add_test(limits,
	    long_lines_are_cut_with_an_equals_sign_and_lose_nothing);
	return (suite_run(suite));
}
