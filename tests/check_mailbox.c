/* check_mailbox.c - what is the address of a mailbox, and what is not.
 * See also: proto/mailbox.h */
#include "proto/mailbox.h"

#include "suite.h"

#define TEN	"abcdefghij"
#define SIXTY	TEN TEN TEN TEN TEN TEN

struct row {
	const char	*text;
	enum mailbox_verdict verdict;
	const char	*host;		/* of a good one */
	int		 is_number;
};

static const struct row rows[] = {
	{ "pc3@iiia.net", MAILBOX_GOOD, "iiia.net", 0 },
	{ "pc3@localhost", MAILBOX_GOOD, "localhost", 0 },
	{ "a.b+c_d-e@x-1.example", MAILBOX_GOOD, "x-1.example", 0 },
	{ "!#$%&'*+-/=?^_`{|}~@x", MAILBOX_GOOD, "x", 0 },
	{ "\"a b\"@x", MAILBOX_GOOD, "x", 0 },
	{ "\"a@b\"@x", MAILBOX_GOOD, "x", 0 },
	{ "\"a\\\"b\"@x", MAILBOX_GOOD, "x", 0 },
	{ "pc3@[10.0.0.5]", MAILBOX_GOOD, "10.0.0.5", 1 },
	{ "pc3@[IPv6:::1]", MAILBOX_GOOD, "::1", 1 },
	{ "pc3@[ipv6:fe80::1]", MAILBOX_GOOD, "fe80::1", 1 },
	{ SIXTY "abcd@x", MAILBOX_GOOD, "x", 0 },
	{ "x@" SIXTY "abc.net", MAILBOX_GOOD, SIXTY "abc.net", 0 },

	{ "", MAILBOX_NO_DOMAIN, NULL, 0 },
	{ "pc3", MAILBOX_NO_DOMAIN, NULL, 0 },
	{ "pc3@", MAILBOX_NO_DOMAIN, NULL, 0 },
	{ "@", MAILBOX_NO_DOMAIN, NULL, 0 },
	{ "d\xc3\xa9j\xc3\xa0@iiia.net", MAILBOX_NOT_ASCII, NULL, 0 },
	{ "pc3@\xc3\xa9t\xc3\xa9.fr", MAILBOX_NOT_ASCII, NULL, 0 },
	{ "\xff", MAILBOX_NOT_ASCII, NULL, 0 },
	{ SIXTY "abcde@x", MAILBOX_TOO_LONG, NULL, 0 },
	{ "x@" SIXTY "." SIXTY "." SIXTY "." SIXTY "." TEN,
	    MAILBOX_TOO_LONG, NULL, 0 },
	{ "@iiia.net", MAILBOX_BAD_USER, NULL, 0 },
	{ ".a@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "a.@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "a..b@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "a b@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "a@b@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "<a@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "a\r\nDATA@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "\"@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "\"a\"b\"@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "\"a\\\"@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "\"a\r\n\"@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "\"a\\\r\"@x", MAILBOX_BAD_USER, NULL, 0 },
	{ "a@-x", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@x-", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@.x", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@x.", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@x..y", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@x>", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@x y", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "x@" SIXTY "abcd.net", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@[1.2.3]", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@[1.2.3.4", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@[1.2.3.4]]", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@[::1]", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@[IPv6:1.2.3.4]", MAILBOX_BAD_DOMAIN, NULL, 0 },
	{ "a@[]", MAILBOX_BAD_DOMAIN, NULL, 0 },
};

START_TEST(an_address_is_taken_or_refused_for_a_reason)
{
	const struct row *row = &rows[_i];
	char host[MAILBOX_DOMAIN_SIZE];

	ck_assert_int_eq(mailbox_check(row->text), row->verdict);
	if (row->verdict != MAILBOX_GOOD) {
		ck_assert_ptr_nonnull(mailbox_wrong(row->verdict));
		return;
	}
	ck_assert_int_eq(mailbox_domain(row->text, host), row->is_number);
	ck_assert_str_eq(host, row->host);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mailbox");
	TCase *core = suite_case(suite, "core");

	tcase_add_loop_test(core, an_address_is_taken_or_refused_for_a_reason,
	    0, (int)SUITE_COUNT(rows));
	return (suite_run(suite));
}
