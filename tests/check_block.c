/* check_block.c - a block of a conversation, as text and in hexadecimal.
 * The rule: whatever a peer sends, no line of it can pass for a header, and
 * nothing in it reaches the terminal but what can be read.
 * See also: tools/proxy/block.h */
#include "tools/proxy/block.h"

#include "suite.h"

#define NOON	"12:00:00.000250"

/* A block of the third connection, at noon. */
static struct block
block_of(const char *bytes, size_t len)
{
	return ((struct block){ .number = 3, .time = { 12 * 3600, 250999 },
	    .client = "127.0.0.1:51234", .upstream = "10.0.1.1:4000",
	    .offset = 7, .bytes = bytes, .len = len });
}

/* Formatted; checked to fit. */
static const char *
formatted(const struct block *block, enum block_form form, int colored)
{
	static char text[BLOCK_TEXT_SIZE(65536) + 1];
	size_t len;

	setenv("TZ", "UTC", 1);
	len = block_format(block, form, colored, text);
	ck_assert_uint_le(len, BLOCK_TEXT_SIZE(block->len));
	text[len] = '\0';
	return (text);
}

/* Its lines, without the header. */
static const char *
lines_of(const char *bytes, size_t len, enum block_form form)
{
	struct block block = block_of(bytes, len);

	return (strchr(formatted(&block, form, 0), '\n') + 1);
}

START_TEST(a_header_tells_who_when_how_much_and_where)
{
	struct block block = block_of("hello\n", 6);

	ck_assert_str_eq(formatted(&block, BLOCK_AUTO, 0), "#3 " NOON
	    " 127.0.0.1:51234 -> 10.0.1.1:4000  6 bytes @7\n| hello\n");
	block.down = 1;
	block.bytes = "x";
	block.len = 1;
	ck_assert_str_eq(formatted(&block, BLOCK_AUTO, 0), "#3 " NOON
	    " 127.0.0.1:51234 <- 10.0.1.1:4000  1 byte @7\n|~x\n");
}
END_TEST

struct text_row {
	const char	*bytes, *lines;
};

static const struct text_row text_rows[] = {
	{ "one\ntwo\n", "| one\n| two\n" },
	{ "one\r\n", "| one\\r\n" },
	{ "\n\n", "| \n| \n" },
	{ "no end", "|~no end\n" },
	{ "one\nno end", "| one\n|~no end\n" },
	{ "tab\there\n", "| tab\there\n" },
	{ "d\xc3\xa9j\xc3\xa0\n", "| d\xc3\xa9j\xc3\xa0\n" },
	/* an escape sequence, C1, a bidirectional override */
	{ "\033[2J\n", "| \\x1b[2J\n" },
	{ "\xc2\x9b" "1m\n", "| \\x9b1m\n" },
	{ "\xe2\x80\xaegpj\n", "| \\u202egpj\n" },
	/* half a character at either end */
	{ "\xa9j\xc3", "|~\\xa9j\\xc3\n" },
	{ "\xff\n", "| \\xff\n" },
	/* what would be a header, were it not for its beginning */
	{ "#4 opened\n", "| #4 opened\n" },
	{ "x\n#3 " NOON "\n", "| x\n| #3 " NOON "\n" },
	{ "| x\n", "| | x\n" },
};

START_TEST(text_is_shown_by_lines_and_safe)
{
	const struct text_row *row = &text_rows[_i];

	ck_assert_str_eq(lines_of(row->bytes, strlen(row->bytes), BLOCK_TEXT),
	    row->lines);
}
END_TEST

START_TEST(a_nul_is_shown_in_text_too)
{
	ck_assert_str_eq(lines_of("a\0b\n", 4, BLOCK_TEXT), "| a\\x00b\n");
}
END_TEST

START_TEST(bytes_are_shown_with_their_offset_in_the_direction)
{
	ck_assert_str_eq(lines_of("0123456789abcdef\r\n\xff|", 20, BLOCK_HEX),
	    "  00000007  30 31 32 33 34 35 36 37  "
	    "38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
	    "  00000017  0d 0a ff 7c                "
	    "                       |...||\n");
}
END_TEST

START_TEST(an_offset_beyond_eight_digits_has_more_of_them)
{
	struct block block = block_of("x", 1);

	block.offset = 0x123456789a;
	ck_assert_ptr_nonnull(strstr(formatted(&block, BLOCK_HEX, 0),
	    "\n  123456789a  78 "));
	ck_assert_ptr_nonnull(strstr(formatted(&block, BLOCK_HEX, 0),
	    "@78187493530\n"));
}
END_TEST

struct is_text_row {
	const char	*bytes;
	size_t		 len;
	int		 is_text;
};

