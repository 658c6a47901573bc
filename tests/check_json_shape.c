/* check_json_shape.c - what a line of JSON looks like, told without reading it.
 * The rule: no line can make jansson recurse deeper than was counted, and a
 * refusal has the id of its request, or none, never another's.
 * See also: proto/json_shape.h, tests/check_message.c */
#include "proto/json_shape.h"

#include "suite.h"

/* A copy of its own size: a sanitizer, or valgrind, sees a byte too far. */
static char *
copy_of(const char *text, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	return (copy);
}

static size_t
depth_of(const char *text)
{
	size_t len = strlen(text);
	char *copy = copy_of(text, len);
	size_t depth = json_shape_depth(copy, len);

	free(copy);
	return (depth);
}

/* The id's text; "" if there is none. */
static const char *
id_of_bytes(const char *text, size_t len)
{
	static char told[128];
	char *copy = copy_of(text, len);
	const char *id = NULL;
	size_t id_len = json_shape_id(copy, len, &id);

	ck_assert_uint_lt(id_len, sizeof(told));
	snprintf(told, sizeof(told), "%.*s", (int)id_len,
	    id_len > 0 ? id : "");
	free(copy);
	return (told);
}

static const char *
id_of(const char *text)
{
	return (id_of_bytes(text, strlen(text)));
}

struct depth_row {
	const char	*text;
	size_t		 depth;
};

static void
assert_depths(const struct depth_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(depth_of(rows[i].text) == rows[i].depth,
		    "%s: %zu", rows[i].text, depth_of(rows[i].text));
}

START_TEST(the_most_brackets_that_are_open_are_the_depth)
{
	static const struct depth_row rows[] = {
		{ "", 0 }, { "7", 0 }, { "{}", 1 }, { "[]", 1 },
		{ "[[],[],[[]],[]]", 3 }, { "{\"a\":[{\"b\":{}}]}", 4 },
		{ "[{}]", 2 },
	};

	assert_depths(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(brackets_in_strings_do_not_count)
{
	static const struct depth_row rows[] = {
		{ "\"[[[[\"", 0 }, { "[\"]\",[]]", 2 }, { "[\"\\\"[[\"]", 1 },
		{ "[\"\\\\\",[]]", 2 }, { "{\"{\":\"}\",\"a\":{}}", 2 },
		{ "[\"a\"[\"b\"", 2 },
	};

	assert_depths(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(what_is_not_json_has_a_depth_all_the_same)
{
	static const struct depth_row rows[] = {
		{ "[[[", 3 }, { "]]]", 0 }, { "]]][[", 2 }, { "[}[", 1 },
		{ "\"", 0 }, { "\"\\", 0 }, { "[\"", 1 }, { "[\"[", 1 },
	};

	assert_depths(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(the_id_is_found_wherever_it_stands)
{
	ck_assert_str_eq(id_of("{\"id\":7}"), "7");
	ck_assert_str_eq(id_of("{\"a\":1,\"id\":\"x,}\\\"\",\"b\":2}"),
	    "\"x,}\\\"\"");
	ck_assert_str_eq(id_of(" {\t\"a\" : [1,{\"id\":8}] ,\r\"id\"\n: 7 } "),
	    " 7 ");
	ck_assert_str_eq(id_of("{\"a\":\"\\\\\",\"id\":[{},2],\"b\":{}}"),
	    "[{},2]");
}
END_TEST

START_TEST(the_id_is_known_by_every_spelling_of_its_name)
{
	static const char *const names[] = { "id", "\\u0069d", "i\\u0064",
	    "\\u0069\\u0064" };
	char line[64];

	for (size_t i = 0; i < SUITE_COUNT(names); i++) {
		snprintf(line, sizeof(line), "{\"%s\":7}", names[i]);
		ck_assert_str_eq(id_of(line), "7");
		for (size_t k = 0; k < SUITE_COUNT(names); k++) {
			snprintf(line, sizeof(line), "{\"%s\":7,\"%s\":8}",
			    names[i], names[k]);
			ck_assert_str_eq(id_of(line), "");
		}
	}
}
END_TEST

START_TEST(only_the_top_object_has_the_id)
{
	static const char *const texts[] = { "{}", "[]", "[{\"id\":7}]",
	    "{\"a\":{\"id\":7}}", "{\"ID\":7}", "{\"i\":7}", "{\"idd\":7}",
	    "{\" id\":7}", "{\"a\":\"id\"}", "\"{\\\"id\\\":7}\"", "7", "" };

	for (size_t i = 0; i < SUITE_COUNT(texts); i++)
		ck_assert_str_eq(id_of(texts[i]), "");
}
END_TEST

START_TEST(what_has_not_the_shape_of_one_object_has_no_id)
{
	static const char *const texts[] = { "{\"id\":7", "{\"id\":7,",
	    "{\"id\":7,}", "{,\"id\":7}", "{\"id\":7}}", "{\"id\":7}{}",
	    "{\"id\":7} x", "{\"id\"}", "{\"id\":}", "{\"id\" 7}", "{id:7}",
	    "{\"id", "{\"id\\", "{\"id\":\"7", "{\"id\":\"\\\"}", "{\"id\":[7}",
	    "{\"id\":7,a:8}", "{\"id\":7,a\":8}", "{\"id\":7,\"a\"",
	    "{\"id\":7,\"a\":[[}", "{", "x{\"id\":7}", "\"id\":7" };

	for (size_t i = 0; i < SUITE_COUNT(texts); i++)
		ck_assert_msg(strcmp(id_of(texts[i]), "") == 0, "%s: %s",
		    texts[i], id_of(texts[i]));
	ck_assert_str_eq(id_of_bytes("{\"id\":7}\0", 9), "");
}
END_TEST

START_TEST(bytes_behind_the_text_are_not_looked_at)
{
	const char *id;

	ck_assert_uint_eq(json_shape_depth("[[[[", 2), 2);
	ck_assert_uint_eq(json_shape_id("{\"id\":7}", 7, &id), 0);
	ck_assert_uint_eq(json_shape_id("{\"id\":7]", 8, &id), 0);
	ck_assert_uint_eq(json_shape_id("{\"id\":7} x", 8, &id), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_shape");
	TCase *core = suite_case(suite, "core");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, the_most_brackets_that_are_open_are_the_depth);
	tcase_add_test(core, brackets_in_strings_do_not_count);
	tcase_add_test(core, the_id_is_found_wherever_it_stands);
	tcase_add_test(core, the_id_is_known_by_every_spelling_of_its_name);
	tcase_add_test(core, only_the_top_object_has_the_id);
	tcase_add_test(hostile, what_is_not_json_has_a_depth_all_the_same);
	tcase_add_test(hostile,
	    what_has_not_the_shape_of_one_object_has_no_id);
	tcase_add_test(hostile, bytes_behind_the_text_are_not_looked_at);
	return (suite_run(suite));
}
