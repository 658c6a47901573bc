/* check_host_port.c - HOST:PORT in every way that people type it.
 * See also: net/host_port.h */
#include "net/host_port.h"

#include "suite.h"

struct row {
	const char	*text;
	const char	*host;		/* NULL: refused */
	int		 port;
};

static const struct row rows[] = {
	{ "localhost", "localhost", 25 },
	{ "localhost:2525", "localhost", 2525 },
	{ "127.0.0.1:1", "127.0.0.1", 1 },
	{ "127.0.0.1:65535", "127.0.0.1", 65535 },
	{ "::1", "::1", 25 },
	{ "2001:db8::25", "2001:db8::25", 25 },
	{ "[::1]", "::1", 25 },
	{ "[::1]:2525", "::1", 2525 },
	{ "[mail]:2525", "mail", 2525 },
	{ "", NULL, 0 },
	{ ":25", NULL, 0 },
	{ "mail:", NULL, 0 },
	{ "mail:0", NULL, 0 },
	{ "mail:65536", NULL, 0 },
	{ "mail:+25", NULL, 0 },
	{ "mail:smtp", NULL, 0 },
	{ "[::1", NULL, 0 },
	{ "[::1]x", NULL, 0 },
	{ "[::1]:", NULL, 0 },
	{ "[]:25", NULL, 0 },
};

START_TEST(a_host_and_its_port_are_told_apart)
{
	const struct row *row = &rows[_i];
	struct host_port parsed;

	ck_assert_int_eq(host_port_parse(row->text, 25, &parsed),
	    row->host != NULL ? 0 : -1);
	if (row->host == NULL)
		return;
	ck_assert_str_eq(parsed.host, row->host);
	ck_assert_int_eq(parsed.port, row->port);
}
END_TEST

START_TEST(a_host_is_as_long_as_its_room_and_no_longer)
{
	struct host_port parsed;
	char text[HOST_PORT_SIZE + 4];

	memset(text, 'x', sizeof(text));
	memcpy(text + HOST_PORT_SIZE - 1, ":25", 4);
	ck_assert_int_eq(host_port_parse(text, 1, &parsed), 0);
	ck_assert_uint_eq(strlen(parsed.host), HOST_PORT_SIZE - 1);
	memcpy(text + HOST_PORT_SIZE - 1, "x:25", 5);
	ck_assert_int_eq(host_port_parse(text, 1, &parsed), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("host_port");
	TCase *core = suite_case(suite, "core");

	tcase_add_loop_test(core, a_host_and_its_port_are_told_apart, 0,
	    (int)SUITE_COUNT(rows));
	tcase_add_test(suite_case(suite, "limits"),
	    a_host_is_as_long_as_its_room_and_no_longer);
	return (suite_run(suite));
}
