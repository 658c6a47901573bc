/* check_message.c - the fil protocol's lines, read and written.
 * The rule: whatever the line, its sender gets an answer with a stable code
 * and, where it could be read, the id that tells which request it is about.
 * A user would notice a client that waits for ever.
 * See also: proto/message.h, tests/check_json_shape.c,
 * tests/fuzz/fuzz_message.c */
#include "proto/message.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>

#include "suite.h"

#define SMALL_STACK	(256 * 1024)	/* a client thread's */
#define DATAGRAM_MAX	65536

#define BYTES(literal)	(literal), sizeof(literal) - 1

/* A message as its line, without the newline; "?" if it cannot be written. */
static const char *
line_of(struct message *message)
{
	static char line[4 * MESSAGE_LINE_MAX];
	ssize_t len = message_format(message, line, sizeof(line));

	message_fini(message);
	if (len == -1)
		return ("?");
	ck_assert_ptr_eq(memchr(line, '\n', (size_t)len), line + len - 1);
	line[len - 1] = '\0';
	return (line);
}

/* An id as a reply has it: 7, "x", null. */
static const char *
id_text(const struct message_id *id)
{
	static char text[8 * MESSAGE_ID_MAX];
	struct message reply;

	message_init_reply(&reply, id, MESSAGE_OK);
	snprintf(text, sizeof(text), "%s",
	    line_of(&reply) + strlen("{\"id\":"));
	*strstr(text, ",\"status\"") = '\0';
	return (text);
}

/* What a line is read as: "ok 7", "bad-request null". */
static const char *
parsed_as(const char *bytes, size_t len)
{
	static char told[9 * MESSAGE_ID_MAX];
	struct message message;
	struct message_id id;
	enum message_code code = message_parse(bytes, len, &message, &id);

	ck_assert_int_eq(code == MESSAGE_OK, message.object != NULL);
	message_fini(&message);
	snprintf(told, sizeof(told), "%s %s", message_code_name(code),
	    id_text(&id));
	return (told);
}

struct row {
	const char	*line, *told;
};

static void
assert_parsed(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(strcmp(parsed_as(rows[i].line,
		    strlen(rows[i].line)), rows[i].told) == 0, "%s: %s",
		    rows[i].line,
		    parsed_as(rows[i].line, strlen(rows[i].line)));
}

/* A message that is well. */
static struct message
parsed(const char *line)
{
	struct message message;
	struct message_id id;

	ck_assert_int_eq(message_parse(line, strlen(line), &message, &id),
	    MESSAGE_OK);
	return (message);
}

/* --- reading -------------------------------------------------------------- */

START_TEST(a_request_is_read_with_its_id_and_members)
{
	struct message request = parsed("{\"id\":7,\"command\":\"MESSAGE\","
	    "\"text\":\"salut \\u00e0 \\\"tous\\\"\",\"n\":-3,\"f\":true}");
	const char *text;
	int64_t number;
	int flag;

	ck_assert_int_eq(message_get_text(&request, "command", &text),
	    MESSAGE_FOUND);
	ck_assert_str_eq(text, "MESSAGE");
	ck_assert_int_eq(message_get_text(&request, "text", &text),
	    MESSAGE_FOUND);
	ck_assert_str_eq(text, "salut \xc3\xa0 \"tous\"");
	ck_assert_int_eq(message_get_number(&request, "n", &number),
	    MESSAGE_FOUND);
	ck_assert_int_eq(number, -3);
	ck_assert_int_eq(message_get_flag(&request, "f", &flag),
	    MESSAGE_FOUND);
	ck_assert_int_eq(flag, 1);
	message_fini(&request);
}
END_TEST

START_TEST(a_missing_member_is_told_from_one_of_another_type)
{
	static const char *const names[] = { "text", "number", "real", "flag",
	    "null", "list", "object", "none" };
	static const char found[] = "tn-f----";	/* by which getter */
	struct message message = parsed("{\"text\":\"a\",\"number\":1,"
	    "\"real\":1.0,\"flag\":false,\"null\":null,\"list\":[],"
	    "\"object\":{}}");

	for (size_t i = 0; i < SUITE_COUNT(names); i++) {
		enum message_member other = strcmp(names[i], "none") == 0 ?
		    MESSAGE_MISSING : MESSAGE_WRONG_TYPE;
		const char *text = "as it was";
		int64_t number = 77;
		int flag = 77;

		ck_assert_int_eq(message_get_text(&message, names[i], &text),
		    found[i] == 't' ? MESSAGE_FOUND : other);
		ck_assert_int_eq(text != NULL, found[i] == 't');
		ck_assert_int_eq(message_get_number(&message, names[i],
		    &number), found[i] == 'n' ? MESSAGE_FOUND : other);
		ck_assert_int_eq(number, found[i] == 'n' ? 1 : 77);
		ck_assert_int_eq(message_get_flag(&message, names[i], &flag),
		    found[i] == 'f' ? MESSAGE_FOUND : other);
		ck_assert_int_eq(flag, found[i] == 'f' ? 0 : 77);
	}
	message_fini(&message);
}
END_TEST

