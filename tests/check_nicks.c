/* check_nicks.c - nobody has another's nick, and a list of them is complete.
 * Two members of one name could speak for each other; a /who that passes
 * somebody over would show a class that is not there.
 * See also: tools/chat/nicks.h, tools/chat/names.h */
#include "tools/chat/nicks.h"

#include <errno.h>

#include "fault/fault.h"
#include "suite.h"

#define MANY	10000			/* several to a bucket */
#define PAGE	7			/* rows of one */

static struct nicks nicks;
static struct nick many[MANY];

/* What a list has shown so far. */
struct list {
	int		 len, on_page;
	const struct nick *shown[MANY];
};

static struct list list;

static void
setup(void)
{
	struct cause cause;

	ck_assert_int_eq(nicks_init(&nicks, &cause), 0);
	memset(&list, 0, sizeof(list));
}

static void
teardown(void)
{
	fault_set("");
	nicks_fini(&nicks);
}

static struct nick *
enter(int n)
{
	struct nick *nick = &many[n];

	snprintf(nick->named.name, NAME_SIZE, "PC%d", n);
	snprintf(nick->named.folded, NAME_SIZE, "pc%d", n);
	nicks_enter(&nicks, nick);
	return (nick);
}

static void
note(struct nick *nick, void *context)
{
	*(struct nick **)context = nick;
}

static struct nick *
find(const char *folded)
{
	struct nick *found = NULL;

	ck_assert_int_eq(nicks_with(&nicks, folded, note, &found),
	    found != NULL ? 0 : -1);
	return (found);
}

static int
visit(const struct nick *nick, void *context)
{
	(void)context;
	if (list.on_page == PAGE)
		return (0);
	list.on_page++;
	list.shown[list.len++] = nick;
	return (1);
}

static int
next_page(uint64_t *place)
{
	list.on_page = 0;
	return (nicks_page(&nicks, place, visit, NULL));
}

START_TEST(each_is_found_by_its_name_until_it_leaves)
{
	char folded[NAME_SIZE];

	for (int n = 0; n < MANY; n++)
		enter(n);
	for (int n = 0; n < MANY; n += 2)
		nicks_leave(&nicks, &many[n]);
	for (int n = 0; n < MANY; n++) {
		snprintf(folded, sizeof(folded), "pc%d", n);
		ck_assert_ptr_eq(find(folded), n % 2 ? &many[n] : NULL);
	}
	ck_assert_ptr_null(find("PC1"));
}
END_TEST

START_TEST(a_nick_that_somebody_has_is_refused)
{
	struct nick *one = enter(1);

	enter(2);
	ck_assert_int_eq(nicks_rename(&nicks, one, "pC2", "pc2"), -1);
	ck_assert_str_eq(one->named.name, "PC1");
	ck_assert_int_eq(nicks_rename(&nicks, one, "pc1", "pc1"), 0);
	ck_assert_str_eq(one->named.name, "pc1");
	ck_assert_int_eq(nicks_rename(&nicks, one, "Pc3", "pc3"), 0);
	ck_assert_ptr_eq(find("pc3"), one);
	ck_assert_ptr_null(find("pc1"));
	ck_assert_int_eq(nicks_rename(&nicks, one, "Server", "server"), -1);
}
END_TEST

START_TEST(guests_with_a_number_and_the_server_are_reserved)
{
	static const struct {
		const char	*folded;
		int		 reserved;
	} rows[] = {
		{ "server", 1 }, { "guest1", 1 }, { "guest007", 1 },
		{ "guest18446744073709551616", 1 },
		{ "guest", 0 }, { "guest1x", 0 }, { "guests", 0 },
		{ "servers", 0 }, { "serve", 0 }, { "aguest1", 0 }, { "", 0 },
	};

	for (size_t i = 0; i < SUITE_COUNT(rows); i++)
		ck_assert_msg(nicks_is_reserved(rows[i].folded) ==
		    rows[i].reserved, "%s", rows[i].folded);
}
END_TEST

START_TEST(a_list_shows_each_once_in_the_order_of_coming)
{
	uint64_t place = 0;

	ck_assert_int_eq(next_page(&place), 0);
	ck_assert_int_eq(list.len, 0);
	for (int n = 0; n < 3 * PAGE; n++)
		enter(n);
	for (int page = 1; page <= 3; page++)
		ck_assert_int_eq(next_page(&place), page < 3);
	ck_assert_int_eq(list.len, 3 * PAGE);
	for (int n = 0; n < 3 * PAGE; n++)
		ck_assert_ptr_eq(list.shown[n], &many[n]);
}
END_TEST

START_TEST(a_list_goes_on_although_people_come_leave_and_rename)
{
	uint64_t place = 0;

	for (int n = 0; n < 3 * PAGE; n++)
		enter(n);
	ck_assert_int_eq(next_page(&place), 1);
	/* the last who was shown, the next two, and one more comes */
	nicks_leave(&nicks, &many[PAGE - 1]);
	nicks_leave(&nicks, &many[PAGE]);
	ck_assert_int_eq(nicks_rename(&nicks, &many[PAGE + 1], "new", "new"),
	    0);
	enter(3 * PAGE);
	while (next_page(&place))
		continue;
	ck_assert_int_eq(list.len, 3 * PAGE);
	for (int n = 0; n < PAGE; n++)
		ck_assert_ptr_eq(list.shown[n], &many[n]);
	for (int n = PAGE; n < 3 * PAGE; n++)
		ck_assert_ptr_eq(list.shown[n], &many[n + 1]);
}
END_TEST

START_TEST(what_cannot_be_made_is_named)
{
	static const struct {
		const char	*rules, *primitive;
	} rows[] = {
		{ "getrandom=EIO", "getrandom" },
		{ "pthread_mutex_init=EAGAIN", "pthread_mutex_init" },
	};
	struct cause cause = { .kind = CAUSE_NONE };
	static struct nicks other;
	int result;

	fault_set(rows[_i].rules);
	result = nicks_init(&other, &cause);
	fault_set("");
	ck_assert_int_eq(result, -1);
	ck_assert_str_eq(cause.primitive, rows[_i].primitive);
	nicks_fini(&other);		/* nothing to do */
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("nicks");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, each_is_found_by_its_name_until_it_leaves);
	tcase_add_test(core, a_nick_that_somebody_has_is_refused);
	tcase_add_test(core,
	    guests_with_a_number_and_the_server_are_reserved);
	tcase_add_test(core, a_list_shows_each_once_in_the_order_of_coming);
	tcase_add_test(core,
	    a_list_goes_on_although_people_come_leave_and_rename);
	tcase_add_checked_fixture(limits, setup, teardown);
	tcase_add_loop_test(limits, what_cannot_be_made_is_named, 0, 2);
	return (suite_run(suite));
}
