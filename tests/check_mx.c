/* check_mx.c - answers of DNS servers, also of those that lie.
 * See also: proto/mx.h, tests/fuzz/fuzz_mx.c, tests/system/smtp_dns.py */
#include "proto/mx.h"

#include "suite.h"

#define TYPE_A		1
#define TYPE_CNAME	5
#define TYPE_MX		15
#define TYPE_AAAA	28
#define NXDOMAIN	3
#define SERVFAIL	2
#define TRUNCATED	0x0200

/* A message under construction; nothing in it is compressed. */
struct message {
	uint8_t		 bytes[8192];
	size_t		 len;
};

static void
put16(struct message *message, unsigned number)
{
	message->bytes[message->len++] = (uint8_t)(number >> 8);
	message->bytes[message->len++] = (uint8_t)number;
}

static void
put_name(struct message *message, const char *name)
{
	while (*name != '\0' && strcmp(name, ".") != 0) {
		size_t len = strcspn(name, ".");

		message->bytes[message->len++] = (uint8_t)len;
		memcpy(message->bytes + message->len, name, len);
		message->len += len;
		name += len + (name[len] == '.');
	}
	message->bytes[message->len++] = 0;
}

/* An answer to a question for a type, with flags and a code of its own. */
static void
begin(struct message *message, const char *name, unsigned type, unsigned flags)
{
	message->len = 0;
	put16(message, 4711);
	put16(message, 0x8180 | flags);
	put16(message, 1);
	put16(message, 0);
	put16(message, 0);
	put16(message, 0);
	put_name(message, name);
	put16(message, type);
	put16(message, 1);
}

/* A record whose data the caller puts behind it, and then ends. */
static size_t
record(struct message *message, const char *owner, unsigned type)
{
	message->bytes[7]++;
	put_name(message, owner);
	put16(message, type);
	put16(message, 1);
	put16(message, 0);
	put16(message, 60);
	put16(message, 0);
	return (message->len);
}

static void
end(struct message *message, size_t from)
{
	size_t len = message->len - from;

	message->bytes[from - 2] = (uint8_t)(len >> 8);
	message->bytes[from - 1] = (uint8_t)len;
}

static void
put_mx(struct message *message, const char *owner, unsigned preference,
    const char *exchanger)
{
	size_t from = record(message, owner, TYPE_MX);

	put16(message, preference);
	put_name(message, exchanger);
	end(message, from);
}

static void
put_alias(struct message *message, const char *owner, const char *target)
{
	size_t from = record(message, owner, TYPE_CNAME);

	put_name(message, target);
	end(message, from);
}

static void
put_bytes(struct message *message, const char *owner, unsigned type, size_t n)
{
	size_t from = record(message, owner, type);

	for (size_t i = 0; i < n; i++)
		message->bytes[message->len++] = (uint8_t)(i + 1);
	end(message, from);
}

static struct mx_answer *
asked_for(const char *name)
{
	static struct mx_answer answer;

	snprintf(answer.name, sizeof(answer.name), "%s", name);
	return (&answer);
}

static enum mx_verdict
parse(const struct message *message, enum mx_type type,
    struct mx_answer *answer)
{
	return (mx_parse(message->bytes, message->len, type, answer));
}

START_TEST(exchangers_come_by_preference_and_equal_ones_as_they_came)
{
	static const char *const order[] = { "a.x", "b.x", "c.x", "d.x" };
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;

	begin(&message, "iiia.net", TYPE_MX, 0);
	put_mx(&message, "iiia.net", 20, "b.x");
	put_mx(&message, "iiia.net", 65535, "d.x");
	put_mx(&message, "IIIA.net", 5, "a.x");
	put_mx(&message, "iiia.net", 20, "c.x");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_FOUND);
	ck_assert_uint_eq(answer->len, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(answer->rows[i].name, order[i]);
	ck_assert_int_eq(answer->rows[0].preference, 5);
	ck_assert_int_eq(answer->rows[3].preference, 65535);
	ck_assert(!mx_is_null(answer));
}
END_TEST

START_TEST(what_belongs_to_another_name_or_type_is_left_out)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;

	begin(&message, "iiia.net", TYPE_MX, 0);
	put_mx(&message, "evil.net", 1, "evil.x");
	put_mx(&message, "net", 1, "evil.x");
	put_mx(&message, "x.iiia.net", 1, "evil.x");
	put_bytes(&message, "iiia.net", TYPE_A, 4);
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_NONE);
	put_mx(&message, "iiia.net", 7, "a.x");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_FOUND);
	ck_assert_uint_eq(answer->len, 1);
}
END_TEST