START_TEST(lists_are_read_item_by_item_to_their_end)
{
	struct message reply = parsed("{\"commands\":[\"HELLO\",\"PING\",3],"
	    "\"users\":[{\"user\":\"pc3\"},\"x\",{\"user\":\"pc4\"}],\"n\":1}");
	struct message row;
	const char *text;

	ck_assert_int_eq(message_list_text(&reply, "commands", 1, &text),
	    MESSAGE_FOUND);
	ck_assert_str_eq(text, "PING");
	ck_assert_int_eq(message_list_text(&reply, "commands", 2, &text),
	    MESSAGE_WRONG_TYPE);
	ck_assert_int_eq(message_list_text(&reply, "commands", 3, &text),
	    MESSAGE_MISSING);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(message_list_row(&reply, "users", 2, &row),
	    MESSAGE_FOUND);
	ck_assert_int_eq(message_get_text(&row, "user", &text),
	    MESSAGE_FOUND);
	ck_assert_str_eq(text, "pc4");
	ck_assert_int_eq(message_list_row(&reply, "users", 1, &row),
	    MESSAGE_WRONG_TYPE);
	ck_assert_int_eq(message_list_row(&reply, "users", 3, &row),
	    MESSAGE_MISSING);
	ck_assert_int_eq(message_get_text(&row, "user", &text),
	    MESSAGE_MISSING);
	ck_assert_int_eq(message_list_text(&reply, "none", 0, &text),
	    MESSAGE_MISSING);
	ck_assert_int_eq(message_list_text(&reply, "n", 0, &text),
	    MESSAGE_WRONG_TYPE);
	message_fini(&reply);
}
END_TEST