static const struct is_text_row is_text_rows[] = {
	{ "GET / HTTP/1.0\r\n", 16, 1 },
	{ "d\xc3\xa9j\xc3\xa0", 6, 1 },
	{ "\033[1mbold\033[0m\a\b\f", 15, 1 },
	{ "a\0", 2, 0 },
	{ "a\001", 2, 0 },
	{ "a\x7f", 2, 0 },
	{ "\xc2\x9b", 2, 0 },
	{ "\xff\xfe\0a", 4, 0 },
	{ "a\xff" "aaaaa", 7, 0 },
	{ "\x16\x03\x01\x02", 4, 0 },
	/* a character that the block's ends cut */
	{ "\xa9j", 2, 1 },
	{ "\x9f\x98\x80j", 4, 1 },
	{ "j\xc3", 2, 1 },
	{ "j\xf0\x9f\x98", 4, 1 },
	{ "\x80\x80\x80\x80j", 5, 0 },
	{ "j\xe9llo", 5, 0 },
	{ "", 0, 1 },
};

START_TEST(binary_is_told_from_text)
{
	const struct is_text_row *row = &is_text_rows[_i];

	ck_assert_int_eq(block_is_text(row->bytes, row->len), row->is_text);
}
END_TEST

START_TEST(without_being_told_binary_is_shown_as_bytes)
{
	ck_assert_ptr_nonnull(strstr(lines_of("\x16\x03\x01", 3, BLOCK_AUTO),
	    "  00000007  16 03 01 "));
	ck_assert_str_eq(lines_of("a\n", 2, BLOCK_AUTO), "| a\n");
}
END_TEST

START_TEST(colours_enclose_the_whole_block)
{
	struct block block = block_of("a\nb\n", 4);
	const char *text = formatted(&block, BLOCK_AUTO, 1);

	ck_assert_mem_eq(text, "\033[36m#3 ", 8);
	ck_assert_str_eq(strstr(text, "| a\n"), "| a\n| b\033[0m\n");
	block.down = 1;
	ck_assert_mem_eq(formatted(&block, BLOCK_HEX, 1), "\033[33m#3 ", 8);
}
END_TEST

struct count_row {
	uint64_t	 count;
	const char	*text;
};

static const struct count_row count_rows[] = {
	{ 0, "0" }, { 7, "7" }, { 999, "999" }, { 1000, "1,000" },
	{ 88120, "88,120" }, { 123456, "123,456" },
	{ 1234567, "1,234,567" },
	{ UINT64_MAX, "18,446,744,073,709,551,615" },
};

START_TEST(numbers_have_their_thousands_apart)
{
	char text[BLOCK_COUNT_SIZE];

	ck_assert_str_eq(block_count(count_rows[_i].count, text),
	    count_rows[_i].text);
}
END_TEST

/* Random bytes: every line is a header, text or bytes, and printable. */
START_TEST(no_bytes_at_all_make_a_line_that_is_not_ours)
{
	uint64_t dice = 20261121;
	static char bytes[4096];

	for (int round = 0; round < 1000; round++) {
		size_t len = suite_random(&dice) % sizeof(bytes);
		enum block_form form = (enum block_form)(round % 3);
		struct block block = block_of(bytes, len);
		int spread = round % 2 == 0 ? 256 : 40;
		const char *text, *at;
		int wrong = 0;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)(suite_random(&dice) %
			    (uint64_t)spread);
		at = text = formatted(&block, form, 0);
		ck_assert_mem_eq(at, "#3 ", 3);
		while (*(at = strchr(at, '\n') + 1) != '\0')
			wrong += strncmp(at, "| ", 2) != 0 &&
			    strncmp(at, "|~", 2) != 0 &&
			    strncmp(at, "  0000", 6) != 0;
		for (at = text; *at != '\0'; at++)
			wrong += *at != '\n' && *at != '\t' &&
			    ((unsigned char)*at < 0x20 || *at == 0x7f);
		ck_assert_int_eq(wrong, 0);
	}
}
END_TEST

/* The worst that each form can make of a block. */
START_TEST(the_largest_block_fits)
{
	static char bytes[65536];
	static const char *const worst = "\n\033\xff" "0";
	struct block block = block_of(bytes, sizeof(bytes));

	block.offset = UINT64_MAX - sizeof(bytes);
	for (int i = 0; worst[i] != '\0'; i++)
		for (int form = BLOCK_TEXT; form <= BLOCK_HEX; form++) {
			memset(bytes, worst[i], sizeof(bytes));
			formatted(&block, (enum block_form)form, 1);
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("block");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_header_tells_who_when_how_much_and_where);
	tcase_add_loop_test(core, text_is_shown_by_lines_and_safe, 0,
	    (int)SUITE_COUNT(text_rows));
	tcase_add_test(core, a_nul_is_shown_in_text_too);
	tcase_add_test(core,
	    bytes_are_shown_with_their_offset_in_the_direction);
	tcase_add_test(core, an_offset_beyond_eight_digits_has_more_of_them);
	tcase_add_loop_test(core, binary_is_told_from_text, 0,
	    (int)SUITE_COUNT(is_text_rows));
	tcase_add_test(core, without_being_told_binary_is_shown_as_bytes);
	tcase_add_test(core, colours_enclose_the_whole_block);
	tcase_add_loop_test(core, numbers_have_their_thousands_apart, 0,
	    (int)SUITE_COUNT(count_rows));
	tcase_add_test(hostile,
	    no_bytes_at_all_make_a_line_that_is_not_ours);
	tcase_add_test(hostile, the_largest_block_fits);
	return (suite_run(suite));
}