START_TEST(null_mx_is_one_record_of_the_root)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;

	begin(&message, "iiia.net", TYPE_MX, 0);
	put_mx(&message, "iiia.net", 0, ".");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_FOUND);
	ck_assert(mx_is_null(answer));
	put_mx(&message, "iiia.net", 5, ".");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_FOUND);
	ck_assert(mx_is_null(answer));
	put_mx(&message, "iiia.net", 10, "a.x");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_FOUND);
	ck_assert(!mx_is_null(answer));
	answer->len = 0;
	ck_assert(!mx_is_null(answer));
}
END_TEST

START_TEST(aliases_are_followed_in_any_order_and_beyond_the_answer)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;

	begin(&message, "iiia.net", TYPE_MX, 0);
	put_mx(&message, "c.net", 10, "mail.c.net");
	put_alias(&message, "b.net", "c.net");
	put_alias(&message, "iiia.net", "b.net");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_FOUND);
	ck_assert_int_eq(answer->aliases, 2);
	ck_assert_str_eq(answer->name, "c.net");
	ck_assert_str_eq(answer->rows[0].name, "mail.c.net");

	answer = asked_for("iiia.net.");
	begin(&message, "iiia.net", TYPE_MX, 0);
	put_alias(&message, "iiia.net", "b.net");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_ELSEWHERE);
	ck_assert_str_eq(answer->name, "b.net");
}
END_TEST

START_TEST(aliases_in_a_circle_end)
{
	struct mx_answer *answer = asked_for("a.net");
	struct message message;

	begin(&message, "a.net", TYPE_MX, 0);
	put_alias(&message, "a.net", "b.net");
	put_alias(&message, "b.net", "a.net");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_LOOP);
	answer = asked_for("a.net");
	begin(&message, "a.net", TYPE_MX, 0);
	put_alias(&message, "a.net", "a.net");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_LOOP);
}
END_TEST

START_TEST(addresses_are_read_if_they_have_their_length)
{
	struct mx_answer *answer = asked_for("a.x");
	struct message message;

	begin(&message, "a.x", TYPE_A, 0);
	put_bytes(&message, "a.x", TYPE_A, 4);
	put_bytes(&message, "a.x", TYPE_AAAA, 16);
	ck_assert_int_eq(parse(&message, MX_TYPE_A, answer), MX_FOUND);
	ck_assert_uint_eq(answer->len, 1);
	ck_assert_mem_eq(answer->rows[0].address, "\1\2\3\4", 4);
	ck_assert_int_eq(parse(&message, MX_TYPE_AAAA, answer), MX_FOUND);
	ck_assert_int_eq(answer->rows[0].address[15], 16);

	for (size_t n = 0; n < 20; n++) {
		begin(&message, "a.x", TYPE_A, 0);
		put_bytes(&message, "a.x", TYPE_A, n);
		ck_assert_int_eq(parse(&message, MX_TYPE_A, answer),
		    n == 4 ? MX_FOUND : MX_MALFORMED);
		begin(&message, "a.x", TYPE_AAAA, 0);
		put_bytes(&message, "a.x", TYPE_AAAA, n);
		ck_assert_int_eq(parse(&message, MX_TYPE_AAAA, answer),
		    n == 16 ? MX_FOUND : MX_MALFORMED);
	}
}
END_TEST

static const struct {
	unsigned	 flags;
	enum mx_verdict	 verdict;
} code_rows[] = {
	{ NXDOMAIN, MX_NO_NAME },
	{ SERVFAIL, MX_SERVER_FAILED },
	{ 1, MX_REFUSED },		/* FORMERR */
	{ 5, MX_REFUSED },
	{ TRUNCATED, MX_CUT },
};

START_TEST(each_way_to_fail_is_told_apart)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;

	begin(&message, "iiia.net", TYPE_MX, code_rows[_i].flags);
	put_mx(&message, "iiia.net", 10, "a.x");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer),
	    code_rows[_i].verdict);
}
END_TEST

START_TEST(of_too_many_exchangers_the_best_stay)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;

	for (int rising = 0; rising < 2; rising++) {
		begin(&message, "iiia.net", TYPE_MX, 0);
		for (unsigned i = 1; i <= 100; i++)
			put_mx(&message, "iiia.net", rising ? i : 101 - i,
			    "a.x");
		ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer),
		    MX_FOUND);
		ck_assert_uint_eq(answer->len, MX_ROWS_MAX);
		for (int i = 0; i < MX_ROWS_MAX; i++)
			ck_assert_int_eq(answer->rows[i].preference, i + 1);
	}
}
END_TEST