START_TEST(an_id_is_an_integer_or_a_text_and_comes_back_as_it_was)
{
	static const struct row rows[] = {
		{ "{\"id\":7}", "ok 7" }, { "{\"id\":0}", "ok 0" },
		{ "{\"id\":-0}", "ok 0" },
		{ "{\"id\":9223372036854775807}", "ok 9223372036854775807" },
		{ "{\"id\":-9223372036854775808}",
		    "ok -9223372036854775808" },
		{ "{\"id\":\"\"}", "ok \"\"" },
		{ "{\"id\":\"7\"}", "ok \"7\"" },
		{ "{\"id\":\"a\\n\\\"\\u00e9\"}", "ok \"a\\n\\\"\xc3\xa9\"" },
		{ "{\"\\u0069d\":\"x\"}", "ok \"x\"" },
		{ "{\"command\":\"PING\",\"id\":8}", "ok 8" },
	};

	assert_parsed(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(no_id_and_null_are_no_id)
{
	static const struct row rows[] = {
		{ "{}", "ok null" }, { "{\"id\":null}", "ok null" },
		{ "{\"ID\":7,\"id \":7}", "ok null" },
		{ "{\"a\":{\"id\":7}}", "ok null" },
	};

	assert_parsed(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(an_id_of_64_bytes_is_taken_and_one_of_65_is_not)
{
	char line[128], told[128];
	char id[66] = "";

	memset(id, 'i', 64);
	snprintf(line, sizeof(line), "{\"id\":\"%s\"}", id);
	snprintf(told, sizeof(told), "ok \"%s\"", id);
	ck_assert_str_eq(parsed_as(line, strlen(line)), told);
	/* Bytes count, not characters. */
	memcpy(id + 62, "\xc3\xa9", 2);
	snprintf(line, sizeof(line), "{\"id\":\"%s\"}", id);
	snprintf(told, sizeof(told), "ok \"%s\"", id);
	ck_assert_str_eq(parsed_as(line, strlen(line)), told);
	memset(id, 'i', 65);
	snprintf(line, sizeof(line), "{\"id\":\"%s\"}", id);
	ck_assert_str_eq(parsed_as(line, strlen(line)), "bad-request null");
}
END_TEST

START_TEST(any_other_id_is_a_bad_request_without_one)
{
	static const struct row rows[] = {
		{ "{\"id\":true}", "bad-request null" },
		{ "{\"id\":false}", "bad-request null" },
		{ "{\"id\":1.5}", "bad-request null" },
		{ "{\"id\":1.0}", "bad-request null" },
		{ "{\"id\":1e2}", "bad-request null" },
		{ "{\"id\":[]}", "bad-request null" },
		{ "{\"id\":[7]}", "bad-request null" },
		{ "{\"id\":{}}", "bad-request null" },
		{ "{\"id\":12345678901234567890}", "bad-request null" },
		{ "{\"id\":1e999}", "bad-request null" },
		{ "{\"id\":\"a\\u0000\"}", "bad-request null" },
		{ "{\"id\":7,\"id\":7}", "bad-request null" },
		{ "{\"id\":7,\"\\u0069\\u0064\":8}", "bad-request null" },
	};

	assert_parsed(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(a_bad_request_has_its_id_wherever_it_stands)
{
	static const struct row rows[] = {
		{ "{\"id\":7,\"a\":1,\"a\":2}", "bad-request 7" },
		{ "{\"a\":1,\"a\":2,\"id\":\"x\"}", "bad-request \"x\"" },
		{ "{\"a\":{\"b\":1,\"b\":2},\"id\":7}", "bad-request 7" },
		{ "{\"text\":\"\\u0000\",\"id\":7}", "bad-request 7" },
		{ "{\"id\":7,\"\\u0000\":1}", "bad-request 7" },
		{ "{\"a\":1e999,\"id\":7}", "bad-request 7" },
		{ "{\"a\":12345678901234567890,\"id\":7}", "bad-request 7" },
		{ "{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],\"id\":7}",
		    "bad-request 7" },
		{ "{\"a\":[[[[[[[[[[[[[[[\"]\"]]]]]]]]]]]]]]],\"id\":7}",
		    "ok 7" },
		/* What is not JSON behind it: nobody knows what was meant. */
		{ "{\"id\":7,\"a\":1,\"a\":2", "bad-request null" },
		{ "{\"id\":7,\"a\":[[[[[[[[[[[[[[[[]}", "bad-request null" },
	};

	assert_parsed(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(json_that_is_no_object_is_a_bad_request)
{
	static const struct row rows[] = {
		{ "[]", "bad-request null" }, { "null", "bad-request null" },
		{ "[{\"id\":7}]", "bad-request null" },
		{ "7", "bad-request null" }, { "\"id\"", "bad-request null" },
		{ "true", "bad-request null" }, { " 1.5 ", "bad-request null" },
		{ "1e999", "bad-request null" },
		{ "\"\\u0000\"", "bad-request null" },
	};

	assert_parsed(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(what_is_not_json_is_bad_json_without_an_id)
{
	static const struct row rows[] = {
		{ "", "bad-json null" }, { " \t", "bad-json null" },
		{ "\r", "bad-json null" }, { "{", "bad-json null" },
		{ "LOGIN pc3", "bad-json null" },
		{ "{\"id\":7", "bad-json null" },
		{ "{\"id\":7}}", "bad-json null" },
		{ "{\"id\":7} {\"id\":8}", "bad-json null" },
		{ "{\"id\":7,}", "bad-json null" },
		{ "{\"id\":07}", "bad-json null" },
		{ "\xef\xbb\xbf{\"id\":7}", "bad-json null" },
		{ "{\"id\":7,\"a\":\"\xff\"}", "bad-json null" },
		{ "{\"id\":7,\"a\":\"\\ud800\"}", "bad-json null" },
		{ "{\"id\":7,\"a\":\"\t\"}", "bad-json null" },
	};

	assert_parsed(rows, SUITE_COUNT(rows));
	ck_assert_str_eq(parsed_as(BYTES("{\"id\":7}\0")), "bad-json null");
	ck_assert_str_eq(parsed_as(BYTES("{\"id\":7,\"a\":\"\0\"}")),
	    "bad-json null");
}
END_TEST

START_TEST(a_raw_nul_is_bad_json_wherever_it_stands)
{
	static const char line[] = "{\"id\":7,\"a\":[true,\"x\"]}";

	for (size_t i = 0; i < sizeof(line); i++) {
		char bytes[sizeof(line)];

		memcpy(bytes, line, i);
		bytes[i] = '\0';
		memcpy(bytes + i + 1, line + i, sizeof(line) - 1 - i);
		ck_assert_str_eq(parsed_as(bytes, sizeof(bytes)),
		    "bad-json null");
	}
	ck_assert_str_eq(parsed_as(BYTES("7\0")), "bad-json null");
	/* Too deep, too. */
	ck_assert_str_eq(parsed_as(BYTES("[[[[[[[[[[[[[[[[[\0")),
	    "bad-json null");
}
END_TEST

START_TEST(each_line_that_was_cut_is_bad_json)
{
	static const char line[] = "{\"id\":7,\"text\":\"\\u00e9\xc3\xa9\","
	    "\"list\":[{},-1.5e+3,null,true]}";

	ck_assert_str_eq(parsed_as(BYTES(line)), "ok 7");
	for (size_t len = 0; len < sizeof(line) - 1; len++)
		ck_assert_str_eq(parsed_as(line, len), "bad-json null");
}
END_TEST

START_TEST(of_several_faults_depth_is_told_first_then_the_first)
{
	static const struct row rows[] = {
		{ "{\"a\":x,\"b\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],\"id\":7}",
		    "bad-request 7" },
		{ "{\"a\":1,\"a\":x,\"id\":7}", "bad-request 7" },
		{ "{\"a\":x,\"b\":1,\"b\":1,\"id\":7}", "bad-json null" },
		{ "{\"a\":1e999,\"b\":\"\xff\",\"id\":7}", "bad-request 7" },
	};

	assert_parsed(rows, SUITE_COUNT(rows));
}
END_TEST

START_TEST(sixteen_levels_are_taken_and_the_seventeenth_is_not)
{
	char line[128];

	for (int depth = 2; depth <= 20; depth++) {
		int len = snprintf(line, sizeof(line), "{\"a\":");

		memset(line + len, '[', (size_t)depth - 1);
		memset(line + len + depth - 1, ']', (size_t)depth - 1);
		len += 2 * (depth - 1);
		snprintf(line + len, sizeof(line) - (size_t)len, ",\"id\":7}");
		ck_assert_str_eq(parsed_as(line, strlen(line)),
		    depth <= 16 ? "ok 7" : "bad-request 7");
	}
}
END_TEST

START_TEST(a_line_longer_than_allowed_is_read_all_the_same)
{
	size_t len = 4 * MESSAGE_LINE_MAX;
	char *line = malloc(len);

	memset(line, ' ', len);
	memcpy(line + len - 8, "{\"id\":7}", 8);
	ck_assert_str_eq(parsed_as(line, len), "ok 7");
	memset(line, '[', len);
	ck_assert_str_eq(parsed_as(line, len), "bad-request null");
	free(line);
}
END_TEST

static void *
parse_and_format_main(void *context)
{
	struct message message = parsed(context);

	ck_assert_str_eq(line_of(&message), context);
	return (NULL);
}

static void *
parse_brackets_main(void *bytes)
{
	ck_assert_str_eq(parsed_as(bytes, DATAGRAM_MAX), "bad-request null");
	return (NULL);
}

static void
run_on_small_stack(void *(*body)(void *), void *context)
{
	pthread_attr_t attr;
	pthread_t thread;

	ck_assert_int_eq(pthread_attr_init(&attr), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr, SMALL_STACK), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, body, context), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attr);
}

START_TEST(the_deepest_message_needs_no_more_stack_than_a_client_has)
{
	/* 1 object, 14 arrays, 1 object. */
	char line[] = "{\"a\":[[[[[[[[[[[[[[{}]]]]]]]]]]]]]],\"id\":7}";

	run_on_small_stack(parse_and_format_main, line);
}
END_TEST

START_TEST(a_datagram_of_brackets_needs_no_more_stack_than_a_client_has)
{
	static const char *const units[] = { "[", "{\"a\":", "{\"id\":[" };
	static char bytes[DATAGRAM_MAX];

	for (size_t i = 0; i < SUITE_COUNT(units); i++) {
		size_t unit = strlen(units[i]);

		memset(bytes, ' ', sizeof(bytes));
		for (size_t at = 0; at + unit <= sizeof(bytes); at += unit)
			memcpy(bytes + at, units[i], unit);
		run_on_small_stack(parse_brackets_main, bytes);
	}
}
END_TEST

/* --- writing -------------------------------------------------------------- */

START_TEST(a_reply_begins_with_id_and_status)
{
	struct message_id id = { .kind = MESSAGE_ID_NUMBER, .number = 7 };
	struct message reply;

	message_init_reply(&reply, &id, MESSAGE_OK);
	message_set_number(&reply, "seq", 42);
	ck_assert_str_eq(line_of(&reply),
	    "{\"id\":7,\"status\":\"ok\",\"seq\":42}");
	message_init_reply(&reply, NULL, MESSAGE_OK);
	ck_assert_str_eq(line_of(&reply), "{\"id\":null,\"status\":\"ok\"}");
	message_init_reply(&reply, &id, MESSAGE_NOT_LOGGED_IN);
	ck_assert_str_eq(line_of(&reply), "{\"id\":7,\"status\":\"error\","
	    "\"code\":\"not-logged-in\",\"text\":\"LOGIN first\"}");
}
END_TEST

START_TEST(a_request_says_its_id_only_if_it_has_one)
{
	struct message_id id = { .kind = MESSAGE_ID_TEXT, .text = "x" };
	struct message request;

	message_init_request(&request, &id, "PING");
	ck_assert_str_eq(line_of(&request),
	    "{\"id\":\"x\",\"command\":\"PING\"}");
	id.kind = MESSAGE_ID_NONE;
	message_init_request(&request, &id, "PING");
	ck_assert_str_eq(line_of(&request), "{\"command\":\"PING\"}");
	message_init_request(&request, NULL, "PING");
	ck_assert_str_eq(line_of(&request), "{\"command\":\"PING\"}");
}
END_TEST

START_TEST(an_event_has_its_members_in_the_order_they_were_set)
{
	struct message event;

	message_init_event(&event, "message");
	message_set_text(&event, "from", "pc3");
	message_set_text(&event, "text", "salut");
	message_set_number(&event, "seq", INT64_MIN);
	message_set_flag(&event, "private", 1);
	message_set_flag(&event, "late", 0);
	message_set_text(&event, "from", "pc4");	/* again: its place */
	ck_assert_str_eq(line_of(&event), "{\"event\":\"message\","
	    "\"from\":\"pc4\",\"text\":\"salut\",\"seq\":-9223372036854775808,"
	    "\"private\":true,\"late\":false}");
}
END_TEST

START_TEST(lists_are_of_texts_and_of_rows)
{
	struct message reply, row;

	message_init_reply(&reply, NULL, MESSAGE_OK);
	message_append_text(&reply, "commands", "HELLO");
	message_append_text(&reply, "commands", "PING");
	for (int i = 3; i <= 4; i++) {
		message_init_row(&row);
		message_set_text(&row, "user", i == 3 ? "pc3" : "pc4");
		message_append_row(&reply, "users", &row);
		ck_assert_ptr_null(row.object);
		message_fini(&row);
	}
	ck_assert_str_eq(line_of(&reply), "{\"id\":null,\"status\":\"ok\","
	    "\"commands\":[\"HELLO\",\"PING\"],"
	    "\"users\":[{\"user\":\"pc3\"},{\"user\":\"pc4\"}]}");
}
END_TEST

START_TEST(utf8_stays_and_controls_are_escaped)
{
	struct message event;

	message_init_event(&event, "message");
	message_set_text(&event, "text", "re\xc3\xa7u \xf0\x9f\x98\x80 / \"\\"
	    "\t\n\r\x01\x1f\x7f\xc2\x85\xe2\x80\xa8");
	ck_assert_str_eq(line_of(&event), "{\"event\":\"message\",\"text\":"
	    "\"re\xc3\xa7u \xf0\x9f\x98\x80 / \\\"\\\\\\t\\n\\r\\u0001\\u001F"
	    "\x7f\xc2\x85\xe2\x80\xa8\"}");
}
END_TEST

START_TEST(what_was_written_is_read_again)
{
	static const char *const texts[] = { "", "\"\\/\b\f\n\r\t", "\x01\x7f",
	    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\\u0041", "}]," };

	for (size_t i = 0; i < SUITE_COUNT(texts); i++) {
		struct message message;
		const char *text;

		message_init_event(&message, "message");
		message_set_text(&message, "text", texts[i]);
		message = parsed(line_of(&message));
		ck_assert_int_eq(message_get_text(&message, "text", &text),
		    MESSAGE_FOUND);
		ck_assert_str_eq(text, texts[i]);
		message_fini(&message);
	}
}
END_TEST

START_TEST(a_line_fits_exactly_or_not_at_all)
{
	static const char expected[] = "{\"command\":\"PING\"}\n";
	char line[64];
	struct message request;
	size_t len = strlen(expected);

	message_init_request(&request, NULL, "PING");
	for (size_t size = 0; size < sizeof(line); size++) {
		memset(line, 'x', sizeof(line));
		ck_assert_int_eq(message_format(&request, line, size),
		    size < len ? -1 : (ssize_t)len);
		if (size >= len)
			ck_assert_mem_eq(line, expected, len);
		ck_assert_int_eq(line[size], 'x');
	}
	message_fini(&request);
}
END_TEST

START_TEST(the_longest_event_fits_whatever_must_be_escaped)
{
	char text[MESSAGE_TEXT_MAX + 1], name[64 + 1];
	char line[MESSAGE_EVENT_MAX];
	struct message event;

	for (const char *c = "\"\\\t"; *c != '\0'; c++) {
		memset(text, *c, MESSAGE_TEXT_MAX);
		memset(name, *c, 64);
		text[MESSAGE_TEXT_MAX] = name[64] = '\0';
		ck_assert_int_eq(message_text_check(text, strlen(text)),
		    MESSAGE_OK);
		message_init_event(&event, "message");
		message_set_text(&event, "from", name);
		message_set_text(&event, "to", name);
		message_set_text(&event, "text", text);
		message_set_text(&event, "via", "tls");
		message_set_text(&event, "time", "2026-11-21T18:00:00.123Z");
		message_set_number(&event, "seq", INT64_MAX);
		ck_assert_int_gt(message_format(&event, line, sizeof(line)),
		    MESSAGE_LINE_MAX);
		message_fini(&event);
	}
}
END_TEST

START_TEST(an_error_is_short_whatever_the_id)
{
	struct message_id id = { .kind = MESSAGE_ID_TEXT };
	char line[512];
	struct message reply;

	for (int code = MESSAGE_OK; code < MESSAGE_CODES; code++) {
		memset(id.text, '"', MESSAGE_ID_MAX);
		message_init_reply(&reply, &id, (enum message_code)code);
		ck_assert_int_ne(message_format(&reply, line, sizeof(line)),
		    -1);
		message_fini(&reply);
	}
}
END_TEST

START_TEST(what_cannot_be_set_is_told_when_it_is_written)
{
	struct message message, row;

	message_init_event(&message, "message");
	message_set_text(&message, "text", "\xff");
	message_set_text(&message, "from", "pc3");
	ck_assert_str_eq(line_of(&message), "?");
	message_init_event(&message, "message");
	message_append_text(&message, "list", "\xed\xa0\x80");
	ck_assert_str_eq(line_of(&message), "?");
	message_init_event(&message, "message");
	message_init_row(&row);
	message_set_text(&row, "user", "\xc3");
	message_append_row(&message, "users", &row);
	ck_assert_str_eq(line_of(&message), "?");
	message_init_event(&message, "message");
	message_append_text(&message, "event", "not a list");
	ck_assert_str_eq(line_of(&message), "?");
}
END_TEST

START_TEST(a_zeroed_message_is_empty_and_can_be_freed)
{
	struct message message = { NULL, 0 };
	const char *text;

	ck_assert_int_eq(message_get_text(&message, "command", &text),
	    MESSAGE_MISSING);
	message_fini(&message);
	message_fini(&message);
	ck_assert_str_eq(line_of(&message), "?");
}
END_TEST

START_TEST(each_code_has_a_name_and_a_text_of_its_own)
{
	for (int i = 0; i < MESSAGE_CODES; i++) {
		const char *name = message_code_name((enum message_code)i);
		const char *text = message_code_text((enum message_code)i);

		ck_assert_ptr_nonnull(name);
		ck_assert_ptr_nonnull(text);
		ck_assert_uint_gt(strlen(name), 1);
		ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz-"),
		    strlen(name));
		ck_assert_uint_gt(strlen(text), 1);
		for (int k = 0; k < i; k++) {
			ck_assert_str_ne(name,
			    message_code_name((enum message_code)k));
			ck_assert_str_ne(text,
			    message_code_text((enum message_code)k));
		}
	}
}
END_TEST

START_TEST(texts_of_limits_tell_the_limits)
{
	char number[16];

	snprintf(number, sizeof(number), " %d ", MESSAGE_LINE_MAX);
	ck_assert_ptr_nonnull(strstr(message_code_text(MESSAGE_LINE_TOO_LONG),
	    number));
	snprintf(number, sizeof(number), " %d ", MESSAGE_TEXT_MAX);
	ck_assert_ptr_nonnull(strstr(message_code_text(MESSAGE_TEXT_TOO_LONG),
	    number));
}
END_TEST

/* --- with little memory --------------------------------------------------- */

static size_t taken, taken_most;

static void *
count_malloc(size_t size)
{
	size_t *block = malloc(size + sizeof(*block));

	ck_assert_ptr_nonnull(block);
	*block = size;
	taken += size;
	if (taken > taken_most)
		taken_most = taken;
	return (block + 1);
}

static void
count_free(void *pointer)
{
	if (pointer == NULL)
		return;
	taken -= ((size_t *)pointer)[-1];
	free((size_t *)pointer - 1);
}

START_TEST(a_line_takes_no_more_memory_than_is_said_and_gives_it_back)
{
	static const char *const units[] = { "{},", "[],", "\"\",", "1,",
	    "1.5,", "{\"\":{}},", "[[[[[[[[[[[[[]]]]]]]]]]]]],", "a" };

	json_set_alloc_funcs(count_malloc, count_free);
	for (size_t i = 0; i < SUITE_COUNT(units); i++) {
		char line[MESSAGE_LINE_MAX];
		size_t len = 6, unit = strlen(units[i]);

		memcpy(line, *units[i] == 'a' ? "{\"a\":\"" : "{\"a\":[", len);
		for (len = 6; len + unit + 2 <= sizeof(line); len += unit)
			memcpy(line + len, units[i], unit);
		memcpy(line + len - 1, *units[i] == 'a' ? "\"}" : "]}", 2);
		taken_most = 0;
		ck_assert_str_eq(parsed_as(line, len + 1), "ok null");
		ck_assert_uint_gt(taken_most, len);
		ck_assert_uint_lt(taken_most, 1024 * 1024);
		ck_assert_uint_eq(taken, 0);
	}
}
END_TEST

static const char memory_line[] = "{\"event\":\"message\",\"text\":"
    "\"une phrase assez longue pour plusieurs tampons\",\"seq\":1234567,"
    "\"real\":1234567.25,\"flag\":true,"
    "\"list\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"],"
    "\"a\":1,\"b\":2,\"c\":3,\"users\":[{\"user\":\"pc3\"}]}\n";

static size_t blocks;		/* that were not given back */
static long given;		/* how many more are given */
static int refused;		/* how many were not */
static int for_good;		/* after one that is refused all are */

static void *
scarce_malloc(size_t size)
{
	if (given-- <= 0 && (refused == 0 || for_good)) {
		refused++;
		errno = ENOMEM;		/* as malloc says */
		return (NULL);
	}
	blocks++;
	return (malloc(size));
}

static void
scarce_free(void *pointer)
{
	blocks -= pointer != NULL;
	free(pointer);
}

/* memory_line, member by member, but for the real. */
static ssize_t
build_memory_line(char *line, size_t size)
{
	struct message event, row;
	ssize_t len;

	message_init_event(&event, "message");
	message_set_text(&event, "text",
	    "une phrase assez longue pour plusieurs tampons");
	message_set_number(&event, "seq", 1234567);
	message_set_flag(&event, "flag", 1);
	for (int i = 0; i < 9; i++)
		message_append_text(&event, "list", "a");
	message_set_number(&event, "a", 1);
	message_set_number(&event, "b", 2);
	message_set_number(&event, "c", 3);
	message_init_row(&row);
	message_set_text(&row, "user", "pc3");
	message_append_row(&event, "users", &row);
	len = message_format(&event, line, size);
	message_fini(&event);
	return (len);
}

START_TEST(without_memory_a_line_is_not_written_rather_than_wrong)
{
	char expected[512], line[512];
	size_t expected_len = (size_t)build_memory_line(expected,
	    sizeof(expected));
	long n = 0;
	ssize_t len;

	json_set_alloc_funcs(scarce_malloc, scarce_free);
	for_good = _i;
	do {
		given = n++;
		refused = 0;
		len = build_memory_line(line, sizeof(line));
		ck_assert_uint_eq(blocks, 0);
		ck_assert_int_eq(len == -1, refused > 0);
	} while (len == -1);
	ck_assert_int_gt(n, 20);
	ck_assert_int_eq(len, expected_len);
	ck_assert_mem_eq(line, expected, expected_len);
}
END_TEST

/* Read a line again and again, each time with memory for one thing more, until
 * there is enough. */
static enum message_code
parse_when_there_is_memory(const char *line, struct message *message)
{
	struct message_id id;
	enum message_code code;
	long n = 0;

	json_set_alloc_funcs(scarce_malloc, scarce_free);
	for (;;) {
		given = n++;
		refused = 0;
		code = message_parse(line, strlen(line), message, &id);
		if (refused == 0)
			break;
		ck_assert_int_eq(code, MESSAGE_SERVER_ERROR);
		ck_assert_int_eq(id.kind, MESSAGE_ID_NONE);
		ck_assert_uint_eq(blocks, 0);
	}
	ck_assert_int_gt(n, 10);
	given = 1000;
	return (code);
}

/* jansson loses a letter here, and goes on.  A number clears errno: memory_line
 * has one behind its longest text. */
START_TEST(without_memory_a_line_is_not_read_rather_than_wrong)
{
	struct message message;
	char line[512];

	for_good = _i;
	ck_assert_int_eq(parse_when_there_is_memory(memory_line, &message),
	    MESSAGE_OK);
	ck_assert_int_eq(message_format(&message, line, sizeof(line)),
	    strlen(memory_line));
	ck_assert_mem_eq(line, memory_line, strlen(memory_line));
	message_fini(&message);
	ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(without_memory_nobody_is_told_that_his_request_is_bad)
{
	struct message message;

	for_good = _i;
	ck_assert_int_eq(parse_when_there_is_memory("{\"b\":[1,\"c\"],"
	    "\"a\":1,\"a\":2,\"id\":12345678901234567}", &message),
	    MESSAGE_BAD_REQUEST);
	ck_assert_uint_eq(blocks, 0);
}
END_TEST

/* --- texts ---------------------------------------------------------------- */

START_TEST(a_text_has_at_most_4096_bytes)
{
	char text[MESSAGE_TEXT_MAX + 1];

	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(message_text_check(text, 4096), MESSAGE_OK);
	ck_assert_int_eq(message_text_check(text, 4097),
	    MESSAGE_TEXT_TOO_LONG);
	/* The length comes first, then what it says. */
	memset(text, '\n', sizeof(text));
	ck_assert_int_eq(message_text_check(text, 4096), MESSAGE_BAD_TEXT);
	ck_assert_int_eq(message_text_check(text, 4097),
	    MESSAGE_TEXT_TOO_LONG);
	ck_assert_int_eq(message_text_check(text, 0), MESSAGE_BAD_TEXT);
}
END_TEST

START_TEST(a_text_has_no_control_characters_but_tab)
{
	for (uint32_t code = 0; code < 0x800; code++) {
		int control = (code < 0x20 && code != '\t') ||
		    (code >= 0x7f && code <= 0x9f);
		char text[8] = "a";
		size_t len = 1;

		if (code >= 0x80)
			text[len++] = (char)(0xc0 | code >> 6);
		text[len++] = (char)(code >= 0x80 ? 0x80 | (code & 0x3f) :
		    code);
		text[len++] = 'b';
		ck_assert_msg(message_text_check(text, len) ==
		    (control ? MESSAGE_BAD_TEXT : MESSAGE_OK), "U+%04x",
		    (unsigned)code);
	}
}
END_TEST

START_TEST(a_text_is_utf8)
{
	static const struct {
		const char		*text;
		enum message_code	 code;
	} rows[] = {
		{ "salut", MESSAGE_OK }, { " ", MESSAGE_OK },
		{ "\t", MESSAGE_OK }, { "\xc3\xa9", MESSAGE_OK },
		{ "\xe2\x80\xae", MESSAGE_OK },	/* the reader makes it safe */
		{ "\xf4\x8f\xbf\xbf", MESSAGE_OK },
		{ "\xff", MESSAGE_BAD_TEXT }, { "a\xc3", MESSAGE_BAD_TEXT },
		{ "\xa9", MESSAGE_BAD_TEXT }, { "\xc0\xaf", MESSAGE_BAD_TEXT },
		{ "\xed\xa0\x80", MESSAGE_BAD_TEXT },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++)
		ck_assert_int_eq(message_text_check(rows[i].text,
		    strlen(rows[i].text)), rows[i].code);
}
END_TEST

static void
add_reading(Suite *suite)
{
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_request_is_read_with_its_id_and_members);
	tcase_add_test(core,
	    a_missing_member_is_told_from_one_of_another_type);
	tcase_add_test(core, lists_are_read_item_by_item_to_their_end);
	tcase_add_test(core,
	    an_id_is_an_integer_or_a_text_and_comes_back_as_it_was);
	tcase_add_test(core, no_id_and_null_are_no_id);
	tcase_add_test(limits,
	    an_id_of_64_bytes_is_taken_and_one_of_65_is_not);
	tcase_add_test(limits,
	    a_line_longer_than_allowed_is_read_all_the_same);
	tcase_add_test(limits,
	    sixteen_levels_are_taken_and_the_seventeenth_is_not);
	tcase_add_test(limits,
	    the_deepest_message_needs_no_more_stack_than_a_client_has);
	tcase_add_test(limits,
	    a_datagram_of_brackets_needs_no_more_stack_than_a_client_has);
	tcase_add_test(hostile, any_other_id_is_a_bad_request_without_one);
	tcase_add_test(hostile, a_bad_request_has_its_id_wherever_it_stands);
	tcase_add_test(hostile, json_that_is_no_object_is_a_bad_request);
	tcase_add_test(hostile, what_is_not_json_is_bad_json_without_an_id);
	tcase_add_test(hostile, a_raw_nul_is_bad_json_wherever_it_stands);
	tcase_add_test(hostile, each_line_that_was_cut_is_bad_json);
	tcase_add_test(hostile,
	    of_several_faults_depth_is_told_first_then_the_first);
}

static void
add_writing(Suite *suite)
{
	TCase *writing = suite_case(suite, "writing");

	tcase_add_test(writing, a_reply_begins_with_id_and_status);
	tcase_add_test(writing, a_request_says_its_id_only_if_it_has_one);
	tcase_add_test(writing,
	    an_event_has_its_members_in_the_order_they_were_set);
	tcase_add_test(writing, lists_are_of_texts_and_of_rows);
	tcase_add_test(writing, utf8_stays_and_controls_are_escaped);
	tcase_add_test(writing, what_was_written_is_read_again);
	tcase_add_test(writing, a_line_fits_exactly_or_not_at_all);
	tcase_add_test(writing,
	    the_longest_event_fits_whatever_must_be_escaped);
	tcase_add_test(writing, an_error_is_short_whatever_the_id);
	tcase_add_test(writing,
	    what_cannot_be_set_is_told_when_it_is_written);
	tcase_add_test(writing, a_zeroed_message_is_empty_and_can_be_freed);
}

int
main(void)
{
	Suite *suite = suite_create("message");
	TCase *memory, *texts;

	add_reading(suite);
	add_writing(suite);
	memory = suite_case(suite, "memory");
	tcase_add_test(memory,
	    a_line_takes_no_more_memory_than_is_said_and_gives_it_back);
	tcase_add_loop_test(memory,
	    without_memory_a_line_is_not_written_rather_than_wrong, 0, 2);
	tcase_add_loop_test(memory,
	    without_memory_a_line_is_not_read_rather_than_wrong, 0, 2);
	tcase_add_loop_test(memory,
	    without_memory_nobody_is_told_that_his_request_is_bad, 0, 2);
	texts = suite_case(suite, "texts");
	tcase_add_test(texts, each_code_has_a_name_and_a_text_of_its_own);
	tcase_add_test(texts, texts_of_limits_tell_the_limits);
	tcase_add_test(texts, a_text_has_at_most_4096_bytes);
	tcase_add_test(texts, a_text_has_no_control_characters_but_tab);
	tcase_add_test(texts, a_text_is_utf8);
	return (suite_run(suite));
}