START_TEST(a_name_of_control_characters_is_text_that_has_none)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;

	begin(&message, "iiia.net", TYPE_MX, 0);
	put_mx(&message, "iiia.net", 10, "a\r\n\x1b[2J b\xff.x");
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_FOUND);
	for (const char *at = answer->rows[0].name; *at != '\0'; at++)
		ck_assert(*at > ' ' && *at <= '~');
}
END_TEST

/* Cut anywhere, or with any byte changed: no crash, and never a name that does
 * not end (valgrind and the sanitizers look on). */
START_TEST(what_is_cut_is_malformed_and_what_is_changed_harms_nobody)
{
	struct mx_answer *answer;
	struct message message, changed;

	begin(&message, "iiia.net", TYPE_MX, 0);
	put_alias(&message, "iiia.net", "b.net");
	put_mx(&message, "b.net", 10, "mail.b.net");
	for (size_t len = 0; len < message.len; len++) {
		uint8_t *exact = malloc(len > 0 ? len : 1);

		ck_assert_ptr_nonnull(exact);
		memcpy(exact, message.bytes, len);
		answer = asked_for("iiia.net");
		ck_assert_int_eq(mx_parse(exact, len, MX_TYPE_MX, answer),
		    MX_MALFORMED);
		free(exact);
	}
	for (size_t at = 0; at < message.len; at++)
		for (unsigned byte = 0; byte < 256; byte++) {
			changed = message;
			changed.bytes[at] = (uint8_t)byte;
			answer = asked_for("iiia.net");
			(void)parse(&changed, MX_TYPE_MX, answer);
			ck_assert_uint_lt(strlen(answer->name), MX_NAME_SIZE);
			ck_assert_uint_le(answer->len, MX_ROWS_MAX);
		}
}
END_TEST

START_TEST(an_exchanger_longer_than_its_record_is_malformed)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;
	size_t from;

	begin(&message, "iiia.net", TYPE_MX, 0);
	from = record(&message, "iiia.net", TYPE_MX);
	put16(&message, 10);
	end(&message, from);
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_MALFORMED);

	begin(&message, "iiia.net", TYPE_MX, 0);
	from = record(&message, "iiia.net", TYPE_MX);
	put16(&message, 10);
	put_name(&message, "mail.x");
	put16(&message, 0);
	end(&message, from);
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_MALFORMED);
}
END_TEST

START_TEST(a_name_that_points_to_itself_is_malformed)
{
	struct mx_answer *answer = asked_for("iiia.net");
	struct message message;
	size_t owner, from;

	begin(&message, "iiia.net", TYPE_MX, 0);
	owner = message.len;
	from = record(&message, "x", TYPE_MX);
	put16(&message, 10);
	put_name(&message, "mail.x");
	end(&message, from);
	message.bytes[owner] = 0xc0;
	message.bytes[owner + 1] = (uint8_t)owner;
	message.len--;
	memmove(message.bytes + owner + 2, message.bytes + owner + 3,
	    message.len - owner - 2);
	ck_assert_int_eq(parse(&message, MX_TYPE_MX, answer), MX_MALFORMED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mx");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core,
	    exchangers_come_by_preference_and_equal_ones_as_they_came);
	tcase_add_test(core, what_belongs_to_another_name_or_type_is_left_out);
	tcase_add_test(core, null_mx_is_one_record_of_the_root);
	tcase_add_test(core,
	    aliases_are_followed_in_any_order_and_beyond_the_answer);
	tcase_add_test(core, addresses_are_read_if_they_have_their_length);
	tcase_add_loop_test(core, each_way_to_fail_is_told_apart, 0,
	    (int)SUITE_COUNT(code_rows));
	tcase_add_test(limits, of_too_many_exchangers_the_best_stay);
	tcase_add_test(hostile, aliases_in_a_circle_end);
	tcase_add_test(hostile,
	    a_name_of_control_characters_is_text_that_has_none);
	tcase_add_test(hostile,
	    what_is_cut_is_malformed_and_what_is_changed_harms_nobody);
	tcase_add_test(hostile,
	    an_exchanger_longer_than_its_record_is_malformed);
	tcase_add_test(hostile, a_name_that_points_to_itself_is_malformed);
	return (suite_run(suite));
}
